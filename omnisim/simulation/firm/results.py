"""What managers and rivals read of the last weeks: how needs ended, and what sales brought."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnisim.schema import EVENTS, OWN_CHANNELS, POSTINGS, Channel, Event, Line
from omnisim.simulation._recorder import EventLog, Postings
from omnisim.simulation.world import World

Floats = NDArray[np.float64]

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
    """

    share: Floats
    margin: Floats
    rival_share: Floats


class Reader:
    """Reads logs from where it stopped last time."""

    def __init__(self) -> None:
        self.n_events = 0
        self.n_postings = 0

    def read(self, world: World) -> Results | None:
        """Return the results since the last call; None if no need ended."""
        event, channel, journey = self._events(world.state.log)
        ended = np.isin(event, (Event.PURCHASE, Event.RIVAL_PURCHASE, Event.NO_PURCHASE))
        ended &= journey >= 0
        line, sold_in, cents = self._postings(world.state.postings)
        if not ended.any():
            return None
        met = np.bincount(channel[ended], minlength=len(Channel)) / ended.sum()
        own = np.isin(line, SALES_LINES)
        kept = np.bincount(sold_in[own], weights=cents[own], minlength=len(Channel))
        is_revenue = line == Line.REVENUE
        revenue = np.bincount(
            sold_in[is_revenue], weights=cents[is_revenue], minlength=len(Channel)
        )
        channels = [int(c) for c in OWN_CHANNELS]
        usual = 1 - world.scenario.costs.goods_share
        margin = np.full(len(channels), usual)
        sold = revenue[channels] > 0
        margin[sold] = kept[channels][sold] / revenue[channels][sold]
        return Results(met[channels], margin, met[[Channel.RIVAL_ONLINE, Channel.RIVAL_LOCAL]])

    def _events(self, log: EventLog) -> list[NDArray[np.int64]]:
        found = _tail(log, EVENTS.names, ("event", "channel", "journey"), self.n_events)
        self.n_events += len(found[0])
        return found

    def _postings(self, postings: Postings) -> list[NDArray[np.int64]]:
        found = _tail(postings, POSTINGS.names, ("line", "channel", "cents"), self.n_postings)
        self.n_postings += len(found[0])
        return found


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
