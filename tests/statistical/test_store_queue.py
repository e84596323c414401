"""The store's queue meets Erlang C, and with patience Erlang A.

Batch means of a stationary run are nearly independent, so their mean has a t interval; each test
raises a false alarm once in a million seeds.
"""

import math

import numpy as np
import pytest
import simpy
from scipy.special import stdtrit

from omnisim.simulation.store import be_served
from tests.reference.queues import erlang_a_abandonment, erlang_c_wait

FALSE_ALARM = 1e-6
N_BATCHES, PER_BATCH, WARM_UP = 30, 1_500, 2_000


def simulate_queue(seed, *, arrival_rate, service_rate, servers, patience_rate=0.0):
    """Return what `be_served` returned to each arrival, in the order of arrival."""
    rng = np.random.default_rng(seed)
    n = WARM_UP + N_BATCHES * PER_BATCH
    gaps = rng.exponential(1 / arrival_rate, n)
    services = rng.exponential(1 / service_rate, n)
    patience = rng.exponential(1 / patience_rate, n) if patience_rate else np.full(n, math.inf)
    env = simpy.Environment()
    staff = simpy.Resource(env, servers)
    waited = np.full(n, np.nan)

    def visitor(k):
        waited[k] = yield from be_served(
            env, staff, patience=float(patience[k]), service=float(services[k])
        )

    def arrivals():
        for k in range(n):
            yield env.timeout(gaps[k])
            env.process(visitor(k))

    env.process(arrivals())
    env.run()
    return waited


def interval(values):
    """Return a two-sided t interval for the mean of correlated values, from batch means."""
    means = values[WARM_UP:].reshape(N_BATCHES, PER_BATCH).mean(axis=1)
    half = -stdtrit(N_BATCHES - 1, FALSE_ALARM / 2) * means.std(ddof=1) / math.sqrt(N_BATCHES)
    return means.mean() - half, means.mean() + half


def narrow(low, high):
    """Hold that an interval is narrow enough for its test to say something."""
    return high - low < 0.5 * (high + low) / 2


@pytest.mark.parametrize(
    "servers", [2, pytest.param(1, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)]
)
def test_mean_wait_meets_erlang_c(seed, servers):
    rates = {"arrival_rate": 0.6 * servers, "service_rate": 1.0, "servers": servers}
    low, high = interval(simulate_queue(seed, **rates))
    assert low < erlang_c_wait(**rates) < high
    assert narrow(low, high)


@pytest.mark.slow
@pytest.mark.parametrize("servers", [1, 2, 3])
@pytest.mark.parametrize("load", [0.7, 1.3])
def test_abandonment_meets_erlang_a(seed, servers, load):
    rates = {"arrival_rate": load * servers, "service_rate": 1.0, "servers": servers}
    left = simulate_queue(seed, **rates, patience_rate=0.5) < 0
    low, high = interval(left.astype(float))
    assert low < erlang_a_abandonment(**rates, patience_rate=0.5) < high
    assert narrow(low, high)


@pytest.mark.slow
def test_one_server_without_patience_is_erlang_b(seed):
    # With no patience at all nobody waits: the share lost is Erlang's loss formula, 0.8 / 1.8.
    waited = simulate_queue(seed, arrival_rate=0.8, service_rate=1.0, servers=1, patience_rate=1e9)
    low, high = interval((waited < 0).astype(float))
    assert low < 0.8 / 1.8 < high


def test_the_oracles_agree_with_textbook_values():
    assert erlang_c_wait(0.5, 1.0, 1) == pytest.approx(1.0)  # rho / (mu - lambda)
    assert erlang_c_wait(2.0, 1.5, 2) == pytest.approx(8 / 15)  # Gross and Harris: P_w = 8/15
    # Patience as fast as service makes M/M/c+M an M/M/infinity queue: Poisson numbers present.
    waiting = sum((k - 2) * math.exp(-3) * 3**k / math.factorial(k) for k in range(3, 60))
    assert erlang_a_abandonment(3.0, 1.0, 2, 1.0) == pytest.approx(waiting / 3)


def test_a_patient_visitor_waits_for_ever_and_an_impatient_one_leaves():
    env = simpy.Environment()
    staff = simpy.Resource(env, 1)
    seen = {}

    def visitor(name, arrival, patience, service):
        yield env.timeout(arrival)
        seen[name] = yield from be_served(env, staff, patience=patience, service=service)
        seen[name + " left"] = env.now

    env.process(visitor("first", 0.0, 1.0, 10.0))
    env.process(visitor("impatient", 1.0, 2.0, 5.0))
    env.process(visitor("patient", 2.0, math.inf, 5.0))
    env.run()
    assert seen == {
        "first": 0.0, "first left": 10.0, "impatient": -1.0, "impatient left": 3.0,
        "patient": 8.0, "patient left": 15.0,
    }  # fmt: skip
