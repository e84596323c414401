"""Evaluate policies: train them on a log, freeze them, judge them where the truth is known."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from omnisim._validation import check_confidence, check_count, check_instance, check_positive
from omnisim.config.scenario import Scenario
from omnisim.evaluation.off_policy import OffPolicyEstimator
from omnisim.evaluation.policy_values import DEFAULT_ESTIMATORS, check_estimators
from omnisim.evaluation.selection import select_best
from omnisim.exceptions import OmnisimWarning, ParameterError
from omnisim.experiment.league_result import NO_CONTACT, NO_EVIDENCE, ORACLE, League
from omnisim.experiment.league_runs import LeagueTask, run_judged, run_logged
from omnisim.experiment.league_tables import (
    Entrants,
    Logs,
    beside_truth,
    competing,
    estimated,
    sampled,
    summarised,
)
from omnisim.experiment.league_tuning import Candidates, candidates_of, n_tuned, tuned
from omnisim.experiment.policy_worlds import PolicyWorlds, worlds_of
from omnisim.experiment.rewards import DecisionRewards, joined_rewards
from omnisim.experiment.runner import run_tasks
from omnisim.experiment.shoppers import SegmentShoppers, Shoppers
from omnisim.policies import NoContact, Oracle, Policy, Uniform
from omnisim.random import chosen_seed


@dataclass(frozen=True)
class _Plan(PolicyWorlds):
    """What is run, and where."""

    behavior: Policy
    n_training: int
    n_logged: int
    n_replications: int

    def __post_init__(self) -> None:
        for name, minimum in (("n_training", 1), ("n_logged", 1), ("n_replications", 2)):
            check_count(name, getattr(self, name), minimum=minimum)
        check_positive("window_days", self.window_days)

    @property
    def n_before(self) -> int:
        """Number of the first replication in which policies are judged."""
        return self.n_training + self.n_logged

    def logged(self) -> list[LeagueTask]:
        """Return the runs of the behavior policy."""
        replications = range(self.n_before)
        return [self.task(w, "behavior", self.behavior, k) for w in self.worlds
                for k in replications]  # fmt: skip

    @property
    def tuning(self) -> range:
        """Replications in which candidates are compared, after all others; as many as logged."""
        first = self.n_before + self.n_replications
        return range(first, first + self.n_logged)

    def judged(self, entrants: Entrants) -> list[LeagueTask]:
        """Return the runs of the policies as trained."""
        replications = range(self.n_before, self.n_before + self.n_replications)
        return [self.task(*key, policy, k) for key, policy in entrants.items()
                for k in replications]  # fmt: skip


def evaluate_policies(
    policies: Candidates,
    scenario: Scenario | Mapping[str, Scenario],
    *,
    behavior: Policy | None = None,
    estimators: Sequence[OffPolicyEstimator] = DEFAULT_ESTIMATORS,
    n_training: int = 2,
    n_logged: int = 2,
    n_replications: int = 12,
    window_days: float = 28.0,
    oracle: Policy | None = None,
    probability: float = 0.95,
    confidence: float = 0.95,
    shoppers: Shoppers | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> League:
    """Train policies on logs, and judge them by paired replications in which they learn no more.

    In each world the behavior policy runs in the first `n_training` replications, from whose log,
    as the firm files it, every policy learns, and in the next `n_logged` ones, from whose log
    off-policy estimates are made: no policy is valued on what it learned from. The policies, nobody
    contacted, and the oracle then run over `n_replications` further ones, under the same luck. Of
    several candidates for a name the one that earns most in `n_logged` replications of their own
    takes part: none is judged where it was tuned.

    Parameters
    ----------
    policies : mapping of str to Policy, or to a sequence of Policy
        By name, other than "none", "oracle" and "no evidence"; none may need the truth. Several
        are candidates for one place. They are copied and stay as they are.
    scenario : Scenario or mapping of str to Scenario
        Worlds by name; a single scenario is judged with every capability at level 0 ("siloed")
        and at level 2 ("integrated").
    behavior : Policy, optional
        Decides in the logged runs; `Uniform` by default. It must leave every eligible action a
        chance.
    estimators : sequence of OffPolicyEstimator, default=(IPS(), SNIPS(), DoublyRobust())
        What is estimated from the log; may be empty.
    n_training, n_logged : int, default=2
        Replications to learn from, and to estimate from; at least 1.
    n_replications : int, default=12
        Replications to judge in; at least 2. Of at least 26 weeks each, to see fatigue.
    window_days : float, default=28.0
        Days after a decision that count as its reward.
    oracle : Policy, optional
        The reference of regret; `Oracle` by default, which knows tastes but not values: it bounds
        what profiles can bring, and regret may be negative for a policy that times better.
    probability : float, default=0.95
        Probability of correct selection that a winner needs (`select_best`).
    confidence : float, default=0.95
        Coverage of the intervals.
    shoppers : Shoppers, optional
        Where shoppers come from; the segments of the scenario by default.
    seed : int, optional
        Seed of the study; drawn and recorded if absent.
    executor : concurrent.futures.Executor, optional
        Where runs are made; in this process by default. It changes no number.
    on_wait : callable, optional
        Called with the number of finished runs.

    Returns
    -------
    League

    Raises
    ------
    ParameterError
        If an argument is of another class or out of range, or worlds differ in shoppers or horizon.
    OverlapError
        If estimates are asked for and the behavior policy leaves nothing to chance.
    RunError
        If a run fails.

    Warns
    -----
    OmnisimWarning
        If a policy that must be trained has learned nothing.
    OverlapWarning
        If few decisions of the log carry an estimate, or none do and it is left out.
    """
    check_confidence("confidence", confidence)
    check_confidence("probability", probability)
    _check_names(policies)
    check_estimators(estimators)
    bound = check_instance("oracle", Oracle() if oracle is None else oracle, Policy)
    plan = _Plan(
        worlds_of(scenario), shoppers or SegmentShoppers(), chosen_seed(seed), window_days,
        check_instance("behavior", Uniform() if behavior is None else behavior, Policy),
        n_training, n_logged, n_replications,
    )  # fmt: skip
    logs = run_tasks(run_logged, plan.logged(), executor=executor, on_wait=on_wait)
    training, held = _split(plan, logs)
    n_before = len(logs)
    report = None if on_wait is None else (lambda n_done: on_wait(n_done + n_before))
    trained = {
        (world, name): several
        for world, log in training.items()
        for name, several in _trained(policies, log, bound).items()
    }
    entrants = tuned(trained, plan.task, plan.tuning, executor=executor, on_wait=report)
    estimates = estimated(entrants, held, estimators)
    n_before += n_tuned(policies) * len(plan.worlds) * n_logged
    tasks = plan.judged(entrants)
    measures = run_tasks(run_judged, tasks, executor=executor, on_wait=report)
    samples = sampled(tasks, measures)
    return League(
        table=summarised(samples, confidence),
        estimates=beside_truth(estimates, samples, confidence),
        selections={
            world: select_best(competing(samples, world), probability=probability)
            for world in plan.worlds
        },
        samples=samples,
        confidence=confidence,
        n_replications=n_replications,
        provenance=_provenance(
            plan, entrants, probability=probability, confidence=confidence,
            estimators=[repr(estimator) for estimator in estimators],
        ),
    )  # fmt: skip


def _check_names(policies: Candidates) -> None:
    named = candidates_of(policies)
    if not named or {NO_CONTACT, ORACLE, NO_EVIDENCE} & set(named):
        raise ParameterError(
            f"policies must hold at least one, under names other than {NO_CONTACT!r} and "
            f"{ORACLE!r}, which always take part, and {NO_EVIDENCE!r}. Got {list(named)}."
        )
    for name, several in named.items():
        if any(policy.needs_truth for policy in several):
            raise ParameterError(
                f"policies must be ones that a firm can run. {name!r} needs the truth: give it "
                "as oracle."
            )


def _split(plan: _Plan, logs: Sequence[DecisionRewards]) -> tuple[Logs, Logs]:
    """Return the log to learn from and the one to estimate from, by world."""
    training, held = {}, {}
    for place, (name, world) in enumerate(plan.worlds.items()):
        parts = logs[place * plan.n_before : (place + 1) * plan.n_before]
        sizes = [world.market.n_shoppers] * plan.n_before
        cut = plan.n_training
        training[name] = joined_rewards(parts[:cut], sizes[:cut])
        held[name] = joined_rewards(parts[cut:], sizes[cut:])
    return training, held


def _trained(policies: Candidates, log: DecisionRewards, oracle: Policy) -> dict[str, list[Policy]]:
    """Return copies of the policies that have learned from the log, between the two bounds."""
    found = {name: [p.copy() for p in several] for name, several in candidates_of(policies).items()}
    for policy in (policy for several in found.values() for policy in several):
        policy.learn(log.to_outcome())
    for name, several in found.items():
        if not all(policy.is_trained() for policy in several):
            warnings.warn(
                f"{name!r} decides at random still: {len(log)} logged decisions were too few to "
                "fit. Lower its refit_rows or min_rows, or raise n_training.",
                OmnisimWarning, stacklevel=3,
            )  # fmt: skip
    return {NO_CONTACT: [NoContact()], **found, ORACLE: [oracle]}


def _provenance(plan: _Plan, entrants: Entrants, **more: object) -> dict[str, Any]:
    return plan.record(
        plan.behavior, worlds=plan.described(),
        policies={f"{w}: {name}": policy.describe() for (w, name), policy in entrants.items()},
        n_training=plan.n_training, n_logged=plan.n_logged, n_replications=plan.n_replications,
        window_days=plan.window_days, **more,
    )  # fmt: skip
