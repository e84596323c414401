"""What each order of bringing capabilities in is worth, and how it may turn out."""

from typing import TYPE_CHECKING

from omnisim._validation import check_count
from omnisim.experiment import RollOuts
from omnisim.experiment.roll_outs import ARROW
from omnisim.plot.rows import lay_rows, scale_with_zero, signed_dots, values_right
from omnisim.plot.theme import WIDTH, new_axes, themed
from omnisim.plot.wording import number, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@themed
def roll_outs(found: RollOuts, *, n_orders: int = 6, ax: "Axes | None" = None) -> "Axes":
    """Draw the net present value of the best orders and of the worst, with their spread.

    Parameters
    ----------
    found : RollOuts
        Result to draw.
    n_orders : int, default=6
        Orders to draw; the last of them is the worst of all.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        Scale in million EUR; on the right the mean, what the order costs, and the probability of a
        loss.
    """
    check_count("n_orders", n_orders)
    table = found.orders
    rows = table if len(table) <= n_orders else table.iloc[[*range(n_orders - 1), -1]]
    ax = ax or new_axes(WIDTH, 1.3 + 0.42 * len(rows))
    signed_dots(ax, rows["npv"], rows["npv_low"], rows["npv_high"])
    labels = [f"{rank + 1}. {short_order(order)}" for rank, order in rows["order"].items()]
    spread = percent(found.confidence)
    lay_rows(ax, labels, unit=f"net present value, million €; {spread} of the draws", bold=0)
    scale_with_zero(ax, rows[["npv", "npv_low", "npv_high"]])
    texts = [
        f"{number(row.npv, 1, sign=True)}, costs {number(row.cost, 1)}\nloss {percent(row.p_loss)}"
        for row in rows.itertuples()
    ]
    values_right(ax, texts)
    return ax


def short_order(order: str) -> str:
    """Return an order with each capability by its initials, as in "VS, EA, SCV".

    Examples
    --------
    >>> short_order("visible_stock > endless_aisle")
    'VS, EA'
    """
    names = order.split(ARROW)
    return ", ".join("".join(word[0].upper() for word in name.split("_")) for name in names)
