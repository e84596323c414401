"""Sources of each capability's revenue: sums, the placebo, and time."""

import numpy as np
import pytest

import omnisim as om
from omnisim.exceptions import ParameterError
from omnisim.experiment import capability_gains
from omnisim.experiment.split import split_gain
from tests.reference.worlds import small

TINY = {"market.n_shoppers": 300, "market.burn_in_days": 7, "market.horizon_days": 45,
        "capabilities.offline_capture": 1}  # fmt: skip
STOCK = {"capabilities.visible_stock": 2, "capabilities.endless_aisle": 2}


@pytest.fixture(scope="module")
def base() -> om.Scenario:
    return om.Scenario().replace(TINY)


def test_each_capability_s_sources_sum_to_its_revenue(base: om.Scenario, tmp_path) -> None:
    variant = base.replace(STOCK)
    found = capability_gains(base, variant, n_replications=2, seed=5, folder=tmp_path)
    middle = base.replace({"capabilities.visible_stock": 2})
    for name, before, after in (
        ("visible_stock", base, middle), ("endless_aisle", middle, variant), ("all", base, variant),
    ):  # fmt: skip
        versus = om.compare(before, after, n_replications=2, seed=5)
        for measure, table in (("revenue", versus.gain), ("profit", versus.margin)):
            rows = found.of(name, measure=measure).set_index("source")["difference"]
            expected = table.set_index("source")["difference"]
            assert rows[expected.index].to_numpy() == pytest.approx(expected)
            assert rows["sum"] == pytest.approx(versus.row(measure)["difference"], abs=1e-9)
    again = capability_gains(base, variant, n_replications=2, seed=5, folder=tmp_path)
    assert (again.gains == found.gains)["difference"].all()


def test_the_placebo_moves_nothing(base: om.Scenario) -> None:
    placebo = base.placebo()
    nothing = capability_gains(
        placebo, placebo.replace(STOCK), kinds=("remove last",), n_replications=2, seed=5
    )
    assert (nothing.gains["difference"] == 0).all()


def test_a_purchase_that_comes_sooner_is_brought_forward():
    """Shoppers who put off for a month or for an hour: at the end many are still waiting."""
    quick, slow = (
        om.simulate(
            small({"choice.mean_delay_days": d, "market.need_open_days": 300.0,
                   "rivals.delay_intercept": 4.0, "market.horizon_days": 30}),
            seed=3,
        )
        for d in (0.04, 30.0)
    )  # fmt: skip
    gain = split_gain(slow, quick)
    assert (gain.loc["brought forward"] > 0).all()
    revenue = [np.sum(run.orders["value"].to_numpy()) for run in (slow, quick)]
    assert revenue[1] > revenue[0]


@pytest.mark.parametrize("kinds", [(), "add first", ("Shapley",), ("add first", "add first")])
def test_kinds_that_are_none_are_refused(base: om.Scenario, kinds) -> None:
    with pytest.raises(ParameterError, match="kind"):
        capability_gains(base, base.replace(STOCK), kinds=kinds, n_replications=2, seed=5)
