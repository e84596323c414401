"""The kernels of the daily round against slow oracles, on random worlds over several days."""

import numpy as np
import pytest

from omnisim.simulation import _browsing as browsing
from omnisim.simulation import _market as kernel
from tests.reference import rounds as oracle
from tests.reference.random_worlds import random_world
from tests.reference.slow_world import SlowWorld, assert_same

DAYS = range(20, 28)  # after every column was last touched


@pytest.fixture(params=range(4))
def pair(request, seed):
    """A random world, its oracle and a generator of arguments."""
    rng = np.random.default_rng([seed, 200 + request.param])
    world = random_world(rng, word__innovation_per_year=10.0, market__back_per_year=10.0)
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


def test_awareness(pair):
    world, slow, _ = pair
    kernel.count_aware_neighbours(world.state)
    oracle.count_aware_neighbours(slow)
    for day in range(20, 60):
        kernel.spread_awareness(world.state, day)
        oracle.spread_awareness(slow, day)
    assert_same(world, slow)
    assert events(slow) == {21, 22}  # AWARE, BACK


def test_display(pair):
    world, slow, rng = pair
    for day in DAYS:
        held = (rng.uniform(size=world.n_shoppers) < 0.4).astype(np.uint8)
        shown = oracle.show_display(slow, day, set(np.flatnonzero(held)))
        assert kernel.show_display(world.state, day, held) == shown
    assert_same(world, slow)
    assert events(slow) == {1, 34}  # IMPRESSION, WITHHELD


def test_messages(pair):
    world, slow, rng = pair
    n = world.n_shoppers
    teams = rng.integers(0, 4, 2 * n)
    for columns in (world.columns, slow.c):
        columns["record_teams"][:] = teams
    for day in DAYS:
        kind = int(rng.integers(3))
        shoppers = np.sort(rng.permutation(n)[: n // 2]).astype(np.int32)
        records = np.where(rng.uniform(size=len(shoppers)) < 0.5, shoppers, n + shoppers)
        items = rng.integers(world.scenario.stock.n_items, size=len(shoppers))
        columns = (shoppers, records.astype(np.int32), items.astype(np.int32),
                   rng.uniform(size=len(shoppers)),
                   rng.integers(0, 2, len(shoppers)).astype(np.int32))  # fmt: skip
        rows = list(zip(*(column.tolist() for column in columns), strict=True))
        clicked = kernel.deliver_messages(world.state, *columns, kind, day)
        assert clicked == oracle.deliver_messages(slow, rows, kind, day)
    assert_same(world, slow)
    assert {2, 3, 4, 5} <= events(slow)  # MESSAGE, OPEN, CLICK, UNSUBSCRIBE


def test_word_of_mouth(pair):
    world, slow, rng = pair
    for columns in (world.columns, slow.c):
        columns["satisfaction"][:5] = [0.99, -0.99, 1.0, -1.0, 0.0]
    for day in DAYS:
        said = [(int(rng.integers(world.n_shoppers)), int(rng.integers(50)), sign)
                for sign in rng.choice([-1, 1], 20).tolist()]  # fmt: skip
        world.state.speakers.extend(said)
        slow.speakers.extend(said)
        kernel.spread_word(world.state, float(day))
        oracle.spread_word(slow, float(day))
    assert_same(world, slow)
    assert slow.speakers == []


def test_what_is_not_touched_decays_by_its_share_a_week():
    world = random_world(np.random.default_rng(3))
    columns = world.columns
    columns["touched"][:] = 10.0
    before = {name: columns[name].copy() for name in ("goodwill", "fatigue", "engagement")}
    kernel.deliver_messages(
        world.state, np.array([4], np.int32), np.array([4], np.int32), np.array([0], np.int32),
        np.ones(1), np.array([0], np.int32), 0, 17,
    )  # fmt: skip
    media, messages = world.scenario.media, world.scenario.messages
    kept = {
        "goodwill": media.goodwill_per_week,
        "engagement": world.scenario.experience.engagement_per_week,
    }
    # A reminder may add goodwill; without an opening it adds nothing.
    opened = 3 in world.state.log.columns()[4][0]
    for name, share in kept.items():
        if not (opened and name == "goodwill"):
            assert columns[name][4] == pytest.approx(before[name][4] * share)
    expected = before["fatigue"][4] * messages.fatigue_per_week + 1
    assert columns["fatigue"][4] == pytest.approx(expected)
    assert columns["goodwill"][5] == before["goodwill"][5]
