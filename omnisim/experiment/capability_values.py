"""Value every capability: run coalitions of them under the same luck."""

import os
from collections.abc import Callable, Collection
from concurrent.futures import Executor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from omnisim._validation import check_count
from omnisim.config.capabilities import NEEDS, Capabilities
from omnisim.config.scenario import Scenario
from omnisim.evaluation.precedence import Precedence
from omnisim.exceptions import ParameterError
from omnisim.experiment.arm import ArmTask, run_arm, tidy
from omnisim.experiment.basis import study_basis
from omnisim.experiment.capability_worth import (
    CapabilityValues,
    coalition_name,
    summarise_worth,
    wanted_coalitions,
)
from omnisim.experiment.shoppers import Shoppers
from omnisim.experiment.tasks import run_addressed
from omnisim.policies import Policy
from omnisim.provenance import record
from omnisim.random import Draws
from omnisim.simulation.engine import default_policy

METRICS = (
    "profit", "discounted profit", "contribution", "revenue", "considers the firm", "surplus",
)  # fmt: skip
"""What capabilities are valued in; contribution is profit before the cost of capabilities, surplus
what shoppers gain. Retention is not among them: every coalition has customers of its own, and only
`compare` follows the same ones through both firms."""

MAX_EXACT = 1_024
"""Coalitions up to which all of them run by default: ten capabilities that need nothing."""

N_ORDERINGS = 12
"""Orderings that are sampled beyond that."""


def capability_values(
    baseline: Scenario,
    variant: Scenario,
    *,
    n_orderings: int | None = None,
    n_replications: int = 12,
    seed: int | None = None,
    shoppers: Shoppers | None = None,
    policy: Policy | None = None,
    confidence: float = 0.95,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> CapabilityValues:
    """Run the coalitions of the capabilities in which two firms differ, and value each capability.

    A coalition has the variant's level of its members and the baseline's of all others. Only those
    run that prerequisites allow (`omnisim.config.capabilities.NEEDS`).

    Parameters
    ----------
    baseline, variant : Scenario
        Two firms that differ in capabilities and in nothing else; the variant's levels are at
        least the baseline's, and hold from the first day (no `rollout.is_simulated`).
    n_orderings : int, optional
        Feasible orderings to sample for the Shapley values; 0 runs every coalition, and the values
        are exact. By default 0 where there are at most `MAX_EXACT` coalitions, and `N_ORDERINGS`
        beyond that; the result says which, and how large the error of the sample is. `study_size`
        says how many coalitions it takes.
    n_replications : int, default=12
        Replications of every coalition, paired by common random numbers; at least 2.
    seed : int, optional
        Seed of the study; drawn and recorded if absent.
    shoppers : Shoppers, optional
        Where shoppers come from; the scenario's segments by default.
    policy : Policy, optional
        Contact policy of every firm; the scenario's own rule by default.
    confidence : float, default=0.95
        Coverage of the intervals, in (0, 1).
    folder : path, optional
        Where the outcome of each (coalition, replication) is kept as soon as it is there. A run
        that was killed goes on there and gives the same bytes.
    executor : concurrent.futures.Executor, optional
        Where runs are done; in this process by default. It changes no number.
    on_wait : callable, optional
        Called with the number of finished runs.

    Returns
    -------
    CapabilityValues

    Raises
    ------
    ParameterError
        If the firms differ in something else, or an argument is out of range.
    RunError
        If a run fails.
    """
    seed, shoppers = study_basis(seed, shoppers, n_replications, confidence)
    game = capability_game(baseline, variant)
    orderings = _orderings(game, n_orderings, seed)
    firms = {
        c: coalition_scenario(baseline, variant, game.members(c))
        for c in wanted_coalitions(game, orderings)
    }
    tasks = [
        ArmTask(f"c{c}", firm, shoppers, policy, seed, k)
        for k in range(n_replications)
        for c, firm in firms.items()
    ]
    made = record(
        scenario=baseline, seed=seed, replication=None, policy=policy or default_policy(baseline),
        variant=variant.model_dump(mode="json"), shoppers=repr(shoppers),
    )  # fmt: skip
    outcomes = run_addressed(
        run_arm, tasks, folder=folder, study=made, executor=executor, on_wait=on_wait
    )
    n_sampled = 0 if orderings is None else len(orderings)
    made |= {"n_replications": n_replications, "n_orderings": n_sampled, "confidence": confidence}
    samples, account = _tables(tidy(tasks, outcomes), game)
    return summarise_worth(
        game, orderings, samples, account, confidence=confidence,
        n_shoppers=baseline.market.n_shoppers, made=made,
    )  # fmt: skip


def _tables(rows: pd.DataFrame, game: Precedence) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the metrics and the account of every coalition in every replication."""
    names = {arm: coalition_name(game, int(arm[1:])) for arm in rows["arm"].unique()}
    rows = rows.assign(coalition=rows["arm"].map(names))
    samples = rows[(rows["group"] == "") & rows["metric"].isin(METRICS)]
    account = rows[rows["metric"] == "account"].rename(columns={"group": "line"})
    return (
        samples[["replication", "coalition", "metric", "value"]].reset_index(drop=True),
        account[["replication", "coalition", "line", "value"]].reset_index(drop=True),
    )


def study_size(
    baseline: Scenario, variant: Scenario, *, n_orderings: int | None = None, seed: int = 0
) -> int:
    """Return how many coalitions `capability_values` would run in each replication."""
    game = capability_game(baseline, variant)
    return len(wanted_coalitions(game, _orderings(game, n_orderings, seed)))


def study_plan(
    baseline: Scenario, variant: Scenario, *, n_orderings: int | None = None, seed: int = 0
) -> str:
    """Say which coalitions `capability_values` would run, and of how many."""
    game = capability_game(baseline, variant)
    orderings = _orderings(game, n_orderings, seed)
    n, every = len(wanted_coalitions(game, orderings)), len(game.coalitions)
    if orderings is None:
        return f"all {every:,} coalitions, so exact"
    return (
        f"{n:,} of {every:,} coalitions, on {len(orderings):,} sampled orderings; the report tells "
        "the error of the sample"
    )


def capability_game(baseline: Scenario, variant: Scenario) -> Precedence:
    """Return the capabilities in which two firms differ, and which of them need which.

    Capability k needs n if the baseline's level of n is too low for the variant's of k.

    Raises
    ------
    ParameterError
        If the firms differ in something else than capabilities, or in none, or a level falls; if
        they simulate the roll-out: what a capability is worth is what it earns once it is there.
    """
    before, after = baseline.capabilities, variant.capabilities
    if baseline.rollout.is_simulated or variant.rollout.is_simulated:
        raise ParameterError(
            "rollout.is_simulated must be false in baseline and variant where capabilities are "
            "valued: `transition` adds investments, delays, ramps and outages to what they earn "
            "once they are there. Compare firms in the midst of a roll-out by `omnisim.compare`."
        )
    same = variant.replace({"capabilities": before})
    for name in Scenario.model_fields:
        if getattr(same, name) != getattr(baseline, name):
            raise ParameterError(
                f"baseline and variant must differ in capabilities only. They differ in {name!r}."
            )
    level = {
        name: (getattr(before, name), getattr(after, name)) for name in type(before).model_fields
    }
    players = [name for name, (low, high) in level.items() if low != high]
    falling = [name for name in players if level[name][0] > level[name][1]]
    if falling or not players:
        raise ParameterError(
            "variant.capabilities must be at or above baseline.capabilities, and at least one "
            f"above. Below: {falling}."
        )
    needs = {
        name: [
            need.capability
            for need in direct
            if level[need.capability][0] < need.least[level[name][1]]
        ]
        for name, direct in NEEDS.items()
        if name in players
    }
    return Precedence.of(players, needs)


def coalition_scenario(baseline: Scenario, variant: Scenario, members: Collection[str]) -> Scenario:
    """Return the firm that has the variant's level of `members` and the baseline's of the rest."""
    levels = {name: getattr(variant.capabilities, name) for name in members}
    return baseline.replace(
        {"capabilities": Capabilities(**baseline.capabilities.model_dump() | levels)}
    )


def _orderings(game: Precedence, n: int | None, seed: int) -> NDArray[np.int64] | None:
    """Return the orderings to sample; None where every coalition is to run."""
    if n is None:
        n = 0 if len(game.coalitions) <= MAX_EXACT else N_ORDERINGS
    check_count("n_orderings", n, minimum=0)
    return game.sample_orderings(n, draws=Draws(seed)) if n else None
