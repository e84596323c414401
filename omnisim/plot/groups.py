"""Who gains: the difference by age, distance, digital nativity and privacy concern."""

from typing import TYPE_CHECKING

import pandas as pd

from omnisim._validation import check_choice
from omnisim.experiment import Comparison
from omnisim.experiment.groups import BANDS
from omnisim.plot.rows import lay_rows, scale_with_zero, signed_dots, values_right
from omnisim.plot.theme import RULE, WIDTH, new_axes, themed
from omnisim.plot.wording import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

METRICS = {
    "shopper contribution": "contribution of shoppers, € per shopper and year",
    "surplus": "surplus of shoppers, € per shopper and year",
    "revenue": "revenue, € per shopper and year",
    "retention": "retention, share of customers",
}


@themed
def groups(
    comparison: Comparison, *, metric: str = "shopper contribution", ax: "Axes | None" = None
) -> "Axes":
    """Draw the difference of each group's shoppers, with intervals.

    Parameters
    ----------
    comparison : Comparison
        Result to draw.
    metric : {"shopper contribution", "surplus", "revenue", "retention"}
        What is compared, by default shopper contribution: before the costs that all shoppers
        share. Surplus is what shoppers gain.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in the unit of the metric, per shopper of the group; lines part the traits.
    """
    check_choice("metric", metric, METRICS)
    rows = group_rows(comparison, metric)
    ax = ax or new_axes(WIDTH, 1.0 + 0.42 * max(len(rows), 1))
    signed_dots(ax, rows["difference"], rows["ci_low"], rows["ci_high"])
    lay_rows(ax, rows["group"].tolist(), unit=METRICS[metric])
    for y in range(1, len(rows)):
        if rows["trait"].iloc[y] != rows["trait"].iloc[y - 1]:
            ax.axhline(y - 0.5, color=RULE, linewidth=0.9)
    scale_with_zero(ax, rows[["difference", "ci_low", "ci_high"]])
    digits = 4 if metric == "retention" else 2
    values_right(ax, [number(value, digits, sign=True) for value in rows["difference"]])
    return ax


def group_rows(comparison: Comparison, metric: str) -> pd.DataFrame:
    """Return the metrics of one kind by trait and group, in the order of the bands."""
    table = comparison.metrics[comparison.metrics["metric"] == metric].set_index("group")
    found = [
        table.loc[[name]].assign(trait=bands.trait).reset_index()
        for bands in BANDS
        for name in bands.names
        if name in table.index
    ]
    columns = [*comparison.metrics.columns, "trait"]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
