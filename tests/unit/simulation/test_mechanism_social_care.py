"""Reviews, public complaints, and the firm's answer to them (K16)."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.schema import Channel, Event, Line
from omnisim.simulation import simulate
from omnisim.simulation.standing import Standing
from omnisim.simulation.trip import WEBSITE, Trip
from omnisim.simulation.voice import read_reviews, speak_up
from tests.reference.worlds import assert_same_bytes, new_world, of, small

ANGRY = {"voice.p_complain": 1.0, "word.detractor_below": -0.1, "experience.rating": 0.1,
         "primitives.recovery": (0.0, 0.5, 1.0)}  # fmt: skip


def firm(level, changes=None, **fields):
    return small(dict(changes or {}), capabilities=Capabilities(social_care=level), **fields)


def complained(level, *, days=30.0):
    """Let every shopper be a detractor and speak after a purchase."""
    world = new_world(firm(level, ANGRY, voice__p_review=0.0))
    world.columns["satisfaction"][:] = -0.5
    for shopper in range(world.n_shoppers):
        speak_up(world, shopper, 0)
    world.env.run(until=days)
    return world


def test_an_unanswered_complaint_stays_and_nothing_is_paid():
    world = complained(0)
    assert (world.columns["satisfaction"] == -0.5).all()
    assert world.standing.mean == -1
    assert len(world.state.postings) == 0


def test_an_answered_complaint_is_made_good_and_goes():
    world, rules = complained(2), new_world(firm(2)).scenario.voice
    assert (world.columns["satisfaction"] == rules.recovered_to).all()
    assert world.standing.volume == pytest.approx(0, abs=1e-9)
    cents = np.concatenate(world.state.postings.columns()[5])
    euros = world.n_shoppers * (rules.cost_reply + rules.cost_recovery)
    assert cents.sum() == -round(100 * euros)


def test_a_reply_takes_its_time():
    assert (complained(2, days=0.1).columns["satisfaction"] == -0.5).all()
    assert (complained(2, days=0.3).columns["satisfaction"] > 0).all()


def test_standing_fades_and_forgets_what_is_withdrawn():
    standing = Standing(0.5)
    standing.add(1.0, 2.0, 0.0)
    standing.add(-1.0, 4.0, 7.0)
    assert standing.volume == pytest.approx(1 + 4)
    assert standing.mean == pytest.approx(-3 / 5)
    standing.withdraw(-1.0, 4.0, 7.0, 14.0)
    assert standing.volume == pytest.approx(0.5)
    assert standing.mean == pytest.approx(1.0)


def test_new_shoppers_believe_reviews_and_all_learn_from_them():
    world = new_world(firm(0, {"voice.p_read": 1.0, "voice.weight": 0.5}))
    world.standing.add(-0.8, world.scenario.voice.half_volume, 0.0)
    world.columns["habit"][1, 0] = 1.0
    trips = [Trip(i, 0, 0, WEBSITE, 0.2) for i in (0, 1)]
    for trip in trips:
        read_reviews(world, trip)
        assert 1 - trip.resolved == pytest.approx(0.8 * (1 - 0.1 / 2))
    assert world.columns["satisfaction"][:2].tolist() == pytest.approx([-0.4, 0.0])


def test_without_complaints_listening_changes_nothing(seed):
    free = {"capability_costs.social_care": (0.0, 0.0, 0.0), "voice.p_complain": 0.0,
            "investments.social_care": (0.0, 0.0, 0.0)}  # fmt: skip
    runs = [simulate(firm(level, free), seed=seed) for level in (0, 2)]
    assert (of(runs[0].events, "event") == Event.REVIEW).any()
    assert_same_bytes(*runs)


def test_recovered_complaints_are_in_log_and_books(seed):
    run = simulate(firm(1, ANGRY, market__n_shoppers=100), seed=seed)
    log = run.events.to_pandas()
    said, good = (log[log["event"] == e] for e in (Event.COMPLAINT, Event.RECOVERED))
    assert 0.3 * len(said) < len(good) < 0.7 * len(said)
    assert (said["channel"] == Channel.SOCIAL).all()
    rules = run.scenario.voice
    assert -run.ledger()[Line.REWARDS.name.lower()] == pytest.approx(
        len(good) * rules.cost_recovery
    )
    assert round(run.ledger().sum() * 100) == of(run.postings, "cents").sum()
