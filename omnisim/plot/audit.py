"""The audit of attribution: what channels cause, and how far every model is from it."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from omnisim._validation import check_choice
from omnisim.experiment import AttributionAudit, ChannelTruth
from omnisim.experiment.audit_result import QUANTITIES
from omnisim.experiment.channel_worlds import METRICS
from omnisim.plot.rows import lay_rows, values_right, whisker, widen, write_lines, zero_line
from omnisim.plot.theme import GAIN, INK, LOSS, SOFT_INK, WIDTH, new_axes, themed
from omnisim.plot.wording import number, title, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVEL_NAMES = {"all": "true log"}
UNITS = {
    "bias": "Orders per shopper and year credited to media beyond what they cause",
    "rank correlation": "Rank correlation of credits with causes",
    "share error": "Total error of the media's shares, 0 to 2",
    "regret": "Profit lost by following the model, not the truth, € per shopper and year",
    "regret to best": "Profit lost by following the model, not the best rule, € per shopper and "
    "year",
    "gain": "Profit gained over the present budget, € per shopper and year",
}
DARK = 0.65
"""Share of the darkest shade from which on a cell's text is white."""


@themed
def channel_truth(
    truth: ChannelTruth, metric: str = "orders", *, way: str = "off", ax: "Axes | None" = None
) -> "Axes":
    """Draw what each medium causes, by itself, on top of the others and by Shapley value.

    Parameters
    ----------
    truth : ChannelTruth
        Result to draw.
    metric : {"orders", "revenue", "profit"}, default="orders"
    way : {"off", "inert"}, default="off"
        Whether media are switched off or made inert.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        One row a medium and kind, with its interval.
    """
    check_choice("metric", metric, METRICS)
    rows = truth.values[(truth.values["metric"] == metric) & (truth.values["way"] == way)]
    media = rows.loc[rows["kind"] == "Shapley", "channel"]
    rows = rows[rows["channel"].isin(media)].reset_index(drop=True)
    ax = ax or new_axes(WIDTH, 1.0 + 0.3 * len(rows))
    color = [GAIN if value >= 0 else LOSS for value in rows["value"]]
    ax.scatter(rows["value"], rows.index, color=color, zorder=4, s=28)
    whisker(ax, rows.index, rows["ci_low"], rows["ci_high"])
    labels = [f"{title(r.channel)}, {r.kind}" for r in rows.itertuples()]
    unit = METRICS[metric].replace("EUR", f"{title(metric)}, €")
    lay_rows(ax, labels, unit=unit[0].upper() + unit[1:])
    widen(ax, rows[["value", "ci_low", "ci_high"]])
    zero_line(ax)
    values_right(ax, [number(value, 3, sign=True) for value in rows["value"]])
    return ax


@themed
def attribution_audit(
    audit: AttributionAudit, quantity: str = "regret", *, ax: "Axes | None" = None
) -> "Axes":
    """Draw one quantity of the audit: a row a model, a column a tracking level.

    Cells hold the mean and half the width of its interval; the farther from 0, the darker. Empty
    cells are models that cannot be had at that level.

    Parameters
    ----------
    audit : AttributionAudit
        Result to draw.
    quantity : str, default="regret"
        One of `omnisim.experiment.audit_result.QUANTITIES`.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
    """
    check_choice("quantity", quantity, QUANTITIES)
    value = audit.table(quantity)
    rows = audit.scores[audit.scores["quantity"] == quantity]
    half = ((rows["ci_high"] - rows["ci_low"]) / 2).to_numpy()
    half_of = dict(zip(zip(rows["model"], rows["level"], strict=True), half, strict=True))
    ax = ax or new_axes(1.15 * WIDTH, 1.1 + 0.4 * len(value))
    shade = value.abs().to_numpy()
    top = float(np.nanmax(shade)) if np.isfinite(shade).any() else 1.0
    _shade(ax, shade / (1.3 * (top or 1.0)))
    for y, model in enumerate(value.index):
        for x, level in enumerate(value.columns):
            mean = value.loc[model, level]
            if np.isfinite(mean):
                width = half_of[model, level]
                text = number(mean, 2) + (f"\n± {number(width, 2)}" if np.isfinite(width) else "")
                ink = "white" if abs(mean) > DARK * top else INK
                write_lines(ax, (x, y), text, ax.transData, ha="center", fontsize=8, color=ink)
    ax.set_yticks(range(len(value)), [wrapped(str(name), 13) for name in value.index])
    names = [LEVEL_NAMES.get(str(level), str(level)) for level in value.columns]
    ax.set_xticks(range(len(names)), names)
    ax.tick_params(length=0)
    ax.set_xlabel(wrapped(UNITS[quantity], 44), color=SOFT_INK)
    return ax


def _shade(ax: "Axes", share: NDArray[np.float64]) -> None:
    """Draw cells as shapes, the darker the larger; a page without outside parts has no images."""
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    n_rows, n_columns = share.shape
    for y, x in np.argwhere(np.isfinite(share)):
        color = colormaps["Greys"](float(share[y, x]))
        ax.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=color, edgecolor="white"))
    ax.set_xlim(-0.5, n_columns - 0.5)
    ax.set_ylim(n_rows - 0.5, -0.5)
