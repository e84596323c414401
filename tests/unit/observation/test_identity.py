"""Who is taken for whom: log-ins tie cookies, the graph what is exposed; by hand and oracle."""

import numpy as np
import pyarrow as pa
import pytest

from omnisim.experiment.attributed import observed_log
from omnisim.observation.identity import (
    IdentityRules,
    Records,
    cookies_at,
    visitors,
)
from omnisim.random import Draws
from omnisim.schema import Channel, Event, Identity
from omnisim.simulation import simulate
from tests.reference.worlds import of, small
from tests.unit.observation.test_observation import (
    DISPLAY,
    EMAIL,
    STORE,
    WEB,
    log,
    people,
    see,
)

SHOWN = Event.IMPRESSION, Identity.COOKIE, 0
LOGGED_IN = Event.VISIT, Identity.ACCOUNT, 0
TILL = Event.PURCHASE, Identity.CARD, 9
GUEST = Event.VISIT, Identity.COOKIE, 0


def test_a_log_in_names_the_cookie_before_and_after() -> None:
    events = log([
        (0.0, 1, DISPLAY, *SHOWN), (5.0, 1, WEB, *LOGGED_IN), (9.0, 1, WEB, *GUEST),
        (9.0, 2, WEB, *GUEST),
    ])  # fmt: skip
    for level in ("TL1", "TL2"):
        assert see(events, level)["visitor"].to_pylist() == [0, 0, 0, 1]


def test_a_deleted_cookie_is_not_named_by_a_later_log_in() -> None:
    """Cookies live for a minute here: the impression is nobody's, the session the account's."""
    events = log([(0.0, 1, DISPLAY, *SHOWN), (5.0, 1, WEB, *LOGGED_IN)])
    rules = IdentityRules(cookie_life_days=1 / 1440, match_recall=0.0)
    assert see(events, "TL1", rules=rules)["visitor"].to_pylist() == [0, 1]


def test_the_address_of_a_message_names_no_device() -> None:
    """An e-mail arrives, and an advertisement is shown, at the same time of the same day."""
    events = log([
        (3.0, 1, EMAIL, Event.MESSAGE, Identity.ACCOUNT, 0), (3.0, 1, DISPLAY, *SHOWN),
    ])  # fmt: skip
    assert see(events, "TL1")["visitor"].to_pylist() == [0, 1]
    clicked = log([
        (3.0, 1, EMAIL, Event.CLICK, Identity.ACCOUNT, 0), (8.0, 1, DISPLAY, *SHOWN),
    ])  # fmt: skip
    assert see(clicked, "TL1")["visitor"].to_pylist() == [0, 0]


def test_a_till_names_no_session_on_a_device() -> None:
    events = log([(3.0, 1, WEB, *GUEST), (3.01, 1, STORE, *TILL)])
    assert see(events, "TL2")["visitor"].to_pylist() == [0, 1]


def test_the_graph_ties_nothing_to_an_account_that_was_never_seen() -> None:
    events = log([(0.0, 1, WEB, *GUEST), (1.0, 1, STORE, *TILL), (2.0, 2, WEB, *LOGGED_IN)])
    assert see(events, "TL2")["visitor"].to_pylist() == [0, 1, 2]


def test_false_merges_meet_accounts_that_are_known_and_not_the_owner() -> None:
    rules = IdentityRules(cookie_life_days=1e9, match_recall=1.0, false_merge=1.0)
    events = log([
        row for s in range(40)
        for row in [(s, s, WEB, *LOGGED_IN)] * (s < 3) + [(s + 0.5, s, STORE, *TILL)]
    ])  # fmt: skip
    frame = see(events, "TL2", rules=rules).to_pandas()
    accounts = frame.loc[frame["channel"] == WEB, "visitor"].tolist()
    cards = frame.loc[frame["channel"] == STORE, "visitor"].tolist()
    assert len(set(accounts)) == 3
    assert set(cards) == set(accounts)  # and all three are met
    assert all(card != account for card, account in zip(cards, accounts, strict=False))
    alone = log([(0.0, 1, WEB, *LOGGED_IN), (1.0, 1, STORE, *TILL)])
    assert see(alone, "TL2", rules=rules)["visitor"].to_pylist() == [0, 1]


def slow_visitors(records, shoppers, life, draws):
    """File events of devices one at a time, without a graph: session, cookie, log-in."""
    order = sorted(range(len(records.time)), key=lambda k: (records.shopper[k], records.time[k]))
    session, last, cookie_of, named = [None] * len(order), {}, {}, set()
    for k in order:
        who, when = records.shopper[k], records.time[k]
        before, opening = last.get(who, (-np.inf, None))
        opening = opening if when - before <= 0.5 / 24 else when
        last[who] = when, opening
        session[k] = who, opening
        one = np.array([who])
        code = int(cookies_at(one, opening, shoppers.n_devices, draws, life)[0])
        cookie_of[who, opening] = code if shoppers.tracking_consent[who] else None
    in_session = {session[k] for k in order if records.identity[k] == Identity.ACCOUNT}
    named = {cookie_of[s] for s in in_session} - {None}
    found = []
    for s in session:
        cookie = cookie_of[s]
        known = s in in_session or cookie in named
        found.append(("account", s[0]) if known else None if cookie is None else cookie)
    return found


def test_visitors_meet_their_oracle(seed) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    n, n_shoppers = 400, 15
    shoppers = people(n_shoppers, devices=3)
    shoppers.tracking_consent[:] = rng.random(n_shoppers) < 0.7
    records = Records(
        np.sort(rng.random(n) * 60), rng.integers(n_shoppers, size=n),
        np.where(rng.random(n) < 0.1, Identity.ACCOUNT, Identity.COOKIE).astype(np.int8),
        np.ones(n, dtype=bool),
    )  # fmt: skip
    rules = IdentityRules(cookie_life_days=15.0)
    found = visitors(records, shoppers, rules, Draws(seed), graph=False)
    expected = slow_visitors(records, shoppers, 15.0, Draws(seed))
    assert [v < 0 for v in found] == [e is None for e in expected]
    pairs = set(zip(found.tolist(), expected, strict=True))
    assert len(pairs) == len(set(found.tolist())) == len(set(expected))


def joins(run, level="TL2"):
    """Return the visitors of a run that hold a cookie or account's session and a till's card."""
    frame = observed_log(run, level).to_pandas()
    frame = frame[frame["visitor"] >= 0]
    at_till = frame["channel"] == STORE
    return set(frame.loc[at_till, "visitor"]) & set(frame.loc[~at_till, "visitor"])


@pytest.fixture(scope="module")
def nameless():
    """Run a firm of card holders who have no account, buy nothing online and get no mail."""
    return simulate(small({
        "market.n_shoppers": 150, "segments.busy.p_account": 0.0, "segments.busy.p_app": 0.0,
        "segments.busy.p_loyalty": 1.0, "segments.busy.p_email_consent": 0.0,
        "segments.busy.p_mail_consent": 0.0, "segments.busy.p_push_consent": 0.0,
        "channels.website.is_open": True, "media.display_per_week": 2.0,
        "primitives.match_recall": (0.9, 0.9, 0.9), "primitives.false_merge": (0.0, 0.0, 0.0),
    }), seed=6)  # fmt: skip


def test_who_never_shows_an_account_is_never_joined(nameless) -> None:
    events = nameless.counted_events
    exposes = of(events, "identity") == Identity.ACCOUNT
    named = set(of(events, "shopper")[exposes].tolist())
    seen = observed_log(nameless, "TL2").to_pandas()
    cards = events.filter(pa.array(of(events, "identity") == Identity.CARD))
    nobody = set(of(cards, "shopper").tolist()) - named
    assert len(nobody) > 20
    assert (seen["channel"] == Channel.DISPLAY).any()
    assert len(joins(nameless)) <= len(named)


def test_online_buyers_are_filed_with_what_they_saw() -> None:
    """With every purchase a log-in, few buyers are visitors who saw nothing of the display."""
    run = simulate(small({
        "market.n_shoppers": 100, "media.display_per_week": 5.0,
        "segments.busy.p_tracking_consent": 1.0,
    }), seed=6)  # fmt: skip
    frame = observed_log(run, "TL1").to_pandas()
    buyers = set(frame.loc[frame["event"] == Event.PURCHASE, "visitor"])
    reached = set(frame.loc[frame["event"] == Event.IMPRESSION, "visitor"])
    assert len(buyers) > 5
    assert len(buyers & reached) > 0.9 * len(buyers)
