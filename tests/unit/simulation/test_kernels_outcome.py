"""The kernels of what follows a decision against slow oracles, on random worlds."""

import numpy as np
import pytest

from omnisim.schema import Fulfilment
from omnisim.simulation import _outcome as kernel
from tests.reference import outcomes as oracle
from tests.reference.random_worlds import random_world
from tests.reference.slow_world import SlowWorld, assert_same

N_CALLS = 200
WAYS = (
    (0, Fulfilment.IN_STORE), (0, Fulfilment.ENDLESS_AISLE), (1, Fulfilment.DELIVERY),
    (1, Fulfilment.PICKUP), (2, Fulfilment.DELIVERY), (2, Fulfilment.PICKUP),
    (1, Fulfilment.RESERVED),
)  # fmt: skip


@pytest.fixture(params=range(4))
def pair(request, seed):
    """A random world, its oracle and a generator of arguments."""
    rng = np.random.default_rng([seed, 100 + request.param])
    world = random_world(rng)
    return world, SlowWorld(world), rng


def address(world, rng):
    """Draw a shopper, a need, an item and a time."""
    return (
        int(rng.integers(world.n_shoppers)),
        int(rng.integers(50)),
        int(rng.integers(world.scenario.stock.n_items)),
        float(rng.uniform(0, 50)),
    )


def test_sales_and_returns(pair):
    world, slow, rng = pair
    for _ in range(N_CALLS):
        i, need, item, now = address(world, rng)
        channel, fulfilment = WAYS[rng.integers(len(WAYS))]
        free = bool(rng.integers(2))
        skill = float(rng.uniform()) if channel == 0 else 0.0
        arguments = (i, need, item, channel, int(fulfilment), free, now, skill)
        sold = kernel.buy(world.state, *arguments)
        assert sold == oracle.buy(slow, *arguments)
        if rng.uniform() < 0.3:
            back = (i, need, item, channel, bool(rng.integers(2)), *sold[:4], now,
                    int(rng.choice([0, 2**20 + 3])))  # fmt: skip
            kernel.give_back(world.state, *back)
            oracle.give_back(slow, *back)
    assert_same(world, slow)


def test_unplanned_purchases(pair):
    world, slow, rng = pair
    bought = 0
    for _ in range(3 * N_CALLS):
        i, need, _, now = address(world, rng)
        step = int(rng.choice([*range(12), 2**10]))
        arguments = (i, need, step, now, float(rng.uniform()), bool(rng.integers(2)))
        found = kernel.buy_unplanned(world.state, *arguments)
        assert found == oracle.buy_unplanned(slow, *arguments)
        bought += found is not None
    assert_same(world, slow)
    assert 0 < bought < 3 * N_CALLS


def test_experience(pair):
    world, slow, rng = pair
    given_back = 0
    for _ in range(N_CALLS):
        i, need, item, now = address(world, rng)
        arguments = (i, need, item, int(rng.integers(3)), float(rng.uniform()),
                     bool(rng.integers(2)), float(rng.uniform(-1, 1)), bool(rng.integers(2)),
                     float(rng.choice([0.0, rng.uniform(0, 0.3)])),
                     float(rng.choice([0.0, rng.uniform()])), now,
                     int(rng.choice([0, 2**20 + 3])))  # fmt: skip
        found = kernel.evaluate(world.state, *arguments)
        assert found == oracle.evaluate(slow, *arguments)
        given_back += found
        if rng.uniform() < 0.2:
            kernel.regret(world.state, i)
            oracle.regret(slow, i)
    assert_same(world, slow)
    assert 0 < given_back < N_CALLS
    assert {sign for *_, sign in slow.speakers} == {-1, 1}


def test_hand_over(pair):
    world, slow, rng = pair
    for _ in range(N_CALLS):
        i, need, item, now = address(world, rng)
        channel, fulfilment = WAYS[1 + rng.integers(len(WAYS) - 1)]
        arguments = (i, need, item, channel, int(fulfilment), now)
        kernel.hand_over(world.state, *arguments)
        oracle.hand_over(slow, *arguments)
    assert_same(world, slow)
