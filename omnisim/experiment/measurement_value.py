"""What it is worth to see more: the policy learnt at each tracking level (facts.md D7.8).

Four stages, in replications of their own: a randomised trial of contacts, from which candidates
learn what the level lets the firm see; a rehearsal, in which the firm keeps the candidate with the
highest profit (totals are seen at every level); and the years in which what was kept is judged.
"""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from omnisim._validation import check_count, check_nonnegative, check_positive
from omnisim.config.scenario import Scenario
from omnisim.evaluation import mean_interval
from omnisim.exceptions import ParameterError
from omnisim.experiment.basis import study_basis
from omnisim.experiment.league_runs import LeagueTask, run_logged, run_profit
from omnisim.experiment.league_tuning import candidates_of
from omnisim.experiment.policy_worlds import PolicyWorlds
from omnisim.experiment.rewards import joined_rewards
from omnisim.experiment.runner import run_tasks
from omnisim.experiment.shoppers import Shoppers
from omnisim.experiment.tasks import run_addressed
from omnisim.policies import (
    BestSegment,
    Blanket,
    LinUCB,
    NoContact,
    Policy,
    RecencyCampaign,
    Uniform,
)
from omnisim.simulation.firm.capability_costs import n_payments

LEVELS = ("TL0", "TL1", "TL2")
IDENTIFIES = ("single_customer_view", "offline_capture")
"""Capabilities that TL2 is made of; what they cost is the cost of tracking at TL2."""

ACTING = ("clients_written", "checks_answered")
"""Primitives by which capabilities act on records by themselves, whatever the policy: at 0 at every
level, so that what is compared is the policy learnt."""

CANDIDATES: dict[str, Policy] = {
    "nobody": NoContact(),
    "blanket": Blanket("email:popular"),
    "personal": Blanket("email:profile"),
    "recent": RecencyCampaign(),
    "segment": BestSegment(),
    "bandit": LinUCB(),
}
"""What a firm may do at any level: rules that need no data, rules that do, and learners."""

N_TRAINING, N_REHEARSALS = 2, 4
WINDOW_DAYS = 28.0

Place = tuple[str, str]
"""Level and name of a candidate."""


@dataclass(frozen=True, repr=False)
class MeasurementValue:
    """Profit of the policies that a firm learns when it sees more and more.

    Attributes
    ----------
    levels : DataFrame
        level, policy (the candidate kept), profit (before the cost of tracking), tracking_cost,
        net: EUR per shopper and year. All else costs the same at every level.
    steps : DataFrame
        step ("TL1 - TL0", "TL2 - TL1", "TL2 - TL0"), gross, ci_low, ci_high, cost, net, net_low,
        net_high: EUR per shopper and year.
    samples : DataFrame
        replication, level, profit: those in which the kept policies were judged.
    rehearsal : DataFrame
        level, policy, profit: means over the rehearsal, by which one was kept.
    confidence : float
        Coverage of every interval: of Monte Carlo error, given what was learnt.
    provenance : mapping
        How the result was made.
    """

    levels: pd.DataFrame
    steps: pd.DataFrame
    samples: pd.DataFrame
    rehearsal: pd.DataFrame
    confidence: float
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the value of seeing all, and what was learnt at each level."""
        row, kept = self.steps.iloc[-1], self.levels
        learnt = ", ".join(f"{a} {b!r}" for a, b in zip(kept["level"], kept["policy"], strict=True))
        return (
            f"MeasurementValue of {row['step']}: {row['gross']:+.3f} EUR per shopper and year "
            f"({row['ci_low']:+.3f} to {row['ci_high']:+.3f}), {row['net']:+.3f} net of tracking\n"
            f"learnt: {learnt}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return `steps` as a new frame."""
        return self.steps.copy()


@dataclass(frozen=True)
class _Plan(PolicyWorlds):
    """Firms by level, and in which replications each stage runs."""

    n_training: int
    n_rehearsals: int
    n_replications: int

    def trials(self) -> list[LeagueTask]:
        """Return the randomised trial at each level."""
        return [self.task(level, "trial", Uniform(), k)
                for level in self.worlds for k in range(self.n_training)]  # fmt: skip

    def rehearsals(self, learnt: Mapping[Place, Policy]) -> list[LeagueTask]:
        """Return the runs by which each level chooses."""
        first = self.n_training
        return [self.task(*place, policy, k) for place, policy in learnt.items()
                for k in range(first, first + self.n_rehearsals)]  # fmt: skip

    def judged(self, kept: Mapping[Place, Policy]) -> list[LeagueTask]:
        """Return the runs in which what was kept is judged."""
        first = self.n_training + self.n_rehearsals
        return [self.task(*place, policy, k) for place, policy in kept.items()
                for k in range(first, first + self.n_replications)]  # fmt: skip


def measurement_value(
    scenario: Scenario,
    *,
    candidates: Mapping[str, Policy] | None = None,
    digital_cost: float = 100_000.0,
    n_training: int = N_TRAINING,
    n_rehearsals: int = N_REHEARSALS,
    n_replications: int = 12,
    window_days: float = WINDOW_DAYS,
    seed: int | None = None,
    shoppers: Shoppers | None = None,
    confidence: float = 0.95,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> MeasurementValue:
    """Let one firm learn whom to write to at each tracking level, and judge what it learnt.

    The firm, its capabilities and their cost are the same at every level; only
    `records.tracking_level` differs. At TL0 it has addresses and totals: no purchase, click or cart
    is known of anybody, and no context tells one person from another. At TL1 it files what happens
    online, at TL2 store purchases with the card shown as well, joined as far as its single customer
    view goes. Learners are paid what is filed (`decision_rewards`). Cards earn points at every
    level. What capabilities do with records by themselves (K11 clients written to, K13 answers on
    the phone) is off at every level: this is the value of measurement, not that of acting.

    Parameters
    ----------
    scenario : Scenario
        The firm, with the capabilities that it has.
    candidates : mapping of str to Policy, optional
        What the firm chooses from at each level; `CANDIDATES` by default. Copies of them learn.
    digital_cost : float, default=100000
        What tracking at TL1 costs the whole firm more than TL0, EUR a year. Assumption: a suite for
        analytics and one analyst. TL2 costs in addition what the single customer view and offline
        capture of the scenario do, investments written off.
    n_training, n_rehearsals : int, default=2, 4
        Replications of the trial and of the rehearsal; at least 1.
    n_replications : int, default=12
        Replications in which what was kept is judged; at least 2, none of them used before.
    window_days : float, default=28.0
        Days after a decision that count as its reward.
    seed, shoppers, confidence, folder, executor, on_wait
        As in `capability_values`; a folder keeps the runs after the trial.

    Raises
    ------
    ParameterError
        If an argument is out of range.
    RunError
        If a run fails.
    """
    seed, shoppers = study_basis(seed, shoppers, n_replications, confidence)
    check_nonnegative("digital_cost", digital_cost)
    check_positive("window_days", window_days)
    check_count("n_training", n_training, minimum=1)
    check_count("n_rehearsals", n_rehearsals, minimum=1)
    offered = candidates_of(CANDIDATES if candidates is None else candidates)
    plan = _Plan(
        {level: firm_at(scenario, level) for level in LEVELS}, shoppers, seed, window_days,
        n_training, n_rehearsals, n_replications,
    )  # fmt: skip
    named = {name: several[0] for name, several in offered.items()}
    made = plan.record(
        None, candidates={name: policy.describe() for name, policy in named.items()},
        n_training=n_training, n_rehearsals=n_rehearsals, window_days=window_days,
    )  # fmt: skip
    stage = _Stages(folder, made, executor, on_wait)
    learnt = _learnt(plan, named, stage)
    rehearsed = np.reshape(stage.run(plan.rehearsals(learnt)), (-1, n_rehearsals)).mean(axis=1)
    rehearsal = pd.DataFrame(list(learnt), columns=["level", "policy"]).assign(profit=rehearsed)
    kept = _kept(learnt, rehearsed.tolist())
    tasks = plan.judged(kept)
    samples = pd.DataFrame(
        [(task.replication, task.world, profit)
         for task, profit in zip(tasks, stage.run(tasks), strict=True)],
        columns=["replication", "level", "profit"],
    )  # fmt: skip
    made |= {
        "n_replications": n_replications, "confidence": confidence, "digital_cost": digital_cost,
    }  # fmt: skip
    cost = tracking_costs(scenario, digital_cost)
    names = {level: name for level, name in kept}
    return MeasurementValue(
        *_tables(samples, names, cost, confidence), samples, rehearsal, confidence, made
    )


def check_window(scenario: Scenario, window_days: float = WINDOW_DAYS) -> None:
    """Check that a trial of contacts is long enough to see what follows a decision.

    Raises
    ------
    ParameterError
        If the horizon is shorter than the window.
    """
    n_days = scenario.market.horizon_days
    if n_days < window_days:
        raise ParameterError(
            f"market.horizon_days must be at least {window_days:g} for the value of measurement: "
            f"policies learn from what follows within {window_days:g} days. Got {n_days}."
        )


def measurement_runs(n_replications: int) -> int:
    """Return how many runs `measurement_value` makes at its defaults."""
    return len(LEVELS) * (N_TRAINING + len(CANDIDATES) * N_REHEARSALS + n_replications)


class _Stages:
    """Runs the stages one after the other, counting finished runs over all of them."""

    def __init__(
        self, folder: str | os.PathLike[str] | None, study: Mapping[str, Any],
        executor: Executor | None, on_wait: Callable[[int], None] | None,
    ) -> None:  # fmt: skip
        self.folder, self.study, self.executor = folder, dict(study), executor
        self.on_wait, self.n_before = on_wait or (lambda n_done: None), 0

    def log(self, tasks: list[LeagueTask]) -> list[Any]:
        """Return the decisions of runs with their rewards; they are too large to keep."""
        found = run_tasks(run_logged, tasks, executor=self.executor, on_wait=self._report)
        self.n_before += len(tasks)
        return found

    def run(self, tasks: list[LeagueTask]) -> list[float]:
        """Return the profits of runs."""
        found = run_addressed(
            run_profit, tasks, folder=self.folder, study=self.study, executor=self.executor,
            on_wait=self._report,
        )  # fmt: skip
        self.n_before += len(tasks)
        return found

    def _report(self, n_done: int) -> None:
        self.on_wait(self.n_before + n_done)


def _learnt(plan: _Plan, candidates: Mapping[str, Policy], stage: _Stages) -> dict[Place, Policy]:
    """Return a copy of every candidate at every level that has learnt from the trial there."""
    logs = stage.log(plan.trials())
    found = {}
    for place, (level, firm) in enumerate(plan.worlds.items()):
        parts = logs[place * plan.n_training : (place + 1) * plan.n_training]
        log = joined_rewards(parts, [firm.market.n_shoppers] * plan.n_training)
        for name, policy in candidates.items():
            found[level, name] = policy.copy()
            found[level, name].learn(log.to_outcome())
    return found


def _kept(learnt: Mapping[Place, Policy], means: list[float]) -> dict[Place, Policy]:
    """Return at each level the candidate with the highest mean profit; the first one on a tie."""
    best: dict[str, tuple[float, str]] = {}
    for (level, name), mean in zip(learnt, means, strict=True):
        if level not in best or mean > best[level][0]:
            best[level] = mean, name
    return {(level, name): learnt[level, name] for level, (_, name) in best.items()}


def firm_at(scenario: Scenario, level: str) -> Scenario:
    """Return the firm at a tracking level, none of whose capabilities writes by itself.

    What identifies costs it nothing: that is the cost of tracking, of the levels that need it.
    """
    fields = {"primitives": ACTING, "capability_costs": IDENTIFIES, "investments": IDENTIFIES}
    free = [f"{part}.{name}" for part, names in fields.items() for name in names]
    changes: dict[str, Any] = dict.fromkeys(free, (0.0, 0.0, 0.0))
    return scenario.replace(changes | {"records.tracking_level": level})


def tracking_costs(scenario: Scenario, digital_cost: float) -> dict[str, float]:
    """Return what tracking costs at each level, in EUR per shopper and year."""
    whole = 0.0
    for name in IDENTIFIES:
        level = getattr(scenario.capabilities, name)
        once = getattr(scenario.investments, name)[level] / scenario.costs.write_off_years
        yearly = getattr(scenario.capability_costs, name)[level] + once
        whole += yearly * n_payments(scenario, name)
    n = scenario.market.shoppers_per_region * scenario.market.n_regions
    return {"TL0": 0.0, "TL1": digital_cost / n, "TL2": (digital_cost + whole) / n}


def _tables(
    samples: pd.DataFrame, kept: Mapping[str, str], cost: Mapping[str, float], confidence: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `levels` and `steps`."""
    wide = samples.pivot(index="replication", columns="level", values="profit")
    levels = pd.DataFrame(
        [(level, kept[level], wide[level].mean(), cost[level], wide[level].mean() - cost[level])
         for level in LEVELS],
        columns=["level", "policy", "profit", "tracking_cost", "net"],
    )  # fmt: skip
    steps = []
    for low, high in (("TL0", "TL1"), ("TL1", "TL2"), ("TL0", "TL2")):
        mean = mean_interval(wide[high] - wide[low], confidence=confidence)
        more = cost[high] - cost[low]
        steps.append((f"{high} - {low}", *mean, more, *(value - more for value in mean)))
    columns = ["step", "gross", "ci_low", "ci_high", "cost", "net", "net_low", "net_high"]
    return levels, pd.DataFrame(steps, columns=columns)
