"""The kernels of the daily round against slow oracles, on random worlds over several days."""

import numpy as np
import pytest

from omnisim.simulation import _browsing as browsing
from omnisim.simulation import _loyalty as loyalty
from omnisim.simulation import _market as kernel
from tests.reference import rounds as oracle
from tests.reference.random_worlds import random_world
from tests.reference.slow_world import SlowWorld, assert_same

DAYS = range(20, 28)  # after every column was last touched


@pytest.fixture(params=range(4))
def pair(request, seed):
    """A random world, its oracle and a generator of arguments."""
    rng = np.random.default_rng([seed, 200 + request.param])
    world = random_world(rng, word__innovation_per_year=10.0, market__back_per_year=10.0,
                         segments__busy__p_loyalty=0.3)  # fmt: skip
    return world, SlowWorld(world), rng


def events(slow):
    return {row[4] for row in slow.events}


def test_needs(pair):
    world, slow, rng = pair
    kernel.first_needs(world.state)
    oracle.first_needs(slow)
    n_found = 0
    for day in DAYS:
        season = float(rng.uniform(0.5, 1.5))
        found = list(zip(*kernel.needs(world.state, day, season), strict=True))
        expected = oracle.needs(slow, day, season)
        assert [row[:2] for row in found] == [row[:2] for row in expected]
        assert [row[2] for row in found] == pytest.approx([row[2] for row in expected], rel=1e-12)
        n_found += len(found)
    assert_same(world, slow)
    assert n_found > 10
    assert slow.events


def test_many_needs_in_a_day(pair):
    world, slow, _ = pair
    kernel.first_needs(world.state)
    oracle.first_needs(slow)
    found = list(zip(*kernel.needs(world.state, 30, 500.0), strict=True))
    expected = oracle.needs(slow, 30, 500.0)
    assert len(found) > 1024  # more than the kernel makes room for at first
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert_same(world, slow)


def test_looking_around(pair):
    world, slow, _ = pair
    for day in DAYS:
        browsing.browse(world.state, day)
        oracle.browse(slow, day)
    assert_same(world, slow)
    assert {row[3] for row in slow.events} >= {0, 1}


def test_points_lapse(pair):
    world, slow, _ = pair
    for day in DAYS:
        loyalty.expire_points(world.state, day)
        oracle.expire_points(slow, day)
    assert_same(world, slow)
    assert slow.postings


def test_awareness(pair):
    world, slow, _ = pair
    kernel.count_aware_neighbours(world.state)
    oracle.count_aware_neighbours(slow)
    for day in range(20, 100):
        kernel.spread_awareness(world.state, day)
        oracle.spread_awareness(slow, day)
    assert_same(world, slow)
    assert events(slow) == {21, 22}  # AWARE, BACK


def test_word_of_mouth(pair):
    world, slow, rng = pair
    for columns in (world.columns, slow.c):
        columns["satisfaction"][:5] = [0.99, -0.99, 1.0, -1.0, 0.0]
        columns["has_account"][:] = 0
        columns["habit"][10:] = 0
    kernel.count_aware_neighbours(world.state)
    oracle.count_aware_neighbours(slow)
    for day in DAYS:
        signs = rng.choice([-1, 1], 100).tolist()
        said = [(int(rng.integers(world.n_shoppers)), int(rng.integers(50)),
                 int(rng.choice([0, 2**44])), sign) for sign in signs]  # fmt: skip
        world.state.speakers.extend(said)
        slow.speakers.extend(said)
        kernel.spread_word(world.state, float(day))
        oracle.spread_word(slow, float(day))
    assert_same(world, slow)
    assert slow.speakers == []
    assert events(slow) == {21, 37}  # AWARE, UNAWARE
    counted = world.columns["n_aware_near"].copy()
    kernel.count_aware_neighbours(world.state)
    assert (world.columns["n_aware_near"] == counted).all()
