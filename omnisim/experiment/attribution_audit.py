"""Audit attribution: credits against causes, and the profit lost by following them."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from omnisim._validation import check_count, check_positive, check_probability
from omnisim.attribution import AttributionModel
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ParameterError
from omnisim.experiment.arm import ArmTask, simulate_arm
from omnisim.experiment.attributed import LEVELS
from omnisim.experiment.audit_result import AttributionAudit, channel_rows, score_rows
from omnisim.experiment.budget import (
    BUDGETED,
    scales_by_credit,
    scales_by_margin,
    with_media_scaled,
)
from omnisim.experiment.channel_truth import ChannelTruth, channel_truth, truth_size
from omnisim.experiment.credits import CREDITS, audited_models, credits_of, spend_of
from omnisim.experiment.shoppers import SegmentShoppers, Shoppers
from omnisim.experiment.stages import Stages
from omnisim.experiment.tasks import run_addressed
from omnisim.policies import Policy
from omnisim.provenance import digest
from omnisim.random import chosen_seed

DIGITS = 6
"""Decimals of a scale: budgets that differ by less are one budget."""

SIZES = ("n_replications", "n_orderings", "confidence")
"""What may change when a study goes on in its folder."""


@dataclass(frozen=True)
class CreditTask:
    """One replication of the firm as it is, to be read by every model."""

    run: ArmTask
    models: Mapping[str, AttributionModel]
    lookback_days: float

    @property
    def address(self) -> str:
        """The replication."""
        return f"credits-r{self.run.replication}"


@dataclass(frozen=True)
class CreditOutcome:
    """What the models say of one replication, and what its media cost."""

    credits: pd.DataFrame
    spend: dict[str, float]


def audit_attribution(
    scenario: Scenario,
    *,
    truth: ChannelTruth | None = None,
    players: str = "media",
    models: Mapping[str, AttributionModel] | None = None,
    n_orderings: int | None = None,
    n_replications: int = 12,
    seed: int | None = None,
    shoppers: Shoppers | None = None,
    policy: Policy | None = None,
    lookback_days: float = 30.0,
    follow: float = 1.0,
    confidence: float = 0.95,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> AttributionAudit:
    """Hold every attribution model, at every tracking level, against the truth.

    In each replication the firm runs a year, its log is observed at each tracking level, and each
    model is fitted to what is seen. Then the media budget is divided in proportion to the model's
    credits and run in the next replication (after the last comes the first), whose shoppers and
    luck the model has not seen. In that replication run, under the same luck, three budgets to hold
    it against (`omnisim.experiment.audit_result.REFERENCES`): the present one, one in proportion to
    true contributions, and one by equal marginal returns; the truth is that of all replications but
    this one. What a medium cannot take is saved
    (`omnisim.experiment.budget.with_media_scaled`), so that a model is judged by what it leaves
    unspent, too: `budgets` tells what was spent. The regret of following the model is the profit
    that it lacks to the budget in proportion to the truth. That can be negative, since such a
    budget is not the best: returns diminish. So the regret to the best is told, too: to the rule,
    of all that were tried, that earned most in all other replications.

    Parameters
    ----------
    scenario : Scenario
        The firm.
    truth : ChannelTruth, optional
        Of the same scenario, shoppers, seed and replications; found here by default.
    players : {"media", "channels", "touchpoints"}, default="media"
        Who divides what all add, in a truth that is found here; see `channel_truth`. By
        "touchpoints" every touchpoint that gets credit is held against its truth.
    models : mapping of str to AttributionModel, optional
        `audited_models` by default: one of every kind.
    n_orderings : int, optional
        Orderings of the media to sample for the truth; see `channel_truth`.
    n_replications : int, default=12
        Replications, paired by common random numbers; at least 2, since the credits of one are
        followed in another.
    seed : int, optional
        Seed of the study; drawn and recorded if absent.
    shoppers : Shoppers, optional
        Where shoppers come from; the scenario's segments by default.
    policy : Policy, optional
        Contact policy; the scenario's own rule by default.
    lookback_days : float, default=30.0
        Days before a purchase within which attribution looks for touchpoints.
    follow : float, default=1.0
        Share of the budget that follows the credits, in [0, 1]; the rest stays where it is.
    confidence : float, default=0.95
        Coverage of the intervals, in (0, 1).
    folder : path, optional
        Where finished runs are kept; a run that was killed goes on there.
    executor : concurrent.futures.Executor, optional
        Where runs are done; in this process by default. It changes no number.
    on_wait : callable, optional
        Called with the number of finished runs.

    Returns
    -------
    AttributionAudit
        Intervals are over replications, in which credits and truth are paired; replications are
        taken as independent. Neighbours share a little: one reads the year in which the other's
        plan is run. Where orderings of the media were sampled for the truth, the error of that
        sample, which all replications share, is in the intervals of `truth` and not in those of
        the share error.

    Raises
    ------
    ParameterError
        If an argument is out of range, or the truth is that of another firm.
    RunError
        If a run fails.
    """
    check_count("n_replications", n_replications, minimum=2)
    check_positive("lookback_days", lookback_days)
    check_probability("follow", follow)
    seed = chosen_seed(seed)
    shoppers = shoppers or SegmentShoppers()
    stages = Stages(folder, executor, on_wait)
    if truth is not None:
        _check_same(truth, scenario, shoppers, seed, n_replications)
    else:
        truth = channel_truth(
            scenario, players=players, n_orderings=n_orderings, n_replications=n_replications,
            seed=seed, shoppers=shoppers, policy=policy, confidence=confidence,
            **stages.next("truth"),
        )  # fmt: skip
    runs = [ArmTask("all", scenario, shoppers, policy, seed, k) for k in range(n_replications)]
    used = audited_models() if models is None else models
    made = dict(truth.provenance) | {
        "seed": seed,
        "lookback_days": lookback_days, "follow": follow,
        "models": {name: repr(model) for name, model in used.items()},
    }  # fmt: skip
    study = {name: value for name, value in made.items() if name not in SIZES}
    tasks = [CreditTask(run, used, lookback_days) for run in runs]
    read = [
        CreditOutcome(pd.DataFrame(rows, columns=CREDITS), spend)
        for rows, spend in run_addressed(read_credits, tasks, study=study, **stages.next("credits"))
    ]
    credits = pd.concat(
        [outcome.credits.assign(replication=k) for k, outcome in enumerate(read)],
        ignore_index=True,
    )
    plans = pd.DataFrame(
        [row for k, o in enumerate(read) for row in _plans(k, len(read), o, truth, follow)]
    )
    budgets = _simulated(
        plans, runs, [o.spend for o in read], study=study, **stages.next("budgets")
    )
    return AttributionAudit(
        scores=score_rows(credits, budgets, truth, confidence),
        channels=channel_rows(credits, truth, confidence),
        budgets=budgets, truth=truth, provenance=made,
    )  # fmt: skip


def audit_size(
    scenario: Scenario,
    *,
    players: str = "media",
    n_models: int | None = None,
    n_orderings: int | None = None,
    seed: int = 0,
) -> int:
    """Return how many runs an audit takes in each replication, at most; with its own models."""
    n = len(audited_models()) if n_models is None else n_models
    n_budgets = 4 + n * (len(LEVELS) + 1)
    n_worlds = truth_size(scenario, players=players, n_orderings=n_orderings, seed=seed)
    return n_worlds + 1 + n_budgets


def _check_same(
    truth: ChannelTruth, scenario: Scenario, shoppers: Shoppers, seed: int, n_replications: int
) -> None:
    """Raise ParameterError if the truth is that of another firm, other shoppers, other luck."""
    made, wanted = truth.provenance, scenario.model_dump(mode="json")
    other = [part for part, value in wanted.items() if made["scenario"].get(part) != value]
    for name, value in (("shoppers", repr(shoppers)), ("seed", seed)):
        if made[name] != value:
            other.append(name)
    if truth.n_replications != n_replications:
        other.append("n_replications")
    if other:
        raise ParameterError(
            "truth must be that of the same scenario, shoppers, seed and replications: credits "
            f"and truth are paired. It differs in {other}; leave it out to have it found here."
        )


def read_credits(task: CreditTask) -> tuple[list[list[Any]], dict[str, float]]:
    """Simulate the firm as it is, and let every model read what is seen of it."""
    run = simulate_arm(task.run)
    found = credits_of(run, task.models, task.lookback_days)
    return found[CREDITS].to_numpy().tolist(), spend_of(run)


def _plans(
    source: int, n_replications: int, outcome: CreditOutcome, truth: ChannelTruth, follow: float
) -> Iterator[dict[str, Any]]:
    """Yield the next replication's budget by every model, and the first three `REFERENCES`.

    The outcome is that of replication `source`; the truth leaves out the one where the budget is
    run.
    """
    replication, spend = (source + 1) % n_replications, outcome.spend
    made = {"replication": replication, "source": source}

    def plan(level: str, model: str, moved: Mapping[str, float]) -> dict[str, Any]:
        scales = {**dict.fromkeys(spend, 1.0), **moved}
        rounded = {medium: round(scale, DIGITS) for medium, scale in scales.items()}
        return made | {"level": level, "model": model} | rounded

    true = {
        kind: truth.of(metric, kind=kind, without=replication).to_dict()
        for metric, kind in (("orders", "Shapley"), ("profit", "removed"))
    }
    earned = {m: true["removed"].get(m, 0.0) + cost for m, cost in spend.items()}
    yield plan("", "present", {})
    yield plan("", "truth", scales_by_credit(true["Shapley"], spend, follow=follow))
    yield plan("", "marginal", scales_by_margin(earned, spend, follow=follow))
    for (level, model), part in outcome.credits.groupby(["level", "model"], sort=False):
        credit = part.set_index("channel")["credit"].to_dict()
        yield plan(str(level), str(model), scales_by_credit(credit, spend, follow=follow))


def _simulated(
    plans: pd.DataFrame, runs: list[ArmTask], spends: list[dict[str, float]], **how: Any
) -> pd.DataFrame:
    """Run each budget of a replication once; return the plans with profit and spending."""
    keys = ["replication", "source", *BUDGETED]
    distinct = plans[keys].drop_duplicates()
    tasks = []
    for row in distinct.to_dict("records"):
        k, source = int(row.pop("replication")), int(row.pop("source"))
        scales = {str(m): float(s) for m, s in row.items()}
        changed = with_media_scaled(runs[k].scenario, scales, spends[source])
        name = f"budget-{digest(json.dumps([scales, spends[source]]).encode())[:16]}"
        tasks.append(replace(runs[k], arm=name, scenario=changed))
    found = run_addressed(run_budget, tasks, **how)
    results = {name: [outcome[name] for outcome in found] for name in ("profit", "spent")}
    return plans.merge(distinct.assign(**results), on=keys, how="left")


def run_budget(task: ArmTask) -> dict[str, float]:
    """Simulate a year with a budget; return profit and what the media took of it."""
    run = simulate_arm(task)
    return {"profit": run.profit_per_shopper_year, "spent": sum(spend_of(run).values())}
