"""The journey as a flow: where it begins, where it is decided, how it ends."""

import numpy as np
import pandas as pd

from omnisim.schema import Channel, Event, Fulfilment
from omnisim.simulation import SimulationResult

PLACES = {
    int(Channel.STORE): "store",
    int(Channel.WEBSITE): "website",
    int(Channel.APP): "app",
    int(Channel.RIVAL_ONLINE): "rival's site",
    int(Channel.SOCIAL): "social network",
    int(Channel.CONTACT_CENTRE): "telephone",
    int(Channel.CHATBOT): "telephone",
}
"""Where a shopper can be, by the channel of the visit, or of the contact that begins a journey."""

CALLED = (Channel.CONTACT_CENTRE, Channel.CHATBOT)
"""Who answers the telephone."""

ENDS = {
    "bought in store": (Event.PURCHASE, Channel.STORE, Fulfilment.IN_STORE),
    "ordered by staff": (Event.PURCHASE, Channel.STORE, Fulfilment.ENDLESS_AISLE),
    "bought on website": (Event.PURCHASE, Channel.WEBSITE, Fulfilment.DELIVERY),
    "bought in app": (Event.PURCHASE, Channel.APP, Fulfilment.DELIVERY),
    "click and collect": (Event.PURCHASE, None, Fulfilment.PICKUP),
    "online rival": (Event.RIVAL_PURCHASE, Channel.RIVAL_ONLINE, None),
    "local rival": (Event.RIVAL_PURCHASE, Channel.RIVAL_LOCAL, None),
    "not bought": (Event.NO_PURCHASE, None, None),
}
"""Ends of a journey, as (event, channel, fulfilment); None matches all."""


def journey_flows(run: SimulationResult) -> pd.DataFrame:
    """Count journeys by first place, last place and end.

    Only needs that the firm could meet are counted: those of shoppers who consider it. Visits after
    the end, to collect or bring back goods, are left out.

    Returns
    -------
    DataFrame
        Columns first, last, end (str) and journeys (per shopper and year), fixed order.
    """
    events = run.counted_events
    event, journey = events["event"].to_numpy(), events["journey"].to_numpy()
    item = events["item"].to_numpy()
    followed = (event == Event.NEED) & (item >= 0)
    ended = np.isin(event, (Event.PURCHASE, Event.RIVAL_PURCHASE, Event.NO_PURCHASE))
    called = (event == Event.CONTACT) & np.isin(events["channel"].to_numpy(), CALLED)
    seen = followed | ended | called | (event == Event.VISIT)
    keep = np.flatnonzero(seen & (journey >= 0))
    frame = pd.DataFrame(
        {
            "key": events["shopper"].to_numpy()[keep].astype(np.int64) << 32 | journey[keep],
            "event": event[keep],
            "channel": events["channel"].to_numpy()[keep],
            "fulfilment": events["fulfilment"].to_numpy()[keep],
        }
    )
    frame["end"] = _end_names(frame)
    needs = pd.Index(frame.loc[frame["event"] == Event.NEED, "key"])
    ends = frame[frame["end"] != ""].drop_duplicates("key")
    ends = ends[ends["key"].isin(needs)]
    ended_at = pd.Series(ends.index, index=ends["key"])
    is_place = frame["event"].isin((Event.VISIT, Event.CONTACT)) & frame["channel"].isin(PLACES)
    visits = frame[is_place & frame["key"].isin(ended_at.index)]
    visits = visits[visits.index.to_numpy() < ended_at[visits["key"]].to_numpy()]
    visits = visits[(visits["event"] == Event.VISIT) | ~visits.duplicated("key")]
    before = visits.groupby("key")["channel"]
    places = pd.DataFrame({"first": before.first(), "last": before.last()}).replace(PLACES)
    places["end"] = ends.set_index("key")["end"]
    counts = places.value_counts(sort=False).rename("journeys") / run.shopper_years
    return counts.reset_index().sort_values(["first", "last", "end"], ignore_index=True)


def crossing_share(flows: pd.DataFrame) -> float:
    """Return the share of journeys that are decided in another place than they began in."""
    total = flows["journeys"].sum()
    crossed = flows["first"].ne(flows["last"])
    return float(flows.loc[crossed, "journeys"].sum() / total) if total else float("nan")


def _end_names(frame: pd.DataFrame) -> pd.Series:
    named = pd.Series("", index=frame.index)
    for name, (event, channel, fulfilment) in ENDS.items():
        rows = frame["event"] == event
        if channel is not None:
            rows &= frame["channel"] == channel
        if fulfilment is not None:
            rows &= frame["fulfilment"] == fulfilment
        named[rows] = name
    return named
