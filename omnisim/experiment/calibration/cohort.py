"""Figures of repeat buying: new customers of the limit in which buying is BG/NBD (T-41 to T-45)."""

import numpy as np

from omnisim.config.scenario import Scenario
from omnisim.config.segments import Segment
from omnisim.experiment.calibration.one_run import Figures
from omnisim.population import Population
from omnisim.population.bgnbd import fit_bgnbd
from omnisim.population.gamma_gamma import fit_gamma_gamma
from omnisim.random import Draws, Stream
from omnisim.simulation import simulate

WEEKS = 78
COHORT_WEEKS = (27.0, 39.0)
"""Observed weeks of the CDNOW customers, who were all won within twelve weeks (FHL05)."""


def figures_of_cohort(
    scenario: Scenario, *, n_customers: int, seed: int, replication: int
) -> Figures:
    """Simulate new customers with the published parameters for 78 weeks and refit.

    Parameters
    ----------
    scenario : Scenario
        Its limit with one channel and no rivals is simulated (`Scenario.single_channel`).
    n_customers : int
        Customers whose first purchase lies at time 0.
    seed, replication : int
        Seed of the study, and number of the replication.
    """
    limit = scenario.single_channel().replace(
        {
            "segments": {"cdnow": Segment(p_aware=1.0, p_account=1.0, p_email_consent=0.0)},
            "market.n_shoppers": n_customers,
            "market.burn_in_days": 0,
            "market.horizon_days": 7 * WEEKS,
            "word.mean_degree": 0,
        }
    )
    draws = Draws(seed, replication)
    shoppers = Population.from_segments(
        limit.segments, n_customers, draws=draws, mean_degree=0, p_rewire=0.0
    )
    orders = simulate(
        limit, population=shoppers, seed=seed, replication=replication, decisions="off"
    ).orders
    shopper = orders["shopper"].to_numpy()
    week, value = orders["time"].to_numpy() / 7, orders["value"].to_numpy()
    first = draws.gamma(Stream.TRAITS, np.arange(n_customers), step=2**20,
                        shape=shoppers.basket_shape) / shoppers.basket_scale  # fmt: skip
    return _buying(shopper, week, n_customers) | _spending(shopper, value, first)


def _buying(shopper: np.ndarray, week: np.ndarray, n: int) -> Figures:
    refit = fit_bgnbd(
        *_histories(shopper, week, np.full(n, float(WEEKS))), np.full(n, float(WEEKS))
    )
    observed = np.linspace(*COHORT_WEEKS, n)
    repeats, _ = _histories(shopper, week, observed)
    return {
        ("T-41", "BG/NBD r, refitted"): refit.r,
        ("T-41", "BG/NBD alpha, refitted"): refit.alpha,
        ("T-41", "BG/NBD a, refitted"): refit.a,
        ("T-41", "BG/NBD b, refitted"): refit.b,
        ("T-42", "new customers without a repeat in 39 weeks"): float((repeats == 0).mean()),
        ("T-42", "variance / mean of repeats in 39 weeks"): float(repeats.var() / repeats.mean()),
        ("T-43", "repeats of a new customer in 32 weeks"): float((week <= 32).sum() / n),
        ("T-43", "repeats of a new customer in 78 weeks"): float(len(week) / n),
    }


def _histories(
    shopper: np.ndarray, week: np.ndarray, observed: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return repeats, and the week of the last one, within the observed weeks."""
    seen = week <= observed[shopper]
    repeats = np.bincount(shopper[seen], minlength=len(observed))
    last = np.zeros(len(observed))
    np.maximum.at(last, shopper[seen], week[seen])
    return repeats, last


def _spending(shopper: np.ndarray, value: np.ndarray, first: np.ndarray) -> Figures:
    n = len(first)
    repeats = np.bincount(shopper, minlength=n)
    total = np.bincount(shopper, weights=value, minlength=n)
    some = repeats > 0
    refit = fit_gamma_gamma(repeats[some], total[some] / repeats[some])
    largest = np.sort(total + first)[::-1]
    spent = np.cumsum(largest) / largest.sum()
    return {
        ("T-44", "Gamma-Gamma p, refitted"): refit.p,
        ("T-44", "Gamma-Gamma q, refitted"): refit.q,
        ("T-44", "Gamma-Gamma v, refitted"): refit.v,
        ("T-44", "Gamma-Gamma mean order, refitted"): refit.p * refit.v / (refit.q - 1),
    } | {
        ("T-45", f"spend of the top {share} %"): float(spent[round(n * share / 100) - 1])
        for share in (1, 5, 10, 20)
    }
