"""Points that do not count where one buys, and a norm of coherence (equations 13 and 16)."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.schema import Event, Fulfilment
from omnisim.simulation import _coherence as coherence
from omnisim.simulation import _outcome as outcome
from omnisim.simulation import simulate
from omnisim.simulation.fulfilment import _sell
from omnisim.simulation.trip import STORE, WEBSITE, Trip
from tests.reference.worlds import assert_same_bytes, new_world, of, small

MEMBERS = {"market.n_shoppers": 150, "segments.busy.p_loyalty": 1.0, "costs.points_share": 0.2}


def firm(level, changes=None):
    levels = Capabilities(single_customer_view=2, unified_loyalty=level)
    return small(MEMBERS | dict(changes or {}), capabilities=levels)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_points_of_the_other_ledger_are_stranded_until_ledgers_are_one(level):
    world = new_world(firm(level))
    world.columns["points"][0] = 3.0, 20.0
    stranded = [coherence.stranded_points(world.state, 0, channel) for channel in (STORE, WEBSITE)]
    assert stranded == pytest.approx([20.0 * (1 - level / 2), 3.0 * (1 - level / 2)])


def test_what_is_lost_is_the_share_of_the_price_that_such_points_would_have_paid():
    world = new_world(firm(0))
    world.columns["points"][:] = 5.0, 20.0
    sales = [_sell(world, Trip(i, 0, 0, STORE, 0.5, step=1), STORE, Fulfilment.IN_STORE)
             for i in range(world.n_shoppers)]  # fmt: skip
    price = np.array([sale.goods for sale in sales])
    left = price - [sale.spent for sale in sales]
    lost = np.array([sale.lost for sale in sales])
    assert lost == pytest.approx(np.minimum(2000, left) / price)
    assert 0 < (left < 2000).sum() < len(sales)


def test_lost_points_lower_what_was_lived():
    felt = []
    for lost in (0.0, 0.2):
        world = new_world(firm(0, {"experience.frustration": 2.0, "fulfilment.fit_likeness": 0.0}))
        outcome.evaluate(world.state, 0, 0, 0, STORE, 1.0, 0.0, 0.65, False, 0.0, lost, 0.0)
        felt.append(float(world.columns["satisfaction"][0]))
    lower = 2.0 * 0.2 * ((1 - 0.4) / 3 + 0.4)  # a third of the experience, and its weakest link
    assert felt == pytest.approx([0.2 * 0.05, -0.2 * 2.0 * (lower - 0.05)])


def test_frustration_costs_satisfaction_where_ledgers_are_apart_and_nothing_where_they_are_one():
    apart, one = (
        [simulate(firm(level, {"experience.frustration": size}), seed=1) for size in (0.0, 5.0)]
        for level in (0, 2)
    )
    assert_same_bytes(*one)
    calm, angry = (run.final["satisfaction"].mean() for run in apart)
    assert angry < calm - 0.01
    first = min(of(run.events, "time")[of(run.events, "event") == Event.PURCHASE].min()
                for run in apart)  # fmt: skip
    times = [of(run.events, "time") for run in apart]
    assert times[0][times[0] <= first].tobytes() == times[1][times[1] <= first].tobytes()


def test_a_norm_of_coherence_is_slowly_expected_on_top_of_what_was_lived():
    worlds = [new_world(small({"experience.coherence_norm": norm})) for norm in (0.0, 0.1)]
    mood, expected = ([world.columns[name] for world in worlds]
                      for name in ("satisfaction", "expectation"))  # fmt: skip
    for world in worlds:
        outcome.live(world.state, 0, 0.65)
    assert mood[0][0] == mood[1][0]  # the first time nobody expects more
    assert expected[1][0] == pytest.approx(expected[0][0] + 0.1 * 0.1)
    for world in worlds:
        for _ in range(500):
            outcome.live(world.state, 0, 0.65)
    assert [e[0] for e in expected] == pytest.approx([0.65, 0.75])
    assert [m[0] for m in mood] == pytest.approx([0.0, -2.0 * 0.1], abs=1e-9)
    assert (mood[0][1:] == mood[1][1:]).all()  # nobody else lived through anything
    assert (expected[0][1:] == expected[1][1:]).all()
