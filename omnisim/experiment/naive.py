"""Naive comparisons: what a firm reports of groups that chose themselves, beside what is true."""

import dataclasses
import os
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from omnisim.config.scenario import Scenario
from omnisim.evaluation import mean_interval
from omnisim.experiment.attributed import LEVELS
from omnisim.experiment.basis import study_basis
from omnisim.experiment.naive_groups import (
    APP,
    EXPOSED,
    GROUPS,
    LOYAL,
    READERS,
    STAFF,
    naive_groups,
    revenue_by_shopper,
)
from omnisim.experiment.naive_trials import TRIALS, display_trials
from omnisim.experiment.shoppers import Shoppers
from omnisim.experiment.tasks import run_addressed
from omnisim.policies import Policy
from omnisim.population import Population
from omnisim.provenance import record
from omnisim.simulation import SimulationResult, simulate
from omnisim.simulation.engine import default_policy

N_WORLDS = 1 + len(GROUPS) + 2 + len(TRIALS)
"""Runs of one replication: as it is, without each group's cause, and the trials."""

COLUMNS = ["comparison", "level", "naive", "ratio", "truth"]

COMPARISONS = GROUPS | TRIALS
"""Everything that is compared, as the firm sees it."""


@dataclass(frozen=True, repr=False)
class NaiveAudit:
    """What the firm would report, and the causal effect on the same group.

    Attributes
    ----------
    values : DataFrame
        One row a comparison and level: naive, naive_low, naive_high (mean revenue of the group less
        that of the others, as seen), ratio (of the two means), truth, truth_low, truth_high (the
        effect on the very persons behind the visitors of the group of what makes them members; in
        the trials, on the people reached); EUR a year per visitor of the group, as the level tells
        visitors apart (a person is one for each cookie).
    samples : DataFrame
        The same by replication.
    confidence : float
        Coverage of the intervals over replications.
    provenance : dict
        How the result was made.
    """

    values: pd.DataFrame
    samples: pd.DataFrame
    confidence: float
    provenance: dict[str, Any]

    def __repr__(self) -> str:
        """Return the comparison that is farthest from the truth."""
        gap = (self.values["naive"] - self.values["truth"]).abs()
        if gap.isna().all():
            return "NaiveAudit without any group to compare"
        row = self.values.loc[gap.idxmax()]
        return (
            f"NaiveAudit of {len(self.values)} comparisons, EUR/year per visitor\n"
            f"worst: {row['comparison']} at {row['level']}, naive {row['naive']:+.2f}, "
            f"truth {row['truth']:+.2f}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return `values` as a new frame."""
        return self.values.copy()


@dataclass(frozen=True)
class NaiveTask:
    """One replication: the firm as it is, and the worlds without what makes each group."""

    scenario: Scenario
    shoppers: Shoppers
    policy: Policy | None
    seed: int
    replication: int

    @property
    def address(self) -> str:
        """The replication."""
        return f"naive-r{self.replication}"


def naive_comparisons(
    scenario: Scenario,
    *,
    n_replications: int = 12,
    seed: int | None = None,
    shoppers: Shoppers | None = None,
    policy: Policy | None = None,
    confidence: float = 0.95,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> NaiveAudit:
    """Compare groups as firms do, at each tracking level, and find the causal effect beside it.

    The truth is an intervention under the same luck: the members' cards are taken away, adopters
    lose the app, e-mail or display is made inert, staff lose their training. It is the change in
    all that the persons behind the firm's group spend, seen or not, per visitor of the group. Three
    trials stand beside the groups: display withheld from half of the cookies, from half of those
    whom the firm takes for persons and, as a benchmark, of the true persons (`naive_trials`).

    Parameters
    ----------
    scenario : Scenario
        The firm.
    n_replications : int, default=12
        At least 2.
    seed : int, optional
        Seed of the study; drawn and recorded if absent.
    shoppers : Shoppers, optional
        Where shoppers come from; the scenario's segments by default.
    policy : Policy, optional
        Contact policy; the scenario's own rule by default.
    confidence : float, default=0.95
        Coverage of the intervals, in (0, 1).
    folder : path, optional
        Where each finished replication is kept; a run that was killed goes on there.
    executor : concurrent.futures.Executor, optional
        Where replications run; in this process by default. It changes no number.
    on_wait : callable, optional
        Called with the number of finished replications.
    """
    seed, shoppers = study_basis(seed, shoppers, n_replications, confidence)
    tasks = [NaiveTask(scenario, shoppers, policy, seed, k) for k in range(n_replications)]
    made = record(
        scenario=scenario, seed=seed, replication=None, policy=policy or default_policy(scenario),
        shoppers=repr(shoppers),
    )  # fmt: skip
    found = run_addressed(
        compare_groups, tasks, folder=folder, study=made, executor=executor, on_wait=on_wait
    )
    made |= {"n_replications": n_replications, "confidence": confidence}
    rows = [(k, *row) for k, part in enumerate(found) for row in part]
    samples = pd.DataFrame(rows, columns=["replication", *COLUMNS])
    return NaiveAudit(_summary(samples, confidence), samples, confidence, made)


def compare_groups(task: NaiveTask) -> list[tuple[str, str, float, float, float]]:
    """Return `COLUMNS` of every comparison in one replication."""
    people = task.shoppers.draw(task.scenario, seed=task.seed, replication=task.replication)
    run = _lived(task, task.scenario, people)
    spent, years = revenue_by_shopper(run), run.shopper_years / len(people)
    gained = {
        name: spent - revenue_by_shopper(_lived(task, world, who))
        for name, (world, who) in _worlds(task.scenario, people).items()
    }
    rows = []
    for level in LEVELS:
        for name, group in naive_groups(run, level).items():
            truth = float(gained[name][group.persons].sum()) / group.n_visitors
            rows.append((name, level, group.difference / years, group.ratio, truth / years))
    trials = display_trials(
        task.scenario, task.shoppers, task.policy, seed=task.seed, replication=task.replication
    )
    return [*rows, *trials]


def _worlds(scenario: Scenario, people: Population) -> dict[str, tuple[Scenario, Population]]:
    """Return, by group, the world without what makes its members what they are."""
    nobody = np.zeros(len(people), dtype=np.uint8)
    return {
        LOYAL: (
            scenario.replace({"sign_ups.card": 0.0}),
            dataclasses.replace(people, has_card=nobody),
        ),
        APP: (
            scenario.replace({"sign_ups.app": 0.0}),
            dataclasses.replace(people, has_app=nobody),
        ),
        READERS: (_inert(scenario, "email"), people),
        STAFF: (scenario.replace({"primitives.staff_skill": (0.0, 0.0, 0.0)}), people),
        EXPOSED: (_inert(scenario, "display"), people),
    }


def _lived(task: NaiveTask, scenario: Scenario, people: Population) -> SimulationResult:
    return simulate(
        scenario, population=people, policy=task.policy, seed=task.seed,
        replication=task.replication,
    )  # fmt: skip


def _inert(scenario: Scenario, medium: str) -> Scenario:
    return scenario.replace({"exposures.inert": (*scenario.exposures.inert, medium)})


def _summary(samples: pd.DataFrame, confidence: float) -> pd.DataFrame:
    rows = []
    for key, part in samples.groupby(["comparison", "level"], sort=False):
        naive = mean_interval(part["naive"], confidence=confidence)
        truth = mean_interval(part["truth"], confidence=confidence)
        rows.append((*key, *naive, float(part["ratio"].mean()), *truth))
    columns = ["comparison", "level", "naive", "naive_low", "naive_high", "ratio", "truth",
               "truth_low", "truth_high"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
