"""Why buyers in several channels are worth more: the observed ratio, taken apart."""

from typing import TYPE_CHECKING

import numpy as np

from omnisim.experiment import PremiumSplit
from omnisim.plot.rows import lay_rows, values_right, whisker, widen, zero_line
from omnisim.plot.theme import BASELINE, NEUTRAL, RULE, SOFT_INK, VARIANT, WIDTH, new_axes, themed
from omnisim.plot.wording import MISSING, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROWS = {
    "exposure": ("Exposure: who buys often meets more channels", NEUTRAL),
    "self-selection": ("Self-selection: preferences", NEUTRAL),
    "channel use": ("Cause: use of several channels", VARIANT),
    "integration": ("Cause: integration, mix included", VARIANT),
    "observed": ("Observed", BASELINE),
}


@themed
def premium_split(split: PremiumSplit, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the factors of the observed premium, each beginning where the one above ends.

    Parameters
    ----------
    split : PremiumSplit
        Result to draw.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Logarithmic scale of ratios; 1 means no difference.
    """
    parts = split.parts.set_index("part")
    ax = ax or new_axes(WIDTH, 1.1 + 0.42 * len(ROWS))
    seen, start, texts = [0.0], 0.0, []
    for y, (name, (_, color)) in enumerate(ROWS.items()):
        begin = 0.0 if name == "observed" else start
        change = float(parts.loc[name, "log_ratio"])
        low, high = (begin + float(parts.loc[name, end]) for end in ("ci_low", "ci_high"))
        ax.barh(y, change, left=begin, height=0.58, color=color, zorder=2)
        whisker(ax, y, low, high)
        start = begin + change
        if y < len(ROWS) - 1:
            ax.plot([start, start], [y + 0.3, y + 0.7], color=SOFT_INK, linewidth=0.8)
        seen += [begin, start, low, high]
        texts.append(MISSING if np.isnan(change) else f"×{number(float(np.exp(change)))}")
    last = len(ROWS) - 1
    lay_rows(ax, [label for label, _ in ROWS.values()], unit="ratio; 1 is no difference", bold=last)
    widen(ax, seen)
    _ratio_ticks(ax)
    zero_line(ax)
    ax.axhline(last - 0.5, color=RULE, linewidth=0.9)
    values_right(ax, texts)
    return ax


def _ratio_ticks(ax: "Axes") -> None:
    """Mark round ratios on a scale of logarithms, as many as have room."""
    low, high = ax.get_xlim()
    chosen: list[float] = []
    for ratio in (1.0, 2.0, 3.0, 5.0, 8.0, 0.5, 1.5, 1.2, 0.8, 1.1, 0.9, 1.05, 0.95):
        place = float(np.log(ratio))
        gaps = [abs(place - float(np.log(other))) for other in chosen]
        if low <= place <= high and min(gaps, default=np.inf) > 0.1 * (high - low):
            chosen.append(ratio)
    chosen.sort()
    ax.set_xticks([float(np.log(ratio)) for ratio in chosen], [f"{r:g}" for r in chosen])
