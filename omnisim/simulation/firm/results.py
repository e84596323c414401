"""What managers and rivals read of the last weeks: how needs ended, and what sales brought.

What staff order for shoppers in the store (endless aisle) is sold there, at the store's price, but
filled by the web shop: it is told apart, since it counts for the web shop's manager.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True, slots=True)
class Results:
    """What happened since the last review.

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
        event, channel, journey, by_staff = self._events(world.state.log)
        ended = np.isin(event, (Event.PURCHASE, Event.RIVAL_PURCHASE, Event.NO_PURCHASE))
        ended &= journey >= 0
        line, sold_in, cents, staffs = self._postings(world.state.postings)
        if not ended.any():
            return None
        channels = [int(c) for c in OWN_CHANNELS]
        met = np.bincount(channel[ended], minlength=len(Channel)) / ended.sum()
        usual = 1 - world.scenario.costs.goods_share
        share, margin = met[channels], _margins(line, sold_in, cents, usual)[channels]
        rivals = met[[Channel.RIVAL_ONLINE, Channel.RIVAL_LOCAL]]
        own = world.scenario.channels
        if not staffs.any() or not (own.website.is_open or own.app.is_open):
            return Results(share, margin, rivals)
        staff_share = float((ended & by_staff).sum() / ended.sum())
        rest = _margins(line[~staffs], sold_in[~staffs], cents[~staffs], usual)
        of_rest = rest[Channel.STORE] * (share[0] - staff_share)
        return Results(share, margin, rivals, staff_share, float(margin[0] * share[0] - of_rest))

    def _events(self, log: EventLog) -> tuple[Integers, Integers, Integers, Flags]:
        wanted = ("event", "channel", "journey", "shopper", "fulfilment")
        found = _tail(log, EVENTS.names, wanted, self.n_events)
        event, channel, journey, shopper, fulfilment = found
        self.n_events += len(event)
        by_staff = fulfilment == Fulfilment.ENDLESS_AISLE
        ordered = _need(shopper[by_staff], journey[by_staff])
        self.staff_orders = np.union1d(self.staff_orders, ordered)
        return event, channel, journey, by_staff

    def _postings(self, postings: Postings) -> tuple[Integers, Integers, Integers, Flags]:
        wanted = ("line", "channel", "cents", "journey", "shopper")
        found = _tail(postings, POSTINGS.names, wanted, self.n_postings)
        line, channel, cents, journey, shopper = found
        self.n_postings += len(line)
        staffs = (channel == Channel.STORE) & np.isin(_need(shopper, journey), self.staff_orders)
        return line, channel, cents, staffs


def _margins(line: Integers, channel: Integers, cents: Integers, usual: float) -> Floats:
    """Return the margin before promotions by channel; the `usual` one where nothing was sold."""
    own, is_revenue = np.isin(line, SALES_LINES), line == Line.REVENUE
    kept = np.bincount(channel[own], weights=cents[own], minlength=len(Channel))
    revenue = np.bincount(channel[is_revenue], weights=cents[is_revenue], minlength=len(Channel))
    margin = np.full(len(Channel), usual)
    sold = revenue > 0
    margin[sold] = kept[sold] / revenue[sold]
    return margin


def _need(shopper: Integers, journey: Integers) -> Integers:
    """Return one number for each need of each shopper; no need (-1) shares none with any."""
    return shopper.astype(np.int64) << 32 | journey


def _tail(
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
