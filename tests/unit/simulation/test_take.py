"""Shelves: what a shopper takes, and what happens where there is nothing."""

import numpy as np
import pytest

from omnisim.simulation import _journey as kernel
from omnisim.simulation.trip import DELAY, NOWHERE, STORE
from tests.reference.worlds import new_world, small


def test_a_shopper_who_takes_only_substitutes_goes_without_where_there_is_none():
    world = new_world(small({
        "stock.react_substitute": 1.0, "stock.react_rival": 0.0,
        "stock.react_delay": 0.0, "stock.react_quit": 0.0,
    }))  # fmt: skip
    on_hand = world.columns["on_hand"]
    for shopper in range(world.n_shoppers):
        assert kernel.take(world.state, shopper, 0, 1, 3, 0.0) == (NOWHERE, 3)
    assert (on_hand == 0).all()


def test_a_substitute_is_the_likest_item_in_stock():
    world = new_world(small({
        "stock.react_substitute": 1.0, "stock.react_rival": 0.0,
        "stock.react_delay": 0.0, "stock.react_quit": 0.0,
    }))  # fmt: skip
    columns = world.columns
    store = columns["home_store"][5]
    columns["on_hand"][store, [1, 4, 6]] = 2
    likeness = columns["attributes"] @ columns["attributes"][3]
    expected = max([1, 4, 6], key=lambda item: likeness[item])
    assert kernel.take(world.state, 5, 0, 1, 3, 0.0) == (STORE, expected)
    assert columns["on_hand"][store, expected] == 1
    assert columns["demand"][store, [3, expected]].tolist() == [1, 1]


@pytest.mark.parametrize("left", [1, 7])
def test_an_item_on_the_shelf_is_taken(left):
    world = new_world(small())
    store = world.columns["home_store"][0]
    world.columns["on_hand"][store, 2] = left
    assert kernel.take(world.state, 0, 0, 1, 2, 0.0) == (STORE, 2)
    assert world.columns["on_hand"][store, 2] == left - 1
    assert np.sum(world.columns["demand"]) == 1


def test_nobody_comes_back_for_what_the_store_never_stocks():
    world = new_world(small({
        "stock.react_substitute": 0.0, "stock.react_rival": 0.0,
        "stock.react_delay": 1.0, "stock.react_quit": 0.0, "stock.store_share": 0.5,
    }))  # fmt: skip
    n_stocked = world.scenario.stock.n_stocked
    for item in range(world.scenario.stock.n_items):
        expected = DELAY if item < n_stocked else NOWHERE
        assert kernel.take(world.state, 0, 0, 1, item, 0.0) == (expected, item)
