"""Turn the true or the observed event log into journeys."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omnisim._validation import check_columns
from omnisim.journeys.cutting import JourneyRules, cut_events
from omnisim.journeys.journeys import Journeys
from omnisim.schema import TOUCHPOINT_CHANNELS, Channel, Event

__all__ = ["CHANNEL_NAMES", "TOUCHPOINT_EVENTS", "journeys_from_log"]

TOUCHPOINT_EVENTS: tuple[tuple[Channel, Event], ...] = (
    (Channel.STORE, Event.VISIT),
    (Channel.WEBSITE, Event.VISIT),
    (Channel.APP, Event.VISIT),
    (Channel.EMAIL, Event.OPEN),
    (Channel.EMAIL, Event.CLICK),
    (Channel.SEARCH, Event.CLICK),
    (Channel.DISPLAY, Event.IMPRESSION),
    (Channel.CONTACT_CENTRE, Event.CONTACT),
    (Channel.CHATBOT, Event.CONTACT),
    (Channel.SCREEN, Event.ADVISED),
    (Channel.READER, Event.ADVISED),
    (Channel.STAFF, Event.ADVISED),
    (Channel.REVIEWS, Event.VISIT),
    (Channel.SOCIAL, Event.IMPRESSION),
    (Channel.SOCIAL, Event.VISIT),
    (Channel.BROADCAST, Event.IMPRESSION),
    (Channel.PUSH, Event.OPEN),
    (Channel.PUSH, Event.CLICK),
    (Channel.DIRECT_MAIL, Event.MESSAGE),
    (Channel.STAFF, Event.OPEN),
    (Channel.STAFF, Event.CLICK),
)
"""What counts as a touchpoint of each channel."""

WRITING = (Channel.EMAIL, Channel.PUSH, Channel.STAFF)
"""Channels of which a message is a touchpoint once it is opened, or once it is clicked."""

CHANNEL_NAMES = tuple(channel.name.lower() for channel in TOUCHPOINT_CHANNELS)
"""Names of the touchpoint channels, in order of their codes."""


def journeys_from_log(
    events: pa.Table, *, lookback_days: float = 30.0, email_event: Event = Event.CLICK
) -> Journeys:
    """Cut an event log into journeys.

    Parameters
    ----------
    events : pyarrow.Table
        The true log (`omnisim.schema.EVENTS`) or an observed one (`omnisim.schema.OBSERVED`).
    lookback_days : float, default=30.0
        A purchase takes the touchpoints at most this long before it.
    email_event : Event, default=Event.CLICK
        Which event makes an e-mail, a push message or one by staff a touchpoint:
        `Event.CLICK` or `Event.OPEN`.

    Returns
    -------
    Journeys
        With times. All touchpoint channels are there, seen or not.

    Raises
    ------
    TableError
        If a column is missing.

    Notes
    -----
    1. Touchpoints are visits of store, website and app, clicks in search, impressions in display,
       impressions and visits in social networks, contacts with television and print (which only the
       true log holds), letters, contacts with contact centre and chatbot, advice by screens,
       readers of tags and staff, reviews that are read, and the chosen event in e-mail and push
       messages.
    2. A purchase ends a journey. The journey holds the person's touchpoints since the previous
       purchase and within the lookback, both edges included.
    3. A purchase is itself a contact: unless the journey's last touchpoint is in the same channel,
       the purchase adds one there. A purchase known by the card only is thus a touch of the store.
    4. Touchpoints that no purchase takes become null journeys, cut backwards from the last one into
       windows as long as the lookback. Journeys still open at the end of the log are null.
    5. Nobody can tie an anonymous event (visitor -1) to another: each is a journey of its own, a
       purchase a conversion of one touchpoint, a touchpoint a null.
    """
    person = "shopper" if "shopper" in events.column_names else "visitor"
    check_columns("events", events.column_names, (person, "time", "channel", "event", "value"))
    channel = events["channel"].to_numpy().astype(np.int32)
    event = events["event"].to_numpy()
    purchase = event == Event.PURCHASE
    keep = np.flatnonzero(purchase | _is_touchpoint(channel, event, email_event))
    purchase, channel = purchase[keep], channel[keep]
    identifier = events[person].to_numpy()[keep].astype(np.int64)
    position = np.full(max(Channel) + 1, -1, dtype=np.int32)
    position[list(TOUCHPOINT_CHANNELS)] = np.arange(len(TOUCHPOINT_CHANNELS))
    cut = cut_events(
        _people(identifier),
        events["time"].to_numpy()[keep],
        position[channel],
        purchase.astype(np.uint8),
        purchase.astype(np.int64),
        np.where(purchase, events["value"].to_numpy()[keep], 0.0),
        CHANNEL_NAMES,
        JourneyRules(lookback_days=lookback_days),
    )
    return Journeys(**cut)


def _is_touchpoint(
    channel: npt.NDArray[np.int32], event: npt.NDArray[np.int8], email_event: Event
) -> npt.NDArray[np.bool_]:
    kinds = [pair for pair in TOUCHPOINT_EVENTS
             if pair[0] not in WRITING or pair[1] in (Event.ADVISED, email_event)]  # fmt: skip
    table = np.zeros((max(Channel) + 1, max(Event) + 1), dtype=bool)
    for kind in kinds:
        table[kind] = True
    return table[channel, event]


def _people(identifier: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Return codes from 0 by identifier; every anonymous row (-1) gets a code of its own."""
    people = identifier.copy()
    nobody = people < 0
    people[nobody] = people.max(initial=0) + 1 + np.arange(int(nobody.sum()))
    codes = np.unique(people, return_inverse=True)[1]
    return codes.astype(np.int32)
