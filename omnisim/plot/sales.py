"""Sales by channel in both firms."""

from typing import TYPE_CHECKING

import pandas as pd

from omnisim.evaluation import mean_interval
from omnisim.experiment import Comparison
from omnisim.plot.rows import lay_rows, values_right, whisker, widen
from omnisim.plot.theme import ARM_COLORS, WIDTH, new_axes, themed
from omnisim.plot.wording import interval, number, title, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@themed
def sales_by_channel(comparison: Comparison, *, ax: "Axes | None" = None) -> "Axes":
    """Draw revenue by own channel in both firms, and the paired difference beside it.

    Parameters
    ----------
    comparison : Comparison
        Result to draw.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in EUR per shopper and year; whiskers are the intervals of each firm's mean.
    """
    rows = channel_rows(comparison)
    ax = ax or new_axes(WIDTH, 1.35 + 0.62 * len(rows))
    seen = [0.0]
    for y, row in enumerate(rows.itertuples()):
        for arm, shift in (("baseline", -0.19), ("variant", 0.19)):
            values = comparison.samples.loc[_sample(comparison, arm, row.group), "value"]
            mean, low, high = mean_interval(values, confidence=comparison.confidence)
            ax.barh(y + shift, mean, height=0.34, color=ARM_COLORS[arm])
            whisker(ax, y + shift, low, high)
            seen += [mean, low, high]
    lay_rows(ax, [title(g.removeprefix("channel ")) for g in rows["group"]],
             unit="revenue, € per shopper and year")  # fmt: skip
    widen(ax, seen)
    ax.set_xlim(left=0)
    _legend(ax, comparison)
    values_right(ax, [_change(row) for row in rows.itertuples()], heading="difference")
    return ax


def channel_rows(comparison: Comparison) -> pd.DataFrame:
    """Return the rows of `metrics` that hold revenue by channel."""
    metrics = comparison.metrics
    kept = (metrics["metric"] == "revenue") & metrics["group"].str.startswith("channel ")
    return metrics[kept].reset_index(drop=True)


def _sample(comparison: Comparison, arm: str, group: str) -> "pd.Series[bool]":
    samples = comparison.samples
    return (samples["arm"] == arm) & (samples["metric"] == "revenue") & (samples["group"] == group)


def _change(row: object) -> str:
    change, low, high = (getattr(row, k) for k in ("difference", "ci_low", "ci_high"))
    return f"{number(change, sign=True)}\n({interval(low, high)})"


def _legend(ax: "Axes", comparison: Comparison) -> None:
    from matplotlib.patches import Patch

    marks = [
        Patch(facecolor=color, label=wrapped(name, 16, n_lines=1))
        for color, name in zip(ARM_COLORS.values(), comparison.names, strict=True)
    ]
    ax.legend(handles=marks, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False,
              borderaxespad=1.5, handlelength=1, handleheight=1, fontsize=8.5)  # fmt: skip
