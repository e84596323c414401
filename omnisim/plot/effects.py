"""Effects of a randomised trial, by arm and subgroup."""

from typing import TYPE_CHECKING

import numpy as np

from omnisim._validation import check_choice
from omnisim.evaluation import Effects
from omnisim.plot.rows import lay_rows, values_right, whisker, widen, zero_line
from omnisim.plot.theme import GAIN, LOSS, NEUTRAL, WIDTH, new_axes, themed
from omnisim.plot.wording import number, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@themed
def effects(result: Effects, *, outcome: str | None = None, ax: "Axes | None" = None) -> "Axes":
    """Draw the difference of every arm from the control, with its interval, one row each.

    Parameters
    ----------
    result : Effects
        What `Trial.effects` returned.
    outcome : str, optional
        Outcome to draw; the first by default.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in the unit of the outcome; 0 is no effect.

    Raises
    ------
    ParameterError
        If there is no such outcome.
    """
    known = list(dict.fromkeys(result.table["outcome"]))
    chosen = known[0] if outcome is None else check_choice("outcome", outcome, known)
    rows = result.table[result.table["outcome"] == chosen]
    ax = ax or new_axes(WIDTH, 1.0 + 0.4 * len(rows))
    for y, row in enumerate(rows.itertuples()):
        color = GAIN if row.ci_low > 0 else LOSS if row.ci_high < 0 else NEUTRAL
        whisker(ax, y, row.ci_low, row.ci_high, color=color)
        ax.plot(row.effect, y, "o", color=color, markersize=7, zorder=4)
    labels = [row.arm if not row.by else f"{row.level}: {row.arm}" for row in rows.itertuples()]
    unit = f"{title(chosen)}, difference from {rows['control'].iloc[0]}"
    lay_rows(ax, labels, unit=f"{unit}\nwith {result.confidence:.0%} intervals")
    widen(ax, [0.0, *rows[["effect", "ci_low", "ci_high"]].to_numpy().ravel()])
    zero_line(ax)
    digits = digits_for(float(np.nanmax(np.abs(rows["effect"]))))
    values_right(ax, [number(value, digits, sign=True) for value in rows["effect"]])
    return ax


def digits_for(size: float) -> int:
    """Return the digits after the point that show three figures of a number of this size."""
    if not np.isfinite(size) or size == 0:
        return 2
    return int(np.clip(2 - np.floor(np.log10(size)), 0, 6))
