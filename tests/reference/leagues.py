"""Findings of a study of policies made by hand: the numbers are invented, the tables are real."""

import numpy as np
import pandas as pd

from omnisim import provenance
from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.evaluation.selection import select_best
from omnisim.experiment import League, LearningCurves, PersonalisationEffect
from omnisim.experiment.league_runs import UNITS
from omnisim.experiment.league_tables import beside_truth, competing, summarised
from omnisim.experiment.policy_findings import PolicyFindings
from omnisim.policies import Blanket, Uniform

GAINS = {"none": 0.0, "blanket": -0.4, "loyal": 1.5, "oracle": 2.5}
"""Gain of each policy over no contact in the siloed world; integrated, personal ones gain more."""


def made_findings(
    *, gains=GAINS, noise=0.05, worlds=("siloed", "integrated"), is_whole=True, n_days=182
) -> PolicyFindings:
    """Return findings of 6 replications; without `is_whole` of the league alone."""
    samples = _samples(gains, noise, worlds)
    scenario = Scenario().replace({"market.horizon_days": n_days})
    made = provenance.record(
        scenario=scenario, seed=7, replication=None, policy=Uniform(), n_training=2, n_logged=1,
        n_replications=6, window_days=14.0,
        policies={f"{worlds[0]}: blanket": Blanket().describe()},
        worlds={w: scenario.replace({"capabilities": Capabilities.siloed()}).model_dump(mode="json")
                for w in worlds},
    )  # fmt: skip
    league = League(
        table=summarised(samples, 0.95),
        estimates=beside_truth(_estimates(gains, worlds), samples, 0.95),
        selections={w: select_best(competing(samples, w)) for w in worlds},
        samples=samples, confidence=0.95, n_replications=6, provenance=made,
    )  # fmt: skip
    if not is_whole:
        return PolicyFindings(league)
    return PolicyFindings(league, _curves(gains, worlds, made), _effect(worlds, made))


def _samples(gains, noise, worlds):
    rows = []
    for w, world in enumerate(worlds):
        for p, (policy, gain) in enumerate(gains.items()):
            for k in range(6):
                luck = noise * np.sin(7 * p + 3 * k)
                found = dict.fromkeys(UNITS, 0.1 * p)
                found |= {"profit": 30 + k + gain * (1 + w) + luck, "contacts": 10.0 * p}
                rows += [(world, policy, 3 + k, name, value) for name, value in found.items()]
    return pd.DataFrame(rows, columns=["world", "policy", "replication", "measure", "value"])


def _estimates(gains, worlds):
    rows = [
        (world, policy, estimator, 0.1 * p + off, 0.1 * p + off - 0.05, 0.1 * p + off + 0.05, 500.0,
         4.0)
        for world in worlds
        for p, policy in enumerate(gains)
        if policy != "oracle"
        for estimator, off in (("IPS", 0.02), ("SNIPS", 0.2))
    ]  # fmt: skip
    columns = ["world", "policy", "estimator", "value", "ci_low", "ci_high",
               "effective_sample_size", "max_weight"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _curves(gains, worlds, made):
    names = [name for name in gains if name not in ("none", "oracle")]
    rows = [
        (w, p, turn, 9 + k, gains[p] * turn / 2 + 0.1 * np.sin(k + turn))
        for w in worlds
        for p in names
        for turn in range(3)
        for k in range(4)
    ]
    samples = pd.DataFrame(rows, columns=["world", "policy", "round", "replication", "gain"])
    grouped = samples.groupby(["world", "policy", "round"], sort=False)["gain"]
    table = grouped.agg(gain="mean", gain_low="min", gain_high="max").reset_index()
    return LearningCurves(
        table, table[["world", "policy", "round", "gain"]], samples, 0.95, 2, 4, made
    )


def _effect(worlds, made):
    rows = []
    for w, world in enumerate(worlds):
        for value in (float("nan"), 0.0, 1.0):
            known = 0.5 if np.isnan(value) else value
            personal, error = 0.5 * known + 0.1 * w, 0.9 - 0.4 * known
            row = {"world": world, "value": value}
            parts = {"gain": personal + 1, "personal": personal, "profile_error": error,
                     "contacts": 8.0}  # fmt: skip
            for name, mean in parts.items():
                row |= {name: mean, f"{name}_low": mean - 0.1, f"{name}_high": mean + 0.1}
            rows.append(row)
    gaps = [
        (world, value, measure, 0.1, -0.05, 0.25)
        for world in worlds[1:]
        for value in (float("nan"), 0.0, 1.0)
        for measure in ("gain", "personal")
    ]
    columns = ["world", "value", "measure", "difference", "ci_low", "ci_high"]
    by_world = pd.DataFrame(gaps, columns=columns)
    table = pd.DataFrame(rows)
    return PersonalisationEffect(table, by_world, table, "third_party_accuracy", 0.95, 4, made)
