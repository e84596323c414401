"""BG/NBD and Gamma-Gamma by numerical integration over rate, drop-out and scale: slow, obvious."""

import numpy as np
from scipy.integrate import quad
from scipy.stats import beta, gamma


def over_rate(function, r, alpha):
    """Integrate a function of the rate lambda over Gamma(r, rate alpha), through its quantiles."""
    return quad(lambda u: function(gamma.ppf(u, r, scale=1 / alpha)), 0, 1, epsabs=0, limit=400)[0]


def over_dropout(function, a, b):
    """Integrate a function of the drop-out probability p over Beta(a, b), through its quantiles."""
    return quad(lambda u: function(beta.ppf(u, a, b)), 0, 1, epsabs=0, limit=400)[0]


def likelihoods(r, alpha, a, b, x, t_x, T):
    """Return the likelihoods of a history: of a customer still alive, and of one lost at t_x."""
    alive = over_rate(lambda rate: rate**x * np.exp(-rate * T), r, alpha)
    alive *= over_dropout(lambda p: (1 - p) ** x, a, b)
    if x == 0:
        return alive, 0.0
    lost = over_rate(lambda rate: rate**x * np.exp(-rate * t_x), r, alpha)
    lost *= over_dropout(lambda p: p * (1 - p) ** (x - 1), a, b)
    return alive, lost


def expected_repeats(r, alpha, a, b, t):
    """Return E[X(t)] = E[(1 - exp(-lambda p t)) / p] of a new customer."""

    def given_dropout(p):
        # E exp(-lambda s) over the Gamma is (alpha / (alpha + s))^r
        return (1 - (alpha / (alpha + p * t)) ** r) / p if p > 1e-12 else r / alpha * t

    return over_dropout(given_dropout, a, b)


def total_density(p, q, v, n, total):
    """Return the density of the total of n purchases under Gamma-Gamma."""
    return quad(
        lambda u: gamma.pdf(total, p * n, scale=1 / gamma.ppf(u, q, scale=1 / v)),
        0,
        1,
        epsabs=0,
        limit=400,
    )[0]
