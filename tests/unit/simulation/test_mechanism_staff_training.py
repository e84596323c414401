"""Trained staff advise, save sales at a stock-out and are quicker (K11)."""

import math

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.schema import Channel, Event, Line
from omnisim.simulation import _journey as kernel
from omnisim.simulation import simulate
from omnisim.simulation.in_store import meet, pace, skill, train
from omnisim.simulation.trip import STORE, Trip
from tests.reference.worlds import assert_same_bytes, new_world, of, small

PERFECT = {"primitives.staff_skill": (0.0, 0.5, 1.0), "in_store.turnover_per_year": 0.0}


def firm(level, changes=None, **fields):
    levels = Capabilities(single_customer_view=1, staff_training=level)
    return small(dict(changes or {}), capabilities=levels, **fields)


def test_skill_decays_with_turnover_until_the_next_training():
    world = new_world(firm(2, in_store__training_every_days=100.0))
    rate = world.scenario.in_store.turnover_per_year / 365
    found = {}
    for day in (0, 99, 100, 150):
        world.env.run(until=day + 1e-6)
        found[day] = skill(world, 0)
    expected = {0: 0.6, 99: 0.6 * math.exp(-99 * rate), 100: 0.6, 150: 0.6 * math.exp(-50 * rate)}
    assert found == pytest.approx(expected, rel=1e-5)


def test_untrained_staff_know_nothing_more_and_cost_nothing_more():
    world = new_world(firm(0))
    assert skill(world, 0) == 0
    assert pace(world, 0) == 1
    train(world, 0)
    assert len(world.state.postings) == 0


def test_advice_resolves_and_saves_time():
    world = new_world(firm(2, PERFECT))
    trip = Trip(0, 0, 1, STORE, 0.2, step=1)
    meet(world, trip)
    assert trip.advised
    assert 1 - trip.resolved == pytest.approx(0.8 * (1 - world.scenario.in_store.advice_resolves))
    assert pace(world, 0) == pytest.approx(1 - world.scenario.in_store.time_saved)


def test_advice_makes_a_substitute_likelier():
    taken = []
    for helped in (0.0, 1.0):
        world = new_world(small(market__n_shoppers=2000))
        world.columns["on_hand"][:] = 10_000
        world.columns["on_hand"][:, 3] = 0
        answers = [kernel.take(world.state, i, 0, 1, 3, 0.0, helped) for i in range(2000)]
        taken.append(np.array([action == STORE for action, _ in answers]))
    share, odds = 0.45, 0.45 / 0.55 * math.e  # T-38, then e times the odds
    assert taken[0].mean() == pytest.approx(share, abs=0.06)  # 5 standard errors
    assert taken[1].mean() == pytest.approx(odds / (1 + odds), abs=0.06)
    assert (taken[1] >= taken[0]).all()


def test_the_hours_of_training_are_paid_twice_a_year():
    fields = {"market__horizon_days": 200, "costs__staff_per_hour": 10.0,
              "market__shoppers_per_region": 40,
              "primitives__clients_written": (0.0,) * 3}  # fmt: skip
    runs = [
        simulate(firm(k, **fields), seed=1) for k in (0, 2)]  # fmt: skip
    staff = [run.ledger()[Line.STAFF.name.lower()] for run in runs]
    assert staff[0] - staff[1] == pytest.approx(2 * 2 * 1 * 6 * 10.0)  # sessions, stores, posts
    for run in runs:
        assert round(run.ledger().sum() * 100) == of(run.postings, "cents").sum()


def test_it_shows_in_the_log_and_only_in_the_store(seed):
    free = {"capability_costs.staff_training": (0.0, 0.0, 0.0),
            "investments.staff_training": (0.0, 0.0, 0.0)}  # fmt: skip
    runs = [simulate(firm(k, free, channels__store__is_open=False), seed=seed) for k in (0, 2)]
    assert_same_bytes(*runs)
    alone = firm(2, {"surfaces.store_every_days": 0})  # screens offer nothing
    log = simulate(alone, seed=seed).events.to_pandas()
    advised = log[log["event"] == Event.ADVISED]
    assert len(advised) > 5
    assert (advised["channel"] == Channel.STAFF).all()
    assert (advised["store"] >= 0).all()
