"""BG/NBD: the published fit, the formulas against integrals, and what must not matter."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from omnisim.exceptions import ParameterError, TableError
from omnisim.population import BgNbd, fit_bgnbd, read_transactions
from omnisim.population.bgnbd import log_likelihood
from tests.reference import bgnbd as oracle

CDNOW = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=-9582.4, n_customers=2357)
HISTORIES = [(0, 0.0, 39.0), (0, 0.0, 0.0), (1, 5.0, 30.0), (2, 30.43, 38.86), (7, 12.0, 39.0)]


@pytest.fixture(scope="module")
def sample(data_dir):
    return read_transactions(data_dir / "cdnow" / "CDNOW_sample.txt").first_days(273).histories()


def draw_histories(n, seed, r=0.5, alpha=5.0, a=1.2, b=3.0, weeks=52.0):
    """Simulate customers one purchase at a time."""
    rng = np.random.default_rng(seed)
    rows = []
    for rate, p in zip(rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n), strict=True):
        clock, x, t_x = 0.0, 0, 0.0
        while True:
            clock += rng.exponential(1 / rate) if rate > 1e-12 else np.inf
            if clock > weeks:
                break
            x, t_x = x + 1, clock
            if rng.random() < p:
                break
        rows.append((x, t_x, weeks))
    return np.array(rows).T


def test_cdnow_sample_gives_the_published_fit(sample):
    """Fader, Hardie and Lee (2005), table 2: CDNOW, 39 weeks of calibration (facts.md T-41)."""
    fit = fit_bgnbd(sample.x, sample.t_x, sample.T)

    assert [round(v, 3) for v in (fit.r, fit.alpha, fit.a, fit.b)] == [0.243, 4.414, 0.793, 2.426]
    assert round(fit.log_likelihood, 1) == -9582.4
    assert fit.n_customers == 2357


def test_cdnow_sample_has_the_published_moments(sample):
    """facts.md T-42: 59.9 % without a repeat, mean 1.04, variance 4.79."""
    assert (sample.x == 0).mean() == pytest.approx(0.599, abs=0.0005)
    assert sample.x.mean() == pytest.approx(1.04, abs=0.005)
    assert sample.x.var(ddof=1) == pytest.approx(4.79, abs=0.01)


def test_expected_repeats_are_the_published_curve(sample):
    """facts.md T-43: 1.04 repeats in 32 weeks, 1.86 in 78."""
    fit = fit_bgnbd(sample.x, sample.t_x, sample.T)

    assert fit.expected_repeats([32, 78]) == pytest.approx([1.04, 1.86], abs=0.005)


@pytest.mark.parametrize("weeks", [0.0, 1.0, 32.0, 520.0])
def test_expected_repeats_match_the_integral(weeks):
    expected = oracle.expected_repeats(0.243, 4.414, 0.793, 2.426, weeks)

    assert float(CDNOW.expected_repeats(weeks)) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_expected_repeats_are_smooth_where_a_is_one():
    model = BgNbd(0.5, 5.0, 1.0, 2.0, 0.0, 0)

    expected = oracle.expected_repeats(0.5, 5.0, 1.0, 2.0, 40.0)
    assert float(model.expected_repeats(40.0)) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("x", "t_x", "T"), HISTORIES)
def test_likelihood_and_p_alive_match_the_integrals(x, t_x, T):
    alive, lost = oracle.likelihoods(0.243, 4.414, 0.793, 2.426, x, t_x, T)

    value, _ = log_likelihood(
        np.array([0.243, 4.414, 0.793, 2.426]), *(np.array([float(v)]) for v in (x, t_x, T))
    )
    assert value == pytest.approx(np.log(alive + lost), rel=1e-6, abs=1e-6)
    assert float(CDNOW.p_alive(x, t_x, T)) == pytest.approx(alive / (alive + lost), rel=1e-5)


def test_gradient_matches_finite_differences():
    rows = np.array(HISTORIES, dtype=float).T
    weight = np.array([3.0, 1.0, 2.0, 1.0, 5.0])

    for parameters in ([0.243, 4.414, 0.793, 2.426], [2.0, 0.5, 1.5, 0.3]):
        at = np.array(parameters)
        numeric = approx_fprime(at, lambda p: log_likelihood(p, *rows, weight)[0], 1e-7)
        assert log_likelihood(at, *rows, weight)[1] == pytest.approx(numeric, rel=1e-4, abs=1e-4)


def test_expected_purchases_add_up_over_customers_to_new_ones():
    """Averaged over what customers may have done by T, equation 10 is E[X(T + t)] - E[X(T)]."""
    x, t_x, T = draw_histories(5_000, seed=1, r=0.243, alpha=4.414, a=0.793, b=2.426, weeks=39.0)

    future = CDNOW.expected_purchases(39.0, x=x, t_x=t_x, T=T)

    expected = float(CDNOW.expected_repeats(78.0) - CDNOW.expected_repeats(39.0))
    assert future.mean() == pytest.approx(expected, abs=5 * future.std() / np.sqrt(x.size))


def test_nobody_without_repeats_is_lost():
    assert CDNOW.p_alive([0, 0], [0, 0], [0, 1000]).tolist() == [1, 1]


def test_p_alive_falls_with_silence():
    p = CDNOW.p_alive(5, 10.0, np.array([10.0, 20.0, 40.0, 1e6]))

    assert (np.diff(p) < 0).all()
    assert p[-1] == pytest.approx(0, abs=1e-10)


def test_order_of_customers_changes_nothing(sample, seed):
    order = np.random.default_rng(seed).permutation(len(sample))

    shuffled = fit_bgnbd(sample.x[order], sample.t_x[order], sample.T[order])

    assert shuffled == fit_bgnbd(sample.x, sample.t_x, sample.T)


def test_unit_of_time_scales_alpha_only():
    x, t_x, T = draw_histories(2_000, seed=2)

    weeks, days = fit_bgnbd(x, t_x, T), fit_bgnbd(x, 7 * t_x, 7 * T)

    assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-3)
    assert (days.r, days.a, days.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-3)


@pytest.mark.slow
def test_fit_recovers_what_customers_were_drawn_from(seed):
    fit = fit_bgnbd(*draw_histories(20_000, seed))

    # Likelihood ratio: chi-square with 4 degrees of freedom, 35.9 at a false-alarm rate of 3e-7.
    x, t_x, T = draw_histories(20_000, seed)
    truth = log_likelihood(np.array([0.5, 5.0, 1.2, 3.0]), x, t_x, T)[0]
    assert 0 <= 2 * (fit.log_likelihood - truth) < 35.9


@pytest.mark.parametrize(
    ("x", "t_x", "T"),
    [([1], [5], [4]), ([0], [1], [4]), ([-1], [0], [4]), ([1], [-1], [4]), ([np.nan], [0], [4]),
     ([1], [1], [np.inf])],
)  # fmt: skip
def test_impossible_histories_are_named(x, t_x, T):
    with pytest.raises(ParameterError, match=r"0 <= t_x <= T.*at \[0\]"):
        fit_bgnbd(x, t_x, T)


@pytest.mark.parametrize("x", [[], [0, 0]])
def test_customers_without_repeats_cannot_be_fitted(x):
    with pytest.raises(TableError, match="must hold repeat purchases"):
        fit_bgnbd(x, np.zeros(len(x)), np.full(len(x), 10.0))


def test_repr_names_the_parameters():
    assert repr(CDNOW) == (
        "BgNbd(r=0.243, alpha=4.414 weeks, a=0.793, b=2.426, log-likelihood -9,582.4, "
        "2,357 customers)"
    )
