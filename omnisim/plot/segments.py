"""Who gains: the difference in contribution by segment."""

from typing import TYPE_CHECKING

import pandas as pd

from omnisim.experiment import Comparison
from omnisim.plot.rows import lay_rows, scale_with_zero, signed_dots, values_right
from omnisim.plot.theme import WIDTH, new_axes, themed
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
    signed_dots(ax, rows["difference"], rows["ci_low"], rows["ci_high"])
    lay_rows(ax, list(rows["segment"]), unit="€ per shopper of the segment and year")
    scale_with_zero(ax, rows[["difference", "ci_low", "ci_high"]])
    values_right(ax, [number(v, sign=True) for v in rows["difference"]])
    return ax


def segment_rows(comparison: Comparison) -> pd.DataFrame:
    """Return the rows of `metrics` with contribution by segment, and the column ``segment``."""
    metrics = comparison.metrics
    kept = (metrics["metric"] == "shopper contribution") & metrics["group"].str.startswith(
        "segment "
    )
    rows = metrics[kept].reset_index(drop=True)
    return rows.assign(segment=rows["group"].str.removeprefix("segment "))
