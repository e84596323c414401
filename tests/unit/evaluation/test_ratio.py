"""Fieller's interval of a ratio of means."""

import numpy as np
import pytest

from omnisim.evaluation import mean_interval, ratio_interval, ratio_set
from omnisim.exceptions import ParameterError


def test_a_constant_denominator_gives_the_t_interval():
    top = np.array([1.0, 2.0, 4.0, 3.0])
    expected = mean_interval(top / 2)
    assert ratio_interval(top, np.full(4, 2.0)) == pytest.approx(expected)


def test_the_ends_are_where_the_t_test_is_on_the_edge(seed):
    rng = np.random.default_rng(seed)
    b = rng.normal(5, 1, 12)
    a = 0.5 * b + rng.normal(0, 0.5, 12)
    ratio, low, high = ratio_interval(a, b)
    assert low < ratio < high
    for end in (low, high):
        _, below, above = mean_interval(a - end * b)
        assert min(abs(below), abs(above)) == pytest.approx(0, abs=1e-9)


def test_coverage(seed):
    """95 % intervals of 400 samples: the count is binomial; 1e-6 bounds."""
    rng = np.random.default_rng(seed)
    hits = 0
    for _ in range(400):
        b = rng.normal(3, 1, 10)
        a = rng.normal(1.5, 1, 10) + 0.5 * (b - 3)
        _, low, high = ratio_interval(a, b)
        hits += low <= 0.5 <= high
    assert 357 <= hits <= 397


def test_no_interval_where_the_denominator_may_be_zero():
    ratio, low, high = ratio_interval([1.0, 2.0, 3.0], [1.0, -1.0, 0.5])
    assert ratio == pytest.approx(12.0)
    assert np.isnan(low)
    assert np.isnan(high)
    assert all(np.isnan(ratio_interval([1.0, 2.0], [0.0, 0.0])))


@pytest.mark.parametrize(("a", "b"), [([1.0], [1.0]), ([1.0, 2.0], [1.0]), ([[1.0]], [[1.0]])])
def test_bad_values_are_refused(a, b):
    with pytest.raises(ParameterError, match="of one length"):
        ratio_interval(a, b)


def test_a_weak_denominator_leaves_a_set_that_holds_the_ratio_with_its_coverage():
    """The true ratio is 3 and the denominator weak: the set covers it, bounded or not."""
    rng = np.random.default_rng(8)
    covered, kinds = [], set()
    for _ in range(2000):
        b = 0.3 + rng.normal(size=10)
        a = 3 * b + rng.normal(size=10)
        found = ratio_set(a, b, confidence=0.9)
        kinds.add(found.kind)
        low, high = found.gap
        in_gap = found.kind == "outside" and low < 3 < high
        covered.append(found.low <= 3 <= found.high and not in_gap)
    assert kinds == {"interval", "outside", "all"}
    assert np.mean(covered) == pytest.approx(0.9, abs=0.03)


def test_the_ends_of_a_gap_are_where_the_t_test_begins_to_refuse():
    a, b = np.array([1.0, 2.0, 1.5, 1.2]), np.array([0.4, -0.3, 0.2, -0.1])
    found = ratio_set(a, b)
    assert found.kind == "outside"
    for end in found.gap:
        _, low, high = mean_interval(a - end * b)
        assert min(abs(low), abs(high)) == pytest.approx(0, abs=1e-9)


def test_zero_over_zero_says_nothing():
    assert ratio_set([0.0, 0.0], [0.0, 0.0]).kind == "none"
