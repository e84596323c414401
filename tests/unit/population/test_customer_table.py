"""The customer table: its likelihood against integrals, and what comes from the file."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import gammaln

from omnisim.config.segments import Segment
from omnisim.population import CustomerTable, Population, read_customer_table
from omnisim.population.customer_table import WEEKS_PER_MONTH, WINDOW_MONTHS, log_posterior
from omnisim.random import Draws
from tests.reference import bgnbd as oracle

WINDOW = WINDOW_MONTHS * WEEKS_PER_MONTH
SEGMENT = Segment()
NETWORK = {"mean_degree": 4, "p_rewire": 0.1}


def table(past_value, last_week, shares=None):
    return CustomerTable(
        "test", np.asarray(past_value, dtype=float), np.asarray(last_week, dtype=float), shares
    )


def simulate_window(n, seed, alpha=12.0, v=30.0):
    """Follow customers through the window, one purchase at a time; keep those who bought."""
    rng = np.random.default_rng(seed)
    rows = []
    while len(rows) < n:
        rate, p = rng.gamma(0.243, 1 / alpha), rng.beta(0.793, 2.426)
        clock, count = 0.0, 0
        while True:
            step = rng.exponential(1 / rate) if rate > 1e-12 else np.inf
            if clock + step > WINDOW:
                break
            clock, count = clock + step, count + 1
            if rng.random() < p:
                break
        if count:
            rows.append((rng.gamma(6.25 * count) / rng.gamma(3.74, 1 / v), clock, count))
    return np.array(rows).T


@pytest.mark.parametrize(("n", "last", "value"), [(1, 50.0, 30.0), (3, 20.0, 200.0)])
def test_likelihood_matches_the_integrals(n, last, value):
    """Of n purchases, the last at `last`: the others fall anywhere before it."""
    log_joint = log_posterior(SEGMENT, table([value], [last]))[0, n - 1]

    r, alpha, a, b = 0.243, 4.414, 0.793, 2.426
    earlier = np.exp((n - 1) * np.log(last) - gammaln(n))
    value_density = oracle.total_density(6.25, 3.74, 15.45, n, value)
    alive = oracle.over_rate(lambda x: x**n * np.exp(-x * WINDOW), r, alpha)
    alive *= oracle.over_dropout(lambda p: (1 - p) ** n, a, b)
    lost = oracle.over_rate(lambda x: x**n * np.exp(-x * last), r, alpha)
    lost *= oracle.over_dropout(lambda p: p * (1 - p) ** (n - 1), a, b)
    bought = 1 - oracle.over_rate(lambda x: np.exp(-x * WINDOW), r, alpha)
    expected = np.array([alive, lost]) * earlier * value_density / bought
    assert np.exp(log_joint) == pytest.approx(expected, rel=1e-5)


def test_likelihood_sums_to_one():
    """Over counts, loss and the week of the last purchase, given a purchase; value factors out."""

    def density(last):
        log_joint = log_posterior(SEGMENT, table([40.0], [last]))[0]
        n = np.arange(1, log_joint.shape[0] + 1.0)
        p, q, v = SEGMENT.basket_shape, SEGMENT.basket_q, SEGMENT.basket_scale
        log_value = (
            gammaln(p * n + q) - gammaln(p * n) - gammaln(q) + q * np.log(v)
            + (p * n - 1) * np.log(40.0) - (p * n + q) * np.log(v + 40.0)
        )  # fmt: skip
        return np.exp(log_joint - log_value[:, None]).sum()

    assert quad(density, 0, WINDOW)[0] == pytest.approx(1, abs=1e-5)


def test_fit_and_posterior_recover_what_customers_did(seed):
    value, last, count = simulate_window(4_000, seed)
    customers = table(value, last)

    fitted = customers.fit(SEGMENT)
    demand = customers.draw(None, segment=SEGMENT, start="continuing", draws=Draws(seed))

    # Standard errors of about 4 % each; five of them.
    assert fitted.need_scale_weeks == pytest.approx(12.0, rel=0.3)
    assert fitted.basket_scale == pytest.approx(30.0, rel=0.2)
    rate = np.asarray(demand.columns["need_rate"])
    assert rate[count >= 5].mean() > 1.3 * rate[count == 1].mean()
    assert (demand.members.segments[0].need_shape, demand.by_channel) == (0.243, None)


def test_counts_drawn_from_the_posterior_have_the_mean_of_the_truth(seed):
    value, last, count = simulate_window(4_000, seed)
    truth = SEGMENT.model_copy(update={"need_scale_weeks": 12.0, "basket_scale": 30.0})

    joint = np.exp(log_posterior(truth, table(value, last)))
    by_count = joint.sum(axis=2) / joint.sum(axis=(1, 2))[:, None]
    mean = by_count @ np.arange(1, by_count.shape[1] + 1)

    error = count - mean
    assert abs(error.mean()) < 5 * error.std() / np.sqrt(error.size)
    p_alive = joint[:, :, 0].sum(axis=1) / joint.sum(axis=(1, 2))
    assert 0.3 < p_alive.mean() < 0.95


def test_recency_counts_begun_months():
    rows = pd.DataFrame({"recency": [1, 12, 0.0, 6.5] * 10, "history": 50.0})

    last = read_customer_table(rows).last_week / WEEKS_PER_MONTH

    assert last[:4].tolist() == pytest.approx([11.5, 0.5, 12.0, 6.0])


def test_multichannel_customers_bought_at_least_twice():
    shares = np.array([[1.0, 0, 0], [0.5, 0.5, 0]])
    customers = table([40.0, 40.0], [30.0, 30.0], shares)

    log_joint = log_posterior(SEGMENT, customers)

    assert customers.least_purchases.tolist() == [1, 2]
    assert np.isfinite(log_joint[0, 0]).all()
    assert np.isneginf(log_joint[1, 0]).all()


@pytest.fixture(scope="module")
def hillstrom(data_dir):
    return read_customer_table(data_dir / "hillstrom" / "hillstrom.csv")


def test_hillstrom_is_read_as_documented(hillstrom):
    assert hillstrom.n_customers == 64_000
    assert hillstrom.past_value.mean() == pytest.approx(242.09, abs=0.01)
    multichannel = (hillstrom.shares == [0.5, 0.5, 0]).all(axis=1)
    # 7,762 multichannel, 28,021 by phone, 28,217 by web: counted in the file
    assert multichannel.sum() == 7_762
    assert (hillstrom.shares[:, 0] == 1).sum() == 28_021
    assert (hillstrom.shares[:, 1] == 1).sum() == 28_217


def test_hillstrom_shoppers_keep_their_spend_and_channel(hillstrom):
    population = Population.from_customers(hillstrom, 6_000, draws=Draws(2), **NETWORK)
    again = Population.from_customers(hillstrom, 6_001, draws=Draws(2), **NETWORK)
    rows = (Draws(2).uniform(0, np.arange(6_000), step=9) * 64_000).astype(int)

    yearly = population.need_rate * 365 * population.mean_basket
    value = hillstrom.past_value[rows]
    top = value > np.quantile(value, 0.9)
    leaning = population.affinity[:, 1] - population.affinity[:, 0]
    by_phone, by_web = hillstrom.shares[rows, 0] == 1, hillstrom.shares[rows, 1] == 1
    assert yearly[top].mean() > 3 * yearly[~top].mean()
    assert leaning[by_web].mean() > 0.5
    assert leaning[by_phone].mean() < -0.5
    assert (population.need_rate == again.need_rate[:6_000]).all()
    assert 0.3 < population.alive.mean() < 0.9


def test_cohort_of_a_table_is_new_and_alive(hillstrom):
    cohort = Population.from_customers(hillstrom, 500, draws=Draws(2), start="cohort", **NETWORK)

    assert cohort.alive.all()
    assert cohort.aware.all()
