"""Paired differences against hand calculations and scipy."""

import math

import numpy as np
import pytest
from scipy import stats

from omnisim.evaluation import mean_interval, paired_difference
from omnisim.exceptions import ParameterError


def test_difference_and_interval_by_hand() -> None:
    # gaps 1, 2, 3: mean 2, sd 1; t(0.975, 2) = 4.302653, half width 4.302653 / sqrt(3)
    pair = paired_difference([10, 20, 30], [11, 22, 33])
    assert (pair.baseline, pair.variant, pair.difference) == (20, 22, 2)
    assert pair.ci_high - pair.difference == pytest.approx(4.302652729911 / math.sqrt(3), rel=1e-9)
    # variances 100 and 121 apart, 1 paired
    assert pair.variance_reduction == pytest.approx(221)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
def test_interval_is_that_of_the_paired_t_test(seed: int, confidence: float) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, 9))
    low, high = stats.ttest_rel(b, a).confidence_interval(confidence)
    pair = paired_difference(a, b, confidence=confidence)
    assert (pair.ci_low, pair.ci_high) == pytest.approx((low, high))


def test_coverage_of_the_interval(seed: int) -> None:
    rng = np.random.default_rng(seed)
    samples = rng.normal(loc=0.3, size=(2000, 6))
    inside = 0
    for gaps in samples:
        pair = paired_difference(np.zeros(6), gaps)
        inside += pair.ci_low <= 0.3 <= pair.ci_high
    # binomial(2000, 0.95): false alarm below 1e-6
    assert stats.binomtest(inside, 2000, 0.95).pvalue > 1e-6


def test_equal_arms_give_exactly_nothing() -> None:
    pair = paired_difference([1.5, 2.5, 0.5], [1.5, 2.5, 0.5])
    assert (pair.difference, pair.ci_low, pair.ci_high) == (0, 0, 0)
    assert pair.variance_reduction == math.inf


@pytest.mark.parametrize(
    ("a", "b", "told"),
    [([1, 2], [1, 2, 3], "one length"), ([1], [2], "at least 2"), ([[1]], [[2]], "one-dim")],
)
def test_what_cannot_be_paired_is_refused(a: list, b: list, told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        paired_difference(a, b)


def test_mean_interval_leaves_out_what_is_missing() -> None:
    mean, low, high = mean_interval([1.0, float("nan"), 3.0])
    assert mean == 2
    assert low < 2 < high
    assert all(math.isnan(x) for x in mean_interval([])[1:])


def test_a_value_that_is_missing_leaves_nothing_to_tell():
    found = paired_difference([1.0, np.nan, 2.0], [1.0, 2.0, 3.0])
    assert np.isnan([found.difference, found.ci_low, found.variance_reduction]).all()
