"""Interventions in single stores of one world: what they move, and what they leave alone."""

import numpy as np
import pytest

import omnisim as om
from omnisim.exceptions import ParameterError
from omnisim.schema import Channel, Event, Fulfilment
from omnisim.simulation import Intervention
from omnisim.simulation.by_store import at_store, mean_at_stores
from omnisim.simulation.clienteling import choose_clients
from omnisim.simulation.firm.moves import move_in_stores, set_store_open
from omnisim.simulation.in_store import pace, skill
from tests.reference.worlds import assert_same_bytes, new_world, of, small

DAY = 20
FIRM = {"stores.n_stores": 3, "market.n_shoppers": 60}
SCREENS = om.Capabilities(in_store_digital=2)
TRAINED = om.Capabilities(single_customer_view=1, staff_training=2)
AISLE = om.Capabilities(offline_capture=1, visible_stock=2, endless_aisle=2)


def run(*interventions, **fields):
    return om.simulate(small(FIRM | fields), seed=8, interventions=interventions)


def at_stores(result, event, channel=None):
    kept = of(result.events, "event") == event
    if channel is not None:
        kept &= of(result.events, "channel") == channel
    return set(of(result.events, "store")[kept].tolist())


def test_levels_of_the_scenario_in_a_store_move_nothing():
    plain = run()
    same = run(Intervention(DAY, plain.scenario.capabilities, {"store": True}, stores=(0, 2)))
    assert_same_bytes(plain, same)


def test_a_level_in_every_store_is_that_of_the_firm():
    everywhere = run(Intervention(DAY, SCREENS))
    in_each = run(Intervention(DAY, SCREENS, stores=(0, 1, 2)))
    assert_same_bytes(everywhere, in_each)


def test_a_level_of_training_in_every_store_is_that_of_the_firm():
    level = {"capabilities": om.Capabilities(single_customer_view=1)}
    everywhere = run(Intervention(DAY, TRAINED), **level)
    in_each = run(Intervention(DAY, TRAINED, stores=(0, 1, 2)), **level)
    assert_same_bytes(everywhere, in_each)


def test_screens_stand_in_the_stores_named():
    quiet = {"surfaces.store_every_days": 0}  # else screens of any store show what was chosen
    found = run(Intervention(DAY, SCREENS, stores=(1,)), **quiet)
    assert at_stores(found, Event.ADVISED, Channel.SCREEN) == {1}


def test_the_aisle_is_offered_in_the_stores_named():
    few = {"stock.store_share": 0.3, "capabilities": AISLE.model_copy(update={"endless_aisle": 0})}
    plain, found = run(**few), run(Intervention(DAY, AISLE, stores=(1,)), **few)
    ordered = of(found.events, "fulfilment") == Fulfilment.ENDLESS_AISLE
    ordered &= of(found.events, "event") == Event.PURCHASE
    assert set(of(found.events, "store")[ordered].tolist()) == {1}
    before = [of(r.events, "value")[of(r.events, "time") < DAY] for r in (plain, found)]
    np.testing.assert_array_equal(*before)


def test_staff_are_trained_in_the_stores_named():
    world = new_world(small(FIRM, capabilities=om.Capabilities(single_customer_view=1)))
    before = dict(world.primitives)
    move_in_stores(world, (1,), TRAINED)
    level = world.scenario.primitives.staff_skill[2]
    assert [skill(world, s) for s in range(3)] == [0.0, level, 0.0]
    assert pace(world, 1) < pace(world, 0) == 1.0
    hours = world.scenario.primitives.training_hours[2]
    assert mean_at_stores(world, "training_hours") == pytest.approx(hours / 3)
    assert world.primitives == before


def test_only_staff_of_the_stores_named_write_to_clients():
    firm = {"market.shoppers_per_region": 60, "clienteling.min_purchases": 1,
            "records.tracking_level": "TL2"}  # fmt: skip
    world = new_world(small(FIRM | firm, capabilities=om.Capabilities(single_customer_view=1)))
    columns, n = world.columns, world.n_shoppers
    columns["record_of"][:, 1] = np.arange(n)
    columns["has_card"][:] = columns["subscribed"][:] = 1
    columns["record_count"][:n], columns["record_teams"][:n] = 5, 2
    move_in_stores(world, (1,), TRAINED)
    chosen = choose_clients(world, 14)
    assert len(chosen)
    assert set(columns["home_store"][chosen].tolist()) == {1}
    set_store_open(world, 1, False)
    assert len(choose_clients(world, 14)) == 0


def test_a_store_shut_alone_sells_nothing_and_the_others_go_on():
    shut = run(Intervention(0, is_open={"store": False}, stores=(1,)))
    assert at_stores(shut, Event.VISIT, Channel.STORE) == {0, 2}
    online = of(shut.events, "channel") == Channel.WEBSITE
    assert online.any()


def test_a_store_that_opens_again_is_visited_again():
    shut = Intervention(0, is_open={"store": False}, stores=(1,))
    opened = Intervention(DAY, is_open={"store": True}, stores=(1,))
    found = run(shut, opened)
    visits = of(found.events, "time")[
        (of(found.events, "event") == Event.VISIT)
        & (of(found.events, "channel") == Channel.STORE)
        & (of(found.events, "store") == 1)
    ]
    assert len(visits)
    assert visits.min() >= DAY


def test_shutting_every_store_is_shutting_the_channel_to_visits():
    found = run(Intervention(0, is_open={"store": False}, stores=(0, 1, 2)))
    whole = run(Intervention(0, is_open={"store": False}))
    for result in (found, whole):
        assert at_stores(result, Event.VISIT, Channel.STORE) == set()
    sold = [of(r.events, "value").sum() for r in (found, whole)]
    assert sold[0] == pytest.approx(sold[1], rel=0.1)


def test_books_balance_where_stores_differ():
    found = run(Intervention(DAY, SCREENS, stores=(1,)))
    assert round(found.ledger().sum() * 100) == of(found.postings, "cents").sum()


def test_what_does_not_live_in_a_store_cannot_differ_between_stores():
    with pytest.raises(ParameterError, match="offline_capture"):
        run(Intervention(DAY, om.Capabilities(offline_capture=1), stores=(0,)))
    with pytest.raises(ParameterError, match=r"\[0, 3\)"):
        run(Intervention(DAY, SCREENS, stores=(3,)))
    with pytest.raises(ParameterError, match="website"):
        Intervention(DAY, is_open={"website": False}, stores=(0,))


def test_a_store_not_named_has_what_the_firm_has():
    world = new_world(small(FIRM, capabilities=SCREENS))
    move_in_stores(world, (0,), om.Capabilities())
    levels = world.scenario.primitives.screens_used
    assert [at_store(world, "screens_used", s) for s in range(3)] == [0.0, levels[2], levels[2]]
