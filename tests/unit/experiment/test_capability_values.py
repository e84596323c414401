"""Capability values: the placebo, sums, resuming, executors and bad arguments."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import omnisim as om
from omnisim.config.capabilities import NEEDS
from omnisim.evaluation import Precedence
from omnisim.exceptions import ParameterError
from omnisim.experiment import CapabilityValues, capability_values, study_size
from omnisim.experiment.capability_values import (
    MAX_EXACT,
    N_ORDERINGS,
    capability_game,
    coalition_scenario,
    study_plan,
)
from omnisim.experiment.capability_worth import wanted_coalitions
from omnisim.random import Draws

TINY = {"market.n_shoppers": 300, "market.burn_in_days": 7, "market.horizon_days": 45,
        "capabilities.offline_capture": 1}  # fmt: skip
STOCK = {"capabilities.visible_stock": 2, "capabilities.endless_aisle": 2}
THREE = STOCK | {"capabilities.offline_capture": 2}
ROLLED_OUT = {"rollout.is_simulated": True}


@pytest.fixture(scope="module")
def base() -> om.Scenario:
    return om.Scenario().replace(TINY)


@pytest.fixture(scope="module")
def found(base: om.Scenario) -> CapabilityValues:
    return capability_values(base, base.replace(THREE), n_replications=3, seed=5)


def test_values_sum_to_the_total_of_a_comparison(
    base: om.Scenario, found: CapabilityValues
) -> None:
    versus = om.compare(base, base.replace(THREE), n_replications=3, seed=5)
    for metric in ("profit", "discounted profit", "revenue", "considers the firm"):
        row, total = versus.row(metric), found.total(metric)
        assert total["value"] == pytest.approx(row["difference"], abs=1e-12)
        assert total["ci_low"] == pytest.approx(row["ci_low"], abs=1e-12)
        assert found.of(metric)["value"].sum() == pytest.approx(row["difference"], abs=1e-9)


def test_add_first_is_the_comparison_with_what_it_needs(
    base: om.Scenario, found: CapabilityValues
) -> None:
    stock = base.replace({"capabilities.visible_stock": 2})
    versus = om.compare(stock, base.replace(STOCK), n_replications=3, seed=5)
    rows = found.of("profit", "add first").set_index("capability")
    assert rows.loc["endless_aisle", "value"] == pytest.approx(versus.headline["difference"])
    with_needs = found.of("profit", "add with needs").set_index("capability")["value"]
    assert with_needs["endless_aisle"] == pytest.approx(
        rows.loc[["visible_stock", "endless_aisle"], "value"].sum()
    )


def test_synergy_is_the_total_less_what_each_adds_first(found: CapabilityValues) -> None:
    firsts = found.of("profit", "add first")["value"].sum()
    total = found.total("profit")["value"]
    assert found.total("profit", "synergy")["value"] == pytest.approx(total - firsts)
    assert found.total("profit", "synergy index")["value"] == pytest.approx(1 - firsts / total)


def test_in_the_placebo_everything_is_exactly_zero(base: om.Scenario) -> None:
    placebo = base.placebo()
    nothing = capability_values(placebo, placebo.replace(THREE), n_replications=2, seed=5)
    assert (nothing.worth["value"] == 0).all()
    assert (nothing.interactions["value"] == 0).all()
    assert nothing.total("profit")["value"] == 0
    assert np.isnan(nothing.total("profit", "synergy index")["value"])


def test_a_killed_study_goes_on_to_the_same_result(
    base: om.Scenario, found: CapabilityValues, tmp_path: Path
) -> None:
    class KilledError(Exception):
        pass

    def kill(n_done: int) -> None:
        if n_done == 7:
            raise KilledError

    variant = base.replace(THREE)
    with pytest.raises(KilledError):
        capability_values(base, variant, n_replications=3, seed=5, folder=tmp_path, on_wait=kill)
    seen: list[int] = []
    with ThreadPoolExecutor(2) as executor:
        again = capability_values(
            base, variant, n_replications=3, seed=5, folder=tmp_path, executor=executor,
            on_wait=seen.append,
        )  # fmt: skip
    assert seen[0] == 7
    for name, table in found.tables().items():
        pd.testing.assert_frame_equal(table, again.tables()[name], check_exact=True)


def test_sampled_orderings_run_fewer_coalitions_and_sum_to_the_total(base: om.Scenario) -> None:
    ten = Precedence.of([f"k{i}" for i in range(10)], {})
    assert len(wanted_coalitions(ten, ten.sample_orderings(3, draws=Draws(1)))) < 150
    assert (
        study_size(base, base.replace(THREE))
        == len(wanted_coalitions(capability_game(base, base.replace(THREE)), None))
        == 6
    )
    few = capability_values(base, base.replace(THREE), n_orderings=2, n_replications=2, seed=5)
    assert few.n_orderings == 2
    assert few.of("profit")["value"].sum() == pytest.approx(few.total("profit")["value"])
    assert few.of("profit")["se_orderings"].notna().all()
    assert set(few.interactions["at"]) == {"first", "last"}


def test_a_study_too_large_samples_orderings_by_default() -> None:
    """All 17 capabilities form tens of thousands of coalitions; 0 would run them all."""
    base = om.Scenario()
    whole = base.replace({"capabilities": om.Capabilities.integrated()})
    every = len(capability_game(base, whole).coalitions)
    assert every > MAX_EXACT
    assert study_size(base, whole) == study_size(base, whole, n_orderings=N_ORDERINGS) < 1_000
    assert study_size(base, whole, n_orderings=0) == every
    assert f"of {every:,} coalitions, on 12 sampled" in study_plan(base, whole)
    assert "all 4 coalitions" in study_plan(base, base.replace(THREE))  # each needs the one before
    with pytest.raises(ParameterError, match="n_orderings"):
        study_size(base, whole, n_orderings=-1)


def test_each_account_sums_to_profit(found: CapabilityValues) -> None:
    keys = ["replication", "coalition"]
    booked = found.account.groupby(keys)["value"].sum()
    rows = found.samples[found.samples["metric"] == "profit"].set_index(keys)["value"]
    assert booked.to_numpy() == pytest.approx(rows.loc[booked.index].to_numpy())
    lines = found.account.pivot_table(index="line", values="value", aggfunc="sum")["value"]
    assert lines["service"] < 0
    assert lines["self_service"] < 0


def test_intervals_for_all_at_once_are_wider_by_bonferroni(found: CapabilityValues) -> None:
    for table in (found.of("profit"), found.interactions):
        assert ((table["all_low"] <= table["ci_low"]) & (table["ci_low"] <= table["value"])).all()
    rows = found.of("profit")
    ratio = (rows["all_high"] - rows["value"]) / (rows["ci_high"] - rows["value"])
    t = stats.t(df=2).ppf
    assert ratio.to_numpy() == pytest.approx(t(1 - 0.025 / 3) / t(0.975))


def test_coalitions_respect_the_needs_of_the_scenario(base: om.Scenario) -> None:
    tied = {need.capability for needs in NEEDS.values() for need in needs} | set(NEEDS)
    variant = base.replace({f"capabilities.{name}": 2 for name in sorted(tied)})
    game = capability_game(base, variant)
    assert 8 < len(game) < 17  # the others need nothing, and nothing needs them
    for coalition in game.coalitions:
        coalition_scenario(base, variant, game.members(coalition))  # raises if not allowed
    n_allowed = 0
    for mask in range(1 << len(game)):
        try:
            coalition_scenario(base, variant, game.members(mask))
        except ValueError:
            continue
        n_allowed += 1
    assert len(game.coalitions) == n_allowed


def test_what_the_baseline_has_is_no_prerequisite(base: om.Scenario) -> None:
    stocked = base.replace({"capabilities.visible_stock": 2})
    game = capability_game(stocked, base.replace(STOCK))
    assert game.players == ("endless_aisle",)
    assert game.needs == (0,)


def test_it_prints(found: CapabilityValues) -> None:
    assert "3 capabilities, 6 coalitions (exact)" in repr(found)
    assert len(repr(found).splitlines()) <= 3
    with pytest.raises(KeyError, match="no such kind"):
        found.total("profit", "no such kind")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {"costs.delivery": 9.0}, "costs"),
        ({}, {}, "at least one"),
        (STOCK, {"capabilities.offline_capture": 2}, "Below"),
        (ROLLED_OUT, THREE | ROLLED_OUT, "is_simulated"),
    ],
)
def test_firms_must_differ_in_capabilities_only(
    base: om.Scenario, before: dict[str, float], after: dict[str, float], told: str
) -> None:
    with pytest.raises(ParameterError, match=told):
        capability_values(base.replace(before), base.replace(after), n_replications=2, seed=1)
