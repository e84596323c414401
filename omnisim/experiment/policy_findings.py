"""Run a study of policies: the league, and the parts that its file asks for beside it."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

import pandas as pd

from omnisim.experiment.league import evaluate_policies
from omnisim.experiment.league_result import League
from omnisim.experiment.league_tuning import n_tuned
from omnisim.experiment.learning import LearningCurves, learning_curves, learns
from omnisim.experiment.personalisation import PersonalisationEffect, personalisation_effect
from omnisim.experiment.policy_study import PolicyStudy
from omnisim.policies.declared import declared_policy
from omnisim.random import fresh_seed


@dataclass(frozen=True, repr=False)
class PolicyFindings:
    """What a study of policies found.

    Attributes
    ----------
    league : League
        Policies judged in every world.
    learning : LearningCurves or None
        What they earn as they learn.
    personalisation : PersonalisationEffect or None
        What personalisation is worth by world and by the error of profiles.
    """

    league: League
    learning: LearningCurves | None = None
    personalisation: PersonalisationEffect | None = None

    def __repr__(self) -> str:
        """Return what the league says."""
        parts = [part for part in (self.learning, self.personalisation) if part is not None]
        more = ", ".join(type(part).__name__ for part in parts)
        first, *rest = repr(self.league).splitlines()
        return "\n".join((f"{first}, with {more}" if more else first, *rest))

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by name, as they are written to Parquet and CSV."""
        found = {"league" if n == "table" else n: t for n, t in self.league.tables().items()}
        for part in (self.learning, self.personalisation):
            found |= {} if part is None else part.tables()
        return found


def run_policy_study(
    study: PolicyStudy,
    *,
    seed: int | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> PolicyFindings:
    """Run everything that a study asks for.

    Parameters
    ----------
    study : PolicyStudy
        What to run.
    seed : int, optional
        Seed, instead of the study's; drawn and recorded if both are absent.
    executor : concurrent.futures.Executor, optional
        Where runs are made; in this process by default. It changes no number.
    on_wait : callable, optional
        Called with the number of finished tasks, `n_tasks` in all.

    Returns
    -------
    PolicyFindings

    Raises
    ------
    OverlapError
        If estimates are asked for and the behavior policy leaves nothing to chance.
    RunError
        If a run fails.
    """
    if seed is None:
        seed = study.seed if study.seed is not None else fresh_seed()
    done = 0

    def report(n_done: int) -> None:
        if on_wait is not None:
            on_wait(done + n_done)

    worlds, policies = study.scenarios(), study.entrants()
    league = evaluate_policies(
        policies, worlds, behavior=declared_policy(study.behavior),
        estimators=study.chosen_estimators(), n_training=study.n_training, n_logged=study.n_logged,
        n_replications=study.n_replications, window_days=study.window_days,
        probability=study.probability, confidence=study.confidence, seed=seed, executor=executor,
        on_wait=report,
    )  # fmt: skip
    learning = personalisation = None
    tasks = task_counts(study)
    done = tasks[0]
    if study.learning is not None:
        learning = learning_curves(
            {name: policies[name][0] for name in learners(study)}, worlds,
            n_rounds=study.learning.n_rounds, n_replications=study.learning.n_replications,
            window_days=study.window_days, confidence=study.confidence, seed=seed,
            executor=executor, on_wait=report,
        )  # fmt: skip
        done += tasks[1]
    if study.profile_error is not None:
        sweep = study.profile_error
        personalisation = personalisation_effect(
            worlds, policy=declared_policy(sweep.policy), primitive=sweep.primitive,
            values=sweep.values, n_replications=sweep.n_replications,
            confidence=study.confidence, seed=seed, executor=executor, on_wait=report,
        )  # fmt: skip
    return PolicyFindings(league, learning, personalisation)


def learners(study: PolicyStudy) -> list[str]:
    """Return the policies whose learning curve a study asks for: by default all that learn.

    Of several candidates the first one learns.
    """
    if study.learning is None:
        return []
    named = study.learning.policies
    return named or [name for name, several in study.entrants().items() if learns(several[0])]


def task_counts(study: PolicyStudy) -> tuple[int, int, int]:
    """Return how many tasks the league, the learning curves and the sweep of profiles take."""
    n_worlds = len(study.worlds)
    n_before = study.n_training + study.n_logged
    n_judged = (len(study.policies) + 2) * study.n_replications
    n_judged += n_tuned(study.entrants()) * study.n_logged
    curves, sweep = study.learning, study.profile_error
    return (
        n_worlds * (n_before + n_judged),
        0 if curves is None else n_worlds * (len(learners(study)) + 1),
        0 if sweep is None else n_worlds * (len(sweep.values) + 1) * sweep.n_replications,
    )
