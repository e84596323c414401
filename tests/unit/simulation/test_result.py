"""SimulationResult: tables to their schema, sums, and provenance."""

import json

import pytest

import omnisim as om
from omnisim import provenance
from omnisim.exceptions import ParameterError, RunError
from omnisim.policies import Action, Context, NoContact
from omnisim.schema import EVENTS, POSTINGS, Event

SMALL = {"market.n_shoppers": 600, "market.burn_in_days": 20, "market.horizon_days": 90}


@pytest.fixture(scope="module")
def run() -> om.SimulationResult:
    return om.simulate(om.Scenario().replace(SMALL), seed=11, replication=2)


def test_tables_follow_their_schema(run: om.SimulationResult) -> None:
    assert run.events.schema.equals(EVENTS.arrow)
    assert run.postings.schema.equals(POSTINGS.arrow)


def test_ledger_sums_to_the_profit(run: om.SimulationResult) -> None:
    assert run.ledger().sum() / run.shopper_years == pytest.approx(run.profit_per_shopper_year)
    cents = run.counted_postings["cents"].to_pylist()
    assert round(run.ledger().sum() * 100) == sum(cents)


def test_the_burn_in_is_not_counted(run: om.SimulationResult) -> None:
    assert run.events["time"][0].as_py() < 20
    assert run.counted_events["time"][0].as_py() >= 20
    assert run.counted_postings["time"][0].as_py() >= 20


def test_orders_and_touchpoints_are_parts_of_the_log(run: om.SimulationResult) -> None:
    assert set(run.orders["event"].to_pylist()) == {int(Event.PURCHASE)}
    assert run.orders.num_rows + run.touchpoints.num_rows < run.counted_events.num_rows
    assert run.journeys(lookback_days=10).n_conversions.sum() == run.orders.num_rows


def test_it_prints_short(run: om.SimulationResult) -> None:
    assert len(repr(run).splitlines()) <= 3
    assert "600 shoppers" in repr(run)


def test_provenance_is_plain_json_and_remakes_the_run(run: om.SimulationResult) -> None:
    made = json.loads(provenance.to_json(run.provenance))
    again = om.simulate(
        om.Scenario.model_validate(made["scenario"], strict=False),
        seed=made["seed"],
        replication=made["replication"],
    )
    assert again.postings.equals(run.postings)


def test_a_missing_seed_is_drawn_and_recorded() -> None:
    tiny = om.Scenario().replace(SMALL | {"market.n_shoppers": 20})
    first, second = om.simulate(tiny), om.simulate(tiny)
    assert first.provenance["seed"] != second.provenance["seed"]


@pytest.mark.parametrize("bad", [{"seed": -1}, {"seed": 1.5}, {"seed": 1, "replication": -1}])
def test_bad_seeds_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(ParameterError, match="must be an integer >= 0"):
        om.simulate(om.Scenario().replace(SMALL), **bad)


class Broken(NoContact):
    """A policy with a bug."""

    def decide(self, context: Context) -> Action:
        raise KeyError("sku-9")


def test_a_failing_run_says_which_when_and_why() -> None:
    with pytest.raises(RunError, match=r"Replication 3 .* at day 0\.0: KeyError: 'sku-9'"):
        om.simulate(om.Scenario().replace(SMALL), policy=Broken(), seed=1, replication=3)


@pytest.mark.parametrize(
    ("scenario", "policy", "words"),
    [
        (om.Scenario(), NoContact, "policy .* Got the class NoContact. Make an object of it"),
        (om.Scenario(), "blanket", "policy must be an object of class Policy. Got 'blanket'"),
        ("reference", None, "scenario must be an object of class Scenario. Got 'reference'"),
    ],
)
def test_what_is_no_policy_or_scenario_is_refused(scenario, policy, words) -> None:
    with pytest.raises(ParameterError, match=words):
        om.simulate(scenario, policy=policy)


def test_who_considers_has_begun_what_nothing_has_ended(run: om.SimulationResult) -> None:
    under_way: dict[int, set[int]] = {}
    for row in run.events.to_pylist():
        mine = under_way.setdefault(row["shopper"], set())
        if row["event"] == Event.NEED and row["item"] >= 0:
            mine.add(row["journey"])
        if row["event"] in (Event.PURCHASE, Event.RIVAL_PURCHASE, Event.NO_PURCHASE):
            mine.discard(row["journey"])
    considering = [bool(under_way.get(i)) for i in range(len(run.population))]
    assert run.considering.tolist() == considering
    assert 0 < sum(considering) < len(considering)


def test_nobody_considers_a_firm_that_nobody_knows() -> None:
    unknown = om.Scenario().replace(SMALL).replace({
        f"segments.{name}.p_aware": 0.0 for name in om.Scenario().segments
    } | {"word.innovation_per_year": 0.0, "word.goodwill_per_year": 0.0})  # fmt: skip
    run = om.simulate(unknown, seed=11)
    assert not run.final["aware"].any()
    assert not run.considering.any()
