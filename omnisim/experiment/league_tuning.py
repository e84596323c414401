"""Choose among candidates for one place in a league, in replications that judge nobody."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor

import numpy as np

from omnisim._validation import check_instance, check_instances, check_mapping
from omnisim.exceptions import ParameterError
from omnisim.experiment.league_runs import LeagueTask, run_profit
from omnisim.experiment.runner import run_tasks
from omnisim.policies import Policy

Candidates = Mapping[str, Policy | Sequence[Policy]]
"""Policies by name, or for a name several of which the best one in tuning takes part."""

Place = tuple[str, str]
"""World and name."""


def candidates_of(policies: Candidates) -> dict[str, list[Policy]]:
    """Return the candidates of each name, a policy being the only one of its own.

    Raises
    ------
    ParameterError
        If they are not policies by name, or a name has none.
    """
    check_mapping("policies", policies, "policies")
    found = {name: _candidates(name, given) for name, given in policies.items()}
    empty = [name for name, several in found.items() if not several]
    if empty:
        raise ParameterError(
            f"policies must have a candidate for each name. {empty[0]!r} has none."
        )
    return found


def _candidates(name: str, given: Policy | Sequence[Policy]) -> list[Policy]:
    where = f"policies[{name!r}]"
    if isinstance(given, Sequence) and not isinstance(given, str):
        return check_instances(where, given, Policy)
    return [check_instance(where, given, Policy)]


def n_tuned(policies: Candidates) -> int:
    """Return how many policies must run before the best of each name is known, in each world."""
    return sum(len(several) for several in candidates_of(policies).values() if len(several) > 1)


def tuned(
    trained: Mapping[Place, Sequence[Policy]],
    task: Callable[[str, str, Policy, int], LeagueTask],
    replications: Sequence[int],
    *,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> dict[Place, Policy]:
    """Return the candidate with the highest mean profit for each place; the first one on a tie.

    Parameters
    ----------
    trained : mapping of (world, name) to sequence of Policy
        Candidates that have learned.
    task : callable
        Makes a run of (world, name, policy, replication).
    replications : sequence of int
        Where candidates run; under the same luck, and none of those in which policies are judged.
    executor, on_wait
        As in `omnisim.experiment.runner.run_tasks`.
    """
    open_places = [place for place, several in trained.items() if len(several) > 1]
    tasks = [
        task(*place, policy, k)
        for place in open_places
        for policy in trained[place]
        for k in replications
    ]
    profits = run_tasks(run_profit, tasks, executor=executor, on_wait=on_wait)
    found = {place: several[0] for place, several in trained.items()}
    start = 0
    for place in open_places:
        stop = start + len(trained[place]) * len(replications)
        means = np.reshape(profits[start:stop], (-1, len(replications))).mean(axis=1)
        found[place] = trained[place][int(np.argmax(means))]
        start = stop
    return found
