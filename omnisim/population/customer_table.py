"""A customer table: past value, recency and channel of each customer, but no transactions.

What the file tells, and what it does not. A customer's purchases in the past year are not counted,
only their total value H and the months since the last. The model is that of the transaction log
(BG/NBD and Gamma-Gamma) seen through this narrower window of W weeks: somebody who was a customer
when the window began bought n >= 1 times in it, last at l = W - recency, and spent H. Then

    P(n, l, H | alive) = B(a, b + n) / B(a, b) * G(r + n) / G(r) * alpha^r / (alpha + W)^(r + n)
                         * l^(n - 1) / (n - 1)! * BP(H; p n, q, v),

    P(n, l, H | lost)  = the same with B(a + 1, b + n - 1) and (alpha + l)^(r + n),

with BP the beta-prime density of a Gamma-Gamma total. From the **file** come alpha (recency tells
how often customers buy) and v (the scale of value), by maximum likelihood given that n >= 1, and
each customer's own n, rate, drop-out and spend, by their posterior. From the **segment** come the
shapes r, a, b, p and q, which one total a customer cannot tell. That all were customers when the
window began is an assumption; for newcomers it overstates the time at risk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, logsumexp, xlogy

from omnisim._validation import check_choice, check_count
from omnisim.config.segments import Segment
from omnisim.exceptions import TableError
from omnisim.population.channels import mean_shares, read_channels
from omnisim.population.columns import (
    find_column,
    read_labels,
    read_numbers,
    refuse_row,
    require_column,
)
from omnisim.population.customer_fit import (
    Demand,
    Start,
    choose_customers,
    draw_posterior,
    one_segment,
)
from omnisim.population.draw import TraitStep, draw_demand
from omnisim.population.sources import Source, TableLike, open_source
from omnisim.random import Draws, Stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WINDOW_MONTHS = 12.0
WEEKS_PER_MONTH = 365.25 / 12 / 7
MAX_PURCHASES = 120  # in the window: the model cuts the counts of more frequent customers here
CHUNK = 4_096  # customers whose posterior is in memory at a time
WEEKS_PER_BIN = WEEKS_PER_MONTH / 2  # of the last purchase, in the fit
N_VALUE_BINS = 40  # of log past value, in the fit
MIN_CUSTOMERS = 30


@dataclass(frozen=True, eq=False)
class CustomerTable:
    """Customers known by past value, recency and channel.

    Attributes
    ----------
    label : str
        Where they come from.
    past_value : ndarray of shape (n_customers,), float64, unit: money
        Value of all purchases in the window, > 0.
    last_week : ndarray of shape (n_customers,), float64, unit: weeks
        From the start of the window to the last purchase.
    shares : ndarray of shape (n_customers, 3), float64, or None
        Channels that the customer uses, in equal parts: store, website, app.
    """

    label: str
    past_value: Floats = field(repr=False)
    last_week: Floats = field(repr=False)
    shares: Floats | None = field(repr=False, default=None)

    @property
    def n_customers(self) -> int:
        """Customers in the file."""
        return int(self.past_value.size)

    @property
    def least_purchases(self) -> Ints:
        """Purchases that a customer must have made: one for each channel used."""
        if self.shares is None:
            return np.ones(self.n_customers, dtype=np.int64)
        return np.asarray(np.maximum((self.shares > 0).sum(axis=1), 1))

    def fit(self, segment: Segment) -> Segment:
        """Return `segment` with alpha and v of maximum likelihood.

        Values enter in `N_VALUE_BINS` bins of equal width in logarithm, weeks in half months.
        """
        cells, weight = _bin_customers(self)
        start = np.log([segment.need_scale_weeks, np.average(cells.past_value, weights=weight)])

        def loss(log_parameters: Floats) -> float:
            alpha, v = np.exp(log_parameters).tolist()
            trial = segment.model_copy(update={"need_scale_weeks": alpha, "basket_scale": v})
            log_joint = log_posterior(trial, cells)
            return -float(weight @ logsumexp(log_joint, axis=(1, 2))) / float(weight.sum())

        bounds = [(np.log(0.05), np.log(1e5)), (start[1] - 12, start[1] + 12)]
        found = minimize(loss, start, method="L-BFGS-B", bounds=bounds)
        alpha, v = np.exp(found.x).tolist()
        return segment.model_copy(
            update={"share": 1.0, "need_scale_weeks": alpha, "basket_scale": v}
        )

    def draw(
        self, n_shoppers: int | None, *, segment: Segment, start: Start, draws: Draws
    ) -> Demand:
        """Draw shoppers: real customers who go on, or a cohort of new ones like them.

        As `FittedTransactions.draw`; the number of past purchases of each customer is drawn from
        its posterior first.
        """
        check_choice("start", start, ("continuing", "cohort"))
        n = self.n_customers if n_shoppers is None else check_count("n_shoppers", n_shoppers)
        fitted = self.fit(segment)
        members = one_segment(fitted, n)
        if start == "cohort":
            return Demand(members, draw_demand(members, draws))
        rows = choose_customers(n, self.n_customers, draws)
        u = draws.uniform(Stream.TRAITS, np.arange(n), step=TraitStep.PAST_PURCHASES)
        count, alive = self._draw_past(fitted, rows, u)
        weeks = np.where(alive, WINDOW_MONTHS * WEEKS_PER_MONTH, self.last_week[rows])
        columns = draw_posterior(
            members, count.astype(np.float64), weeks, alive, self.past_value[rows], draws
        )
        if self.shares is None:
            return Demand(members, columns)
        shares = self.shares[rows]
        return Demand(members, columns, shares * count[:, None], mean_shares(self.shares))

    def _draw_past(
        self, fitted: Segment, rows: Ints, u: Floats
    ) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """Draw the number of purchases in the window and being alive, jointly, from uniforms."""
        place = np.empty(rows.size, dtype=np.int64)
        for begin in range(0, rows.size, CHUNK):
            part = slice(begin, begin + CHUNK)
            log_joint = log_posterior(fitted, self._take(rows[part])).reshape(len(u[part]), -1)
            weight = np.exp(log_joint - log_joint.max(axis=1, keepdims=True))
            running = np.cumsum(weight, axis=1)
            place[part] = (running <= u[part, None] * running[:, -1:]).sum(axis=1)
        return place // 2 + 1, place % 2 == 0

    def _take(self, rows: Ints) -> "CustomerTable":
        shares = None if self.shares is None else self.shares[rows]
        return CustomerTable(self.label, self.past_value[rows], self.last_week[rows], shares)


def log_posterior(segment: Segment, customers: CustomerTable) -> Floats:
    """Return the log of P(n, alive or lost, l, H | n >= 1), (n_customers, MAX_PURCHASES, 2)."""
    r, alpha = segment.need_shape, segment.need_scale_weeks
    a, b = segment.dropout_a, segment.dropout_b
    p, q, v = segment.basket_shape, segment.basket_q, segment.basket_scale
    window = WINDOW_MONTHS * WEEKS_PER_MONTH
    n = np.arange(1.0, MAX_PURCHASES + 1)
    last, value = customers.last_week[:, None], customers.past_value[:, None]
    log_value = (
        gammaln(p * n + q) - gammaln(p * n) - gammaln(q) + q * np.log(v)
        + (p * n - 1) * np.log(value) - (p * n + q) * np.log(v + value)
    )  # fmt: skip
    shared = gammaln(r + n) - gammaln(r) + r * np.log(alpha) - gammaln(n) - betaln(a, b)
    shared = shared + xlogy(n - 1, last) + log_value
    alive = shared + betaln(a, b + n) - (r + n) * np.log(alpha + window)
    lost = shared + betaln(a + 1, b + n - 1) - (r + n) * np.log(alpha + last)
    bought = np.log(-np.expm1(r * np.log(alpha / (alpha + window))))
    log_joint = np.stack([alive, lost], axis=2) - bought
    log_joint[n[None, :] < customers.least_purchases[:, None]] = -np.inf
    return np.asarray(log_joint)


def read_customer_table(
    table: TableLike,
    *,
    past_value: str | None = None,
    recency: str | None = None,
    channel: str | None = None,
    channel_names: Mapping[str, str] | None = None,
) -> CustomerTable:
    """Read and check a table of customers, one row each.

    Parameters
    ----------
    table : path or table
        As in `read_transactions`.
    past_value, recency : str, optional
        Names of the columns with the value of the purchases of the past twelve months, > 0, and
        with the months since the last purchase, 1 standing for the month just past; by default
        recognised by common names (`KNOWN_NAMES`), those of the Hillstrom data among them.
    channel : str, optional
        Name of the column that tells where the customer buys; used if present.
    channel_names : mapping of str to str, optional
        What each label means, in addition to `CHANNEL_NAMES`: ``"store"``, ``"website"``,
        ``"app"``, or several joined by ``+``. By default ``Phone``, not being online, counts as the
        store, ``Web`` as the website and ``Multichannel`` as both.

    Raises
    ------
    TableError
        Naming file, row, column and value, if a column is missing or a value wrong.
    """
    source = open_source(table, label="customers")
    return read_table(source, past_value=past_value, recency=recency, channel=channel,
                      channel_names=channel_names)  # fmt: skip


def read_table(
    source: Source,
    *,
    past_value: str | None = None,
    recency: str | None = None,
    channel: str | None = None,
    channel_names: Mapping[str, str] | None = None,
) -> CustomerTable:
    """Read an opened source as `read_customer_table` does."""
    value_column = require_column(source, "past_value", past_value)
    recency_column = require_column(source, "recency", recency)
    where, who = find_column(source, "channel", channel), find_column(source, "customer")
    used = [c for c in (value_column, recency_column, where, who) if c is not None]
    table = source.load([*dict.fromkeys(used)])
    if table.num_rows < MIN_CUSTOMERS:
        raise TableError(
            f"{source.label} must hold at least {MIN_CUSTOMERS} customers to be fitted. "
            f"Got {table.num_rows}."
        )
    if who is not None:
        _refuse_repeated(source, who, read_labels(source, table, who)[0])
    months = read_numbers(source, table, recency_column, WINDOW_MONTHS)
    # Recency counts begun months: 1 is somewhere within the last, so half a month back.
    since = np.maximum(months - 0.5, 0.0)
    return CustomerTable(
        label=source.label,
        past_value=read_numbers(source, table, value_column, zero=False),
        last_week=(WINDOW_MONTHS - since) * WEEKS_PER_MONTH,
        shares=read_channels(source, table, where, channel_names or {}) if where else None,
    )


def _refuse_repeated(source: Source, column: str, codes: Ints) -> None:
    first = np.unique(codes, return_index=True)[1]
    if first.size < codes.size:
        again = np.setdiff1d(np.arange(codes.size), first)[0]
        refuse_row(source, column, int(again), "the same again",
                   "must name every customer once")  # fmt: skip


def _bin_customers(customers: CustomerTable) -> tuple[CustomerTable, Floats]:
    """Return one customer for each cell of value, last week and channels, and how many it has.

    The value of a cell is the geometric mean of its customers.
    """
    log_value = np.log(customers.past_value)
    width = max(float(np.ptp(log_value)) / N_VALUE_BINS, 1e-9)
    last = np.round(customers.last_week / WEEKS_PER_BIN) * WEEKS_PER_BIN
    key = np.stack([np.round(log_value / width), last, customers.least_purchases])
    _, first, cell, weight = np.unique(
        key, axis=1, return_index=True, return_inverse=True, return_counts=True
    )
    mean = np.bincount(cell.ravel(), log_value) / weight
    shares = None if customers.shares is None else customers.shares[first]
    cells = CustomerTable(customers.label, np.exp(mean), last[first], shares)
    return cells, weight.astype(np.float64)
