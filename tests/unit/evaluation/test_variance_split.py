"""Variance between and within groups, and ranks on ranks, against known values."""

import numpy as np
import pytest
from scipy import stats

from omnisim.evaluation.rank_regression import rank_regression
from omnisim.evaluation.variance_split import shrunk_means, split_variance
from omnisim.exceptions import ParameterError


def test_by_hand():
    """Means 1, 4, 10 of pairs 2 apart: W = 2, B = 2 x 21, so (42 - 2) / 2 = 20 between."""
    found = split_variance([[0, 2], [3, 5], [9, 11]])
    assert found.mean == 5
    assert found.within == 2
    assert found.between == 20
    assert found.share == pytest.approx(20 / 22)
    assert not found.is_clipped
    low = (21 / stats.f.ppf(0.975, 2, 3) - 1) / 2
    assert found.share_low == pytest.approx(max(low, 0) / (1 + max(low, 0)))
    high = (21 / stats.f.ppf(0.025, 2, 3) - 1) / 2
    assert found.share_high == pytest.approx(high / (1 + high))


def test_known_variances_are_found_and_covered(seed):
    """Between 4, within 9: unbiased to five standard errors, the interval covers 90 % of shares."""
    rng = np.random.default_rng(seed)
    n_studies, n_groups, n = 400, 30, 3
    found = [
        split_variance(
            rng.normal(0, 2, (n_groups, 1)) + rng.normal(0, 3, (n_groups, n)), confidence=0.9
        )
        for _ in range(n_studies)
    ]
    for name, truth in (("between", 4.0), ("within", 9.0)):
        values = np.array([getattr(each, name) for each in found])
        assert abs(values.mean() - truth) < 5 * values.std() / n_studies**0.5
    covered = sum(each.share_low <= 4 / 13 <= each.share_high for each in found)
    assert stats.binomtest(covered, n_studies, 0.9).pvalue > 1e-6


def test_a_negative_estimate_is_clipped_and_said():
    """Groups whose means are equal: B = 0, W = 2, so the estimate is -1."""
    found = split_variance([[0, 2], [2, 0], [0, 2]])
    assert found.is_clipped
    assert (found.between, found.share) == (0, 0)
    assert shrunk_means([[0, 2], [2, 0], [0, 2]]).tolist() == [1, 1, 1]


def test_where_nothing_differs_there_is_no_share():
    found = split_variance(np.zeros((3, 2)))
    assert np.isnan([found.share, found.share_low, found.share_high]).all()
    assert not found.is_clipped


def test_shrunk_means_vary_as_the_groups_do():
    values = [[0, 2], [3, 5], [9, 11]]
    assert shrunk_means(values).var(ddof=1) == pytest.approx(20)
    assert shrunk_means(values).mean() == pytest.approx(5)


@pytest.mark.parametrize("values", [[[1, 2]], [[1], [2]], [1, 2]])
def test_too_few_values_are_refused(values):
    with pytest.raises(ParameterError, match="at least 2 groups"):
        split_variance(values)


def test_ranks_of_an_output_that_one_input_makes(seed):
    """A curved function of one input alone: coefficient 1 there, about 0 elsewhere."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(60, 3))
    found = rank_regression(x, np.exp(5 * x[:, 1]))
    assert found.coefficient == pytest.approx([0, 1, 0], abs=1e-12)
    assert found.r_squared == pytest.approx(1)


def test_coefficients_are_those_of_least_squares(seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(40, 2))
    y = x[:, 0] - 0.5 * x[:, 1] + rng.normal(0, 0.3, 40)
    found = rank_regression(x, y)
    ranks = stats.zscore(np.column_stack([*(stats.rankdata(c) for c in x.T), stats.rankdata(y)]))
    expected = np.linalg.lstsq(ranks[:, :2], ranks[:, 2], rcond=None)[0]
    assert found.coefficient == pytest.approx(expected)
    assert (found.ci_low < found.coefficient).all()
    assert (found.coefficient < found.ci_high).all()


def test_intervals_hold_at_once_where_nothing_matters(seed):
    rng = np.random.default_rng(seed)
    n_studies = 300
    wrong = sum(
        bool(((found.ci_low > 0) | (found.ci_high < 0)).any())
        for found in (
            rank_regression(rng.uniform(size=(30, 8)), rng.normal(size=30), confidence=0.9)
            for _ in range(n_studies)
        )
    )
    assert stats.binomtest(wrong, n_studies, 0.1, alternative="greater").pvalue > 1e-6


def test_an_output_that_never_differs_tells_nothing():
    found = rank_regression(np.random.default_rng(1).uniform(size=(9, 2)), np.zeros(9))
    assert np.isnan(found.coefficient).all()
    with pytest.raises(ParameterError, match="at least 3 rows more"):
        rank_regression(np.zeros((4, 2)), np.zeros(4))
