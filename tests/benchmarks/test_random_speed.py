"""Whole-column draws, beside numpy's own Philox and a numpy generator for every shopper."""

import time

import numpy as np
import pytest

from omnisim.random import Draws, Stream

pytestmark = pytest.mark.benchmark

N = 1_000_000
SHOPPERS = np.arange(N)
COLUMNS = {
    "uniform": {},
    "exponential": {"mean": 3.0},
    "normal": {},
    "lognormal": {},
    "gamma": {"shape": 0.6},
    "beta": {"a": 0.8, "b": 2.4},
    "poisson": {"mean": 2.0},
    "categorical": {"weights": np.array([0.2, 0.5, 0.3])},
}


@pytest.mark.parametrize("method", COLUMNS)
def test_a_column_of_a_million_draws(benchmark, method):
    benchmark.group = "a million draws"
    benchmark(getattr(Draws(1), method), Stream.NEED, SHOPPERS, **COLUMNS[method])


def test_a_million_uniforms_of_numpy_by_turn(benchmark):
    benchmark.group = "a million draws"
    benchmark(np.random.Generator(np.random.Philox(1)).random, N)


def test_an_addressed_uniform_costs_at_most_two_blocks_of_numpy():
    """A block gives numpy four uniforms and us one, the address being free to choose.

    Both sides are timed in turns in one run; the least time of each is compared.
    """
    draws, generator = Draws(1), np.random.Generator(np.random.Philox(1))

    ours, by_turn, by_shopper = [], [], []
    for _ in range(15):
        ours.append(_seconds(lambda: draws.uniform(Stream.NEED, SHOPPERS)))
        by_turn.append(_seconds(lambda: generator.random(N)))
        by_shopper.append(_seconds(_one_generator_a_shopper))

    nanoseconds = [min(t) / n * 1e9 for t, n in [(ours, N), (by_turn, N), (by_shopper, 1_000)]]
    names = ["addressed", "numpy by turn", "numpy generator a shopper"]
    print("\nns a uniform:", {k: round(v, 1) for k, v in zip(names, nanoseconds, strict=True)})
    assert nanoseconds[0] < 2 * 4 * nanoseconds[1]
    assert nanoseconds[0] < nanoseconds[2] / 100


def _one_generator_a_shopper():
    for shopper in range(1_000):
        np.random.Generator(np.random.Philox(key=[1, shopper])).random()


def _seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
