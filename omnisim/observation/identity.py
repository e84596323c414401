"""Who the firm takes an event for: sessions, cookies, accounts, and the person graph."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from omnisim._validation import check_positive, check_probability
from omnisim.random import Draws, Stream
from omnisim.schema import Identity

__all__ = [
    "COOKIE_LIFE_DAYS",
    "FIRST_ACCOUNT",
    "SESSION_GAP_DAYS",
    "IdentityRules",
    "Records",
    "Shoppers",
    "cookies_at",
    "cookies_logged_in",
    "joined",
    "sessions",
    "visitors",
]

SESSION_GAP_DAYS = 0.5 / 24
"""Silence that ends a session: half an hour, the convention of web analytics."""

COOKIE_LIFE_DAYS = 84.0
"""Mean life of a cookie: 30 % of users delete theirs within a month (facts.md C6), and
30 / -log(0.7) is 84."""

MINUTES_PER_DAY = 1440
DEVICES, GENERATIONS = 2**7, 2**20  # bounds of the code of a cookie; n_devices is int8
COOKIES = DEVICES * GENERATIONS  # codes of cookies of one shopper
FIRST_ACCOUNT, FIRST_CARD = 2**60, 2**61  # above the cookies of 2**33 shoppers

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Shoppers(Protocol):
    """What the measurement needs to know of the population."""

    @property
    def n_devices(self) -> npt.NDArray[np.int8]:
        """Devices of each shopper, at least 1."""

    @property
    def tracking_consent(self) -> npt.NDArray[np.uint8]:
        """Whether each shopper accepts cookies."""


@dataclass(frozen=True)
class IdentityRules:
    """How well the firm's identifiers hold together.

    Parameters
    ----------
    cookie_life_days : float, default=84.0
        Mean life of a cookie.
    match_recall : float, default=0.6
        Probability that the person graph ties a cookie without log-in, or a card, to its person's
        account; C6 gives 0.3–0.8.
    false_merge : float, default=0.02
        Probability that it ties it to somebody else's, of those that it ties; C6 gives 0.005–0.05.
    """

    cookie_life_days: float = COOKIE_LIFE_DAYS
    match_recall: float = 0.6
    false_merge: float = 0.02

    def __post_init__(self) -> None:
        check_positive("cookie_life_days", self.cookie_life_days)
        check_probability("match_recall", self.match_recall)
        check_probability("false_merge", self.false_merge)


@dataclass(frozen=True, eq=False)
class Records:
    """Columns of the events that the firm may see, (n_events,) each, in the order of the log.

    `on_device` tells what happens on a device of the shopper: sites, apps, advertisements, clicks.
    Tills, letters, calls and the delivery of messages or parcels do not.
    """

    time: Floats
    shopper: Ints
    identity: npt.NDArray[np.int8]
    on_device: Bools


def sessions(records: Records) -> tuple[Ints, Ints]:
    """Return each event's session, and the event that opens each session.

    A session is a shopper's run of events with no silence above `SESSION_GAP_DAYS`.
    """
    order = np.lexsort((records.time, records.shopper))
    shopper, time = records.shopper[order], records.time[order]
    opens = np.ones(len(order), dtype=bool)
    opens[1:] = (shopper[1:] != shopper[:-1]) | (time[1:] - time[:-1] > SESSION_GAP_DAYS)
    session = np.empty(len(order), dtype=np.int64)
    session[order] = np.cumsum(opens) - 1
    return session, order[opens]


def visitors(
    records: Records, shoppers: Shoppers, rules: IdentityRules, draws: Draws, *, graph: bool
) -> Ints:
    """Return the identifier under which the firm files each event, -1 where it has none.

    Parameters
    ----------
    records : Records
    shoppers : Shoppers
    rules : IdentityRules
    draws : Draws
    graph : bool
        Whether a person graph joins a person's identifiers (TL2).

    Returns
    -------
    ndarray of shape (n_events,), int64
        Numbered by first appearance, so that they tell nothing else.

    Notes
    -----
    1. Off devices an event is filed under what it exposes itself: a card, or an account, of which
       the e-mail address is the name.
    2. A session on a device goes under the best identifier that one of its events exposes: an
       account, else the cookie of the device.
    3. The device is one of the shopper's at random, drawn anew each session. A cookie lives for an
       exponential time; then the device is a new visitor. Without consent there is no cookie, and
       the events of the session that expose no more are anonymous.
    4. Analytics keep the cookie through a log-in: all sessions of a cookie on which an account is
       ever exposed, in the log being read, are the account's, those before it too.
    5. An event that exposes nothing stays anonymous, whatever its session exposes.
    6. The graph knows a person by the account. Each cookie and card that no log-in has tied meets
       an account with probability `match_recall`: its owner's, if that was ever exposed in the log;
       with probability `false_merge` another of those exposed. Both are drawn once an identifier;
       one that is not tied stands alone.
    """
    if len(records.time) == 0:
        return np.empty(0, dtype=np.int64)
    identifier = np.full(len(records.time), -1, dtype=np.int64)
    for identity, first in ((Identity.ACCOUNT, FIRST_ACCOUNT), (Identity.CARD, FIRST_CARD)):
        exposed = records.identity == identity
        identifier[exposed] = first + records.shopper[exposed]
    rows = np.flatnonzero(records.on_device & (records.identity != Identity.NONE))
    identifier[rows] = _on_devices(records, rows, identifier[rows], shoppers, rules, draws)
    if graph:
        seen, place = np.unique(identifier, return_inverse=True)
        identifier = joined(seen, rules, draws)[place]
    return _number(identifier)


def _on_devices(
    records: Records, rows: Ints, exposed: Ints, shoppers: Shoppers, rules: IdentityRules,
    draws: Draws,
) -> Ints:  # fmt: skip
    """Return the identifier of the session of each event on a device, given what it exposes."""
    part = Records(
        records.time[rows], records.shopper[rows], records.identity[rows], records.on_device[rows]
    )
    session, opening = sessions(part)
    named = np.full(len(opening), -1, dtype=np.int64)
    np.maximum.at(named, session, exposed)
    cookie = _cookies(part, opening, shoppers, rules, draws)
    is_named = named >= 0
    logged_in = np.isin(cookie, cookie[is_named])  # a device is one shopper's, and so is its cookie
    owner = FIRST_ACCOUNT + part.shopper[opening]
    found = np.where(logged_in & (cookie >= 0), owner, cookie)
    return np.where(is_named, named, found)[session]


def cookies_logged_in(
    records: Records, shoppers: Shoppers, rules: IdentityRules, draws: Draws
) -> Ints:
    """Return the codes of the cookies, sorted, on which `records` expose an account."""
    kept = records.on_device & (records.identity != Identity.NONE)
    part = Records(
        records.time[kept], records.shopper[kept], records.identity[kept], records.on_device[kept]
    )
    session, opening = sessions(part)
    named = np.unique(session[part.identity == Identity.ACCOUNT])
    cookie = _cookies(part, opening[named], shoppers, rules, draws)
    return np.unique(cookie[cookie >= 0])


def _cookies(
    records: Records, opening: Ints, shoppers: Shoppers, rules: IdentityRules, draws: Draws
) -> Ints:
    """Return the cookie of each session, by the event that opens it; -1 without consent."""
    who, start = records.shopper[opening], records.time[opening]
    cookie = cookies_at(who, start, shoppers.n_devices, draws, rules.cookie_life_days)
    cookie[np.asarray(shoppers.tracking_consent)[who] == 0] = -1
    return cookie


def cookies_at(
    shopper: Ints, time: npt.ArrayLike, n_devices: npt.ArrayLike, draws: Draws, life_days: float
) -> Ints:
    """Return the code of the cookie on the device that each shopper uses at each time.

    Parameters
    ----------
    shopper : ndarray of shape (n,), int64
    time : array-like of shape (n,) or (), unit: days
    n_devices : array-like of shape (n_shoppers,), integer
    draws : Draws
    life_days : float
        Mean life of a cookie.
    """
    start = np.broadcast_to(np.asarray(time, dtype=np.float64), shopper.shape)
    devices = np.asarray(n_devices)[shopper].astype(np.int64)
    u = draws.uniform(Stream.DEVICE, shopper, step=(start * MINUTES_PER_DAY).astype(np.int64))
    owner = shopper * DEVICES + np.minimum((u * devices).astype(np.int64), devices - 1)
    return owner * GENERATIONS + _generation(owner, start, life_days, draws)


def _generation(owner: Ints, time: Floats, life_days: float, draws: Draws) -> Ints:
    """Return how often the device's cookie was deleted before each time."""
    device, place = np.unique(owner, return_inverse=True)
    generation = np.zeros(len(time), dtype=np.int64)
    deleted = np.zeros(len(device))
    latest = np.zeros(len(device))
    np.maximum.at(latest, place, time)
    alive = np.arange(len(device))
    for number in range(GENERATIONS - 1):
        deleted[alive] += draws.exponential(
            Stream.COOKIE, device[alive], step=number, mean=life_days
        )
        alive = alive[deleted[alive] <= latest[alive]]
        if len(alive) == 0:
            break
        happened = np.full(len(device), np.inf)
        happened[alive] = deleted[alive]
        generation += happened[place] <= time
    return generation


def joined(seen: Ints, rules: IdentityRules, draws: Draws) -> Ints:
    """Return the identifiers in `seen`, sorted, those that the graph ties being an account's."""
    found = seen.copy()
    is_account = (seen >= FIRST_ACCOUNT) & (seen < FIRST_CARD)
    accounts = seen[is_account]
    loose = np.flatnonzero((seen >= 0) & ~is_account)
    tied = loose[draws.uniform(Stream.MATCH, seen[loose]) < rules.match_recall]
    code = seen[tied]
    own = FIRST_ACCOUNT + np.where(code < FIRST_ACCOUNT, code // COOKIES, code - FIRST_CARD)
    place = np.searchsorted(accounts, own)
    is_known = np.isin(own, accounts)
    merged = draws.uniform(Stream.MERGE, code, step=0) < rules.false_merge
    right, wrong = is_known & ~merged, merged & (len(accounts) > is_known)
    found[tied[right]] = own[right]
    u = draws.uniform(Stream.MERGE, code[wrong], step=1)
    other = (u * (len(accounts) - is_known[wrong])).astype(np.int64)
    other += is_known[wrong] & (other >= place[wrong])  # not the owner's
    found[tied[wrong]] = accounts[other]
    return found


def _number(identifier: Ints) -> Ints:
    """Return codes from 0 in order of first appearance; -1 stays."""
    seen, first, place = np.unique(identifier, return_index=True, return_inverse=True)
    rank = np.empty(len(seen), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(seen))
    if seen[0] == -1:
        rank -= rank > rank[0]
        rank[0] = -1
    return rank[place]
