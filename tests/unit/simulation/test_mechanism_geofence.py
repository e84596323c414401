"""K5 at the local rival: whose trip is noticed, who turns round, how the rival defends itself."""

import numpy as np
import pytest

from omnisim.policies import NoContact, Rule, Rules
from omnisim.schema import Channel, Event, Line, Trigger
from omnisim.simulation import simulate
from tests.reference.worlds import assert_same_bytes, of, small

FENCE = {
    "segments.busy.p_app": 1.0, "segments.busy.p_push_consent": 1.0,
    "segments.busy.p_location_consent": 0.7, "segments.busy.distance_km": 3.0,
    "market.n_shoppers": 250, "push.p_open": 0.9, "push.p_unsubscribe": 1e-9,
    "push.passes_per_week": 0.0, "messages.fatigue": 0.0, "offers.depths": (0.4, 0.5),
    "capabilities.geofence": 2, "governance.managers_decide": False,
}  # fmt: skip


def at_rival(action):
    """Return the policy that does nothing but answer trips to the local rival."""
    return Rules((Rule(trigger="near_rival", action=action, cap_per_week=100),))


OFFER = at_rival("push:offer40")


def run(policy=OFFER, changes=None, seed=3, **fields):
    return simulate(small(FENCE | dict(changes or {}), **fields), policy=policy, seed=seed)


def needs_with(result, event, channel):
    """Return (shopper, need, time) of events of a kind in a channel."""
    events = result.events
    rows = (of(events, "event") == event) & (of(events, "channel") == channel)
    columns = (of(events, name)[rows].tolist() for name in ("shopper", "journey", "time"))
    return list(zip(*columns, strict=True))


def turned_round(result):
    """Return the needs that were noticed at the rival and met there or not: (won, lost)."""
    lost = {row[:2] for row in needs_with(result, Event.RIVAL_PURCHASE, Channel.RIVAL_LOCAL)}
    noticed = {row[:2] for row in needs_with(result, Event.NEAR, Channel.PUSH) if row[1] >= 0}
    return noticed - lost, noticed & lost


def test_a_coupon_wins_some_back_who_then_go_to_the_store():
    result = run()
    won, lost = turned_round(result)
    assert len(won) > 5
    assert len(lost) > 5
    noticed = {row[:2]: row[2] for row in needs_with(result, Event.NEAR, Channel.PUSH)}
    visits = {}
    for shopper, need, time in needs_with(result, Event.VISIT, Channel.STORE):
        visits.setdefault((shopper, need), []).append(time)
    back = [max(visits.get(need, [-1.0])) > noticed[need] for need in won]
    assert all(back)


def test_until_the_first_trip_is_noticed_nothing_differs():
    """Twins with and without the fence: the first events that differ are those of a trip."""
    with_it, without = run(), run(capabilities__geofence=0)
    first = min(row[2] for row in needs_with(with_it, Event.NEAR, Channel.PUSH))
    for name in ("time", "shopper", "event", "journey"):
        before = [of(r.events, name)[of(r.events, "time") < first] for r in (with_it, without)]
        assert np.array_equal(*before)


def test_who_is_noticed_chose_the_rival_in_the_world_without_a_fence():
    """The first trip of each shopper, as long as the other shoppers do not matter."""
    alone = {"word.p_heard": 0.0, "word.imitation_per_year": 0.0,
             "word.innovation_per_year": 0.0, "stock.safety_factor": 9.0,
             "stock.warehouse_safety_factor": 9.0, "service.staff_per_store": 500}  # fmt: skip
    with_it, without = run(changes=alone), run(changes=alone, capabilities__geofence=0)
    first = {}
    for shopper, need, _ in needs_with(with_it, Event.NEAR, Channel.PUSH):
        first.setdefault(shopper, need)
    lost = {row[:2] for row in needs_with(without, Event.RIVAL_PURCHASE, Channel.RIVAL_LOCAL)}
    assert len(first) > 50
    assert len(set(first.items()) - lost) <= 0.02 * len(first)  # what is in stock is shared


def test_those_without_consent_are_never_noticed():
    result = run()
    people = result.population
    may = (people.has_app == 1) & (people.location_consent == 1) & (people.push_consent == 1)
    noticed = {row[0] for row in needs_with(result, Event.NEAR, Channel.PUSH)}
    assert 0 < may.sum() < len(may)
    assert noticed <= set(np.flatnonzero(may).tolist())
    nobody = run(segments__busy__p_location_consent=0.0)
    assert not needs_with(nobody, Event.NEAR, Channel.PUSH)


def test_nobody_is_noticed_twice_on_a_day():
    rows = needs_with(run(), Event.NEAR, Channel.PUSH)
    days = [(shopper, int(time)) for shopper, _, time in rows]
    assert len(set(days)) == len(days) > 50


def test_a_message_without_an_offer_at_a_distance_wins_nobody_back():
    """Without goodwill and coupon nothing has changed but the way: who chose the rival stays."""
    still = {"push.goodwill": 0.0}
    result = run(at_rival("push:popular"), still)
    won, lost = turned_round(result)
    assert not won
    assert lost


def test_the_way_between_the_stores_keeps_shoppers_at_the_rival():
    won = [len(turned_round(run(rivals__local_km_apart=km))[0]) for km in (0.0, 5.0)]
    assert won[0] > won[1]


def test_a_rival_that_defends_itself_at_its_door_loses_fewer():
    """The usual shares are those it has at least: no general reaction, only that at the door."""
    usual = {"rivals.react": True, "rivals.online_usual_share": 1e-6,
             "rivals.local_usual_share": 1e-6, "push.goodwill": 0.0}  # fmt: skip
    won = [
        len(turned_round(run(changes=usual | {"rivals.reaction_near": share}))[0])
        for share in (0.0, 0.5, 1.0)
    ]
    assert won[0] > won[1] > won[2] == 0
    unmoved = run(changes=usual | {"rivals.reaction_near": 0.0})
    assert_same_bytes(unmoved, run(push__goodwill=0.0))


def test_who_is_on_an_errand_taps_more_often():
    """At reference relevance 2.8 % and, 1.5 in log-odds more, 11.4 %; nothing else is likelier."""
    plain = {"push.p_open": 0.028, "messages.relevance_on_response": 0.0,
             "market.horizon_days": 120}  # fmt: skip
    shares = []
    for odds in (0.0, 1.5):
        result = run(changes=plain | {"push.errand_odds": odds})
        sent, opened = (needs_with(result, e, Channel.PUSH) for e in (Event.MESSAGE, Event.OPEN))
        shares.append((len(opened), len(sent)))
    for (opened, sent), p in zip(shares, (0.028, 0.1143), strict=True):
        assert sent > 200
        assert abs(opened - p * sent) < 5 * np.sqrt(p * sent)


def test_a_shut_store_calls_nobody():
    assert not needs_with(run(channels__store__is_open=False), Event.NEAR, Channel.PUSH)


def test_without_the_capability_the_fence_changes_nothing():
    twins = [run(capabilities__geofence=0, rivals__local_km_apart=km) for km in (0.0, 5.0)]
    assert_same_bytes(*twins)


def test_a_message_that_is_not_sent_moves_nobody():
    """Notices alone are logged, and nothing else differs."""
    with_it, without = run(NoContact()), run(NoContact(), capabilities__geofence=0)
    stays = of(with_it.events, "event") != Event.NEAR
    assert not stays.all()
    for name in ("time", "shopper", "event", "value"):
        assert np.array_equal(of(with_it.events, name)[stays], of(without.events, name))


def test_time_in_the_log_never_decreases_and_messages_are_paid_for():
    result = run(push__cost=5.0)
    assert (np.diff(of(result.events, "time")) >= 0).all()
    sent = of(result.events, "event") == Event.MESSAGE
    paid = -of(result.postings, "cents")[of(result.postings, "line") == Line.MESSAGES].sum() / 100
    last_day = sent & (of(result.events, "time") >= 59)
    assert paid == pytest.approx(5.0 * (sent.sum() - last_day.sum()))


def test_the_default_policy_offers_a_coupon_to_whoever_the_app_notices():
    result = run(policy=None)
    decided = result.decisions
    near = of(decided, "trigger") == Trigger.NEAR_RIVAL
    assert near.sum() > 50
    assert (of(decided, "action")[near] > 0).mean() > 0.5
