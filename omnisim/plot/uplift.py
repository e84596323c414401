"""What targeting gains as more units are treated."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from omnisim.evaluation import UpliftCurve
from omnisim.exceptions import ParameterError
from omnisim.plot.theme import BASELINE, GRID, NEUTRAL, SOFT_INK, VARIANT, WIDTH, new_axes, themed
from omnisim.plot.wording import clean, number, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLORS = (VARIANT, BASELINE, "#8067a9", "#2c4a73")


@themed
def uplift(
    curves: UpliftCurve | Mapping[str, UpliftCurve],
    *,
    unit: str = "gain per unit of the log",
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw uplift curves with their intervals, and the straight lines of choosing at random.

    Parameters
    ----------
    curves : UpliftCurve, or mapping of str to UpliftCurve
        What `omnisim.evaluation.uplift_curve` returned; several of one kind by name, at most four.
    unit : str, default="gain per unit of the log"
        Name of the vertical scale.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Share treated, or cost, to the right; gain over the control upwards.

    Raises
    ------
    ParameterError
        If there is no curve, more than four, or some are over shares and others over cost.
    """
    named = {"": curves} if isinstance(curves, UpliftCurve) else dict(curves)
    units = {curve.unit for curve in named.values()}
    if len(units) != 1 or len(named) > len(COLORS):
        raise ParameterError(
            f"curves must be 1 to {len(COLORS)}, all over the same x. Got {len(named)} over "
            f"{sorted(units)}."
        )
    ax = ax or new_axes(WIDTH, 3.2)
    for (name, curve), color in zip(named.items(), COLORS, strict=False):
        table = curve.table
        ax.fill_between(table["x"], table["ci_low"], table["ci_high"], color=color, alpha=0.15,
                        linewidth=0)  # fmt: skip
        label = f"{clean(name)}: Qini {number(curve.qini, 4)}" if name else "by prediction"
        ax.plot(table["x"], table["gain"], color=color, linewidth=1.8, label=label)
        ax.plot(table["x"], table["random"], color=NEUTRAL, linewidth=1, linestyle="--",
                label="at random" if color == COLORS[0] else None)  # fmt: skip
    (over,) = units
    if over == "share treated":
        ax.xaxis.set_major_formatter(lambda value, _: percent(value))
    ax.set_xlabel(over if over != "cost" else "cost per unit of the log")
    ax.set_ylabel(unit)
    ax.tick_params(axis="y", labelcolor=SOFT_INK)
    ax.grid(color=GRID)
    ax.legend(frameon=False, fontsize=8, labelcolor=SOFT_INK)
    return ax
