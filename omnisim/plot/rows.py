"""What figures made of rows share: labels on the left, values on one scale, intervals."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from omnisim.plot.theme import GRID, INK, SOFT_INK
from omnisim.plot.wording import number, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABEL_WIDTH = 22
"""Characters of a row's label before it breaks."""


def lay_rows(ax: "Axes", labels: Sequence[str], *, unit: str) -> None:
    """Label rows 0, 1, … downwards and name the unit of the scale."""
    ax.set_yticks(range(len(labels)), [wrapped(label, LABEL_WIDTH) for label in labels])
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color=GRID)
    ax.set_xlabel(unit)
    ax.xaxis.set_major_formatter(lambda value, _: _tick(ax, value))


def _tick(ax: "Axes", value: float) -> str:
    """Write a tick with as many digits as its scale needs."""
    ticks = np.diff(ax.get_xticks())
    step = float(ticks.min()) if len(ticks) else 1.0
    digits = max(0, int(np.ceil(-np.log10(step) - 1e-9))) if step > 0 else 0
    return number(value, min(digits, 6))


def zero_line(ax: "Axes", at: float = 0.0) -> None:
    """Draw the line to compare with."""
    ax.axvline(at, color=INK, linewidth=0.9, zorder=1.5)


def whisker(ax: "Axes", y: float, low: float, high: float, *, color: str = INK) -> None:
    """Draw an interval; nothing where it is not known."""
    if np.isfinite([low, high]).all():
        ax.plot([low, high], [y, y], color=color, linewidth=1.3, solid_capstyle="butt", zorder=3)
        for end in (low, high):
            ax.plot([end, end], [y - 0.11, y + 0.11], color=color, linewidth=1.3, zorder=3)


def values_right(ax: "Axes", texts: Sequence[str], *, heading: str = "") -> None:
    """Write one text a row to the right of the scale, under a heading."""
    place = ax.get_yaxis_transform()
    for y, text in enumerate(texts):
        ax.text(1.02, y, text, transform=place, va="center", ha="left", fontsize=8.5)
    if heading:
        ax.text(1.02, -0.62, heading, transform=place, va="bottom", fontsize=8, color=SOFT_INK)


def widen(ax: "Axes", values: ArrayLike, *, share: float = 0.06) -> None:
    """Set the scale to hold all finite `values` with a margin on both sides."""
    array = np.asarray(values, dtype=np.float64)
    kept = array[np.isfinite(array)]
    low, high = (float(kept.min()), float(kept.max())) if len(kept) else (0.0, 0.0)
    span = high - low or max(abs(high), 1.0)
    ax.set_xlim(low - share * span, high + share * span)
