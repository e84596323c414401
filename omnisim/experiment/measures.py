"""What is measured of a run: numbers by metric and group, per shopper and year."""

import numpy as np
from numpy.typing import NDArray

from omnisim.experiment.customers import Flags, customers_of
from omnisim.experiment.groups import groupings
from omnisim.schema import OWN_CHANNELS, Channel, Event, Fulfilment, Line
from omnisim.simulation import SimulationResult
from omnisim.simulation.parameters import DAYS_PER_YEAR

Measures = dict[tuple[str, str], float]
"""Value by (metric, group); the group is "" for the whole firm."""

UNITS = {
    "profit": "EUR per shopper and year",
    "discounted profit": "EUR per shopper and year",
    "contribution": "EUR per shopper and year",
    "shopper contribution": "EUR per shopper and year",
    "revenue": "EUR per shopper and year",
    "line": "EUR per shopper and year",
    "surplus": "EUR per shopper and year",
    "orders": "orders per shopper and year",
    "considers the firm": "share of shoppers who consider the firm at the end",
    "retention": "share of both firms' customers at the end of the burn-in who consider the firm "
    "at the end",
    "bought again": "share of both firms' customers at the end of the burn-in who buy afterwards",
    "satisfaction": "mean, in [-1, 1]",
    "crossing journeys": "share of journeys decided in another place than they began in",
    "events": "events per shopper and year",
}
"""Unit of each metric."""

PAID_CONTACTS = (Event.MESSAGE, Event.IMPRESSION)
"""Contacts whose cost is posted day by day in one sum, but which reach one shopper each."""


def measure(run: SimulationResult, customers: Flags | None = None) -> Measures:
    """Return the measures of one run.

    ``profit`` is the sum of all postings, and ``discounted profit`` that of its value on the first
    counted day at `market.discount_rate`. ``contribution`` is profit before the cost of
    capabilities, running or invested. ``shopper contribution`` is what can be told of single
    shoppers: the postings of their purchases and contacts, less the messages and advertisements
    that reached them; it leaves out staff in the store, television and print, bought data and
    capabilities. ``revenue`` is the price of goods sold before points and refunds; ``surplus``
    what shoppers gain by the firm at the first decision of each need; ``line`` the account by line;
    ``orders`` by channel and by fulfilment. ``considers the firm`` is a share of all shoppers,
    ``retention`` and ``bought again`` are shares of the same persons, `customers`.

    Groups are those of `omnisim.experiment.groups`, per shopper of the group: their means, weighted
    by size, are the value of the whole. A group with nobody in it has NaN.

    Parameters
    ----------
    run : SimulationResult
        The run.
    customers : ndarray of shape (n_shoppers,), bool, optional
        Whom retention follows; by default the run's own customers at the end of the burn-in
        (`customers_of`). For two firms to be compared it must be the same persons,
        `common_customers`.
    """
    years = run.shopper_years
    found: Measures = {}
    _measure_account(run, years, found)
    _measure_groups(run, years, customers_of(run) if customers is None else customers, found)
    _measure_orders(run, years, found)
    event = run.counted_events["event"].to_numpy()
    for kind, count in enumerate(np.bincount(event, minlength=len(Event))):
        found["events", Event(kind).name.lower()] = count / years
    found["satisfaction", ""] = float(run.final["satisfaction"].mean())
    return found


def account_of(run: SimulationResult) -> dict[str, float]:
    """Return the account in EUR per shopper and year: by line, contacts by who takes them.

    ``service`` holds what agents take, ``self_service`` what the chatbot and the help pages do.
    """
    table = run.counted_postings
    line, channel = table["line"].to_numpy(), table["channel"].to_numpy()
    euros = table["cents"].to_numpy() / 100 / run.shopper_years
    found = dict(zip((k.name.lower() for k in Line), _sums(line, euros, len(Line)), strict=True))
    by_itself = (line == Line.SERVICE) & np.isin(channel, (Channel.CHATBOT, Channel.WEBSITE))
    found["self_service"] = float(euros[by_itself].sum())
    found["service"] -= found["self_service"]
    return {name: float(value) for name, value in found.items()}


def _measure_account(run: SimulationResult, years: float, found: Measures) -> None:
    table = run.counted_postings
    line, channel = table["line"].to_numpy(), table["channel"].to_numpy()
    euros = table["cents"].to_numpy() / 100 / years
    by_line = _sums(line, euros, len(Line))
    for kind in Line:
        found["line", kind.name.lower()] = by_line[kind]
    found["profit", ""] = run.profit_per_shopper_year
    market = run.scenario.market
    passed = (table["time"].to_numpy() - market.burn_in_days) / DAYS_PER_YEAR
    found["discounted profit", ""] = float(np.sum(euros * (1 + market.discount_rate) ** -passed))
    capabilities = by_line[Line.CAPABILITIES] + by_line[Line.INVESTMENT]
    found["contribution", ""] = run.profit_per_shopper_year - capabilities
    sold = line == Line.REVENUE
    by_channel = _sums(channel[sold], euros[sold], len(Channel))
    for code in OWN_CHANNELS:
        found["revenue", f"channel {code.name.lower()}"] = by_channel[code]


def _measure_groups(run: SimulationResult, years: float, customers: Flags, found: Measures) -> None:
    """Add what is known of every shopper: for all, and by group."""
    n = len(run.population)
    per_year = n / years
    considers = (run.final["alive"] == 1) & (run.final["aware"] == 1)
    again = np.zeros(n, np.bool_)
    again[run.orders["shopper"].to_numpy()] = True
    of_shopper = {
        "shopper contribution": contribution_by_shopper(run) * per_year,
        "revenue": revenue_by_shopper(run) * per_year,
        "surplus": run.final["surplus"] * per_year,
        "considers the firm": considers.astype(np.float64),
    }
    of_customer = {"retention": considers, "bought again": again}
    everybody = np.zeros(n, np.int64)
    for group, names in [(everybody, ("",)), *groupings(run.population)]:
        size = _sums(group, np.ones(n), len(names))
        for metric, value in of_shopper.items():
            _add_means(found, metric, names, _sums(group, value, len(names)), size)
        size = _sums(group, customers.astype(np.float64), len(names))
        for metric, is_so in of_customer.items():
            kept = (customers & is_so).astype(np.float64)
            _add_means(found, metric, names, _sums(group, kept, len(names)), size)


def _add_means(
    found: Measures, metric: str, names: tuple[str, ...], total: NDArray[np.float64],
    size: NDArray[np.float64],
) -> None:  # fmt: skip
    for name, value, n in zip(names, total, size, strict=True):
        found[metric, name] = float(value / n) if n else float("nan")


def contribution_by_shopper(run: SimulationResult) -> NDArray[np.float64]:
    """Return what each shopper brings the firm, EUR: own postings, less own paid contacts."""
    table, n = run.counted_postings, len(run.population)
    shopper = table["shopper"].to_numpy()
    own = shopper >= 0
    brought = _sums(shopper[own], table["cents"].to_numpy()[own] / 100, n)
    events = run.counted_events
    paid = np.isin(events["event"].to_numpy(), PAID_CONTACTS)
    cost = _sums(events["shopper"].to_numpy()[paid], events["cost"].to_numpy()[paid], n)
    return np.asarray(brought - cost)


def revenue_by_shopper(run: SimulationResult) -> NDArray[np.float64]:
    """Return the price of goods sold to each shopper, EUR."""
    table = run.counted_postings
    sold = table["line"].to_numpy() == Line.REVENUE
    shopper, cents = table["shopper"].to_numpy()[sold], table["cents"].to_numpy()[sold]
    return _sums(shopper, cents / 100, len(run.population))


def _measure_orders(run: SimulationResult, years: float, found: Measures) -> None:
    orders = run.orders
    channel = np.bincount(orders["channel"].to_numpy(), minlength=len(Channel))
    fulfilment = np.bincount(orders["fulfilment"].to_numpy(), minlength=len(Fulfilment))
    found["orders", ""] = orders.num_rows / years
    for code in OWN_CHANNELS:
        found["orders", f"channel {code.name.lower()}"] = channel[code] / years
    for kind in list(Fulfilment)[1:]:
        found["orders", f"fulfilment {kind.name.lower()}"] = fulfilment[kind] / years


def _sums(code: NDArray[np.integer], weight: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    return np.bincount(code, weights=weight, minlength=n).astype(np.float64)
