"""Draws follow their distributions, and neighbouring addresses are independent, on any seed.

Every test rejects a correct generator with probability FALSE_ALARM.
"""

import numpy as np
import pytest
from scipy import stats

from omnisim.random import Draws, Stream

pytestmark = pytest.mark.slow

FALSE_ALARM = 1e-6
N = 200_000
SHOPPERS = np.arange(N)


@pytest.mark.parametrize(
    ("method", "parameters", "theory"),
    [
        ("uniform", {}, stats.uniform()),
        ("exponential", {"mean": 3.0}, stats.expon(scale=3.0)),
        ("normal", {"mean": 2.0, "sd": 0.5}, stats.norm(2.0, 0.5)),
        ("lognormal", {"mean_log": 0.2, "sd_log": 0.7}, stats.lognorm(0.7, scale=np.exp(0.2))),
        ("gamma", {"shape": 0.243, "scale": 2.0}, stats.gamma(0.243, scale=2.0)),
        ("gamma", {"shape": 6.25}, stats.gamma(6.25)),
        ("beta", {"a": 0.793, "b": 2.426}, stats.beta(0.793, 2.426)),
    ],
)
def test_draws_pass_kolmogorov_smirnov(seed, method, parameters, theory):
    drawn = getattr(Draws(seed), method)(Stream.TRAITS, SHOPPERS, **parameters)

    assert stats.kstest(drawn, theory.cdf).pvalue > FALSE_ALARM


@pytest.mark.parametrize("axis", ["journey", "step", "stream"])
def test_draws_of_one_shopper_pass_kolmogorov_smirnov(seed, axis):
    drawn = _uniforms(seed, 0, **{axis: SHOPPERS[:5_000], "shopper": 17})

    assert stats.kstest(drawn, stats.uniform().cdf).pvalue > FALSE_ALARM


@pytest.mark.parametrize("mean", [0.2, 2.0, 15.9, 16.1, 300.0])
def test_poisson_counts_pass_chi_square(seed, mean):
    theory = stats.poisson(mean)
    edges = np.unique(theory.ppf(np.linspace(0.001, 0.999, 40)))  # bins (-inf, e0], (e0, e1], ...
    p_bin = np.diff(np.concatenate([[0.0], theory.cdf(edges), [1.0]]))

    drawn = Draws(seed).poisson(Stream.IDENTITY, SHOPPERS, mean=mean)

    seen = np.bincount(np.searchsorted(edges, drawn), minlength=p_bin.size)
    assert stats.chisquare(seen, N * p_bin).pvalue > FALSE_ALARM


def test_categories_pass_chi_square(seed):
    weights = np.array([5.0, 1.0, 0.0, 3.0, 0.5])

    drawn = Draws(seed).categorical(Stream.SEARCH, SHOPPERS, weights=weights)

    seen = np.bincount(drawn, minlength=5)
    possible = weights > 0
    assert seen[~possible].sum() == 0
    expected = N * weights[possible] / weights.sum()
    assert stats.chisquare(seen[possible], expected).pvalue > FALSE_ALARM


def test_bytes_of_the_words_pass_chi_square(seed):
    words = Draws(seed).raw(Stream.NEED, SHOPPERS)

    for place in range(32):
        seen = np.bincount(words.view(np.uint8)[:, place], minlength=256)
        assert stats.chisquare(seen).pvalue > FALSE_ALARM, place


@pytest.mark.parametrize("word", ["seed", "replication", "stream", "shopper", "journey", "step"])
@pytest.mark.parametrize("distance", [1, 2, 2**32])
def test_neighbouring_addresses_are_uncorrelated(seed, word, distance):
    address = {"seed": seed, "replication": 3, "stream": 33, "journey": 2, "step": 5}
    near = dict(address)
    shoppers = SHOPPERS
    if word == "shopper":
        shoppers = SHOPPERS + distance
    else:
        near[word] += distance

    first, second = _uniforms(**address), _uniforms(**near, shopper=shoppers)

    # Independent uniforms have a sample correlation of about normal(0, 1 / sqrt(N)). Distances
    # from the centre show dependence in spread that the values themselves would hide.
    bound = stats.norm.isf(FALSE_ALARM / 4) / np.sqrt(N)
    for transform in (lambda u: u, lambda u: np.abs(u - 0.5)):
        assert abs(np.corrcoef(transform(first), transform(second))[0, 1]) < bound


def test_pairs_of_neighbouring_shoppers_fill_the_square(seed):
    u = Draws(seed).uniform(Stream.NEED, SHOPPERS)
    pairs = (u.reshape(-1, 2) * 32).astype(int)

    seen = np.bincount(pairs[:, 0] * 32 + pairs[:, 1], minlength=1024)

    assert stats.chisquare(seen).pvalue > FALSE_ALARM


def _uniforms(seed, replication, stream=33, shopper=SHOPPERS, journey=0, step=0):
    draws = Draws(seed, replication)
    if np.ndim(stream):
        return np.array(
            [draws.uniform(int(s), shopper, journey=journey, step=step) for s in stream]
        )
    return draws.uniform(stream, shopper, journey=journey, step=step)
