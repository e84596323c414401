"""The one door for a retailer's customer file, whichever kind it is."""

from dataclasses import dataclass
from pathlib import Path

from omnisim.config.segments import Segment
from omnisim.exceptions import TableError
from omnisim.population.columns import KNOWN_NAMES, find_column
from omnisim.population.customer_fit import (
    DEFAULT_SEGMENT,
    FittedCustomers,
    FittedTransactions,
    Start,
    fit_transactions,
)
from omnisim.population.customer_table import read_table
from omnisim.population.population import Population
from omnisim.population.sources import TableLike, open_source
from omnisim.population.transactions import read_log
from omnisim.random import Draws


@dataclass(frozen=True, eq=False, repr=False)
class Customers:
    """A retailer's customers, read, checked and ready to become shoppers.

    Attributes
    ----------
    label : str
        Where they come from.
    kind : str
        ``"transactions"`` or ``"customers"``.
    fitted : FittedTransactions or CustomerTable
        What the file says; a transaction log is fitted when read, a customer table when drawn
        from, because it needs the segment for what it does not tell.
    """

    label: str
    kind: str
    fitted: FittedCustomers

    @property
    def n_customers(self) -> int:
        """Customers in the file."""
        return self.fitted.n_customers

    def __repr__(self) -> str:
        text = f"Customers({self.n_customers:,} from {Path(self.label).name}, {self.kind})"
        if isinstance(self.fitted, FittedTransactions):
            text += f"\n  {self.fitted.fit.buying!r}\n  {self.fitted.fit.spending!r}"
        return text

    def to_population(
        self,
        n_shoppers: int | None = None,
        *,
        draws: Draws,
        mean_degree: int,
        p_rewire: float,
        segment: Segment = DEFAULT_SEGMENT,
        start: Start = "continuing",
    ) -> Population:
        """Draw shoppers from the customers; see `Population.from_fitted`."""
        return Population.from_fitted(
            self.fitted, n_shoppers, draws=draws, mean_degree=mean_degree, p_rewire=p_rewire,
            segment=segment, start=start,
        )  # fmt: skip


def read_customers(table: TableLike) -> Customers:
    """Read a customer file: a transaction log if it has dates, else a table of customers.

    Parameters
    ----------
    table : path or table
        As in `read_transactions` (customer, date, value, optional channel) or
        `read_customer_table` (past value, recency, optional channel).

    Raises
    ------
    TableError
        If the file is neither, or anything in it is wrong; naming file, row, column and value.

    Examples
    --------
    >>> customers = read_customers("CDNOW_master.txt")  # doctest: +SKIP
    >>> customers.n_customers  # doctest: +SKIP
    23570
    """
    source = open_source(table, label="customers")
    if find_column(source, "date") is not None:
        fitted = fit_transactions(read_log(source))
        return Customers(source.label, "transactions", fitted)
    if find_column(source, "past_value") is not None:
        return Customers(source.label, "customers", read_table(source))
    listed = ", ".join(repr(name) for name in source.names) or "no columns"
    raise TableError(
        f"{source.label} lacks column 'date', which a transaction log needs "
        f"({', '.join(KNOWN_NAMES['date'])}), and column 'past_value', which a customer table "
        f"needs ({', '.join(KNOWN_NAMES['past_value'])}). It has {listed}."
    )
