"""Bars that hang on each other, and what they add up to."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from omnisim.plot.rows import whisker
from omnisim.plot.theme import GAIN, LOSS, RULE, SOFT_INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def waterfall(
    ax: "Axes", changes: Iterable[Sequence[float]], total: Sequence[float]
) -> list[float]:
    """Draw changes as bars, each beginning where the one above ends, and their total below a line.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    changes : iterable of (value, low, high)
        One a row, downwards; the first begins at zero.
    total : (value, low, high)
        The last row, from zero.

    Returns
    -------
    list of float
        All that the scale must hold.
    """
    seen, start, last = [0.0, *total], 0.0, 0
    for last, (change, low, high) in enumerate(changes, 1):
        _bar(ax, last - 1, start, (change, low, high))
        end = start + change
        ax.plot([end, end], [last - 0.7, last - 0.3], color=SOFT_INK, linewidth=0.8)
        seen += [start + low, end, start + high]
        start = end
    _bar(ax, last, 0.0, total)
    ax.axhline(last - 0.5, color=RULE, linewidth=0.9)
    return seen


def _bar(ax: "Axes", y: int, start: float, change: Sequence[float]) -> None:
    value, low, high = change
    ax.barh(y, value, left=start, height=0.6, color=GAIN if value >= 0 else LOSS, zorder=2)
    whisker(ax, y, start + low, start + high)
