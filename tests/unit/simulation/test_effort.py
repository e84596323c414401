"""Staff do for other channels what counts for their manager, and it takes them real minutes."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.schema import Event, Fulfilment
from omnisim.simulation.firm.books import Books, mean_basket
from omnisim.simulation.firm.governance import choose_effort, effort_gain
from omnisim.simulation.firm.moves import refresh
from omnisim.simulation.returns import way_back
from omnisim.simulation.store import handle, minutes_each
from tests.reference.worlds import finished_world, new_world, small

TAKING = Capabilities(offline_capture=1, visible_stock=2, endless_aisle=2, cross_channel_returns=2)


def effort(credit, **fields):
    scenario = Scenario().replace({n.replace("__", "."): v for n, v in fields.items()})
    return choose_effort(scenario, effort_gain(scenario, Books(), credit))


@pytest.mark.parametrize("gain", [0.0, 1.0, 3.0, 5.0, 8.0, 30.0])
def test_effort_is_the_best_of_a_fine_search(gain):
    scenario = Scenario()
    e = np.linspace(0.5, 1.0, 5001)
    rules, wage = scenario.governance, scenario.costs.staff_per_hour / 60
    worth = e * gain - wage * rules.effort_minutes * e ** (1 + rules.effort_exponent)
    assert choose_effort(scenario, gain) == pytest.approx(e[np.argmax(worth)], abs=2e-4)


def test_each_level_of_governance_brings_its_own_effort():
    levels = [effort(credit) for credit in Scenario().primitives.credit_across]
    assert levels[0] == Scenario().governance.enforced_effort
    assert levels[0] < levels[1] < levels[2]


def test_a_pick_up_earns_the_store_no_credit_in_silos():
    """Whatever orders bring, the manager of a silo counts unplanned purchases only."""
    rich = {"governance__prior_orders": 1.0, "costs__goods_share": 0.1}
    scenario = Scenario().replace({"costs.goods_share": 0.1, "stores.p_unplanned": 0.0})
    assert effort_gain(scenario, Books(), 0.0) == 0.0
    assert effort_gain(scenario, Books(), 1.0) == pytest.approx(0.9 * mean_basket(scenario))
    assert effort(0.0, **rich) < effort(1.0, **rich)


def test_unplanned_purchases_on_the_errand_are_the_store_s_own():
    assert effort(0.0, stores__p_unplanned=0.3) > effort(0.0)


def test_dear_staff_do_less():
    assert effort(0.5, costs__staff_per_hour=40.0) < effort(0.5)


def test_taking_half_takes_less_than_half_the_time():
    rules = Scenario().governance
    assert minutes_each(rules, 1.0) == rules.effort_minutes
    assert minutes_each(rules, 0.5) == pytest.approx(rules.effort_minutes / 4)


@pytest.mark.parametrize(("now", "begins"), [(0.5, 0.5), (0.1, 0.375), (0.9, 1.375)])
def test_an_order_takes_staff_their_minutes_in_opening_hours(now, begins):
    """From 9 to 20 o'clock; the second order waits for the first, with one on duty."""
    world = new_world(small())
    world.columns["home_store"][:] = 0
    world.env.run(until=now)
    ends = []
    for shopper in (0, 1):
        world.env.process(handle(world, shopper)).callbacks.append(
            lambda _: ends.append(world.env.now)
        )
    world.env.run(until=now + 2)
    day = world.scenario.governance.effort_minutes / 24 / 60
    assert ends == pytest.approx([begins + day, begins + 2 * day])


def test_stores_take_back_as_many_parcels_as_staff_go_along_with():
    world = new_world(small({"market.n_shoppers": 400}, capabilities=TAKING))
    taken = []
    for done in (1.0, 0.5, 0.0):
        world.conduct.effort = done
        refresh(world)
        ways = [way_back(world, i, 3, by_parcel=True) for i in range(world.n_shoppers)]
        taken.append(sum(not by_parcel for by_parcel, _ in ways))
    assert taken[2] == 0
    assert 0.35 * taken[0] < taken[1] < 0.65 * taken[0]


def wait(world):
    """Return who walked out, and how many orders staff took for other channels."""
    log = [np.concatenate(parts) for parts in world.state.log.columns()]
    event, way = log[4], log[6]
    others = ((event == Event.PURCHASE) & (way > Fulfilment.DELIVERY)).sum()
    return (event == Event.WALKOUT).sum(), others


def test_queues_grow_by_what_staff_do_for_other_channels():
    busy = {"market.n_shoppers": 400, "stores.n_stores": 1, "stock.store_share": 0.5,
            "governance.managers_decide": False}  # fmt: skip
    (few, orders), (many, _) = (
        wait(finished_world(small(busy, capabilities=TAKING, governance__effort_minutes=minutes)))
        for minutes in (0.0, 60.0)
    )
    assert orders > 20
    assert many > few + 10


def test_minutes_touch_nothing_where_nobody_orders_across(seed):
    runs = [
        finished_world(small(governance__effort_minutes=minutes), seed=seed).state.log.columns()
        for minutes in (0.0, 60.0)
    ]
    for name in range(3):
        assert np.concatenate(runs[0][name]).tobytes() == np.concatenate(runs[1][name]).tobytes()
