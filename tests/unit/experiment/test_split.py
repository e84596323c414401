"""Every cent of a difference in profit has one source."""

import numpy as np
import pandas as pd
import pytest

import omnisim as om
from omnisim.experiment.split import MARGIN_MIX, MOVED, NO_SALE, SHARED, split_gain
from omnisim.simulation import SimulationResult

SMALL = {"market.n_shoppers": 800, "market.burn_in_days": 30, "market.horizon_days": 120}


@pytest.fixture(scope="module")
def base() -> om.Scenario:
    return om.Scenario().replace(SMALL)


@pytest.fixture(scope="module")
def before(base: om.Scenario) -> SimulationResult:
    return om.simulate(base, seed=5)


def cents(run: SimulationResult) -> int:
    return int(np.sum(run.counted_postings["cents"].to_numpy()))


@pytest.mark.parametrize(
    "change",
    [
        {"capabilities": om.Capabilities.integrated()},
        {"costs.delivery": 3.0},
        {"costs.points_expire_days": 20.0},
        {"market.need_open_days": 2.0},
    ],
)
def test_sources_sum_to_the_cent(
    base: om.Scenario, before: SimulationResult, change: dict[str, object]
) -> None:
    after = om.simulate(base.replace(change), seed=5)
    whole = split_gain(before, after).drop(MOVED).sum() * before.shopper_years * 100
    assert whole["profit"] == pytest.approx(cents(after) - cents(before), abs=1e-3)
    sold = [run.ledger()["revenue"] * 100 for run in (before, after)]
    assert whole["revenue"] == pytest.approx(sold[1] - sold[0], abs=1e-3)


def test_what_parcels_cost_is_margin_mix_of_the_same_sales(base: om.Scenario) -> None:
    """Nobody answers the firm's own cost, so no sale changes: only what each leaves."""
    fixed = base.replace({"governance.managers_decide": False})
    dear, cheap = (
        om.simulate(fixed.replace({"costs.delivery": euros}), seed=5) for euros in (5.0, 3.0)
    )
    found = split_gain(dear, cheap)
    assert (found["revenue"].drop(MOVED) == 0).all()
    parcels = cheap.ledger()["delivery"] - dear.ledger()["delivery"]
    assert parcels > 0
    profit = found["profit"].drop(MOVED) * dear.shopper_years
    # A parcel of a sale before the first counted day arrives to none: its cost is of that day.
    assert profit[MARGIN_MIX] + profit[NO_SALE] == pytest.approx(parcels)
    assert profit.drop([MARGIN_MIX, NO_SALE]).tolist() == pytest.approx([0.0] * (len(profit) - 2))


def test_what_stores_are_staffed_for_belongs_to_no_need(base: om.Scenario) -> None:
    fixed = base.replace({"governance.managers_decide": False})
    dear = fixed.replace({"costs.staff_per_hour": fixed.costs.staff_per_hour + 1})
    runs = [om.simulate(firm, seed=5) for firm in (fixed, dear)]
    found = split_gain(*runs)["profit"].drop(MOVED)
    assert found[SHARED] < 0
    assert (found.drop(SHARED) == 0).all()


def test_a_twin_has_no_source(before: SimulationResult) -> None:
    found = split_gain(before, before).drop(MOVED)
    assert isinstance(found, pd.DataFrame)
    assert (found == 0).all(axis=None)
