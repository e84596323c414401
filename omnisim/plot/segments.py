"""Who gains: the difference in contribution by segment."""

from typing import TYPE_CHECKING

import pandas as pd

from omnisim.experiment import Comparison
from omnisim.plot.rows import lay_rows, values_right, whisker, widen, zero_line
from omnisim.plot.theme import GAIN, LOSS, NEUTRAL, WIDTH, new_axes, themed
from omnisim.plot.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@themed
def segments(comparison: Comparison, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the difference in contribution of each segment's shoppers, with intervals.

    Parameters
    ----------
    comparison : Comparison
        Result to draw.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in EUR per shopper of the segment and year, before costs that shoppers share.
    """
    rows = segment_rows(comparison)
    ax = ax or new_axes(WIDTH, 1.0 + 0.4 * max(len(rows), 1))
    for y, row in enumerate(rows.itertuples()):
        color = GAIN if row.ci_low > 0 else LOSS if row.ci_high < 0 else NEUTRAL
        whisker(ax, y, row.ci_low, row.ci_high, color=color)
        ax.plot(row.difference, y, "o", color=color, markersize=8, zorder=4)
    lay_rows(ax, list(rows["segment"]), unit="€ per shopper of the segment and year")
    widen(ax, [0.0, *rows[["difference", "ci_low", "ci_high"]].to_numpy().ravel()])
    zero_line(ax)
    values_right(ax, [number(v, sign=True) for v in rows["difference"]])
    return ax


def segment_rows(comparison: Comparison) -> pd.DataFrame:
    """Return the rows of `metrics` with contribution by segment, and the column ``segment``."""
    metrics = comparison.metrics
    kept = (metrics["metric"] == "contribution") & metrics["group"].str.startswith("segment ")
    rows = metrics[kept].reset_index(drop=True)
    return rows.assign(segment=rows["group"].str.removeprefix("segment "))
