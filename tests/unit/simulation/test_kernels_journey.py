"""The kernels of a journey against slow oracles, on random worlds in random states."""

import numpy as np
import pytest

from omnisim.simulation import _coherence as coherence
from omnisim.simulation import _journey as kernel
from tests.reference import decisions as oracle
from tests.reference.random_worlds import random_world
from tests.reference.slow_world import SlowWorld, assert_same

N_WORLDS = 4
N_CALLS = 150


@pytest.fixture(params=range(N_WORLDS))
def pair(request, seed):
    """A random world, its oracle and a generator of arguments."""
    rng = np.random.default_rng([seed, request.param])
    world = random_world(rng)
    return world, SlowWorld(world), rng


def address(world, rng):
    """Draw a shopper, a need, a step, an item and a time."""
    return (
        int(rng.integers(world.n_shoppers)),
        int(rng.integers(5)),
        int(rng.integers(12)),
        int(rng.integers(world.scenario.stock.n_items)),
        float(rng.uniform(0, 50)),
    )


def same(world, slow, name, *arguments):
    """Call kernel and oracle alike and hold their answers equal."""
    found = getattr(kernel, name)(world.state, *arguments)
    expected = getattr(oracle, name)(slow, *arguments)
    if isinstance(expected, float):
        expected = pytest.approx(expected, rel=1e-9)
    assert found == expected, (name, arguments)
    return found


def test_wants_and_searches(pair):
    world, slow, rng = pair
    chosen = []
    for _ in range(N_CALLS):
        i, need, step, _, now = address(world, rng)
        same(world, slow, "want", i, need, now)
        chosen.append(same(world, slow, "search", i, need, now))
        same(world, slow, "session", i, need, int(rng.integers(1, 3)), step, now)
        same(world, slow, "view", i, need, int(rng.integers(1, 3)), float(rng.uniform()), now)
        same(world, slow, "look", i, need, int(rng.integers(8)), int(rng.integers(1, 3)))
    assert_same(world, slow)
    assert len(set(chosen)) >= 2


def test_decisions(pair):
    world, slow, rng = pair
    chosen = []
    for _ in range(2 * N_CALLS):
        i, need, step, item, now = address(world, rng)
        in_store, been_there = bool(rng.integers(2)), bool(rng.integers(2))
        searched = int(rng.integers(6))
        arguments = (step, searched, item, in_store, in_store or been_there,
                     float(rng.uniform()), now)  # fmt: skip
        chosen.append(same(world, slow, "decide", i, need, *arguments))
    assert_same(world, slow)
    assert len(set(chosen)) >= 5


def test_prices_seen_elsewhere(pair):
    world, slow, rng = pair
    gaps = []
    for _ in range(2 * N_CALLS):
        i, need, step, _, now = address(world, rng)
        arguments = (i, need, step, int(rng.integers(6)), bool(rng.integers(2)),
                     int(rng.integers(3)), now)  # fmt: skip
        gaps.append(coherence.conflict(world.state, *arguments))
        assert gaps[-1] == pytest.approx(oracle.conflict(slow, *arguments))
        place = arguments[0], arguments[5]
        stranded = coherence.stranded_points(world.state, *place)
        assert stranded == pytest.approx(oracle.stranded_points(slow, *place))
    assert_same(world, slow)
    assert 0 < np.count_nonzero(gaps) < len(gaps)


def test_times(pair):
    world, slow, rng = pair
    for _ in range(N_CALLS):
        i, need, step, _, now = address(world, rng)
        waits = same(world, slow, "travel", i, need, step, now)
        assert waits > 0
        for name in ("patience", "service", "delay"):
            same(world, slow, name, i, need, step)
    assert_same(world, slow)


def test_the_store_is_open_when_shoppers_arrive(pair):
    world, _, rng = pair
    opening, closing = world.state.params["opening"], world.state.params["closing"]
    for _ in range(N_CALLS):
        i, need, step, _, now = address(world, rng)
        arrival = now + kernel.travel(world.state, i, need, step, now)
        assert opening - 1e-9 <= (arrival % 1) * 24 <= closing + 1e-9
        assert arrival - now <= 1 + closing / 24


def test_shelves_and_parcels(pair):
    world, slow, rng = pair
    actions = []
    for _ in range(2 * N_CALLS):
        i, need, step, item, now = address(world, rng)
        action, _ = same(world, slow, "take", i, need, step, item, now,
                         float(rng.choice([0.0, 1.0])), float(rng.uniform()))  # fmt: skip
        actions.append(action)
        if rng.uniform() < 0.5:
            same(world, slow, "pick", i, item, need, now)
        if rng.uniform() < 0.3:
            by_staff = bool(rng.integers(2))
            found = kernel.ship(world.state, i, need, item, now, by_staff)
            expected = oracle.ship(slow, i, need, item, now, by_staff)
            assert found == pytest.approx(expected, rel=1e-9)
        if rng.uniform() < 0.3:
            location = int(rng.integers(len(slow.c["on_hand"])))
            for columns in (world.columns, slow.c):
                columns["on_hand"][location, item] += 2
    assert_same(world, slow)
    assert len(set(actions)) >= 4


def test_carts_and_endings(pair):
    world, slow, rng = pair
    for _ in range(N_CALLS):
        i, need, step, _, now = address(world, rng)
        same(world, slow, "abandons", i, need, step, int(rng.integers(1, 3)), now)
        same(world, slow, "enter", i, need, now)
        same(world, slow, "walk_out", i, need, now)
        same(world, slow, "lose", i, need, int(rng.integers(3, 7)), now)
    assert_same(world, slow)
