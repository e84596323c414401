"""Staggered starts: growing effects by hand, and intervals that cover as often as they say."""

import numpy as np
import pytest

from omnisim.evaluation.staggered import comparable, imputation_weights, staggered_effect
from omnisim.exceptions import ParameterError
from omnisim.random import Draws

STARTS = np.array([1, 1, 2, 2, 3, 3, 4, 4])
TREATED = np.arange(5)[None, :] >= STARTS[:, None]
N_PANELS = 300


def test_effects_that_grow_are_averaged_as_they_are() -> None:
    """No noise: unit and period constants, and an effect of 1, 2, 3 ... since the start."""
    age = np.maximum(np.arange(5)[None, :] - STARTS[:, None] + 1, 0)
    outcome = np.arange(8)[:, None] * 10 + np.array([5, 3, 8, 1, 2])[None, :] + age
    cells = comparable(TREATED)
    assert not cells[:, 4].any()
    value = (imputation_weights(TREATED) * outcome).sum()
    assert value == pytest.approx(age[cells].mean())


def test_two_groups_and_two_periods_are_a_difference_in_differences() -> None:
    treated = np.array([[0, 1], [0, 1], [0, 0], [0, 0]], dtype=bool)
    outcome = np.array([[1.0, 4.0], [2.0, 7.0], [3.0, 3.5], [0.0, 1.5]])
    assert (imputation_weights(treated) * outcome).sum() == pytest.approx(4 - 1)


@pytest.mark.parametrize("effect", [0.0, 3.0])
def test_intervals_cover_as_they_say(seed: int, effect: float) -> None:
    """Skewed noise with a constant for each unit; 95 % by exactness, between 91 and 98.5 %."""
    rng = np.random.Generator(np.random.PCG64(seed))
    covered = 0
    for k in range(N_PANELS):
        treated = TREATED[rng.permutation(8)]
        noise = rng.gamma(0.5, 2.0, (8, 5)) + rng.normal(0, 3, (8, 1))
        found = staggered_effect(noise + effect * treated, treated, draws=Draws(seed, k))
        covered += found.ci_low <= effect <= found.ci_high
        assert found.ci_low <= found.value <= found.ci_high
    assert 0.91 <= covered / N_PANELS <= 0.985


def test_few_ways_to_assign_are_refused() -> None:
    treated = np.arange(3)[None, :] >= np.array([1, 1, 2, 2])[:, None]
    with pytest.raises(ParameterError, match="too few units"):
        staggered_effect(np.ones((4, 3)), treated, draws=Draws(1))
    with pytest.raises(ParameterError, match="later in some units"):
        imputation_weights(np.ones((3, 3), dtype=bool))
