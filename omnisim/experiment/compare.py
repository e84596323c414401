"""Compare two firms by paired replications under common random numbers."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
import pandas as pd

from omnisim._validation import check_positive
from omnisim.config.scenario import Scenario
from omnisim.evaluation import mean_interval, paired_difference
from omnisim.exceptions import ParameterError
from omnisim.experiment.basis import study_basis
from omnisim.experiment.comparison import Comparison
from omnisim.experiment.intervals import INTERVAL, mean_by
from omnisim.experiment.measures import UNITS
from omnisim.experiment.pair import ARMS, PairOutcome, PairTask, run_pair
from omnisim.experiment.runner import run_tasks
from omnisim.experiment.shoppers import Shoppers
from omnisim.experiment.split import MARGIN_SOURCES, MOVED, SOURCES
from omnisim.policies import Policy
from omnisim.provenance import record
from omnisim.simulation.engine import default_policy


def compare(
    baseline: Scenario,
    variant: Scenario,
    *,
    n_replications: int = 12,
    seed: int | None = None,
    shoppers: Shoppers | None = None,
    policy: Policy | None = None,
    names: tuple[str, str] = ("siloed", "integrated"),
    confidence: float = 0.95,
    lookback_days: float = 30.0,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> Comparison:
    """Run two firms over the same luck and return their differences with t intervals.

    Parameters
    ----------
    baseline, variant : Scenario
        The two firms; they share shoppers, horizon and every random number.
    n_replications : int, default=12
        Paired replications; at least 2.
    seed : int, optional
        Seed of the study; drawn and recorded if absent.
    shoppers : Shoppers, optional
        Where shoppers come from; the baseline's segments by default.
    policy : Policy, optional
        Contact policy of both firms; each scenario's own rule by default.
    names : tuple of str, default=("siloed", "integrated")
        Names of the two firms.
    confidence : float, default=0.95
        Coverage of the intervals, in (0, 1).
    lookback_days : float, default=30.0
        Days before a purchase within which attribution looks for touchpoints.
    executor : concurrent.futures.Executor, optional
        Where replications run; in this process by default. It changes no number.
    on_wait : callable, optional
        Called with the number of finished replications.

    Returns
    -------
    Comparison

    Raises
    ------
    ParameterError
        If the arms differ in shoppers or horizon, or an argument is out of range.
    RunError
        If a replication fails.
    """
    seed, shoppers = study_basis(seed, shoppers, n_replications, confidence)
    check_positive("lookback_days", lookback_days)
    check_arms(baseline, variant)
    tasks = [
        PairTask(baseline, variant, shoppers, policy, seed, k, lookback_days)
        for k in range(n_replications)
    ]
    outcomes = run_tasks(run_pair, tasks, executor=executor, on_wait=on_wait)
    made = record(
        scenario=baseline, seed=seed, replication=None, policy=policy or default_policy(baseline),
        variant=variant.model_dump(mode="json"), n_replications=n_replications,
        shoppers=repr(shoppers), names=list(names), lookback_days=lookback_days,
        confidence=confidence,
    )  # fmt: skip
    return summarise(outcomes, names, confidence, made, baseline.market.n_shoppers)


def check_arms(baseline: Scenario, variant: Scenario) -> None:
    """Raise unless the arms share what makes their replications comparable."""
    for name in ("market", "segments", "word"):
        before, after = getattr(baseline, name), getattr(variant, name)
        if before != after:
            raise ParameterError(
                f"baseline and variant must have equal '{name}', or their shoppers are not the "
                f"same people. Got {before!r} and {after!r}."
            )


def summarise(
    outcomes: Sequence[PairOutcome],
    names: tuple[str, str],
    confidence: float,
    made: dict[str, Any],
    n_shoppers: int,
) -> Comparison:
    """Turn the outcomes of all replications into one result."""
    samples = _samples(outcomes)
    return Comparison(
        names=names,
        metrics=_metrics(samples, confidence),
        samples=samples,
        gain=_gain(outcomes, "revenue", [*SOURCES, MOVED], confidence),
        margin=_gain(outcomes, "profit", list(MARGIN_SOURCES), confidence),
        premium=_premium(outcomes, confidence),
        flows=_flows(outcomes),
        attribution=_attribution(outcomes, confidence),
        confidence=confidence,
        n_replications=len(outcomes),
        n_shoppers=n_shoppers,
        n_events=sum(outcome.n_events for outcome in outcomes),
        provenance=made,
    )


def _samples(outcomes: Sequence[PairOutcome]) -> pd.DataFrame:
    rows = [
        (outcome.replication, arm, metric, group, value)
        for outcome in outcomes
        for arm in ARMS
        for (metric, group), value in outcome.measures[arm].items()
    ]
    return pd.DataFrame(rows, columns=["replication", "arm", "metric", "group", "value"])


def _metrics(samples: pd.DataFrame, confidence: float) -> pd.DataFrame:
    rows = []
    for (metric, group), part in samples.groupby(["metric", "group"], sort=False):
        by_arm = {arm: part.loc[part["arm"] == arm, "value"].to_numpy() for arm in ARMS}
        pair = paired_difference(by_arm["baseline"], by_arm["variant"], confidence=confidence)
        rows.append({"metric": metric, "group": group, "unit": UNITS[str(metric)]} | vars(pair))
    return pd.DataFrame(rows)


def _gain(
    outcomes: Sequence[PairOutcome], column: str, sources: Sequence[str], confidence: float
) -> pd.DataFrame:
    parts = pd.DataFrame([outcome.gain[column] for outcome in outcomes])[list(sources)]
    rows = [(source, *mean_interval(parts[source], confidence=confidence)) for source in parts]
    return pd.DataFrame(rows, columns=["source", "difference", *INTERVAL])


def _premium(outcomes: Sequence[PairOutcome], confidence: float) -> pd.DataFrame:
    values = {
        (arm, kind): [outcome.premiums[arm][k] for outcome in outcomes]
        for arm in ARMS
        for k, kind in enumerate(("naive", "permuted", "share multichannel"))
    }
    values["variant", "causal"] = [outcome.causal_premium for outcome in outcomes]
    rows = [
        (*key, *mean_interval(v, confidence=confidence), int((~np.isfinite(v)).sum()))
        for key, v in values.items()
    ]
    return pd.DataFrame(rows, columns=["arm", "kind", "ratio", *INTERVAL, "n_left_out"])


def _flows(outcomes: Sequence[PairOutcome]) -> pd.DataFrame:
    tables = [outcome.flows[arm].assign(arm=arm) for outcome in outcomes for arm in ARMS]
    keys = ["arm", "first", "last", "end"]
    total = pd.concat(tables, ignore_index=True).groupby(keys, as_index=False)["journeys"].sum()
    return total.assign(journeys=total["journeys"] / len(outcomes))


def _attribution(outcomes: Sequence[PairOutcome], confidence: float) -> pd.DataFrame:
    keys = ["arm", "level", "model", "channel"]
    tables = [outcome.attribution[arm].assign(arm=arm) for outcome in outcomes for arm in ARMS]
    table = pd.concat(tables, ignore_index=True)
    return mean_by(table, keys, "share", confidence=confidence)
