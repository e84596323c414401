"""The difference in profit, account line by account line."""

from typing import TYPE_CHECKING

import pandas as pd

from omnisim.experiment import Comparison
from omnisim.plot.rows import lay_rows, scale_with_zero, values_right
from omnisim.plot.theme import WIDTH, new_axes, themed
from omnisim.plot.waterfall import waterfall
from omnisim.plot.wording import euro, number, title, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SMALL = 0.005
"""EUR per shopper and year below which a change of a line joins the other lines."""


@themed
def difference(comparison: Comparison, *, ax: "Axes | None" = None) -> "Axes":
    """Draw how the change of each account line leads from one profit to the other.

    Bars hang on each other: each begins where the one above ends, the first at no change, and the
    last is the difference in profit. Whiskers are the intervals of each line's change.

    Parameters
    ----------
    comparison : Comparison
        Result to draw.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in EUR per shopper and year, 0 at the baseline's profit.
    """
    changes = account_changes(comparison)
    total = comparison.headline
    ax = ax or new_axes(WIDTH, 1.1 + 0.27 * (len(changes) + 1))
    columns = ["difference", "ci_low", "ci_high"]
    seen = waterfall(ax, changes[columns].to_numpy(), total[columns])
    lay_rows(ax, [*changes["label"], "Profit"], unit=_unit(comparison), bold=len(changes))
    scale_with_zero(ax, seen)
    values_right(ax, [number(v, sign=True) for v in [*changes["difference"], total["difference"]]])
    return ax


def account_changes(comparison: Comparison) -> pd.DataFrame:
    """Return the changes of the account lines, small ones joined.

    They sum to the change of profit, within `SMALL` where the small ones cancel.

    Returns
    -------
    DataFrame
        Columns label (str), difference, ci_low, ci_high (EUR per shopper and year), in the order
        of the account.
    """
    lines = comparison.metrics[comparison.metrics["metric"] == "line"]
    columns = ["difference", "ci_low", "ci_high"]
    is_small = lines[columns].abs().max(axis=1) < SMALL
    large = lines.loc[~is_small, columns].assign(label=lines["group"].map(title))
    joined = lines.loc[is_small, "difference"].sum()
    if abs(joined) >= SMALL:
        # Too small to be drawn, so its interval is left as the point that it would look like.
        other = pd.DataFrame([{"label": "Other lines"} | dict.fromkeys(columns, joined)])
        large = pd.concat([large, other])
    return large[["label", *columns]].reset_index(drop=True)


def _unit(comparison: Comparison) -> str:
    row = comparison.headline
    before, after = (wrapped(name, 18, n_lines=1) for name in comparison.names)
    profits = f"{before} {euro(row['baseline'])}, {after} {euro(row['variant'])}"
    return f"€ per shopper and year, against the profit of\n{profits}"
