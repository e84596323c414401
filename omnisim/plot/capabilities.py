"""What each capability is worth, as a waterfall, and which work together, as a heat map."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from omnisim._validation import check_choice
from omnisim.experiment import CapabilityValues
from omnisim.plot.rows import lay_rows, scale_with_zero, values_right
from omnisim.plot.theme import GAIN, INK, LOSS, PAPER, RULE, SOFT_INK, WIDTH, new_axes, themed
from omnisim.plot.waterfall import waterfall
from omnisim.plot.wording import number, title, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 0.005
"""The least value that is not written as zero."""

SCALES = {"EUR per shopper and year": "€ per shopper and year"}


@themed
def capability_waterfall(
    values: CapabilityValues, *, metric: str = "profit", ax: "Axes | None" = None
) -> "Axes":
    """Draw how the Shapley values of all capabilities lead to their total.

    Bars hang on each other, the largest gain first; whiskers are the intervals of each value, of
    the sampled orderings too where there are any.

    Parameters
    ----------
    values : CapabilityValues
        Result to draw.
    metric : str, default="profit"
        What capabilities are valued in.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in the unit of the metric, 0 at the baseline.
    """
    check_choice("metric", metric, values.worth["metric"].unique())
    rows = values.of(metric).sort_values("value", ascending=False, kind="stable")
    total = values.total(metric)
    ax = ax or new_axes(WIDTH, 1.1 + 0.32 * (len(rows) + 1))
    columns = ["value", "ci_low", "ci_high"]
    seen = waterfall(ax, rows[columns].to_numpy(), total[columns])
    unit = str(total["unit"])
    lay_rows(ax, [*map(title, rows["capability"]), f"All: {metric}"],
             unit=SCALES.get(unit, unit), bold=len(rows))  # fmt: skip
    scale_with_zero(ax, seen)
    values_right(ax, [number(v, sign=True) for v in [*rows["value"], total["value"]]])
    return ax


@themed
def interactions(
    values: CapabilityValues,
    *,
    metric: str = "profit",
    at: str = "first",
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw how much more each pair of capabilities is worth together than apart.

    Parameters
    ----------
    values : CapabilityValues
        Result to draw.
    metric : str, default="profit"
        What capabilities are valued in.
    at : {"first", "last", "mean"}, default="first"
        Before all others, after all others, or on average; "mean" needs an exact study.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        One cell a pair: the value, bold where the interval that holds at once for all pairs
        excludes zero; "needs" where one of the two needs the other.
    """
    table = values.interactions
    check_choice("at", at, ("first", "last", "mean"))
    rows = table[(table["metric"] == metric) & (table["at"] == at)]
    names = list(values.capabilities)
    value = _square(rows, names, "value")
    sure = _square(rows, names, "all_low") * _square(rows, names, "all_high") > 0
    sure &= np.abs(value) >= SHOWN
    n = len(names)
    ax = ax or new_axes(WIDTH, 1.3 + 0.36 * n)
    top = float(np.nanmax(np.abs(value))) if np.isfinite(value).any() else 0.0
    for i in range(n):
        for j in range(i):
            _cell(ax, i, j, value[i, j], top=top, is_sure=bool(sure[i, j]))
    ax.set_xlim(-0.5, n - 1.5 if n > 1 else 0.5)
    ax.set_ylim(n - 0.5, 0.5 if n > 1 else -0.5)
    ax.set_xticks(range(n - 1), [wrapped(title(name), 14) for name in names[:-1]], rotation=40,
                  ha="right", fontsize=8)  # fmt: skip
    ax.set_yticks(range(1, n), [wrapped(title(name), 19) for name in names[1:]], fontsize=8)
    for side in ("bottom", "left"):
        ax.spines[side].set_visible(False)
    unit = str(values.total(metric)["unit"])
    ax.set_xlabel(wrapped(f"{metric} together beyond apart, {SCALES.get(unit, unit)}", 36))
    return ax


def _cell(ax: "Axes", i: int, j: int, value: float, *, top: float, is_sure: bool) -> None:
    from matplotlib.patches import Rectangle

    strength = abs(value) / top if top and np.isfinite(value) else 0.0
    corner, color = (j - 0.47, i - 0.47), LOSS if value < 0 else GAIN
    ax.add_patch(Rectangle(corner, 0.94, 0.94, facecolor=PAPER, edgecolor=RULE))
    ax.add_patch(Rectangle(corner, 0.94, 0.94, facecolor=color, alpha=0.75 * strength))
    text = number(value, sign=True) if np.isfinite(value) else "needs"
    ax.text(j, i, text, ha="center", va="center", fontsize=7.5,
            color=INK if np.isfinite(value) else SOFT_INK,
            weight="bold" if is_sure else "normal")  # fmt: skip


def _square(rows: pd.DataFrame, names: list[str], column: str) -> NDArray[np.float64]:
    """Return a column as a symmetric matrix of capabilities; NaN where there is no pair."""
    place = {name: k for k, name in enumerate(names)}
    square = np.full((len(names), len(names)), np.nan)
    for one, other, value in zip(rows["first"], rows["second"], rows[column], strict=True):
        square[place[one], place[other]] = square[place[other], place[one]] = value
    return square
