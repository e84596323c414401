"""What multichannel shoppers seem to be worth, and what integration causes."""

from typing import TYPE_CHECKING

from omnisim.experiment import Comparison
from omnisim.plot.rows import lay_rows, values_right, whisker, widen, zero_line
from omnisim.plot.theme import BASELINE, NEUTRAL, VARIANT, WIDTH, new_axes, themed
from omnisim.plot.wording import MISSING, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROWS = (
    ("Naive: the firm's own data", "baseline", "naive", BASELINE),
    ("Shuffled: same purchases, channels at random", "baseline", "permuted", NEUTRAL),
    ("Integration: same shoppers, both firms", "variant", "causal", VARIANT),
)


@themed
def premium(comparison: Comparison, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the naive, the shuffled and the causal ratio with intervals and a line at one.

    Parameters
    ----------
    comparison : Comparison
        Result to draw.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in ratios; 1 means no difference.
    """
    ax = ax or new_axes(WIDTH, 2.3)
    seen, texts = [1.0], []
    for y, (_, arm, kind, color) in enumerate(ROWS):
        mean, low, high = premium_of(comparison, arm, kind)
        whisker(ax, y, low, high, color=color)
        ax.plot(mean, y, "o", color=color, markersize=8, zorder=4)
        seen += [mean, low, high]
        texts.append(MISSING if mean != mean else f"×{number(mean)}")
    lay_rows(ax, [label for label, *_ in ROWS], unit="ratio; 1 is no difference")
    widen(ax, seen)
    zero_line(ax, at=1.0)
    values_right(ax, texts)
    return ax


def premium_of(comparison: Comparison, arm: str, kind: str) -> tuple[float, float, float]:
    """Return (ratio, low, high) of one kind in one arm; NaN where it was not measured."""
    table = comparison.premium
    found = table[(table["arm"] == arm) & (table["kind"] == kind)]
    if found.empty:
        return (float("nan"),) * 3
    row = found.iloc[0]
    return float(row["ratio"]), float(row["ci_low"]), float(row["ci_high"])
