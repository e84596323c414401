"""What analysts would estimate in the placebo world, without sharing luck between the arms.

The placebo suite pairs arms by common random numbers, where any estimator of a difference is zero
to the last bit. Here arms have luck of their own, so that an estimator with a bias shows. Field
experiments in placebo worlds are in `test_trial_coverage`.
"""

import numpy as np
import pytest
from scipy import stats

import omnisim as om
from omnisim.experiment.measures import measure
from tests.reference.worlds import small

pytestmark = pytest.mark.slow

N_RUNS, SEEDS = 16, (101, 202)
FALSE_ALARM = 1e-4
FIRM = small(market__n_shoppers=300).placebo()
METRICS = (
    "profit", "discounted profit", "contribution", "shopper contribution", "revenue", "surplus",
    "retention", "bought again", "considers the firm", "satisfaction",
)  # fmt: skip


def lived(scenario: om.Scenario, seed: int) -> np.ndarray:
    """Return `METRICS` of independent replications, shape (N_RUNS, len(METRICS))."""
    runs = (om.simulate(scenario, seed=seed, replication=k) for k in range(N_RUNS))
    found = [measure(run) for run in runs]
    return np.array([[one[metric, ""] for metric in METRICS] for one in found])


def p_values(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return Welch's p-value of each metric that varies at all."""
    varies = (first.std(axis=0) > 0) | (second.std(axis=0) > 0)
    found = stats.ttest_ind(first[:, varies], second[:, varies], equal_var=False)
    return np.asarray(found.pvalue)


def test_firms_of_other_luck_do_not_differ_and_one_without_rivals_does() -> None:
    """All metrics at once, a false alarm once in 10,000 seeds."""
    siloed = lived(FIRM, SEEDS[0])
    integrated = FIRM.replace({"capabilities": om.Capabilities.integrated()})
    limit = FALSE_ALARM / len(METRICS)
    assert p_values(siloed, lived(integrated, SEEDS[1])).min() > limit
    alone = FIRM.replace({"rivals.local_intercept": -50.0, "rivals.online_intercept": -50.0})
    assert p_values(siloed, lived(alone, SEEDS[1])).min() < limit
