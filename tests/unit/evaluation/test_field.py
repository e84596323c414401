"""Estimators of field experiments: by hand, against scipy, and known panels."""

import numpy as np
import pytest
from scipy import stats

from omnisim.evaluation.field import difference_in_means, encouragement_effect, panel_effect
from omnisim.exceptions import ParameterError

RNG = np.random.default_rng(1)


def test_difference_in_means_is_welchs() -> None:
    a, b = RNG.normal(1, 2, 30), RNG.normal(0, 1, 50)
    found = difference_in_means(a, b, confidence=0.9)
    peer = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.9)
    assert found.value == pytest.approx(a.mean() - b.mean())
    assert (found.ci_low, found.ci_high) == pytest.approx((peer.low, peer.high))


def test_encouragement_is_walds_ratio_by_hand() -> None:
    """ITT (3 + 1) / 2 - 1 = 1, take-up 1/2 - 0: the effect is 2."""
    found = encouragement_effect([3, 1, 1, 1], [1, 0, 0, 0], [1, 1, 0, 0])
    assert found.value == pytest.approx(2.0)


def test_full_take_up_is_the_difference_in_means() -> None:
    y, z = RNG.normal(size=400), (RNG.uniform(size=400) < 0.4).astype(float)
    found = encouragement_effect(y, z, z)
    plain = difference_in_means(y[z == 1], y[z == 0])
    assert found.value == pytest.approx(plain.value)
    assert found.standard_error == pytest.approx(plain.standard_error, rel=0.02)


def test_an_encouragement_that_moves_nobody_is_refused() -> None:
    with pytest.raises(ParameterError, match="take-up"):
        encouragement_effect([1, 2, 3, 4], [0, 0, 0, 0], [1, 1, 0, 0])


def test_a_panel_gives_back_its_effect_whatever_units_and_periods_are() -> None:
    treated = np.arange(6)[None, :] >= np.array([1, 2, 3, 4, 5, 5])[:, None]
    outcome = RNG.normal(size=(6, 1)) + RNG.normal(size=(1, 6)) + 2.5 * treated
    found = panel_effect(outcome, treated)
    assert found.value == pytest.approx(2.5)
    assert found.standard_error == pytest.approx(0, abs=1e-9)


def test_a_panel_is_least_squares_with_dummies() -> None:
    treated = (RNG.uniform(size=(5, 4)) < 0.5).astype(float)
    outcome = RNG.normal(size=(5, 4))
    unit, period = np.indices(outcome.shape)
    columns = [treated.ravel(), *(unit.ravel() == k for k in range(5)),
               *(period.ravel() == k for k in range(1, 4))]  # fmt: skip
    design = np.column_stack(columns).astype(float)
    by_hand = np.linalg.lstsq(design, outcome.ravel(), rcond=None)[0][0]
    assert panel_effect(outcome, treated).value == pytest.approx(by_hand)


def test_two_groups_and_two_periods_are_a_difference_in_differences() -> None:
    outcome = RNG.normal(size=(6, 2))
    treated = np.zeros((6, 2))
    treated[:3, 1] = 1
    change = outcome[:, 1] - outcome[:, 0]
    expected = change[:3].mean() - change[3:].mean()
    assert panel_effect(outcome, treated).value == pytest.approx(expected)


def test_treatment_of_all_at_once_is_refused() -> None:
    treated = np.zeros((4, 4))
    treated[:, 2:] = 1
    with pytest.raises(ParameterError, match="vary"):
        panel_effect(RNG.normal(size=(4, 4)), treated)


def test_intervals_cover_at_their_rate() -> None:
    """200 panels without effect; a binomial of 95 % lies in [0.87, 1] but once in a million."""
    treated = np.arange(5)[None, :] >= (1 + np.arange(12) % 4)[:, None]
    covered = 0
    for _ in range(200):
        drift = np.cumsum(RNG.normal(size=(12, 5)), axis=1)
        found = panel_effect(drift, treated)
        covered += found.ci_low <= 0 <= found.ci_high
    assert 0.87 <= covered / 200
