"""The headline: what the variant earns more, before and after what it costs."""

from typing import TYPE_CHECKING

from omnisim.experiment import Comparison
from omnisim.plot.rows import lay_rows, scale_with_zero, values_right, whisker
from omnisim.plot.theme import WIDTH, new_axes, sure_color, themed
from omnisim.plot.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNIT = "€ per shopper and year"


@themed
def headline(comparison: Comparison, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the difference in profit with its interval, before and after capability costs.

    Parameters
    ----------
    comparison : Comparison
        Result to draw.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in EUR per shopper and year.
    """
    ax = ax or new_axes(WIDTH, 2.1)
    rows = [
        ("Before the cost of capabilities", comparison.row("contribution")),
        ("Cost of capabilities", comparison.row("line", "capabilities")),
        ("Profit", comparison.headline),
    ]
    for y, (_, row) in enumerate(rows):
        color = sure_color(row["ci_low"], row["ci_high"])
        whisker(ax, y, row["ci_low"], row["ci_high"], color=color)
        size = 9 if y == len(rows) - 1 else 6.5
        ax.plot(row["difference"], y, "o", color=color, markersize=size, zorder=4)
    lay_rows(ax, [label for label, _ in rows], unit=UNIT, bold=2)
    ends = ("difference", "ci_low", "ci_high")
    scale_with_zero(ax, [row[k] for _, row in rows for k in ends])
    values_right(ax, [number(row["difference"], sign=True) for _, row in rows])
    return ax
