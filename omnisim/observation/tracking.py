"""From the true event log to what the firm sees at a tracking level."""

from dataclasses import dataclass
from typing import Any

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
    Event.DEFENCE, Event.VIEWED, Event.COUPON_SHOWN, Event.SIGNED_UP,
)  # fmt: skip
"""Events that leave a record in a system of the firm."""

ON_DEVICE_CHANNELS = (
    Channel.WEBSITE, Channel.APP, Channel.SEARCH, Channel.DISPLAY, Channel.SOCIAL, Channel.CHATBOT,
)  # fmt: skip
"""Channels that shoppers meet on a device of their own."""

ON_DEVICE_EVENTS = (
    Event.IMPRESSION, Event.WITHHELD, Event.CLICK, Event.VISIT, Event.CART, Event.CART_ABANDONED,
    Event.PURCHASE, Event.COUPON, Event.CONTACT, Event.VIEWED, Event.SIGNED_UP,
)  # fmt: skip
"""What happens on the device there: a parcel's delivery does not."""

SITE_CHANNELS = (Channel.WEBSITE, Channel.APP)
SITE_EVENTS = (Event.VISIT, Event.CART, Event.CART_ABANDONED, Event.VIEWED)
"""Sessions that own analytics record; orders are in the books without them."""

AD_CHANNELS = (Channel.SEARCH, Channel.DISPLAY, Channel.SOCIAL)
AD_EVENTS = (Event.IMPRESSION, Event.CLICK, Event.WITHHELD)
"""What platforms tell of paid media."""

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
    keeps_analytics: bool = True,
    keeps_ad_results: bool = True,
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
    keeps_analytics : bool, default=True
        Whether sessions on site and in the app are recorded.
    keeps_ad_results : bool, default=True
        Whether impressions and clicks of paid media are recorded.

    Returns
    -------
    pyarrow.Table
        `omnisim.schema.OBSERVED`, in the order of the log; at TL0 by day, channel and event.

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
    beacon (`sense_visits`). Television and print leave none.

    - TL0: totals, nobody's: a row for each day, channel and event, with how many there were and
      their value. All visitors are -1.
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
    consents = _consents(column, population)
    kept = _recorded(column, level)
    if not keeps_analytics:
        kept &= ~_is_in(column, SITE_CHANNELS, SITE_EVENTS)
    if not keeps_ad_results:
        kept &= ~_is_in(column, AD_CHANNELS, AD_EVENTS)
    column = {name: array[kept] for name, array in column.items()}
    if level == "TL0":
        return _totals(column)
    records = Records(
        column["time"], column["shopper"].astype(np.int64), column["identity"].astype(np.int8),
        on_device(column["channel"], column["event"]),
    )  # fmt: skip
    visitor = visitors(records, consents, rules, draws, graph=level == "TL2")
    table = pa.table(
        {
            "time": column["time"],
            "visitor": visitor,
            "channel": column["channel"],
            "event": column["event"],
            "value": column["value"],
            "n": np.ones(len(visitor), dtype=np.int64),
        },
        schema=OBSERVED.arrow,
    )
    untied = (visitor < 0) & (column["event"] == Event.IMPRESSION)
    return table.filter(pa.array(~untied)) if untied.any() else table


def _is_in(
    column: dict[str, npt.NDArray[np.int8]], channels: tuple[Channel, ...],
    events: tuple[Event, ...],
) -> npt.NDArray[np.bool_]:  # fmt: skip
    found: npt.NDArray[np.bool_] = np.isin(column["channel"], channels)
    found &= np.isin(column["event"], events)
    return found


def _totals(column: dict[str, npt.NDArray[np.float64]]) -> pa.Table:
    """Return a row for each day, channel and event that left a record."""
    n_kinds = len(Channel) * len(Event)
    kind = column["channel"].astype(np.int64) * len(Event) + column["event"]
    day = np.floor(column["time"]).astype(np.int64)
    key, place = np.unique(day * n_kinds + kind, return_inverse=True)
    return pa.table(
        {
            "time": (key // n_kinds).astype(np.float64),
            "visitor": np.full(len(key), -1, dtype=np.int64),
            "channel": (key % n_kinds // len(Event)).astype(np.int8),
            "event": (key % len(Event)).astype(np.int8),
            "value": np.bincount(place, weights=column["value"], minlength=len(key)),
            "n": np.bincount(place, minlength=len(key)).astype(np.int64),
        },
        schema=OBSERVED.arrow,
    )


def _recorded(column: dict[str, npt.NDArray[np.int8]], level: str) -> npt.NDArray[np.bool_]:
    """Return which events leave a record at a level."""
    channel, event = column["channel"], column["event"]
    seen = np.isin(event, RECORDED_EVENTS) & ~np.isin(channel, OUTSIDE_CHANNELS)
    if level == "TL1":
        seen &= np.isin(channel, DIGITAL_CHANNELS)
    seen &= channel != Channel.BROADCAST  # nobody sees who watches or reads
    seen &= ~((channel == Channel.DIRECT_MAIL) & (event == Event.OPEN))  # nobody sees it read
    unidentified = (level == "TL0") | (column["identity"] == Identity.NONE)
    seen &= ~((channel == Channel.STORE) & (event == Event.VISIT) & unidentified)
    recorded: npt.NDArray[np.bool_] = seen
    return recorded


def _consents(column: dict[str, npt.NDArray[Any]], population: Shoppers) -> Shoppers:
    """Return who accepts cookies, sooner or later: the log exposes no cookie before."""
    accepts = np.array(population.tracking_consent, np.uint8)
    agreed = (column["event"] == Event.SIGNED_UP) & (column["channel"] == Channel.WEBSITE)
    accepts[column["shopper"][agreed]] = 1
    return _Consents(population.n_devices, accepts)


@dataclass(frozen=True, eq=False)
class _Consents:
    """Devices and consents by shopper."""

    n_devices: npt.NDArray[np.int8]
    tracking_consent: npt.NDArray[np.uint8]


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
