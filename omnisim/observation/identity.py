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
    "SESSION_GAP_DAYS",
    "IdentityRules",
    "Records",
    "Shoppers",
    "cookies_at",
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
        Probability that the person graph ties a cookie or a card to its person's account;
        C6 gives 0.3–0.8.
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
    """Columns of the events that the firm may see, (n_events,) each, in the order of the log."""

    time: Floats
    shopper: Ints
    identity: npt.NDArray[np.int8]


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
    1. A session goes under the best identifier that one of its events exposes: a card, then an
       account, then the cookie of the device that it happens on.
    2. The device is one of the shopper's at random, drawn anew each session. A cookie lives for an
       exponential time; then the device is a new visitor. Without consent there is no cookie, and
       the events of the session that expose no more are anonymous.
    3. An event that exposes nothing stays anonymous, whatever its session exposes.
    4. The graph knows a person by the account. It ties each cookie and card to it with probability
       `match_recall`, of these to a wrong person with probability `false_merge`; both are drawn
       once an identifier. One that is not tied stands alone.
    """
    if len(records.time) == 0:
        return np.empty(0, dtype=np.int64)
    session, opening = sessions(records)
    best = np.zeros(len(opening), dtype=np.int8)
    np.maximum.at(best, session, records.identity)
    best = best[session]
    best[records.identity == Identity.NONE] = Identity.NONE
    consents = np.asarray(shoppers.tracking_consent)[records.shopper] > 0
    best[(best == Identity.COOKIE) & ~consents] = Identity.NONE
    identifier = np.full(len(best), -1, dtype=np.int64)
    is_cookie = best == Identity.COOKIE
    identifier[is_cookie] = _cookies(records, shoppers, rules, draws, session, opening)[is_cookie]
    by_name = best >= Identity.ACCOUNT
    # Accounts and cards take codes above all cookies.
    n = len(shoppers.n_devices)
    accounts = n * DEVICES * GENERATIONS
    is_card = best[by_name] == Identity.CARD
    identifier[by_name] = accounts + n * is_card + records.shopper[by_name]
    if graph:
        identifier = _join(identifier, best, records.shopper, rules, draws, n)
    return _number(identifier)


def _cookies(
    records: Records, shoppers: Shoppers, rules: IdentityRules, draws: Draws, session: Ints,
    opening: Ints,
) -> Ints:  # fmt: skip
    """Return the code of the cookie that each event would show."""
    shopper, start = records.shopper[opening], records.time[opening]
    life = rules.cookie_life_days
    return cookies_at(shopper, start, shoppers.n_devices, draws, life)[session]


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


def _join(
    identifier: Ints,
    kind: npt.NDArray[np.int8],
    shopper: Ints,
    rules: IdentityRules,
    draws: Draws,
    n_shoppers: int,
) -> Ints:
    """Return identifiers, those of cookies and cards that the graph ties being an account's."""
    joined = identifier.copy()
    loose = np.flatnonzero((kind == Identity.COOKIE) | (kind == Identity.CARD))
    tied = loose[draws.uniform(Stream.MATCH, identifier[loose]) < rules.match_recall]
    merged = draws.uniform(Stream.MERGE, identifier[tied], step=0) < rules.false_merge
    other = (draws.uniform(Stream.MERGE, identifier[tied], step=1) * n_shoppers).astype(np.int64)
    joined[tied] = n_shoppers * DEVICES * GENERATIONS + np.where(merged, other, shopper[tied])
    return joined


def _number(identifier: Ints) -> Ints:
    """Return codes from 0 in order of first appearance; -1 stays."""
    seen, first, place = np.unique(identifier, return_index=True, return_inverse=True)
    rank = np.empty(len(seen), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(seen))
    if seen[0] == -1:
        rank -= rank > rank[0]
        rank[0] = -1
    return rank[place]
