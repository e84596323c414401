"""Where the difference in revenue comes from."""

from typing import TYPE_CHECKING

from omnisim.experiment import Comparison
from omnisim.experiment.split import MOVED
from omnisim.plot.rows import lay_rows, scale_with_zero, values_right, whisker
from omnisim.plot.theme import GAIN, LOSS, NEUTRAL, RULE, WIDTH, new_axes, themed
from omnisim.plot.wording import number, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@themed
def gain(comparison: Comparison, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the parts of the difference in revenue, their sum, and what only changed channel.

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
    table = comparison.gain
    parts, moved = table[table["source"] != MOVED], table[table["source"] == MOVED]
    keys = ["difference", "ci_low", "ci_high"]
    parts = parts[parts[keys].ne(0).any(axis=1)]  # a source that never gave anything is no row
    rows = [(title(row["source"]), [float(row[k]) for k in keys]) for _, row in parts.iterrows()]
    n_parts = len(rows)
    rows += [("All revenue", [float(comparison.row("revenue")[k]) for k in keys])]
    rows += [("Only changed own channel", [float(row[k]) for k in keys])
             for _, row in moved.iterrows()]  # fmt: skip
    ax = ax or new_axes(WIDTH, 1.1 + 0.34 * len(rows))
    for y, (_, (mean, low, high)) in enumerate(rows):
        color = NEUTRAL if y > n_parts else GAIN if mean >= 0 else LOSS
        ax.barh(y, mean, height=0.58, color=color, alpha=0.55 if y > n_parts else 1, zorder=2)
        whisker(ax, y, low, high)
    unit = "difference in revenue, € per shopper and year"
    lay_rows(ax, [label for label, _ in rows], unit=unit, bold=n_parts)
    scale_with_zero(ax, [values for _, values in rows])
    for edge in (n_parts - 0.5, n_parts + 0.5):
        ax.axhline(edge, color=RULE, linewidth=0.9)
    values_right(ax, [number(mean, sign=y <= n_parts) for y, (_, (mean, _, _)) in enumerate(rows)])
    return ax
