"""What a day costs whatever happens, worked out by hand."""

import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.capability_costs import Investments
from omnisim.schema import Line
from omnisim.simulation.market import daily_costs
from tests.reference.worlds import new_world, small

INTEGRATED = {
    "capabilities": Capabilities(
        single_customer_view=2, offline_capture=1, visible_stock=2, endless_aisle=2
    ),
    "capability_costs.single_customer_view": (0.0, 0.0, 365.0),
    "capability_costs.visible_stock": (0.0, 0.0, 730.0),
    "capability_costs.offline_capture": (0.0, 36.5, 1000.0),
    "capability_costs.endless_aisle": (0.0, 0.0, 73.0),
    "capability_costs.coordinated_automation": (0.0, 500.0, 500.0),
    "investments": Investments(
        **dict.fromkeys(Investments.model_fields, (0.0, 0.0, 0.0))
        | {"visible_stock": (0.0, 0.0, 1825.0), "offline_capture": (0.0, 365.0, 0.0)}
    ),
    "market.n_regions": 3,
    "market.n_shoppers": 40,
    "market.shoppers_per_region": 80,
    "stores.opening_hour": 8.0,
    "stores.closing_hour": 18.0,
    "service.staff_per_store": 3,
    "costs.staff_per_hour": 20.0,
}


def test_a_sample_of_the_region_bears_its_share_of_the_fixed_costs():
    found = daily_costs(new_world(small(INTEGRATED)))
    # Half a region: two stores, three staff, ten hours; a third of 4 EUR for the whole firm, one
    # of them written off over five years, and 0.50 EUR for each store, 0.20 of them written off.
    assert found[Line.STAFF] == pytest.approx(2 * 3 * 10 * 20 / 2)
    assert found[Line.CAPABILITIES] == pytest.approx((4 / 3 + 2 * 0.5) / 2, rel=1e-3)


@pytest.mark.parametrize("n_shoppers", [10, 20, 160])
def test_fixed_costs_a_shopper_do_not_depend_on_how_many_are_simulated(n_shoppers):
    half = daily_costs(new_world(small(INTEGRATED)))
    other = daily_costs(new_world(small(INTEGRATED, market__n_shoppers=n_shoppers)))
    for line, cost in half.items():
        assert other[line] / n_shoppers == pytest.approx(cost / 40)


def test_without_stores_only_central_systems_cost():
    found = daily_costs(new_world(small(INTEGRATED, channels__store__is_open=False)))
    assert found[Line.STAFF] == 0
    assert found[Line.CAPABILITIES] == pytest.approx(4 / 3 / 2, rel=1e-3)
