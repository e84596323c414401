"""Learning curves: what a policy earns after each round of learning from its own decisions."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from omnisim._validation import (
    check_confidence,
    check_count,
    check_instance,
    check_mapping,
    check_positive,
)
from omnisim.config.scenario import Scenario
from omnisim.evaluation import mean_interval
from omnisim.exceptions import ParameterError
from omnisim.experiment.intervals import mean_by
from omnisim.experiment.league_result import NO_CONTACT
from omnisim.experiment.league_runs import LeagueTask, simulate_task
from omnisim.experiment.policy_worlds import PolicyWorlds, worlds_of
from omnisim.experiment.rewards import decision_rewards
from omnisim.experiment.runner import run_tasks
from omnisim.experiment.shoppers import SegmentShoppers, Shoppers
from omnisim.policies import NoContact, Policy
from omnisim.policies.wrapper import Wrapper
from omnisim.random import chosen_seed

Profits = list[tuple[int, int, float]]
"""Rows (round, replication, profit in EUR per shopper and year)."""


@dataclass(frozen=True, repr=False)
class LearningCurves:
    """What policies earn as they learn, each from what it did itself.

    Attributes
    ----------
    table : DataFrame
        One row a world, policy and round, round 0 before any learning: world, policy, round, gain,
        gain_low, gain_high. Gain over no contact in replications that no policy learned from, the
        same in every round; EUR per shopper and year.
    training : DataFrame
        world, policy, round, gain: gain over no contact in the replication in which the policy
        acted and from which it learned in this round. What learning costs.
    samples : DataFrame
        world, policy, round, replication, gain: the rows behind `table`.
    confidence : float
        Coverage of the intervals.
    n_rounds, n_replications : int
        Rounds, and replications to judge in.
    provenance : mapping
        How the result was made.
    """

    table: pd.DataFrame
    training: pd.DataFrame
    samples: pd.DataFrame
    confidence: float
    n_rounds: int
    n_replications: int
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the size and the steepest curve."""
        ends = self.changes().sort_values("difference")
        last = ends.iloc[-1]
        return (
            f"LearningCurves of {ends['policy'].nunique()} policies over {self.n_rounds} rounds\n"
            f"most learned: {last['policy']} ({last['world']}) {last['difference']:+.3f} EUR per "
            f"shopper and year ({last['ci_low']:+.3f} to {last['ci_high']:+.3f})"
        )

    def changes(self) -> pd.DataFrame:
        """Return what all rounds together brought: the last round less round 0, paired.

        Returns
        -------
        DataFrame
            world, policy, difference, ci_low, ci_high: EUR per shopper and year.
        """
        rows = []
        for (world, policy), part in self.samples.groupby(["world", "policy"], sort=False):
            wide = part.pivot(index="replication", columns="round", values="gain")
            gap = wide[self.n_rounds] - wide[0]
            rows.append((world, policy, *mean_interval(gap, confidence=self.confidence)))
        return pd.DataFrame(rows, columns=["world", "policy", "difference", "ci_low", "ci_high"])

    def to_frame(self) -> pd.DataFrame:
        """Return `table` as a new frame."""
        return self.table.copy()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by name, as they are written to Parquet."""
        return {
            "learning": self.table, "learning_training": self.training,
            "learning_samples": self.samples,
        }  # fmt: skip


@dataclass(frozen=True)
class _Chain:
    """All rounds of one policy in one world; `start.replication` counts for nothing."""

    start: LeagueTask
    n_rounds: int
    n_replications: int


def learning_curves(
    policies: Mapping[str, Policy],
    scenario: Scenario | Mapping[str, Scenario],
    *,
    n_rounds: int = 4,
    n_replications: int = 4,
    window_days: float = 28.0,
    confidence: float = 0.95,
    shoppers: Shoppers | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> LearningCurves:
    """Let policies act, learn from what came of it, and judge them after each round.

    In round r a policy runs as it is in replication r - 1 and then learns from that run: rewards
    are delayed to its end. After each round, and before the first, it runs in `n_replications`
    others, learning nothing, under the same luck in every round.

    Parameters
    ----------
    policies : mapping of str to Policy
        By name; they are copied and stay as they are. A policy that learns from its own decisions
        should leave some of them to chance.
    scenario : Scenario or mapping of str to Scenario
        Worlds, as in `evaluate_policies`.
    n_rounds : int, default=4
        Replications to learn in; at least 1.
    n_replications : int, default=4
        Replications to judge in; at least 2.
    window_days : float, default=28.0
        Days after a decision that count as its reward.
    confidence : float, default=0.95
        Coverage of the intervals.
    shoppers : Shoppers, optional
        Where shoppers come from; the segments of the scenario by default.
    seed : int, optional
        Seed of the study; drawn and recorded if absent.
    executor : concurrent.futures.Executor, optional
        Where policies learn; in this process by default. It changes no number.
    on_wait : callable, optional
        Called with the number of finished policies, nobody contacted in each world included.

    Returns
    -------
    LearningCurves

    Raises
    ------
    ParameterError
        If there is no policy, one is called "none", or an argument is out of range.
    RunError
        If a run fails.
    """
    check_count("n_rounds", n_rounds)
    check_count("n_replications", n_replications, minimum=2)
    check_positive("window_days", window_days)
    check_confidence("confidence", confidence)
    check_mapping("policies", policies, "policies")
    for name, policy in policies.items():
        check_instance(f"policies[{name!r}]", policy, Policy)
    if not policies or NO_CONTACT in policies:
        raise ParameterError(
            f"policies must hold at least one, under names other than {NO_CONTACT!r}. "
            f"Got {list(policies)}."
        )
    places = PolicyWorlds(
        worlds_of(scenario), shoppers or SegmentShoppers(), chosen_seed(seed), window_days
    )
    chains = [
        _Chain(places.task(world, name, policy, 0), n_rounds, n_replications)
        for world in places.worlds
        for name, policy in {NO_CONTACT: NoContact(), **policies}.items()
    ]
    samples = _samples(chains, run_tasks(_run_chain, chains, executor=executor, on_wait=on_wait))
    judged = samples["replication"] >= n_rounds
    return LearningCurves(
        table=mean_by(
            samples[judged], ["world", "policy", "round"], "gain", confidence=confidence,
            ends=["gain_low", "gain_high"],
        ),
        training=samples[~judged].drop(columns="replication").reset_index(drop=True),
        samples=samples[judged].reset_index(drop=True),
        confidence=confidence,
        n_rounds=n_rounds,
        n_replications=n_replications,
        provenance=places.record(
            None, n_rounds=n_rounds, n_replications=n_replications, window_days=window_days,
            confidence=confidence, worlds=places.described(),
            policies={name: policy.describe() for name, policy in policies.items()},
        ),
    )  # fmt: skip


def learns(policy: Policy) -> bool:
    """Tell whether a policy, or the one inside it, takes anything up from outcomes."""
    while isinstance(policy, Wrapper):
        policy = policy.policy
    return type(policy).learn is not Policy.learn


def _run_chain(chain: _Chain) -> Profits:
    """Return the profit of every run; what never learns is judged once, for all rounds."""
    policy = chain.start.policy.copy()
    found = _judged(chain, policy, 0)
    once = found
    for turn in range(1, chain.n_rounds + 1):
        task = replace(chain.start, policy=policy, replication=turn - 1)
        run = simulate_task(task, "features" if learns(policy) else "off")
        found.append((turn, turn - 1, run.profit_per_shopper_year))
        if learns(policy):
            policy.learn(decision_rewards(run, window_days=task.window_days).to_outcome())
            found += _judged(chain, policy, turn)
        else:
            found += [(turn, k, profit) for when, k, profit in once if when == 0]
    return found


def _judged(chain: _Chain, policy: Policy, turn: int) -> Profits:
    """Return the profits of a policy that learns no more, in replications of their own."""
    first = chain.n_rounds
    return [
        (turn, k, simulate_task(replace(chain.start, policy=policy, replication=k), "off")
         .profit_per_shopper_year)
        for k in range(first, first + chain.n_replications)
    ]  # fmt: skip


def _samples(chains: Sequence[_Chain], outcomes: Sequence[Profits]) -> pd.DataFrame:
    """Return the gain over no contact of every run."""
    rows = [
        (chain.start.world, chain.start.name, *row)
        for chain, outcome in zip(chains, outcomes, strict=True)
        for row in outcome
    ]
    keys = ["world", "round", "replication"]
    table = pd.DataFrame(rows, columns=["world", "policy", "round", "replication", "profit"])
    nobody = table[table["policy"] == NO_CONTACT].set_index(keys)["profit"]
    own = table[table["policy"] != NO_CONTACT]
    base = nobody.loc[pd.MultiIndex.from_frame(own[keys])].to_numpy()
    return own.assign(gain=own["profit"] - base).drop(columns="profit").reset_index(drop=True)
