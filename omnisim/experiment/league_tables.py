"""The tables of a league: off-policy estimates, and what was measured where the truth is known."""

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from omnisim.evaluation import LoggedFeedback, mean_interval, policy_values, ratio_interval
from omnisim.evaluation.off_policy import OffPolicyEstimator
from omnisim.exceptions import OverlapError, OverlapWarning
from omnisim.experiment.league_result import NO_CONTACT, ORACLE
from omnisim.experiment.league_runs import UNITS, LeagueTask
from omnisim.experiment.rewards import DecisionRewards, Floats
from omnisim.policies import Policy

Entrants = dict[tuple[str, str], Policy]
"""Policies as they are judged, by world and name."""

Logs = dict[str, DecisionRewards]
"""Logs of the behavior policy, by world."""

ESTIMATED = ["value", "ci_low", "ci_high", "effective_sample_size", "max_weight"]


def estimated(
    entrants: Entrants, logs: Logs, estimators: Sequence[OffPolicyEstimator]
) -> pd.DataFrame:
    """Return the off-policy estimate of every policy that a firm can run, EUR per decision.

    Rewards are counted after the cost of the action.
    """
    columns = ["world", "policy", "estimator", *ESTIMATED]
    tables = [pd.DataFrame(columns=columns)]
    for world, log in logs.items() if estimators else ():
        targets = {
            name: policy
            for (where, name), policy in entrants.items()
            if where == world and not policy.needs_truth
        }
        found = _estimates(log, targets, estimators)
        tables.append(found.assign(world=world)[columns])
    return pd.concat(tables[1:] or tables, ignore_index=True)


def _estimates(
    log: DecisionRewards, targets: Mapping[str, Policy], estimators: Sequence[OffPolicyEstimator]
) -> pd.DataFrame:
    """Return estimates by policy; targets decide knowing costs, rewards are net of them."""
    feedback = log.to_feedback()
    context = feedback.to_outcome().context
    chances = {name: policy.probabilities(context) for name, policy in targets.items()}
    net = feedback.with_reward(log.net_reward)
    try:
        return policy_values(net, chances, estimators=estimators).to_frame()
    except OverlapError:
        parts = [_one(net, {name: chances[name]}, e) for name in targets for e in estimators]
        return pd.concat(parts, ignore_index=True)


def _one(
    log: LoggedFeedback, target: Mapping[str, Floats], one: OffPolicyEstimator
) -> pd.DataFrame:
    """Return one estimate of one policy; NaN and a warning where the log holds no evidence."""
    try:
        return policy_values(log, target, estimators=[one]).to_frame()
    except OverlapError as error:
        (name,) = target
        warnings.warn(f"{one!r} refuses {name!r}: {error}", OverlapWarning, stacklevel=2)
        row = {"policy": name, "estimator": type(one).__name__} | dict.fromkeys(ESTIMATED, np.nan)
        return pd.DataFrame([row])


def sampled(tasks: Sequence[LeagueTask], measures: Sequence[Mapping[str, float]]) -> pd.DataFrame:
    """Return one row a judged run and measure."""
    rows = [
        (task.world, task.name, task.replication, name, value)
        for task, found in zip(tasks, measures, strict=True)
        for name, value in found.items()
    ]
    return pd.DataFrame(rows, columns=["world", "policy", "replication", "measure", "value"])


def summarised(samples: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Return `League.table`."""
    rows = []
    for world, part in samples.groupby("world", sort=False):
        wide = {
            str(policy): one.pivot(index="replication", columns="measure", values="value")
            for policy, one in part.groupby("policy", sort=False)
        }
        rows += [
            {"world": world, "policy": policy}
            | _summary(own, wide[NO_CONTACT], wide[ORACLE], confidence)
            for policy, own in wide.items()
        ]
    return pd.DataFrame(rows)


def _summary(
    own: pd.DataFrame, nobody: pd.DataFrame, oracle: pd.DataFrame, confidence: float
) -> dict[str, float]:
    """Return what one policy brought, paired with nobody contacted and with the oracle."""
    gain = own["profit"] - nobody["profit"]
    more = own["contacts"] - nobody["contacts"]
    intervals = {
        "gain": mean_interval(gain, confidence=confidence),
        "per_contact": ratio_interval(gain, more, confidence=confidence),
        "regret": mean_interval(oracle["profit"] - own["profit"], confidence=confidence),
        "opt_outs": mean_interval(own["opt_outs"], confidence=confidence),
        "fatigue": mean_interval(own["fatigue"], confidence=confidence),
    }
    found = {"profit": float(own["profit"].mean())}
    for name, interval in intervals.items():
        found |= dict(zip((name, f"{name}_low", f"{name}_high"), interval, strict=True))
    return found | {name: float(own[name].mean()) for name in UNITS if name not in found}


def beside_truth(estimates: pd.DataFrame, samples: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Return estimates with the mean reward of the policy's own decisions where it was judged.

    `filed` is what a log can estimate, the margin that the firm files; `truth` is all margin.
    """
    parts = [estimates]
    for name, measure in (("filed", "filed"), ("truth", "reward")):
        own = samples[samples["measure"] == measure].groupby(["world", "policy"])["value"]
        means = {key: mean_interval(values, confidence=confidence) for key, values in own}
        rows = [means[key] for key in zip(estimates["world"], estimates["policy"], strict=True)]
        names = [name, f"{name}_low", f"{name}_high"]
        parts.append(pd.DataFrame(rows, columns=names, index=estimates.index))
    return pd.concat(parts, axis=1)


def competing(samples: pd.DataFrame, world: str) -> dict[str, np.ndarray]:
    """Return the profits by replication of all but the oracle."""
    profit = samples[(samples["measure"] == "profit") & (samples["world"] == world)]
    return {
        str(name): part["value"].to_numpy()
        for name, part in profit.groupby("policy", sort=False)
        if name != ORACLE
    }
