"""From the true event log to what the firm sees at a tracking level."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omnisim._validation import check_choice, check_columns
from omnisim.exceptions import TableError
from omnisim.observation.identity import (
    COOKIE_LIFE_DAYS,
    IdentityRules,
    Records,
    Shoppers,
    visitors,
)
from omnisim.random import Draws
from omnisim.schema import OBSERVED, OUTSIDE_CHANNELS, Channel, Event, Identity

__all__ = ["DIGITAL_CHANNELS", "LEVELS", "RECORDED_EVENTS", "observe", "on_device"]

LEVELS = ("TL0", "TL1", "TL2")
"""Tracking levels: totals only, digital only by cookie and account, all channels by person."""

DIGITAL_CHANNELS = (
    Channel.WEBSITE, Channel.APP, Channel.EMAIL, Channel.SEARCH, Channel.DISPLAY, Channel.CHATBOT,
    Channel.SOCIAL, Channel.PUSH,
)  # fmt: skip
"""Channels that web analytics records."""

RECORDED_EVENTS = (
    Event.IMPRESSION, Event.MESSAGE, Event.OPEN, Event.CLICK, Event.UNSUBSCRIBE, Event.VISIT,
    Event.CART, Event.CART_ABANDONED, Event.PURCHASE, Event.PICKUP, Event.DELIVERY, Event.RETURN,
    Event.CONTACT, Event.ANSWERED, Event.CONTACT_ABANDONED, Event.ESCALATED, Event.RESOLVED,
    Event.WITHHELD, Event.COUPON, Event.NEAR,
    Event.DEFENCE,
)  # fmt: skip
"""Events that leave a record in a system of the firm."""

ON_DEVICE_CHANNELS = (
    Channel.WEBSITE, Channel.APP, Channel.SEARCH, Channel.DISPLAY, Channel.SOCIAL, Channel.CHATBOT,
)  # fmt: skip
"""Channels that shoppers meet on a device of their own."""

ON_DEVICE_EVENTS = (
    Event.IMPRESSION, Event.WITHHELD, Event.CLICK, Event.VISIT, Event.CART, Event.CART_ABANDONED,
    Event.PURCHASE, Event.COUPON, Event.CONTACT,
)  # fmt: skip
"""What happens on the device there: a parcel's delivery does not."""

NEEDED = ("time", "shopper", "channel", "event", "identity", "value")


def observe(
    events: pa.Table,
    *,
    level: str,
    population: Shoppers,
    match_recall: float,
    false_merge: float,
    draws: Draws,
    cookie_life_days: float = COOKIE_LIFE_DAYS,
) -> pa.Table:
    """Return what the firm sees of the true event log.

    Parameters
    ----------
    events : pyarrow.Table
        The true log, `omnisim.schema.EVENTS`.
    level : {"TL0", "TL1", "TL2"}
        The firm's tracking level (facts.md D6).
    population : Shoppers
        Has `n_devices` and `tracking_consent` by shopper.
    match_recall, false_merge : float, in [0, 1]
        Quality of the person graph; see `IdentityRules`.
    draws : Draws
        The replication's random numbers; streams DEVICE, COOKIE, MATCH and MERGE.
    cookie_life_days : float, default=84.0
        Mean life of a cookie.

    Returns
    -------
    pyarrow.Table
        `omnisim.schema.OBSERVED`, in the order of the log.

    Raises
    ------
    TableError
        If a column is missing, or a shopper is not in the population.
    ParameterError
        If the level is unknown or a primitive is out of range.

    Notes
    -----
    At every level the firm sees its own records (`RECORDED_EVENTS`), never rivals, needs or
    opinions. A visit to a store leaves a record only where the shopper is identified there, by a
    beacon (`sense_visits`).

    - TL0: every record, nobody's: all visitors are -1.
    - TL1: records of digital channels, by account, or by cookie where nobody logs in on it; see
      `visitors`. An impression that no cookie can be tied to is not recorded.
    - TL2: records of all channels; a person graph joins identifiers to the accounts that the firm
      knows, with a recall below one and some false merges.
    """
    check_choice("level", level, LEVELS)
    rules = IdentityRules(cookie_life_days, match_recall, false_merge)
    check_columns("events", events.column_names, NEEDED)
    column = {name: events[name].to_numpy() for name in NEEDED}
    _check_shoppers(column["shopper"], len(population.n_devices))
    keep = np.flatnonzero(_recorded(column, level))
    column = {name: array[keep] for name, array in column.items()}
    if level == "TL0":
        visitor = np.full(len(keep), -1, dtype=np.int64)
    else:
        records = Records(
            column["time"], column["shopper"].astype(np.int64), column["identity"].astype(np.int8),
            on_device(column["channel"], column["event"]),
        )  # fmt: skip
        visitor = visitors(records, population, rules, draws, graph=level == "TL2")
    table = pa.table(
        {
            "time": column["time"],
            "visitor": visitor,
            "channel": column["channel"],
            "event": column["event"],
            "value": column["value"],
        },
        schema=OBSERVED.arrow,
    )
    if level == "TL0":
        return table
    untied = (visitor < 0) & (column["event"] == Event.IMPRESSION)
    return table.filter(pa.array(~untied)) if untied.any() else table


def _recorded(column: dict[str, npt.NDArray[np.int8]], level: str) -> npt.NDArray[np.bool_]:
    """Return which events leave a record at a level."""
    channel, event = column["channel"], column["event"]
    seen = np.isin(event, RECORDED_EVENTS) & ~np.isin(channel, OUTSIDE_CHANNELS)
    if level == "TL1":
        seen &= np.isin(channel, DIGITAL_CHANNELS)
    seen &= ~((channel == Channel.DIRECT_MAIL) & (event == Event.OPEN))  # nobody sees it read
    unidentified = (level == "TL0") | (column["identity"] == Identity.NONE)
    seen &= ~((channel == Channel.STORE) & (event == Event.VISIT) & unidentified)
    recorded: npt.NDArray[np.bool_] = seen
    return recorded


def on_device(channel: npt.NDArray[np.int8], event: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Return which events happen on a device of the shopper; a click on a message opens a site."""
    there: npt.NDArray[np.bool_] = np.isin(channel, ON_DEVICE_CHANNELS)
    there &= np.isin(event, ON_DEVICE_EVENTS)
    clicked = (event == Event.CLICK) & np.isin(channel, (Channel.EMAIL, Channel.PUSH))
    there |= clicked
    return there


def _check_shoppers(shopper: npt.NDArray[np.int32], n_shoppers: int) -> None:
    if len(shopper) and (shopper.min() < 0 or shopper.max() >= n_shoppers):
        raise TableError(
            f"events.shopper must lie in [0, {n_shoppers}), the population. Got {shopper.min()} to "
            f"{shopper.max()}."
        )
