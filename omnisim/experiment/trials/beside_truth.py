"""Every design of field experiment, run again and again, beside the truth."""

import dataclasses
import os
from collections import Counter
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
    "email": "records randomised to get no e-mail",
    "encouragement": "random invitations to the app, and their effect on those who follow",
    "ghost_ads_person": "display withheld by whom the firm takes for a person, with ghost "
    "advertisements",
    "ghost_ads_cookie": "display withheld by cookie, with ghost advertisements",
    "ghost_ads_omniscient": "display withheld by true person, which no firm can (TL*), with ghost "
    "advertisements",
    "store_opening": "difference-in-differences around a store opening, random regions",
    "click_and_collect": "difference-in-differences around the launch of click-and-collect, with "
    "the stock records that it needs, in the regions that sold most before",
    "stepped_wedge": "regions get the variant's capabilities one after the other",
    "switchback": "the variant's capabilities are switched on and off in every region",
}
"""Designs, and how each is set up here."""

ON_PEOPLE = tuple(DESIGNS)[:5]
PERSONAL, TOTALS = ("TL1", "TL2"), "TL0"
"""Levels at which trials on people can be read, and the one at which trials on regions are."""

KEYS = ["design", "level"]
SAMPLES = ["replication", *KEYS, "quantity", "estimate", "ci_low", "ci_high", "truth",
           "truth_seen"]  # fmt: skip
VALUES = [*KEYS, "quantity", "estimate", "ci_low", "ci_high", "truth", "truth_low", "truth_high",
          "truth_seen", "bias", "rmse", "covered", "covered_whole", "width"]  # fmt: skip
NOT_RUN = [*KEYS, "reason", "n_replications"]


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
    """One design, read at one tracking level, in one replication."""

    design: str
    level: str
    baseline: Scenario
    variant: Scenario
    firm: Scenario
    panel: Panel
    seed: int
    replication: int
    confidence: float

    @property
    def address(self) -> str:
        """Design, level and replication."""
        return f"{self.design}-{self.level}-r{self.replication}"


@dataclass(frozen=True, repr=False)
class TrialsBesideTruth:
    """What the firm would find by each design, and what is true.

    Attributes
    ----------
    values : DataFrame
        One row a design (`DESIGNS`) and level at which it is read: quantity, estimate, ci_low,
        ci_high (mean over replications and its interval), truth, truth_low, truth_high (the same of
        the true effect), truth_seen (mean), bias and rmse (of the estimate, against the truth),
        covered, covered_whole (share of the replications in which the firm's own interval holds the
        effect on what it can see, and the whole effect), width (median width of that interval).
    samples : DataFrame
        One row a replication, design and level: quantity, estimate, ci_low, ci_high (the firm's
        own), truth, truth_seen.
    not_run : DataFrame
        Designs that a level, or these firms, cannot run: design, level, reason, n_replications.
    confidence : float
        Coverage of every interval.
    provenance : mapping
        How the result was made.
    """

    values: pd.DataFrame
    samples: pd.DataFrame
    not_run: pd.DataFrame
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
    nothing, because the firms do not differ in it, that has too short a horizon, or that a level
    cannot read is listed in `not_run`; so is one of which an arm has fewer than two members in a
    replication.

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
        As in `omnisim.experiment.capability_values`; each design, level and replication is a task.

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
        DesignTask(design, level, baseline, variant, firm, panel, seed, k, confidence)
        for k in range(n_replications)
        for design in possible_designs(baseline, variant, panel)
        for level in levels_of(design)
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
        [{"replication": t.replication, "design": t.design, "level": t.level} | row
         for t, row in zip(tasks, rows, strict=True) if "reason" not in row],
        columns=SAMPLES,
    )  # fmt: skip
    failed = [(t.design, t.level, row["reason"]) for t, row in zip(tasks, rows, strict=True)
              if "reason" in row]  # fmt: skip
    skipped = _not_run(failed, reasons(baseline, variant, panel), n_replications)
    return TrialsBesideTruth(_summary(samples, confidence), samples, skipped, confidence, made)


def levels_of(design: str) -> tuple[str, ...]:
    """Return the tracking levels at which a design is read: regions have totals at any level."""
    return PERSONAL if design in ON_PEOPLE else (TOTALS,)


def possible_designs(baseline: Scenario, variant: Scenario, panel: Panel) -> list[str]:
    """Return the designs that change something and fit into the horizon."""
    impossible = reasons(baseline, variant, panel)
    return [name for name in DESIGNS if name in ON_PEOPLE or name not in impossible]


def reasons(baseline: Scenario, variant: Scenario, panel: Panel) -> dict[str, str]:
    """Return why designs cannot be run: trials on people at TL0, and those without a difference."""
    n_periods = baseline.market.horizon_days // panel.period_days
    before, after = baseline.capabilities, variant.capabilities
    moves = {
        "store_opening": (2, baseline.channels.store.is_open, "stores are closed"),
        "click_and_collect": (2, after.visible_stock > before.visible_stock, "stock is no more "
                              "visible in the variant"),
        "stepped_wedge": (3, after != before, "the firms have the same capabilities"),
        "switchback": (2, after != before, "the firms have the same capabilities"),
    }  # fmt: skip
    found = dict.fromkeys(ON_PEOPLE, "totals tell nobody apart")
    for name, (least, differs, why) in moves.items():
        if not differs:
            found[name] = why
        elif n_periods < least:
            found[name] = f"the horizon holds {n_periods} periods, of the {least} it takes"
    return found


def trials_size(baseline: Scenario, variant: Scenario, panel: Panel) -> tuple[int, int]:
    """Return tasks and runs of one replication.

    A trial on people runs three times, with the trial, for everybody and for nobody; one on regions
    runs each region two or three times.
    """
    designs = possible_designs(baseline, variant, panel)
    times = {"switchback": 3, **dict.fromkeys(ON_PEOPLE, 3 * len(PERSONAL))}
    n_runs = sum(
        times.get(name, 2) * (1 if name in ON_PEOPLE else panel.n_regions) for name in designs
    )
    return sum(len(levels_of(name)) for name in designs), n_runs


def run_design(task: DesignTask) -> dict[str, Any]:
    """Run one design once: quantity, estimate, interval and truth; the reason if it cannot be."""
    try:
        found = _experiment(task)
    except ParameterError as error:  # nobody was treated, say, as far as the firm sees
        return {"reason": str(error)}
    row: dict[str, Any] = found.to_frame().drop(columns="design").iloc[0].to_dict()
    return row


def _experiment(task: DesignTask) -> FieldExperiment:
    how: dict[str, Any] = {
        "seed": task.seed, "replication": task.replication, "confidence": task.confidence,
    }  # fmt: skip
    if task.design in ON_PEOPLE:
        how["level"] = task.level
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
            captured = max(1, task.baseline.capabilities.offline_capture)  # stock records it needs
            firm = task.baseline.replace(
                {"capabilities.visible_stock": stock, "capabilities.offline_capture": captured}
            )
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
    for (design, level), part in samples.groupby(KEYS, sort=False):
        holds = [part[name].between(part["ci_low"], part["ci_high"]).mean()
                 for name in ("truth_seen", "truth")]  # fmt: skip
        error = part["estimate"] - part["truth"]
        rows.append(
            (design, level, part["quantity"].iloc[0],
             *mean_interval(part["estimate"], confidence=confidence),
             *mean_interval(part["truth"], confidence=confidence), part["truth_seen"].mean(),
             error.mean(), (error**2).mean() ** 0.5, *holds,
             (part["ci_high"] - part["ci_low"]).median())
        )  # fmt: skip
    return pd.DataFrame(rows, columns=VALUES)


def _not_run(
    failed: list[tuple[str, str, str]], impossible: Mapping[str, str], n_replications: int
) -> pd.DataFrame:
    """Return what could not be run, in how many replications, and why."""
    rows = [(name, TOTALS, why, n_replications) for name, why in impossible.items()]
    counted = Counter(failed)
    return pd.DataFrame([*rows, *((*key, n) for key, n in counted.items())], columns=NOT_RUN)
