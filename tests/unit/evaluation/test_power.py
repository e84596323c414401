"""The size of a trial, against textbook numbers and simulation."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from omnisim.evaluation import TrialDesign
from omnisim.exceptions import ParameterError


def test_textbook_size() -> None:
    # 2 (1.959964 + 0.841621)^2 / 0.5^2 = 62.79
    assert TrialDesign(sd=1.0).sample_size(0.5) == 63
    # shares 0.10 and 0.12: (0.09 + 0.1056) (2.801585 / 0.02)^2 = 3838.1
    assert TrialDesign.of_shares(0.10, 0.12).sample_size(0.02) == 3839


def test_size_power_and_effect_agree() -> None:
    design = TrialDesign(sd=2.0, sd_arm=3.0, ratio=0.5, alpha=0.01, r_squared=0.3)
    n = design.sample_size(0.25, power=0.9)
    assert design.detectable(n, power=0.9) <= 0.25 < design.detectable(n - 1, power=0.9)
    assert design.power(0.25, n) >= 0.9 > design.power(0.25, n - 1)
    assert design.std_error(100) == pytest.approx(math.sqrt(0.7 * (4 + 9 / 0.5) / 100))


def test_power_without_effect_is_the_false_alarm_rate() -> None:
    assert TrialDesign(sd=1.0, alpha=0.1).power(0.0, 50) == pytest.approx(0.1)
    shared = TrialDesign(sd=1.0, alpha=0.1, n_comparisons=4)
    assert shared.power(0.0, 50) == pytest.approx(0.025)
    assert shared.sample_size(0.3) > TrialDesign(sd=1.0, alpha=0.1).sample_size(0.3)


def test_covariates_save_units() -> None:
    assert TrialDesign(sd=1.0, r_squared=0.5).sample_size(0.05) == pytest.approx(
        TrialDesign(sd=1.0).sample_size(0.05) / 2, abs=1
    )


def test_simulated_trials_are_found_as_often(seed: int) -> None:
    rng = np.random.default_rng(seed)
    design = TrialDesign(sd=1.0, ratio=2.0)
    mean_gap = rng.normal(0.4, design.std_error(60), size=20_000)
    found = int((np.abs(mean_gap) / design.std_error(60) > norm.ppf(0.975)).sum())
    assert binomtest(found, 20_000, design.power(0.4, 60)).pvalue > 1e-6


@pytest.mark.parametrize(
    "make",
    [
        lambda: TrialDesign(sd=0.0),
        lambda: TrialDesign(sd=1.0, alpha=0.0),
        lambda: TrialDesign(sd=1.0, r_squared=1.0),
        lambda: TrialDesign(sd=1.0, n_comparisons=0),
        lambda: TrialDesign(sd=1.0).sample_size(0.0),
        lambda: TrialDesign(sd=1.0).detectable(10, power=0.01),
        lambda: TrialDesign.of_shares(1.2, 0.1),
    ],
)
def test_impossible_designs_are_refused(make) -> None:
    with pytest.raises(ParameterError):
        make()
