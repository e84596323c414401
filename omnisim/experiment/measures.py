"""What is measured of a run: numbers by metric and group, per shopper and year."""

import numpy as np
from numpy.typing import NDArray

from omnisim.experiment.groups import groupings
from omnisim.schema import OWN_CHANNELS, Channel, Event, Fulfilment, Line
from omnisim.simulation import SimulationResult

Measures = dict[tuple[str, str], float]
"""Value by (metric, group); the group is "" for the whole firm."""

UNITS = {
    "profit": "EUR per shopper and year",
    "contribution": "EUR per shopper and year",
    "revenue": "EUR per shopper and year",
    "line": "EUR per shopper and year",
    "surplus": "EUR per shopper and year",
    "orders": "orders per shopper and year",
    "retention": "share of shoppers who consider the firm at the end",
    "satisfaction": "mean, in [-1, 1]",
    "events": "events per shopper and year",
}
"""Unit of each metric."""

SHARED_LINES = (Line.CAPABILITIES, Line.STAFF, Line.MEDIA, Line.MESSAGES)
"""Lines that belong to no single shopper; contribution by group leaves them out."""


def measure(run: SimulationResult) -> Measures:
    """Return the measures of one run.

    ``profit`` is the sum of all postings; ``contribution`` the profit before the cost of
    capabilities, running or invested, by group before all shared costs; ``revenue`` the price of
    goods sold before points and refunds; ``surplus`` what shoppers gain by the firm at the first
    decision of each need; ``line`` the account by line; ``orders`` by channel and by fulfilment.
    Groups are those of `omnisim.experiment.groups`, per shopper of the group; an empty one has 0.
    """
    years = run.shopper_years
    found: Measures = {}
    _measure_account(run, years, found)
    _measure_orders(run, years, found)
    event = run.counted_events["event"].to_numpy()
    for kind, count in enumerate(np.bincount(event, minlength=len(Event))):
        found["events", Event(kind).name.lower()] = count / years
    alive = (run.final["alive"] == 1) & (run.final["aware"] == 1)
    found["retention", ""] = float(alive.mean())
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
    line, cents = table["line"].to_numpy(), table["cents"].to_numpy()
    shopper, channel = table["shopper"].to_numpy(), table["channel"].to_numpy()
    euros = cents / 100 / years
    by_line = _sums(line, euros, len(Line))
    for kind in Line:
        found["line", kind.name.lower()] = by_line[kind]
    found["profit", ""] = run.profit_per_shopper_year
    capabilities = by_line[Line.CAPABILITIES] + by_line[Line.INVESTMENT]
    found["contribution", ""] = run.profit_per_shopper_year - capabilities
    found["revenue", ""] = by_line[Line.REVENUE]
    sold = line == Line.REVENUE
    by_channel = _sums(channel[sold], euros[sold], len(Channel))
    for code in OWN_CHANNELS:
        found["revenue", f"channel {code.name.lower()}"] = by_channel[code]
    own = (shopper >= 0) & ~np.isin(line, SHARED_LINES)
    n = len(run.population)
    by_shopper = {
        metric: _sums(shopper[rows], euros[rows] * n, n)
        for metric, rows in (("contribution", own), ("revenue", sold))
    }
    by_shopper["surplus"] = run.final["surplus"] * n / years
    found["surplus", ""] = float(run.final["surplus"].sum()) / years
    for group, names in groupings(run.population):
        size = np.maximum(np.bincount(group, minlength=len(names)), 1)
        for metric, value in by_shopper.items():
            for name, mean in zip(names, _sums(group, value, len(names)) / size, strict=True):
                found[metric, name] = float(mean)


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
