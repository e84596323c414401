"""With one channel and no rivals, repeat buying is that of the CDNOW cohort (facts T-41 to T-45).

Shoppers are new customers drawn from the fit to the first 39 weeks of the published sample; their
first purchase, at time 0, is not simulated. Tolerances are those of the fact base.
"""

import functools

import numpy as np
import pytest

from omnisim.config.scenario import Scenario
from omnisim.population import Population, read_transactions
from omnisim.population.bgnbd import fit_bgnbd
from omnisim.population.gamma_gamma import fit_gamma_gamma
from omnisim.random import Draws
from omnisim.simulation import simulate
from tests.reference.worlds import of

WEEKS = 78
PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}  # T-41
SPENDING = {"p": 6.25, "q": 3.74, "v": 15.45}  # T-44
N_COHORT = 2_357
FIRST_PURCHASE = 1_002  # a stream of our own


@functools.cache
def calibration(folder):
    """Return the transactions of the first 39 weeks and their customers' histories."""
    log = read_transactions(folder / "cdnow" / "CDNOW_sample.txt").first_days(39 * 7)
    return log, log.histories()


@functools.cache
def cohort(folder, n_shoppers, seed):
    """Simulate a cohort for 78 weeks; return (population, shopper, week, value) of its orders."""
    log, _ = calibration(folder)
    shoppers = Population.from_transactions(
        log, n_shoppers, draws=Draws(seed), mean_degree=0, p_rewire=0.0, start="cohort"
    )
    scenario = Scenario().replace({
        "market.n_shoppers": n_shoppers, "market.burn_in_days": 0,
        "market.horizon_days": WEEKS * 7, "word.mean_degree": 0,
    }).single_channel()  # fmt: skip
    orders = simulate(scenario, population=shoppers, seed=seed).orders
    return shoppers, of(orders, "shopper"), of(orders, "time") / 7, of(orders, "value")


def histories(shopper, week, observed):
    """Return repeats and the week of the last one within each shopper's observed weeks."""
    seen = week <= observed[shopper]
    repeats = np.bincount(shopper[seen], minlength=len(observed))
    last = np.zeros(len(observed))
    np.maximum.at(last, shopper[seen], week[seen])
    return repeats, last


@pytest.fixture(
    params=[(N_COHORT, 42), pytest.param((20_000, 7), marks=pytest.mark.slow)],
    ids=["cohort", "many"],
)
def simulated(request, data_dir):
    return cohort(data_dir, *request.param)


@pytest.fixture
def observed_weeks(data_dir, simulated):
    """Weeks from the first purchase to the end of the calibration, as the real customers have."""
    weeks = calibration(data_dir)[1].T
    return np.resize(weeks, len(simulated[0]))


def test_share_without_repeat_in_39_weeks(simulated, observed_weeks):
    _, shopper, week, _ = simulated
    repeats, _ = histories(shopper, week, observed_weeks)
    assert 0.55 < (repeats == 0).mean() < 0.65  # T-42: 59.9 %
    assert 0.85 * 1.04 < repeats.mean() < 1.15 * 1.04


@pytest.mark.parametrize(("weeks", "expected"), [(32, 1.04), (78, 1.86)])
def test_cumulative_repeats(simulated, weeks, expected):
    shoppers, _, week, _ = simulated
    assert (week <= weeks).sum() / len(shoppers) == pytest.approx(expected, rel=0.15)  # T-43


def test_spend_is_as_concentrated_as_in_the_file(simulated):
    shoppers, shopper, _, value = simulated
    n = len(shoppers)
    u = Draws(1).gamma(FIRST_PURCHASE, np.arange(n), shape=shoppers.basket_shape)
    spend = u / shoppers.basket_scale + np.bincount(shopper, weights=value, minlength=n)
    largest = np.sort(spend)[::-1]
    top = largest[: round(0.2 * n)].sum() / spend.sum()
    assert top == pytest.approx(0.678, abs=0.06)  # T-45


def test_mean_order(simulated):
    shoppers, shopper, _, value = simulated
    repeats = np.bincount(shopper, minlength=len(shoppers))
    mean = np.bincount(shopper, weights=value, minlength=len(shoppers))[repeats > 0]
    assert (mean / repeats[repeats > 0]).mean() == pytest.approx(35.2, rel=0.25)  # T-44


def test_refitting_gives_buying_back(simulated):
    shoppers, shopper, week, _ = simulated
    observed = np.full(len(shoppers), float(WEEKS))
    refit = fit_bgnbd(*histories(shopper, week, observed), observed)
    assert refit.r == pytest.approx(PUBLISHED["r"], rel=0.25)
    assert refit.alpha == pytest.approx(PUBLISHED["alpha"], rel=0.25)
    assert refit.a / (refit.a + refit.b) == pytest.approx(0.793 / (0.793 + 2.426), rel=0.25)
    if len(shoppers) > N_COHORT:  # a and b alone: their likelihood is too flat for a small cohort
        assert refit.a == pytest.approx(PUBLISHED["a"], rel=0.25)
        assert refit.b == pytest.approx(PUBLISHED["b"], rel=0.25)


@pytest.mark.slow
def test_refitting_gives_the_spend_heterogeneity_back(data_dir):
    shoppers, shopper, _, value = cohort(data_dir, 20_000, 7)
    repeats = np.bincount(shopper, minlength=len(shoppers))
    total = np.bincount(shopper, weights=value, minlength=len(shoppers))
    some = repeats > 0
    refit = fit_gamma_gamma(repeats[some], total[some] / repeats[some])
    for name, published in SPENDING.items():
        assert getattr(refit, name) == pytest.approx(published, rel=0.25), name
