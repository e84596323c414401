"""The jackknife: of a mean it is Student's t; of a ratio, a hand calculation."""

import numpy as np
import pytest

from omnisim.evaluation import mean_interval
from omnisim.evaluation.jackknife import jackknife_interval
from omnisim.exceptions import ParameterError


def test_of_a_mean_it_is_the_t_interval(seed: int) -> None:
    values = np.random.default_rng(seed).normal(size=7)
    found = jackknife_interval(lambda mean: float(mean), values, confidence=0.9)
    assert found == pytest.approx(mean_interval(values, confidence=0.9))


def test_a_ratio_by_hand() -> None:
    """Means 2 and 1; without each of three replications 5/2.5, 4/1.5 and 3/2 over halves."""
    a, b = [1.0, 2.0, 3.0], [0.5, 1.5, 1.0]
    value, low, high = jackknife_interval(lambda x, y: float(x / y), a, b)
    without = np.array([5 / 2.5, 4 / 1.5, 3 / 2.0])
    error = np.sqrt(2 / 3 * np.sum((without - without.mean()) ** 2))
    assert value == pytest.approx(2.0)
    assert (high - low) / 2 == pytest.approx(4.302652729911275 * error)


def test_one_replication_has_no_interval() -> None:
    value, low, high = jackknife_interval(lambda mean: float(mean), [3.0])
    assert value == 3.0
    assert np.isnan(low)
    assert np.isnan(high)


def test_a_confidence_of_one_is_refused() -> None:
    with pytest.raises(ParameterError, match="confidence"):
        jackknife_interval(lambda mean: float(mean), [1.0, 2.0], confidence=1.0)
