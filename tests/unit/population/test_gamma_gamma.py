"""Gamma-Gamma: the published fit, the density against an integral, and the unit of money."""

import numpy as np
import pytest

from omnisim.exceptions import ParameterError, TableError
from omnisim.population import fit_gamma_gamma, read_transactions
from omnisim.population.gamma_gamma import log_likelihood
from tests.reference import bgnbd as oracle


def draw_means(n, seed, p=6.25, q=3.74, v=15.44):
    rng = np.random.default_rng(seed)
    x = 1 + rng.poisson(2.0, n)
    return x, rng.gamma(p * x) / rng.gamma(q, 1 / v, n) / x


def test_cdnow_sample_gives_the_published_fit(data_dir):
    """facts.md T-44: p 6.25, q 3.74, v 15.44; 946 customers with repeats in 39 weeks."""
    log = read_transactions(data_dir / "cdnow" / "CDNOW_sample.txt")
    h = log.first_days(273).histories()
    repeats = h.x > 0

    fit = fit_gamma_gamma(h.x[repeats], h.repeat_total[repeats] / h.x[repeats])

    assert [round(v, 2) for v in (fit.p, fit.q, fit.v)] == [6.25, 3.74, 15.44]
    assert fit.mean_value == pytest.approx(35.2, abs=0.05)
    assert fit.n_customers == 946


@pytest.mark.parametrize(("n", "mean"), [(1, 20.0), (3, 35.0), (12, 90.0)])
def test_likelihood_matches_the_integral(n, mean):
    total = oracle.total_density(6.25, 3.74, 15.44, n, n * mean)

    value = log_likelihood(np.array([6.25, 3.74, 15.44]), np.array([n]), np.array([mean]))

    assert value == pytest.approx(np.log(total * n), rel=1e-6)  # density of the mean


def test_currency_scales_v_only():
    x, m = draw_means(3_000, seed=1)

    euro, lira = fit_gamma_gamma(x, m), fit_gamma_gamma(x, m * 1936.27)

    assert lira.v == pytest.approx(euro.v * 1936.27, rel=1e-4)
    assert (lira.p, lira.q) == pytest.approx((euro.p, euro.q), rel=1e-4)
    assert lira.log_likelihood == pytest.approx(euro.log_likelihood - 3_000 * np.log(1936.27))


def test_fit_beats_the_truth_but_not_by_much(seed):
    x, m = draw_means(5_000, seed)

    fit = fit_gamma_gamma(x, m)

    truth = log_likelihood(np.array([6.25, 3.74, 15.44]), x, m)
    # Likelihood ratio: chi-square with 3 degrees of freedom, 33.0 at a false-alarm rate of 3e-7.
    assert 0 <= 2 * (fit.log_likelihood - truth) < 33.0
    assert fit.log_likelihood == pytest.approx(
        log_likelihood(np.array([fit.p, fit.q, fit.v]), x, m)
    )


@pytest.mark.parametrize(
    ("x", "m", "message"),
    [
        ([1, 2, 3], [1.0, 2.0], "one length"),
        ([1, 0, 3], [1.0, 2.0, 3.0], r"finite and > 0. Got 0 and 2 at \[1\]"),
        ([1, 2, 3], [1.0, -2.0, 3.0], r"Got 2 and -2 at \[1\]"),
        ([1, 2, 3], [1.0, np.nan, 3.0], r"Got 2 and nan at \[1\]"),
        ([1, 2, 3], [1.0, 0.0, 3.0], r"Got 2 and 0 at \[1\]"),
    ],
)
def test_impossible_values_are_named(x, m, message):
    with pytest.raises(ParameterError, match=message):
        fit_gamma_gamma(x, m)


def test_too_few_customers_are_an_error():
    with pytest.raises(TableError, match=r"at least 3 customers with purchases. Got 2"):
        fit_gamma_gamma([1, 2], [3.0, 4.0])
