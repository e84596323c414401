"""Every design of field experiment, again and again, beside the truth."""

from pathlib import Path

import pandas as pd
import pytest

import omnisim as om
from omnisim.experiment.trials import (
    Panel,
    TrialsBesideTruth,
    difference_in_differences,
    randomised_trial,
    trials_beside_truth,
)
from omnisim.experiment.trials.beside_truth import (
    DESIGNS,
    ON_PEOPLE,
    DesignTask,
    possible_designs,
    reasons,
    run_design,
)
from omnisim.experiment.trials.regions import Change, Regions
from tests.reference.worlds import small

PANEL = Panel(n_regions=6, period_days=9, washout_days=2)
LAUNCH = {"capabilities.visible_stock": 2}


@pytest.fixture(scope="module")
def firms() -> tuple[om.Scenario, om.Scenario]:
    base = small({"market.horizon_days": 36, "media.display_per_week": 1.0,
                  "capabilities.offline_capture": 1})  # fmt: skip
    return base, base.replace(LAUNCH)


@pytest.fixture(scope="module")
def found(
    firms: tuple[om.Scenario, om.Scenario], tmp_path_factory: pytest.TempPathFactory
) -> TrialsBesideTruth:
    folder = tmp_path_factory.mktemp("trials")
    return trials_beside_truth(*firms, panel=PANEL, n_replications=2, seed=3, folder=folder)


def test_every_design_is_there(found: TrialsBesideTruth) -> None:
    assert list(dict.fromkeys(found.values["design"])) == list(DESIGNS)
    levels = found.values.groupby("design")["level"].agg(list).to_dict()
    assert all(levels[name] == ["TL1", "TL2"] for name in ON_PEOPLE)
    skipped = found.not_run[found.not_run["level"] == "TL0"]
    assert list(skipped["design"]) == list(ON_PEOPLE)
    assert set(skipped["reason"]) == {"totals tell nobody apart"}
    assert len(repr(found).splitlines()) <= 3
    assert found.to_frame().equals(found.values)


def test_rows_are_those_of_the_designs(
    found: TrialsBesideTruth, firms: tuple[om.Scenario, om.Scenario]
) -> None:
    base, variant = firms
    regions = Regions(
        base, Change(opens="store"), n_regions=6, period_days=9, seed=3, replication=1
    )
    for design, made in (
        ("email", randomised_trial(variant, seed=3, replication=1)),
        ("store_opening", difference_in_differences(regions)),
    ):
        rows = found.samples[found.samples["design"] == design]
        rows = rows.drop_duplicates("replication", keep="last").set_index("replication")
        expected = made.to_frame().iloc[0]
        for name in ("estimate", "ci_low", "ci_high", "truth", "truth_seen"):
            assert rows.loc[1, name] == expected[name]


def test_the_summary_counts_intervals_that_hold_the_truth() -> None:
    from omnisim.experiment.trials.beside_truth import _summary

    samples = pd.DataFrame({
        "replication": [0, 1], "design": "email", "level": "TL2", "quantity": "EUR",
        "estimate": [1.0, 3.0],
        "ci_low": [0.0, 2.5], "ci_high": [2.0, 3.5], "truth": [1.0, 1.0], "truth_seen": [0.5, 0.5],
    })  # fmt: skip
    row = _summary(samples, 0.95).iloc[0]
    assert (row["estimate"], row["covered"], row["width"]) == (2.0, 0.5, 1.5)
    assert (row["bias"], row["rmse"], row["covered_whole"]) == (1.0, 2.0**0.5, 0.5)
    assert row["truth_low"] == row["truth"] == row["truth_high"] == 1.0


def test_a_store_that_is_always_closed_cannot_be_tried(
    firms: tuple[om.Scenario, om.Scenario],
) -> None:
    base, variant = firms
    assert possible_designs(base, base, PANEL) == [*ON_PEOPLE, "store_opening"]
    closed = base.replace({"channels.store.is_open": False})
    assert possible_designs(closed, closed, PANEL) == list(ON_PEOPLE)
    assert "stepped_wedge" not in possible_designs(base, variant, Panel(4, 16))
    assert reasons(closed, closed, PANEL)["store_opening"] == "stores are closed"
    assert "2 periods" in reasons(base, variant, Panel(4, 16))["stepped_wedge"]


def test_click_and_collect_is_launched_alone(firms: tuple[om.Scenario, om.Scenario]) -> None:
    """A variant that brings more changes nothing in the trial of click-and-collect."""
    base, variant = firms
    more = variant.replace({"capabilities.staff_training": 1})
    rows = [
        run_design(DesignTask("click_and_collect", "TL0", base, v, v, PANEL, 3, 0, 0.95))
        for v in (variant, more)
    ]
    assert rows[0] == rows[1]


def test_a_study_goes_on(firms: tuple[om.Scenario, om.Scenario], tmp_path: Path) -> None:
    base = firms[0].replace({"channels.store.is_open": False})
    run = lambda: trials_beside_truth(base, base, n_replications=2, seed=3, folder=tmp_path)  # noqa: E731
    first = run()
    (tmp_path / "email-TL2-r1.json").unlink()
    assert run().values.equals(first.values)
