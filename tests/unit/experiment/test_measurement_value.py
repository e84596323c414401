"""The value of measurement: what each level hides, what is learnt from it, and sums by hand."""

import numpy as np
import pandas as pd
import pytest

import omnisim as om
from omnisim.exceptions import ParameterError
from omnisim.experiment import measurement_value
from omnisim.experiment.measurement_value import (
    IDENTIFIES,
    LEVELS,
    MeasurementValue,
    firm_at,
    measurement_runs,
    tracking_costs,
)
from omnisim.policies import Blanket, NoContact, Outcome, RecencyCampaign
from omnisim.schema import Event, Line
from tests.reference.worlds import small

SIZES = {"n_training": 1, "n_rehearsals": 1, "n_replications": 2, "window_days": 14.0}


@pytest.fixture(scope="module")
def firm() -> om.Scenario:
    return small({"capabilities": om.Capabilities.integrated(), "market.n_shoppers": 80})


@pytest.fixture(scope="module")
def found(firm: om.Scenario) -> MeasurementValue:
    return measurement_value(firm, seed=5, digital_cost=300_000.0, **SIZES)


def run_at(firm: om.Scenario, level: str) -> om.SimulationResult:
    return om.simulate(firm_at(firm, level), policy=RecencyCampaign(), seed=5)


def mailed(run: om.SimulationResult) -> np.ndarray:
    events = run.counted_events
    return events["shopper"].to_numpy()[events["event"].to_numpy() == Event.MESSAGE]


def test_with_totals_alone_no_buyer_is_known_as_recent(firm: om.Scenario) -> None:
    assert len(mailed(run_at(firm, "TL0"))) == 0


def test_digital_tracking_writes_to_online_buyers_only(firm: om.Scenario) -> None:
    firm = firm.replace({"capabilities.geofence": 0})  # the app also calls who never bought
    run = run_at(firm, "TL1")
    orders = run.orders.to_pandas()
    online = set(orders.loc[orders["channel"] != 0, "shopper"])
    carts = run.counted_events.to_pandas().query(f"event == {int(Event.CART)}")
    assert set(mailed(run)) <= online | set(carts["shopper"])
    assert 0 < len(mailed(run)) < len(mailed(run_at(firm, "TL2")))


@pytest.mark.parametrize("level", LEVELS)
def test_levels_differ_in_what_is_followed_not_in_what_the_firm_can_do(
    firm: om.Scenario, level: str
) -> None:
    run = run_at(firm, level)
    assert (run.postings["line"].to_numpy() == Line.POINTS).any()
    assert run.primitives["clients_written"].max() == run.primitives["checks_answered"].max() == 0
    assert run.primitives["points_across"].min() == 1


def test_what_identifies_is_paid_once_by_the_levels_that_need_it(firm: om.Scenario) -> None:
    """Profit falls by the cost of tracking if, and only if, the firm bears it."""
    free = firm_at(firm, "TL2")
    costs = {
        f"{part}.{name}": getattr(getattr(firm, part), name)
        for part in ("capability_costs", "investments") for name in IDENTIFIES
    }  # fmt: skip
    paid, unpaid = (om.simulate(one, seed=5) for one in (free.replace(costs), free))
    saved = unpaid.profit_per_shopper_year - paid.profit_per_shopper_year
    whole = tracking_costs(firm, 0.0)["TL2"]
    assert saved == pytest.approx(whole, rel=0.06)  # by shopper-years lived, not by the market's
    assert whole > 0


class Pupil(NoContact):
    """Notes what it is told to learn from."""

    lessons: list[Outcome]

    def __init__(self) -> None:
        self.lessons = []

    def copy(self) -> "Pupil":
        return self  # so that the test sees what the copies learn

    def learn(self, outcome: Outcome) -> None:
        self.lessons.append(outcome)


def test_a_candidate_learns_at_each_level_from_what_is_filed_there(firm: om.Scenario) -> None:
    pupil = Pupil()
    measurement_value(firm, candidates={"pupil": pupil}, seed=5, **SIZES)
    paid = [outcome.reward.sum() for outcome in pupil.lessons]
    known = [(outcome.context.column("n_purchases") > 0).any() for outcome in pupil.lessons]
    assert paid[0] == 0 < paid[1] != paid[2]
    assert known == [False, True, True]


def test_the_firm_keeps_what_earned_most_in_the_rehearsal_and_is_judged_elsewhere(
    firm: om.Scenario, found: MeasurementValue
) -> None:
    best = found.rehearsal.loc[found.rehearsal.groupby("level")["profit"].idxmax()]
    kept = found.levels.set_index("level")["policy"]
    assert kept.to_dict() == best.set_index("level")["policy"].to_dict()
    assert set(found.samples["replication"]) == {2, 3}  # 0 was the trial, 1 the rehearsal
    for _, row in found.samples.iterrows():
        if kept[row["level"]] == "blanket":
            run = om.simulate(
                firm_at(firm, row["level"]), policy=Blanket(), seed=5,
                replication=int(row["replication"]),
            )  # fmt: skip
            assert run.profit_per_shopper_year == row["profit"]


def test_steps_are_differences_net_of_cost(found: MeasurementValue) -> None:
    levels = found.levels.set_index("level")
    steps = found.steps.set_index("step")
    assert levels["profit"].diff().iloc[1:].tolist() == pytest.approx(
        steps.loc[["TL1 - TL0", "TL2 - TL1"], "gross"].tolist()
    )
    assert steps.loc["TL1 - TL0", "cost"] == pytest.approx(0.1)  # 300,000 over 3 million shoppers
    assert (steps["net"] == steps["gross"] - steps["cost"]).all()
    assert levels.loc["TL2", "net"] == pytest.approx(
        levels.loc["TL2", "profit"] - levels.loc["TL2", "tracking_cost"]
    )
    assert "net of tracking" in repr(found)
    assert "TL0" in repr(found)


def test_a_folder_and_progress(firm: om.Scenario, tmp_path) -> None:
    done: list[int] = []
    sizes = SIZES | {"candidates": {"nobody": NoContact(), "blanket": Blanket()}}
    first = measurement_value(firm, seed=5, folder=tmp_path, on_wait=done.append, **sizes)
    again = measurement_value(firm, seed=5, folder=tmp_path, **sizes)
    pd.testing.assert_frame_equal(first.steps, again.steps)
    assert done == sorted(done)
    assert done[-1] == len(LEVELS) * (1 + 2 + 2)
    assert len(list(tmp_path.glob("TL*.json"))) == len(LEVELS) * (2 + 2)


def test_the_number_of_runs_by_hand() -> None:
    assert measurement_runs(12) == 3 * (2 + 6 * 4 + 12)


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


@pytest.mark.parametrize(
    ("name", "value"),
    [("digital_cost", -1.0), ("digital_cost", float("nan")), ("digital_cost", float("inf")),
     ("n_training", 0), ("n_rehearsals", 0), ("window_days", 0.0)],
)  # fmt: skip
def test_what_cannot_be_is_refused(firm: om.Scenario, name: str, value: float) -> None:
    with pytest.raises(ParameterError, match=name):
        measurement_value(firm, **{"n_replications": 2, "seed": 1} | {name: value})
