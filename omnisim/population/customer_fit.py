"""A retailer's customers as a fitted model, and shoppers drawn from what each customer shows."""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from omnisim._validation import check_choice, check_count
from omnisim.config.segments import Segment
from omnisim.exceptions import TableError
from omnisim.population.bgnbd import BgNbd, fit_bgnbd
from omnisim.population.channels import mean_shares
from omnisim.population.draw import DAYS_PER_WEEK, Columns, Membership, TraitStep, draw_demand
from omnisim.population.gamma_gamma import GammaGamma, fit_gamma_gamma
from omnisim.population.transactions import Histories, Transactions
from omnisim.random import Draws, Stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Start: TypeAlias = Literal["continuing", "cohort"]

SEGMENT_NAME = "customers"
DEFAULT_SEGMENT = Segment()
ALIVE_STEP = 1  # in Stream.DROPOUT; step 0 draws the probability
MIN_REPEAT_CUSTOMERS = 30  # fewer say next to nothing about four parameters


@dataclass(frozen=True)
class CustomerFit:
    """BG/NBD and Gamma-Gamma, fitted to the same customers.

    Attributes
    ----------
    buying : BgNbd
        How often customers buy and when they stop; `expected_repeats`, `p_alive`.
    spending : GammaGamma
        How much a purchase is worth.
    """

    buying: BgNbd
    spending: GammaGamma

    def __repr__(self) -> str:
        return f"CustomerFit(\n  {self.buying!r},\n  {self.spending!r})"

    @property
    def n_customers(self) -> int:
        """Customers that the buying model was fitted to."""
        return self.buying.n_customers

    def to_segment(self, segment: Segment) -> Segment:
        """Return a segment with this demand, all other traits taken from `segment`."""
        fitted = {
            "share": 1.0, "need_shape": self.buying.r, "need_scale_weeks": self.buying.alpha,
            "dropout_a": self.buying.a, "dropout_b": self.buying.b,
            "basket_shape": self.spending.p, "basket_q": self.spending.q,
            "basket_scale": self.spending.v,
        }  # fmt: skip
        return segment.model_copy(update=fitted)

    def summary(self) -> pd.DataFrame:
        """Return the parameters and what they imply, with units."""
        b, s = self.buying, self.spending
        year = float(b.expected_repeats(52.0))
        rows = [
            ("r", b.r, ""), ("alpha", b.alpha, "weeks"), ("a", b.a, ""), ("b", b.b, ""),
            ("p", s.p, ""), ("q", s.q, ""), ("v", s.v, "money"),
            ("mean rate", 52 * b.r / b.alpha, "purchases per year while alive"),
            ("mean drop-out", b.a / (b.a + b.b), "per purchase"),
            ("repeats in the first year", year, "purchases per new customer"),
            ("mean purchase", s.mean_value, "money"),
            ("log-likelihood, buying", b.log_likelihood, ""),
            ("log-likelihood, spending", s.log_likelihood, ""),
            ("customers", float(b.n_customers), ""),
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["quantity", "value", "unit"]).set_index("quantity")


@dataclass(frozen=True, eq=False)
class Demand:
    """Shoppers drawn from customers: their segment, demand and purchases by channel.

    Attributes
    ----------
    members : Membership
        One segment, the fitted one.
    columns : dict of str to ndarray
        The columns of `draw_demand`.
    by_channel : ndarray of shape (n_shoppers, 3), or None
        Purchases in store, website and app, where known.
    mean_share : ndarray of shape (3,), or None
        Shares of the channels in the file.
    """

    members: Membership
    columns: Columns
    by_channel: Floats | None = None
    mean_share: Floats | None = None


class FittedCustomers(Protocol):
    """A customer file that shoppers' demand can be drawn from."""

    @property
    def n_customers(self) -> int:
        """Customers in the file."""

    def draw(
        self, n_shoppers: int | None, *, segment: Segment, start: Start, draws: Draws
    ) -> Demand:
        """Draw the demand of `n_shoppers`, or of one shopper per customer."""


@dataclass(frozen=True, eq=False)
class FittedTransactions:
    """Customers known by their transactions.

    Attributes
    ----------
    label : str
        Where they come from.
    fit : CustomerFit
    histories : Histories
        What each customer did, up to the end of observation.
    """

    label: str
    fit: CustomerFit
    histories: Histories

    @property
    def n_customers(self) -> int:
        """Customers in the file."""
        return len(self.histories)

    def draw(
        self, n_shoppers: int | None, *, segment: Segment, start: Start, draws: Draws
    ) -> Demand:
        """Draw shoppers: real customers who go on, or a cohort of new ones like them.

        With ``start="continuing"`` shopper i is customer i, or, if `n_shoppers` is not the number
        of customers, one drawn with replacement; need rate, drop-out, being alive and basket scale
        are drawn from their joint posterior given that customer's history. With
        ``start="cohort"`` they are drawn from the fitted prior, and everyone is alive.
        """
        check_choice("start", start, ("continuing", "cohort"))
        n = self.n_customers if n_shoppers is None else check_count("n_shoppers", n_shoppers)
        members = one_segment(self.fit.to_segment(segment), n)
        if start == "cohort":
            return Demand(members, draw_demand(members, draws))
        rows = choose_customers(n, self.n_customers, draws)
        h = self.histories
        p_alive = self.fit.buying.p_alive(h.x[rows], h.t_x[rows], h.T[rows])
        alive = draws.uniform(Stream.DROPOUT, np.arange(n), step=ALIVE_STEP) < p_alive
        weeks = np.where(alive, h.T[rows], h.t_x[rows])
        columns = draw_posterior(members, h.x[rows], weeks, alive, h.repeat_total[rows], draws)
        if h.by_channel is None:
            return Demand(members, columns)
        return Demand(members, columns, h.by_channel[rows], mean_shares(h.by_channel))


def fit_transactions(transactions: Transactions) -> FittedTransactions:
    """Fit BG/NBD and Gamma-Gamma to a transaction log, observed until its last day.

    Gamma-Gamma is fitted to the mean repeat purchase of customers with repeat purchases, by the
    convention of Fader, Hardie and Lee (2005) on CDNOW.

    Raises
    ------
    TableError
        If fewer than `MIN_REPEAT_CUSTOMERS` customers bought again with a value above 0.
    """
    h = transactions.histories()
    repeats = (h.x > 0) & (h.repeat_total > 0)
    if repeats.sum() < MIN_REPEAT_CUSTOMERS:
        raise TableError(
            f"{transactions.label} must hold at least {MIN_REPEAT_CUSTOMERS} customers who bought "
            f"on two days or more, to be fitted. Got {repeats.sum()} of {len(h)}."
        )
    fit = CustomerFit(
        fit_bgnbd(h.x, h.t_x, h.T),
        fit_gamma_gamma(h.x[repeats], h.repeat_total[repeats] / h.x[repeats]),
    )
    return FittedTransactions(transactions.label, fit, h)


def draw_posterior(
    members: Membership, count: Floats, weeks: Floats, alive: npt.NDArray[np.bool_],
    spend: Floats, draws: Draws,
) -> Columns:  # fmt: skip
    """Draw demand given what customers did; conjugate, so exact.

    Given whether the customer is still alive, the likelihood of `count` purchases is
    ``lambda**count exp(-lambda weeks) (1 - p)**(count - lost) p**lost`` (BG/NBD equation 3), so
    lambda is Gamma(r + count, alpha + weeks) and p is Beta(a + lost, b + count - lost). Given spend
    on the same purchases, nu is Gamma(q + p count, v + spend).

    Parameters
    ----------
    members : Membership
        Holds the prior of each shopper.
    count : ndarray of shape (n_shoppers,)
        Purchases observed; at least 1 where the customer is lost.
    weeks : ndarray of shape (n_shoppers,), unit: weeks
        Time at risk: to the end of observation, or to the last purchase of a lost customer.
    alive : ndarray of shape (n_shoppers,), bool
    spend : ndarray of shape (n_shoppers,), unit: money
        Spend on these purchases.
    draws : Draws
        Random numbers of the replication.
    """
    shopper = np.arange(len(members))
    lost = 1.0 - alive
    p = members.column("basket_shape")
    return {
        "need_rate": draws.gamma(
            Stream.NEED_RATE, shopper, shape=members.column("need_shape") + count,
            scale=1 / ((members.column("need_scale_weeks") + weeks) * DAYS_PER_WEEK),
        ),
        "dropout": draws.beta(
            Stream.DROPOUT, shopper, a=members.column("dropout_a") + lost,
            b=members.column("dropout_b") + count - lost,
        ),
        "basket_shape": p,
        "basket_scale": draws.gamma(
            Stream.BASKET_SCALE, shopper, shape=members.column("basket_q") + p * count,
            scale=1 / (members.column("basket_scale") + spend),
        ),
        "alive": alive.astype(np.uint8),
    }  # fmt: skip


def one_segment(segment: Segment, n_shoppers: int) -> Membership:
    """Put all shoppers into one segment."""
    return Membership((segment,), (SEGMENT_NAME,), np.zeros(n_shoppers, dtype=np.int16))


def choose_customers(n_shoppers: int, n_customers: int, draws: Draws) -> Ints:
    """Return each shopper's customer: themselves if the numbers agree, else drawn."""
    shopper = np.arange(n_shoppers)
    if n_shoppers == n_customers:
        return shopper
    u = draws.uniform(Stream.TRAITS, shopper, step=TraitStep.CUSTOMER)
    return (u * n_customers).astype(np.int64)
