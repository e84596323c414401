"""Shelves: what a shopper takes, and what happens where there is nothing."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.schema import POSTINGS, Line
from omnisim.simulation import _journey as kernel
from omnisim.simulation.trip import AISLE, DELAY, NOWHERE, RIVAL_LOCAL, RIVAL_ONLINE, STORE
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


def helpful(**changes):
    """Return a world in which staff may always order, which beats to come back later."""
    world = new_world(small({
        "capabilities": Capabilities(offline_capture=1, visible_stock=2, endless_aisle=2),
        "primitives.aisle_offered": (0.0, 1.0, 1.0), "stock.react_substitute": 0.0,
        "stock.react_rival": 0.0, "stock.react_delay": 1.0, "stock.react_quit": 0.0,
        "stock.store_share": 1.0, "stores.n_stores": 3, "choice.delivery_per_day": 1.0,
    } | changes))  # fmt: skip
    world.state.params = world.state.params | {"restock_days": 1e3}
    return world


def picked(world):
    line, cents = (
        np.concatenate([[], *world.state.postings.columns()[POSTINGS.names.index(name)]])
        for name in ("line", "cents")
    )
    return cents[line == Line.PICKING].tolist()


def test_staff_have_it_sent_from_the_fullest_other_store_where_the_warehouse_is_empty():
    world = helpful()
    columns = world.columns
    home = int(columns["home_store"][0])
    others = [k for k in range(3) if k != home]
    columns["on_hand"][others[0], 2], columns["on_hand"][others[1], 2] = 1, 4
    assert kernel.take(world.state, 0, 0, 1, 2, 0.0, aisle=1.0) == (AISLE, 2)
    kernel.ship(world.state, 0, 0, 2, 0.0, True)
    assert columns["on_hand"][others, 2].tolist() == [1, 3]
    assert columns["on_hand"].sum() == 4  # nothing else moved
    assert columns["demand"][others[1], 2] == 1
    assert picked(world) == [-round(100 * world.scenario.costs.picking)]


def test_the_warehouse_goes_first_and_nothing_is_picked():
    world = helpful()
    columns = world.columns
    columns["on_hand"][1 - int(columns["home_store"][0] == 1), 2] = 4
    columns["on_hand"][-1, 2] = 1
    assert kernel.take(world.state, 0, 0, 1, 2, 0.0, aisle=1.0) == (AISLE, 2)
    kernel.ship(world.state, 0, 0, 2, 0.0, True)
    assert columns["on_hand"][-1, 2] == 0
    assert columns["on_hand"][:-1, 2].sum() == 4
    assert picked(world) == []


@pytest.mark.parametrize("case", ["never offered", "one store", "units of a day"])
def test_no_other_store_helps(case):
    world = helpful(**{"stores.n_stores": 1} if case == "one store" else {})
    home = int(world.columns["home_store"][0])
    world.columns["on_hand"][:-1, 2] = 4
    world.columns["on_hand"][home, 2] = 0
    offered = 0.0 if case == "never offered" else 1.0
    if case == "units of a day":
        world.state.params = world.state.params | {"has_capacity": 1}
    assert kernel.take(world.state, 0, 0, 1, 2, 0.0, aisle=offered) == (DELAY, 2)


def test_who_turns_elsewhere_buys_by_phone_or_at_the_local_rival_in_the_published_share():
    """T-38 holds for the two together; the phone splits it, by the shopper's own chance."""
    found = {}
    for p in (0.0, 1.0):
        world = new_world(small({"market.n_shoppers": 3000, "choice.p_phone_check": p,
                                 "word.mean_degree": 0}))  # fmt: skip
        found[p] = np.array([
            kernel.take(world.state, i, 0, 1, 3, 0.0)[0] for i in range(world.n_shoppers)
        ])  # fmt: skip
    other = [np.isin(actions, (RIVAL_LOCAL, RIVAL_ONLINE)) for actions in found.values()]
    assert other[0].tolist() == other[1].tolist()
    assert (found[0.0] != RIVAL_ONLINE).all()
    by_phone = found[1.0][other[1]] == RIVAL_ONLINE
    expected = world.columns["digital"][other[1]]
    assert by_phone.mean() == pytest.approx(expected.mean(), abs=0.05)  # four standard errors
    assert expected[by_phone].mean() > expected[~by_phone].mean()
