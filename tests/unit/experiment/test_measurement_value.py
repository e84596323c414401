"""The value of measurement: what each level hides, and sums by hand."""

import numpy as np
import pytest

import omnisim as om
from omnisim.exceptions import ParameterError
from omnisim.experiment import measurement_value
from omnisim.experiment.measurement_value import firm_at, tracking_costs
from omnisim.policies import RecencyCampaign
from omnisim.policies.blindfold import Blindfold
from omnisim.schema import Event, Line
from omnisim.simulation.engine import default_policy
from tests.reference.worlds import small


@pytest.fixture(scope="module")
def firm() -> om.Scenario:
    return small({"capabilities": om.Capabilities.integrated(), "market.n_shoppers": 150})


def run_at(firm: om.Scenario, level: str) -> om.SimulationResult:
    scenario, policy = firm_at(firm, level, default_policy(firm))
    return om.simulate(scenario, policy=policy, seed=5)


def mailed(run: om.SimulationResult) -> np.ndarray:
    events = run.counted_events
    return events["shopper"].to_numpy()[events["event"].to_numpy() == Event.MESSAGE]


def test_with_totals_alone_the_rule_of_recent_buyers_writes_to_nobody(firm: om.Scenario) -> None:
    assert len(mailed(run_at(firm, "TL0"))) == 0


def test_digital_tracking_writes_to_online_buyers_only(firm: om.Scenario) -> None:
    run = run_at(firm, "TL1")
    orders = run.orders.to_pandas()
    online = set(orders.loc[orders["channel"] != 0, "shopper"])
    carts = run.counted_events.to_pandas().query(f"event == {int(Event.CART)}")
    assert set(mailed(run)) <= online | set(carts["shopper"])
    assert 0 < len(mailed(run)) < len(mailed(run_at(firm, "TL2")))


@pytest.mark.parametrize("level", ["TL0", "TL1", "TL2"])
def test_points_are_off_at_every_level(firm: om.Scenario, level: str) -> None:
    assert not np.isin(run_at(firm, level).postings["line"].to_numpy(), Line.POINTS).any()


def test_steps_are_differences_net_of_cost(firm: om.Scenario) -> None:
    found = measurement_value(firm, n_replications=2, seed=5, digital_cost=300_000.0)
    levels = found.levels.set_index("level")
    steps = found.steps.set_index("step")
    assert levels["contribution"].diff().iloc[1:].tolist() == pytest.approx(
        steps.loc[["TL1 - TL0", "TL2 - TL1"], "gross"].tolist()
    )
    assert steps.loc["TL1 - TL0", "cost"] == pytest.approx(0.1)  # 300,000 over 3 million shoppers
    assert (steps["net"] == steps["gross"] - steps["cost"]).all()
    assert levels.loc["TL2", "profit"] == pytest.approx(
        levels.loc["TL2", "contribution"] - levels.loc["TL2", "tracking_cost"]
    )
    assert "net of tracking" in repr(found)


def test_tracking_costs_by_hand() -> None:
    scenario = om.Scenario().replace({
        "capabilities.single_customer_view": 2, "capabilities.offline_capture": 1,
        "capability_costs.single_customer_view": (0.0, 0.0, 200_000.0),
        "investments.single_customer_view": (0.0, 0.0, 500_000.0),
        "capability_costs.offline_capture": (0.0, 100.0, 0.0),
        "investments.offline_capture": (0.0, 0.0, 0.0), "costs.write_off_years": 5.0,
    })  # fmt: skip
    n_stores = scenario.stores.n_stores * 150
    expected = (200_000 + 100_000 + 100 * n_stores) / 3e6
    assert tracking_costs(scenario, 0.0)["TL2"] == pytest.approx(expected)
    closed = scenario.replace({"channels.store.is_open": False})
    assert tracking_costs(closed, 0.0)["TL2"] == pytest.approx(300_000 / 3e6)


def test_a_blindfold_hides_everything_and_says_whom_it_covers(firm: om.Scenario) -> None:
    class Spy(RecencyCampaign):
        def decide(self, context):
            seen.append(context)
            return super().decide(context)

    seen: list = []
    om.simulate(firm, policy=Blindfold(Spy()), seed=5)
    assert seen
    for context in seen:
        kept = [k for k, name in enumerate(context.names) if not name.startswith("days_since_")]
        assert (context.features[:, kept] == 0).all()
        assert context.truth is None
    assert Blindfold(RecencyCampaign()).describe()["policy"]["name"] == "RecencyCampaign"


@pytest.mark.parametrize("cost", [-1.0, float("nan"), float("inf")])
def test_a_cost_that_is_none_is_refused(firm: om.Scenario, cost: float) -> None:
    with pytest.raises(ParameterError, match="digital_cost"):
        measurement_value(firm, digital_cost=cost, n_replications=2, seed=1)
