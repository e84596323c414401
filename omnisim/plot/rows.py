"""What figures made of rows share: labels on the left, values on one scale, intervals."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from omnisim._validation import check_choice
from omnisim.plot.theme import GRID, INK, SOFT_INK, sure_color
from omnisim.plot.wording import number, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABEL_WIDTH = 19
"""Characters of a row's label before it breaks."""


def rows_of(
    table: pd.DataFrame, column: str, value: str | None, *, default: int = -1
) -> pd.DataFrame:
    """Return the rows with a value in a column; without one, by default, those with the last.

    Raises
    ------
    ParameterError
        If no row has it.
    """
    known = list(dict.fromkeys(table[column]))
    chosen = known[default] if value is None and known else check_choice(column, value or "", known)
    return table[table[column] == chosen]


def lay_rows(ax: "Axes", labels: Sequence[str], *, unit: str, bold: int = -1) -> None:
    """Label rows 0, 1, … downwards, one of them bold, and name the unit of the scale."""
    place = ax.get_yaxis_transform()
    for y, label in enumerate(labels):
        words = wrapped(label, LABEL_WIDTH, n_lines=3)
        write_lines(ax, (-0.03, y), words, place, ha="right", weight="bold" if y == bold else "")
    ax.set_yticks([])
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.grid(axis="x", color=GRID)
    ax.set_xlabel(unit)
    ax.xaxis.set_major_formatter(lambda value, _: _tick(ax, value))


def _tick(ax: "Axes", value: float) -> str:
    """Write a tick with as many digits as the ticks need to be exact."""
    return number(value, digits_of(ax.get_xticks()))


def digits_of(ticks: ArrayLike) -> int:
    """Return the digits after the point that write every tick exactly, at most 6."""
    values = np.asarray(ticks, dtype=np.float64)
    spans = np.abs(np.diff(values))
    slack = 1e-6 * float(spans.min()) if len(spans) else 0.0
    for digits in range(6):
        if np.all(np.abs(values - values.round(digits)) <= slack):
            return digits
    return 6


def write_lines(
    ax: "Axes", at: tuple[float, float], text: str, place: Any, *, ha: str, **how: Any
) -> None:
    """Write lines below each other, each anchored by itself.

    matplotlib aligns the lines of one text by the widths of its own font, which a browser may not
    have; single lines are aligned by the browser.
    """
    lines = text.split("\n")
    how = {"fontsize": 9, **{key: value for key, value in how.items() if value}}
    for k, line in enumerate(lines):
        up = ((len(lines) - 1) / 2 - k) * 1.2 * how["fontsize"]
        ax.annotate(line, at, (0, up), xycoords=place, textcoords="offset points", ha=ha,
                    va="center_baseline", annotation_clip=False, **how)  # fmt: skip


def zero_line(ax: "Axes", at: float = 0.0) -> None:
    """Draw the line to compare with."""
    ax.axvline(at, color=INK, linewidth=0.9, zorder=1.5)


def whisker(ax: "Axes", y: ArrayLike, low: ArrayLike, high: ArrayLike, *, color: str = INK) -> None:
    """Draw an interval in a row, or one in each of several rows; nothing where it is not known."""
    ends = [np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (y, low, high)]
    known = np.isfinite(ends[1]) & np.isfinite(ends[2])
    place, left, right = (values[known] for values in ends)
    ax.hlines(place, left, right, color=color, linewidth=1.3, zorder=3)
    ax.plot([left, right], [place, place], "|", color=color, markersize=6, markeredgewidth=1.3,
            zorder=3)  # fmt: skip


def signed_dots(
    ax: "Axes", value: ArrayLike, low: ArrayLike, high: ArrayLike, *, size: float = 8.0
) -> None:
    """Draw a dot with its interval in each row, in the colour of what is sure of its sign."""
    ends = (np.asarray(values, dtype=np.float64) for values in (value, low, high))
    for y, (middle, left, right) in enumerate(zip(*ends, strict=True)):
        color = sure_color(left, right)
        whisker(ax, y, left, right, color=color)
        ax.plot(middle, y, "o", color=color, markersize=size, zorder=4)


def values_right(ax: "Axes", texts: Sequence[str], *, heading: str = "") -> None:
    """Write one text a row to the right of the scale, under a heading."""
    place = ax.get_yaxis_transform()
    for y, text in enumerate(texts):
        write_lines(ax, (1.02, y), text, place, ha="left", fontsize=8.5)
    if heading:
        ax.text(1.02, -0.62, heading, transform=place, va="bottom", fontsize=8, color=SOFT_INK)


def scale_with_zero(ax: "Axes", values: ArrayLike) -> None:
    """Set the scale to hold zero and all finite `values`, and draw the line at zero."""
    widen(ax, np.append(0.0, np.asarray(values, dtype=np.float64)))
    zero_line(ax)


def widen(ax: "Axes", values: ArrayLike, *, share: float = 0.06) -> None:
    """Set the scale to hold all finite `values` with a margin on both sides."""
    array = np.asarray(values, dtype=np.float64)
    kept = array[np.isfinite(array)]
    low, high = (float(kept.min()), float(kept.max())) if len(kept) else (0.0, 0.0)
    span = high - low or max(abs(high), 1.0)
    ax.set_xlim(low - share * span, high + share * span)
