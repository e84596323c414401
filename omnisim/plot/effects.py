"""Effects of a randomised trial, by arm and subgroup."""

from typing import TYPE_CHECKING

import numpy as np

from omnisim.evaluation import Effects
from omnisim.plot.rows import lay_rows, rows_of, scale_with_zero, signed_dots, values_right
from omnisim.plot.theme import WIDTH, new_axes, themed
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
    rows = rows_of(result.table, "outcome", outcome, default=0)
    ax = ax or new_axes(WIDTH, 1.0 + 0.4 * len(rows))
    signed_dots(ax, rows["effect"], rows["ci_low"], rows["ci_high"], size=7)
    labels = [row.arm if not row.by else f"{row.level}: {row.arm}" for row in rows.itertuples()]
    first = rows.iloc[0]
    unit = f"{title(first['outcome'])}, difference from {first['control']}"
    lay_rows(ax, labels, unit=f"{unit}\nwith {result.confidence:.0%} intervals")
    scale_with_zero(ax, rows[["effect", "ci_low", "ci_high"]])
    digits = digits_for(float(np.nanmax(np.abs(rows["effect"]))))
    values_right(ax, [number(value, digits, sign=True) for value in rows["effect"]])
    return ax


def digits_for(size: float) -> int:
    """Return the digits after the point that show three figures of a number of this size."""
    if not np.isfinite(size) or size == 0:
        return 2
    return int(np.clip(2 - np.floor(np.log10(size)), 0, 6))
