"""Every design of field experiment, run again and again, beside the truth."""

import dataclasses
import os
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import pandas as pd

from omnisim._validation import check_confidence, check_count
from omnisim.config.scenario import Scenario
from omnisim.evaluation import mean_interval
from omnisim.exceptions import ParameterError
from omnisim.experiment.tasks import run_addressed
from omnisim.experiment.trials.differences import difference_in_differences
from omnisim.experiment.trials.encouragement import encouragement_design
from omnisim.experiment.trials.ghost_ads import ghost_ads
from omnisim.experiment.trials.randomised import randomised_trial
from omnisim.experiment.trials.regions import Change, Regions
from omnisim.experiment.trials.result import FieldExperiment
from omnisim.experiment.trials.stepped_wedge import stepped_wedge
from omnisim.experiment.trials.switchback import switchback
from omnisim.provenance import record
from omnisim.random import chosen_seed
from omnisim.simulation.engine import default_policy

DESIGNS = {
    "email": "records randomised to get no e-mail, read as the firm tracks",
    "encouragement": "random invitations to the app, and their effect on those who follow, read as "
    "the firm tracks",
    "ghost_ads_person": "display withheld by whom the firm takes for a person, with ghost "
    "advertisements, read at TL1",
    "ghost_ads_cookie": "display withheld by cookie, with ghost advertisements, read at TL1",
    "ghost_ads_omniscient": "display withheld by true person, which no firm can (TL*), with ghost "
    "advertisements, read at TL1",
    "store_opening": "difference-in-differences around a store opening, random regions",
    "click_and_collect": "difference-in-differences around the launch of click-and-collect, in the "
    "regions that sold most before",
    "stepped_wedge": "regions get the variant's capabilities one after the other",
    "switchback": "the variant's capabilities are switched on and off in every region",
}
"""Designs, and how each is set up here."""

ON_PEOPLE = tuple(DESIGNS)[:5]
SAMPLES = ["replication", "design", "quantity", "estimate", "ci_low", "ci_high", "truth",
           "truth_seen"]  # fmt: skip


@dataclass(frozen=True)
class Panel:
    """Size of the trials on regions.

    Parameters
    ----------
    n_regions : int, default=8
        Regions, each with the scenario's shoppers; at least 4.
    period_days : int, default=28
        Length of a period.
    washout_days : int, default=7
        Days at the start of every period of the switchback that are not counted.
    """

    n_regions: int = 8
    period_days: int = 28
    washout_days: int = 7


@dataclass(frozen=True)
class DesignTask:
    """One design in one replication."""

    design: str
    baseline: Scenario
    variant: Scenario
    firm: Scenario
    panel: Panel
    seed: int
    replication: int
    confidence: float

    @property
    def address(self) -> str:
        """Design and replication."""
        return f"{self.design}-r{self.replication}"


@dataclass(frozen=True, repr=False)
class TrialsBesideTruth:
    """What the firm would find by each design, and what is true.

    Attributes
    ----------
    values : DataFrame
        One row a design (`DESIGNS`): quantity, estimate, ci_low, ci_high (mean over replications
        and its interval), truth, truth_seen (means), covered (share of the replications in which
        the firm's own interval holds the effect on what it can see), width (mean width of that
        interval).
    samples : DataFrame
        One row a replication and design: quantity, estimate, ci_low, ci_high (the firm's own),
        truth, truth_seen.
    confidence : float
        Coverage of every interval.
    provenance : mapping
        How the result was made.
    """

    values: pd.DataFrame
    samples: pd.DataFrame
    confidence: float
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the size, and how many intervals hold the truth."""
        n = self.samples["replication"].nunique()
        return (
            f"TrialsBesideTruth of {len(self.values)} designs, {n} replications: "
            f"{self.values['covered'].mean():.0%} of the firm's intervals hold what it could see"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return `values` as a new frame."""
        return self.values.copy()


def trials_beside_truth(
    baseline: Scenario,
    variant: Scenario,
    *,
    firm: Scenario | None = None,
    panel: Panel | None = None,
    n_replications: int = 12,
    seed: int | None = None,
    confidence: float = 0.95,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> TrialsBesideTruth:
    """Run every design in every replication, and set the true effect beside each estimate.

    Trials on people are run by `firm`. Trials on regions start from the baseline: a store opens,
    click-and-collect starts, or all of the variant's capabilities come in. A design that changes
    nothing, because the firms do not differ in it, or that has too short a horizon, is left out; so
    is, in a replication, a design of which one arm has fewer than two members.

    Parameters
    ----------
    baseline, variant : Scenario
        Two firms that differ in capabilities.
    firm : Scenario, optional
        Who runs the trials on people; the variant by default.
    panel : Panel, optional
        Size of the trials on regions.
    n_replications : int, default=12
        At least 2. Each has regions of its own.
    seed, confidence, folder, executor, on_wait
        As in `omnisim.experiment.capability_values`; each (design, replication) is a task.

    Raises
    ------
    ParameterError
        If an argument is out of range.
    RunError
        If a run fails.
    """
    check_count("n_replications", n_replications, minimum=2)
    check_confidence("confidence", confidence)
    seed = chosen_seed(seed)
    firm, panel = firm or variant, panel or Panel()
    tasks = [
        DesignTask(design, baseline, variant, firm, panel, seed, k, confidence)
        for k in range(n_replications)
        for design in possible_designs(baseline, variant, panel)
    ]
    made = record(
        scenario=firm, seed=seed, replication=None, policy=default_policy(firm),
        baseline=baseline.model_dump(mode="json"), variant=variant.model_dump(mode="json"),
        panel=repr(panel), confidence=confidence,
    )  # fmt: skip
    rows = run_addressed(
        run_design, tasks, folder=folder, study=made, executor=executor, on_wait=on_wait
    )
    made |= {"n_replications": n_replications}
    samples = pd.DataFrame(
        [{"replication": t.replication, "design": t.design} | row
         for t, row in zip(tasks, rows, strict=True) if row],
        columns=SAMPLES,
    )  # fmt: skip
    return TrialsBesideTruth(_summary(samples, confidence), samples, confidence, made)


def possible_designs(baseline: Scenario, variant: Scenario, panel: Panel) -> list[str]:
    """Return the designs that change something and fit into the horizon."""
    n_periods = baseline.market.horizon_days // panel.period_days
    before, after = baseline.capabilities, variant.capabilities
    shortest = {
        "store_opening": 2 if baseline.channels.store.is_open else None,
        "click_and_collect": 2 if after.visible_stock > before.visible_stock else None,
        "stepped_wedge": 3 if after != before else None,
        "switchback": 2 if after != before else None,
    }
    on_regions = [name for name, least in shortest.items() if least and n_periods >= least]
    return [*ON_PEOPLE, *on_regions]


def trials_size(baseline: Scenario, variant: Scenario, panel: Panel) -> tuple[int, int]:
    """Return tasks and runs of one replication.

    A trial on people runs three times, with the trial, for everybody and for nobody; one on regions
    runs each region two or three times.
    """
    designs = possible_designs(baseline, variant, panel)
    times = {"switchback": 3, **dict.fromkeys(ON_PEOPLE, 3)}
    n_runs = sum(
        times.get(name, 2) * (1 if name in ON_PEOPLE else panel.n_regions) for name in designs
    )
    return len(designs), n_runs


def run_design(task: DesignTask) -> dict[str, Any]:
    """Run one design once: quantity, estimate, interval and truth; nothing if an arm is empty."""
    try:
        found = _experiment(task)
    except ParameterError:  # nobody was treated, or nobody held out, as far as the firm sees
        return {}
    row: dict[str, Any] = found.to_frame().drop(columns="design").iloc[0].to_dict()
    return row


def _experiment(task: DesignTask) -> FieldExperiment:
    how: dict[str, Any] = {
        "seed": task.seed, "replication": task.replication, "confidence": task.confidence,
    }  # fmt: skip
    match task.design:
        case "email":
            return randomised_trial(task.firm, **how)
        case "encouragement":
            return encouragement_design(task.firm, **how)
        case "ghost_ads_person" | "ghost_ads_cookie" | "ghost_ads_omniscient":
            return ghost_ads(task.firm, unit=task.design.removeprefix("ghost_ads_"), **how)
        case "store_opening":
            regions = _regions(task, Change(opens="store"))
            return difference_in_differences(regions, confidence=task.confidence)
        case "click_and_collect":
            stock = task.variant.capabilities.visible_stock
            firm = task.baseline.replace({"capabilities.visible_stock": stock})
            regions = _regions(task, Change(firm.capabilities))
            return difference_in_differences(
                regions, chosen="strongest", confidence=task.confidence
            )
        case "stepped_wedge":
            return stepped_wedge(_whole(task), confidence=task.confidence)
    washed = dataclasses.replace(_whole(task), washout_days=task.panel.washout_days)
    return switchback(washed, confidence=task.confidence)


def _whole(task: DesignTask) -> Regions:
    return _regions(task, Change(task.variant.capabilities))


def _regions(task: DesignTask, change: Change) -> Regions:
    return Regions(
        task.baseline, change, n_regions=task.panel.n_regions, period_days=task.panel.period_days,
        seed=task.seed, replication=task.replication,
    )  # fmt: skip


def _summary(samples: pd.DataFrame, confidence: float) -> pd.DataFrame:
    rows = []
    for design, part in samples.groupby("design", sort=False):
        covers = part["truth_seen"].between(part["ci_low"], part["ci_high"])
        rows.append(
            (design, part["quantity"].iloc[0],
             *mean_interval(part["estimate"], confidence=confidence), part["truth"].mean(),
             part["truth_seen"].mean(), covers.mean(), (part["ci_high"] - part["ci_low"]).mean())
        )  # fmt: skip
    columns = ["design", "quantity", "estimate", "ci_low", "ci_high", "truth", "truth_seen",
               "covered", "width"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
