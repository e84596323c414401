"""Shoppers drawn from real customers: exact posteriors, cohorts, channels, one door."""

import numpy as np
import pandas as pd
import pytest

from omnisim.config.segments import Segment
from omnisim.exceptions import ParameterError
from omnisim.population import (
    BgNbd,
    CustomerFit,
    FittedTransactions,
    GammaGamma,
    Population,
    fit_transactions,
    read_customers,
    read_transactions,
)
from omnisim.population.channels import PRIOR_PURCHASES, shift_affinity
from omnisim.population.transactions import Histories
from omnisim.random import Draws

N = 10_000
FIT = CustomerFit(
    BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=0.0, n_customers=1),
    GammaGamma(p=6.25, q=3.74, v=15.44, log_likelihood=0.0, n_customers=1),
)
NETWORK = {"mean_degree": 4, "p_rewire": 0.1}


def many(x, t_x, T, repeat_total=0.0, by_channel=None):
    """Return N customers with one and the same history."""
    columns = (np.full(N, float(v)) for v in (x, t_x, T, repeat_total, repeat_total))
    channels = None if by_channel is None else np.tile(np.array(by_channel, dtype=float), (N, 1))
    return FittedTransactions("test", FIT, Histories(*columns, channels))


def near(values, expected):
    """Compare a mean with its expectation at a false-alarm rate of 6e-7."""
    assert values.mean() == pytest.approx(expected, abs=5 * values.std() / np.sqrt(values.size))


def future_purchases(population, weeks):
    """Return E[purchases | rate, drop-out, alive] in `weeks`: (1 - exp(-lambda p t)) / p."""
    rate, p = population.need_rate * 7, np.maximum(population.dropout, 1e-300)
    return -np.expm1(-rate * p * weeks) / p * population.alive


@pytest.fixture(scope="module")
def sample(data_dir):
    log = read_transactions(data_dir / "cdnow" / "CDNOW_sample.txt")
    return fit_transactions(log.first_days(273))


HISTORIES = [(0, 0, 39), (1, 5, 30), (2, 30.43, 38.86), (7, 12, 39)]


@pytest.mark.parametrize(("x", "t_x", "T"), HISTORIES)
def test_posterior_draws_meet_the_closed_forms(seed, x, t_x, T):
    customers = many(x, t_x, T)

    population = Population.from_fitted(customers, draws=Draws(seed), **NETWORK)

    p_alive = float(FIT.buying.p_alive(x, t_x, T))
    assert population.alive.mean() == pytest.approx(
        p_alive, abs=5 * np.sqrt(p_alive * (1 - p_alive) / N) + 1e-12
    )
    expected = FIT.buying.expected_purchases(39.0, x=x, t_x=t_x, T=T)
    near(future_purchases(population, 39.0), float(expected))


def test_posterior_of_the_lost_differs_from_that_of_the_living():
    """Given loss at t_x: lambda ~ Gamma(r + x, alpha + t_x), p ~ Beta(a + 1, b + x - 1)."""
    population = Population.from_fitted(many(7, 12, 39), draws=Draws(1), **NETWORK)
    alive = population.alive == 1

    near(population.need_rate[alive] * 7, (0.243 + 7) / (4.414 + 39))
    near(population.need_rate[~alive] * 7, (0.243 + 7) / (4.414 + 12))
    near(population.dropout[alive], 0.793 / (0.793 + 2.426 + 7))
    near(population.dropout[~alive], 1.793 / (0.793 + 2.426 + 7))


def test_spend_of_a_customer_draws_the_basket_towards_it():
    """E[p / nu | x, total] = p (v + total) / (p x + q - 1), Fader, Hardie and Lee (2005b)."""
    population = Population.from_fitted(many(4, 12, 39, 400.0), draws=Draws(1), **NETWORK)

    near(population.mean_basket, 6.25 * (15.44 + 400) / (6.25 * 4 + 3.74 - 1))


def test_posterior_averages_to_the_prior_over_the_customers(sample):
    """Over many customers the posterior is the fitted prior: the model is consistent."""
    population = Population.from_fitted(sample, 40_000, draws=Draws(5), **NETWORK)

    fit = sample.fit
    assert population.need_rate.mean() * 7 == pytest.approx(
        fit.buying.r / fit.buying.alpha, rel=0.1
    )
    assert population.dropout.mean() == pytest.approx(0.793 / (0.793 + 2.426), rel=0.1)
    assert population.mean_basket.mean() == pytest.approx(fit.spending.mean_value, rel=0.05)


def test_continuing_customers_buy_what_the_holdout_shows(data_dir, sample):
    """The 39 weeks after calibration of CDNOW, days with a purchase of the 2,357 customers."""
    log = read_transactions(data_dir / "cdnow" / "CDNOW_sample.txt")
    later = log.date >= log.date.min() + np.timedelta64(273, "D")
    days = {(c, d) for c, d in zip(log.customer[later], log.date[later], strict=True)}

    population = Population.from_fitted(sample, draws=Draws(5), **NETWORK)

    assert future_purchases(population, 39.0).sum() == pytest.approx(len(days), rel=0.15)


def test_cohort_repeats_follow_the_published_curve(sample, seed):
    """facts.md T-43: 1.04 repeats in 32 weeks, 1.86 in 78."""
    cohort = Population.from_fitted(sample, N, draws=Draws(seed), start="cohort", **NETWORK)

    for weeks, published in ((32, 1.04), (78, 1.86)):
        repeats = future_purchases(cohort, weeks)
        assert repeats.mean() == pytest.approx(
            published, abs=0.005 + 5 * repeats.std() / np.sqrt(N)
        )
    assert cohort.alive.all()


def test_as_many_shoppers_as_customers_are_the_customers(sample):
    by_default = Population.from_fitted(sample, draws=Draws(3), **NETWORK)
    named = Population.from_fitted(sample, 2_357, draws=Draws(3), **NETWORK)

    assert (by_default.need_rate == named.need_rate).all()
    heavy = sample.histories.x > np.quantile(sample.histories.x, 0.95)
    assert by_default.need_rate[heavy].min() > np.median(by_default.need_rate)


def test_adding_a_shopper_changes_no_other_row(sample):
    few, more = (Population.from_fitted(sample, n, draws=Draws(3), **NETWORK) for n in (500, 501))

    for name in ("need_rate", "dropout", "basket_scale", "alive", "affinity", "has_card", "age"):
        assert (getattr(few, name) == getattr(more, name)[:500]).all(), name


def test_traits_that_the_file_lacks_come_from_the_segment(sample):
    segment = Segment(age_mean=70.0, age_sd=0.0, p_app=1.0, p_aware=0.0, need_shape=9.0)

    population = Population.from_fitted(sample, draws=Draws(3), segment=segment, **NETWORK)

    assert (population.age == 70).all()
    assert population.has_app.all()
    assert population.aware.all()  # whoever has bought knows the firm
    assert population.segment_names == ("customers",)
    assert population.need_rate.mean() * 7 < 0.1  # not the segment's 9 / 4.4


def test_from_transactions_is_reading_fitting_and_drawing(data_dir):
    path = data_dir / "cdnow" / "CDNOW_sample.txt"

    direct = Population.from_transactions(path, 300, draws=Draws(1), **NETWORK)
    by_steps = Population.from_fitted(
        fit_transactions(read_transactions(path)), 300, draws=Draws(1), **NETWORK
    )
    by_door = read_customers(path).to_population(300, draws=Draws(1), **NETWORK)

    assert (direct.basket_scale == by_steps.basket_scale).all()
    assert (direct.basket_scale == by_door.basket_scale).all()


def test_start_is_checked(sample):
    with pytest.raises(ParameterError, match=r"Unknown start 'now'.*'continuing', 'cohort'"):
        Population.from_fitted(sample, draws=Draws(1), start="now", **NETWORK)


def test_summary_names_parameters_and_units(sample):
    summary = sample.fit.summary()

    assert summary.loc["r", "value"] == pytest.approx(0.243, abs=5e-4)
    assert summary.loc["customers", "value"] == 2357
    assert summary.loc["mean purchase", "unit"] == "money"
    assert repr(sample.fit).startswith("CustomerFit(\n  BgNbd(r=0.243, alpha=4.414 weeks")


def test_shares_move_the_utilities_by_the_stated_formula():
    """One shopper, by hand: 3 of 4 purchases online where the file has half; k = 2."""
    assert PRIOR_PURCHASES == 2.0
    prior, mean = np.array([0.1, 0.2, 0.3]), np.array([0.5, 0.5, 0.0])
    drawn = np.array([[1.1, 0.2, 2.3]])

    moved = shift_affinity(drawn, prior, np.array([[1.0, 3.0, 0.0]]), mean)

    shrink = np.sqrt(2 / 6)
    store = 0.1 + shrink * 1.0 + np.log((1 + 2 * 0.5) / 6 / 0.5)
    website = 0.2 + np.log((3 + 2 * 0.5) / 6 / 0.5)
    assert moved[0].tolist() == pytest.approx([store, website, 2.3])  # no app in the file: kept


def test_shopper_of_whom_nothing_is_known_keeps_the_draw():
    drawn = np.array([[1.1, 0.2, 2.3]])

    moved = shift_affinity(drawn, np.zeros(3), np.zeros((1, 3)), np.array([0.5, 0.3, 0.2]))

    assert moved == pytest.approx(drawn)


def test_channel_of_the_log_shows_in_the_affinity():
    rng = np.random.default_rng(1)
    rows = pd.DataFrame({
        "customer": np.repeat(np.arange(200), 5),
        "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, 1_000), "D"),
        "value": rng.gamma(3, 10, 1_000),
        "channel": np.where(np.repeat(np.arange(200), 5) < 100, "store", "web"),
    })  # fmt: skip

    population = Population.from_transactions(rows, draws=Draws(1), **NETWORK)

    names = read_transactions(rows).customer_names
    buys_online = np.array([int(name) >= 100 for name in names])
    leaning = population.affinity[:, 1] - population.affinity[:, 0]
    # log((0 + 1) / (5 + 2) / 0.5) against log((5 + 1) / (5 + 2) / 0.5): log 6 either way
    assert leaning[buys_online].mean() == pytest.approx(np.log(6), abs=0.8)
    assert leaning[~buys_online].mean() == pytest.approx(-np.log(6), abs=0.8)


def test_door_says_what_it_read(data_dir):
    log = read_customers(data_dir / "cdnow" / "CDNOW_sample.txt")
    table = read_customers(data_dir / "hillstrom" / "hillstrom.csv")

    assert (log.kind, log.n_customers) == ("transactions", 2357)
    assert (table.kind, table.n_customers) == ("customers", 64_000)
    assert "2,357 from" in repr(log)
    assert "BgNbd(" in repr(log)
    assert "64,000 from" in repr(table)
