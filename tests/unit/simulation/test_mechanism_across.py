"""What one sales channel does to another: who may use which, habit, and what is learnt."""

from dataclasses import replace

import numpy as np
import pytest

import omnisim as om
from omnisim.exceptions import ParameterError
from omnisim.population.layout import ONLINE_ONLY, STORES_ONLY
from omnisim.schema import Channel, Event, Fulfilment
from omnisim.simulation import _journey as kernel
from omnisim.simulation import _outcome as outcome
from omnisim.simulation.engine import draw_shoppers
from omnisim.simulation.trip import APP, STORE, WEBSITE, Trip
from tests.reference.worlds import assert_same_bytes, new_world, of, small

SIZE = {"market.n_shoppers": 300, "market.horizon_days": 90}


@pytest.fixture(scope="module")
def firm():
    return small(SIZE | {"capabilities": om.Capabilities.integrated()})


def test_who_is_held_to_a_kind_uses_no_other_and_the_firm_stays_open(firm):
    people = draw_shoppers(firm, seed=3)
    held = np.resize([0, STORES_ONLY, ONLINE_ONLY], len(people)).astype(np.uint8)
    run = om.simulate(firm, population=replace(people, held_to=held), seed=3)
    event, shopper = of(run.events, "event"), of(run.events, "shopper")
    channel = of(run.events, "channel")
    for kinds in ((Event.PURCHASE,), (Event.VISIT, Event.PURCHASE, Event.CART)):
        of_kind = np.isin(event, kinds)
        is_store, is_online = (
            channel == Channel.STORE,
            np.isin(channel, (Channel.WEBSITE, Channel.APP)),
        )
        for who in range(3):
            mine = of_kind & (held[shopper] == who)
            assert (is_store & mine).any() == (who != ONLINE_ONLY)
            assert (is_online & mine).any() == (who != STORES_ONLY)
    bought = event == Event.PURCHASE
    by_pickup = of(run.events, "fulfilment")[bought] == Fulfilment.PICKUP
    assert not (held[shopper[bought][by_pickup]] > 0).any()


def test_held_to_nothing_is_as_before(firm):
    people = draw_shoppers(firm, seed=3)
    free = replace(people, held_to=np.zeros(len(people), np.uint8))
    assert_same_bytes(
        om.simulate(firm, population=free, seed=3), om.simulate(firm, population=people, seed=3)
    )


def test_no_other_kind_can_be_named(firm):
    people = draw_shoppers(firm, seed=3)
    with pytest.raises(ParameterError, match="held_to must be finite and lie in"):
        replace(people, held_to=np.full(len(people), 3, np.uint8))


@pytest.mark.parametrize("across", [0.0, 0.25, 1.0])
def test_use_wears_down_its_own_habit_and_others_as_far_as_it_acts_across(across):
    world = new_world(small({"choice.habit_across": across, "choice.habit_forgetting": 0.4}))
    world.columns["habit"][:] = 2.0
    outcome.buy(world.state, 1, 0, 0, WEBSITE, int(Fulfilment.DELIVERY), False, 1.0)
    habit = world.columns["habit"]
    assert habit[1, WEBSITE] == pytest.approx(2 * 0.6 + 1)
    assert habit[1, [STORE, APP]] == pytest.approx(2 * (1 - 0.4 * across))
    assert (habit[2] == 2).all()


def test_what_is_learnt_in_the_store_counts_elsewhere_as_far_as_knowledge_does():
    for across, elsewhere in ((1.0, 0.9), (0.5, 0.45), (0.0, 0.2)):
        trip = Trip(0, 0, 0, WEBSITE, 0.2, across)
        assert (trip.resolved, trip.in_hand) == (0.2, 0.2 * across)
        trip.in_store = True
        trip.inspect(0.9)
        assert (trip.resolved, trip.in_hand) == pytest.approx((elsewhere, 0.9))
        trip.inform(0.5)
        assert trip.in_hand == pytest.approx(0.95)
        assert trip.resolved == pytest.approx(1 - (1 - elsewhere) * (1 - 0.5 * across))
        assert Trip(0, 0, 0, STORE, 0.8, across).resolved == pytest.approx(0.8 * across)


@pytest.mark.parametrize("across", [0.0, 1.0])
def test_what_an_inspection_finds_moves_other_sellers_only_if_knowledge_does(across):
    """The surplus of a decision among sellers other than the store, with and without a look."""
    worth = []
    for inspected in (False, True):
        scenario = small({"choice.knowledge_across": across})
        n = scenario.market.n_shoppers
        world = new_world(scenario, held_to=np.full(n, ONLINE_ONLY))
        for i in range(n):
            kernel.decide(world.state, i, 0, 0, WEBSITE, 0, False, inspected, 0.5, 0.0)
        worth.append(world.columns["surplus"].copy())
    assert (worth[0] == worth[1]).all() == (across == 0)
    assert (worth[0] != worth[1]).all() == (across == 1)
