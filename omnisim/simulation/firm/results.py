"""What managers and rivals read of the last weeks: how needs ended, and what sales brought.

What staff order for shoppers in the store (endless aisle) is sold there, at the store's price, but
filled by the web shop: it is told apart, since it counts for the web shop's manager.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.schema import EVENTS, OWN_CHANNELS, POSTINGS, Channel, Event, Fulfilment, Line
from omnisim.simulation._recorder import EventLog, Postings
from omnisim.simulation.world import World

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

SALES_LINES = (
    Line.REVENUE, Line.DISCOUNTS, Line.REFUNDS, Line.COST_OF_GOODS, Line.GOODS_RETURNED,
    Line.DELIVERY_FEES, Line.DELIVERY, Line.PICKING, Line.RETURN_HANDLING, Line.POINTS,
)  # fmt: skip
"""Lines that come with a sale; promotions are left out, since they are what is decided on."""


CHANNELS = [int(c) for c in OWN_CHANNELS]
RIVALS = [int(Channel.RIVAL_ONLINE), int(Channel.RIVAL_LOCAL)]


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums of some weeks, so that those of earlier weeks can be added.

    Attributes
    ----------
    ended : float
        Needs that ended, here or elsewhere.
    met : ndarray of shape (n_channels,), float64
        Those met, by channel.
    by_staff : float
        Those met by what staff ordered from the web shop.
    kept, revenue : ndarray of shape (2, n_channels), float64, unit: cents
        Margin before promotions, and price of what was sold; the second row is that of orders by
        staff. What came back is that of these weeks, whenever it was sold.
    """

    ended: float
    met: Floats
    by_staff: float
    kept: Floats
    revenue: Floats

    def after(self, earlier: "Counts", weight: float) -> "Counts":
        """Return the sums with those of earlier weeks at a weight."""
        return Counts(
            self.ended + weight * earlier.ended,
            self.met + weight * earlier.met,
            self.by_staff + weight * earlier.by_staff,
            self.kept + weight * earlier.kept,
            self.revenue + weight * earlier.revenue,
        )


@dataclass(frozen=True, slots=True)
class Results:
    """What sums of some weeks say.

    Attributes
    ----------
    share : ndarray of shape (3,), float64
        Share of all needs that ended, here or elsewhere, in a purchase in the store, on the
        website, in the app: own books over market research.
    margin : ndarray of shape (3,), float64
        Margin before promotions as a share of the price, by sales channel.
    rival_share : ndarray of shape (2,), float64
        Share of the needs met by the online and by the local rival.
    staff_share : float
        Share of all needs met by what staff ordered from the web shop; part of ``share[0]``.
    staff_margin : float
        What that adds to ``margin[0] * share[0]``, the store's margin per need.
    """

    share: Floats
    margin: Floats
    rival_share: Floats
    staff_share: float = 0.0
    staff_margin: float = 0.0


class Reader:
    """Reads logs from where it stopped last time."""

    def __init__(self) -> None:
        self.n_events = 0
        self.n_postings = 0
        self.staff_orders: Integers = np.zeros(0, np.int64)
        """Needs that staff ordered for, by `_need`; returns may come in later weeks."""

    def read(self, world: World) -> Results | None:
        """Return the results since the last call; None if no need ended."""
        counts = self.count(world)
        return results_of(counts, world.scenario) if counts.ended else None

    def count(self, world: World) -> Counts:
        """Return the sums since the last call."""
        event, channel, journey, by_staff = self._events(world.state.log)
        ended = np.isin(event, (Event.PURCHASE, Event.RIVAL_PURCHASE, Event.NO_PURCHASE))
        ended &= journey >= 0
        met = np.bincount(channel[ended], minlength=len(Channel)).astype(np.float64)
        line, sold_in, cents, staffs = self._postings(world.state.postings)
        sums = [_sums(line[rows], sold_in[rows], cents[rows]) for rows in (~staffs, staffs)]
        kept, revenue = (np.stack(rows) for rows in zip(*sums, strict=True))
        return Counts(float(ended.sum()), met, float((ended & by_staff).sum()), kept, revenue)

    def _events(self, log: EventLog) -> tuple[Integers, Integers, Integers, Flags]:
        wanted = ("event", "channel", "journey", "shopper", "fulfilment")
        found = tail(log, EVENTS.names, wanted, self.n_events)
        event, channel, journey, shopper, fulfilment = found
        self.n_events += len(event)
        by_staff = fulfilment == Fulfilment.ENDLESS_AISLE
        ordered = _need(shopper[by_staff], journey[by_staff])
        self.staff_orders = np.union1d(self.staff_orders, ordered)
        return event, channel, journey, by_staff

    def _postings(self, postings: Postings) -> tuple[Integers, Integers, Integers, Flags]:
        wanted = ("line", "channel", "cents", "journey", "shopper")
        found = tail(postings, POSTINGS.names, wanted, self.n_postings)
        line, channel, cents, journey, shopper = found
        self.n_postings += len(line)
        staffs = (channel == Channel.STORE) & np.isin(_need(shopper, journey), self.staff_orders)
        return line, channel, cents, staffs


def results_of(counts: Counts, scenario: Scenario, prior_cents: float = 0.0) -> Results:
    """Return what sums say; sales of `prior_cents` at the usual margin are added to each channel.

    A channel that sold nothing has the usual margin, that of goods at their price.
    """
    ended, usual = max(counts.ended, 1.0), 1 - scenario.costs.goods_share
    share, rivals = counts.met[CHANNELS] / ended, counts.met[RIVALS] / ended
    margin = _margins(counts.kept.sum(axis=0), counts.revenue.sum(axis=0), usual, prior_cents)
    own = scenario.channels
    if not counts.kept[1].any() or not (own.website.is_open or own.app.is_open):
        return Results(share, margin, rivals)
    staff_share = counts.by_staff / ended
    rest = _margins(counts.kept[0], counts.revenue[0], usual, prior_cents)
    of_rest = rest[0] * (share[0] - staff_share)
    return Results(share, margin, rivals, staff_share, float(margin[0] * share[0] - of_rest))


def _margins(kept: Floats, revenue: Floats, usual: float, prior_cents: float) -> Floats:
    """Return the margin before promotions of the own channels."""
    sold = revenue[CHANNELS] + prior_cents
    margin = (kept[CHANNELS] + usual * prior_cents) / np.where(sold > 0, sold, 1.0)
    return np.where(sold > 0, margin, usual)


def _sums(line: Integers, channel: Integers, cents: Integers) -> tuple[Floats, Floats]:
    """Return the margin before promotions and the price of what was sold, by channel."""
    own, is_revenue = np.isin(line, SALES_LINES), line == Line.REVENUE
    kept, revenue = (
        np.bincount(channel[rows], weights=cents[rows], minlength=len(Channel)).astype(np.float64)
        for rows in (own, is_revenue)
    )
    return kept, revenue


def _need(shopper: Integers, journey: Integers) -> Integers:
    """Return one number for each need of each shopper; no need (-1) shares none with any."""
    return shopper.astype(np.int64) << 32 | journey


def tail(
    recorder: EventLog | Postings, names: tuple[str, ...], wanted: tuple[str, ...], first: int
) -> list[NDArray[np.int64]]:
    """Return the wanted columns from row `first` on; whole chunks before it are skipped."""
    columns = recorder.columns()
    found = []
    for name in wanted:
        skip, parts = first, []
        for part in columns[names.index(name)]:
            if skip < len(part):
                parts.append(part[skip:])
            skip = max(0, skip - len(part))
        found.append(np.concatenate(parts) if parts else np.zeros(0, np.int64))
    return found
