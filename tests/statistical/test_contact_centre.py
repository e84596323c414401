"""The contact centre alone: Erlang A with exponential service, and its law of abandonment.

Intervals are those of `test_store_queue`: batch means, a false alarm once in a million seeds.
"""

import math

import numpy as np
import pytest
import simpy

from omnisim.config.service_desk import ServiceDesk
from omnisim.simulation.service import patience_days, service_days, take_turn
from tests.reference.queues import erlang_a_abandonment
from tests.statistical.test_store_queue import N_BATCHES, PER_BATCH, WARM_UP, interval, narrow

PER_DAY = 24 * 60
DESK = ServiceDesk(service_minutes=6.0, patience_minutes=4.0)
N = WARM_UP + N_BATCHES * PER_BATCH


def simulate_desk(seed, *, contacts_per_minute, agents, service=None):
    """Return (days waited or -1, patience in days) of each contact; service of `DESK` if None."""
    rng = np.random.default_rng(seed)
    gaps = rng.exponential(1 / contacts_per_minute, N) / PER_DAY
    patience = np.array([patience_days(DESK, u) for u in rng.uniform(size=N)])
    length = [service_days(DESK, u) for u in rng.uniform(size=N)] if service is None else service
    env = simpy.Environment()
    desk = simpy.Resource(env, agents)
    waited = np.full(N, np.nan)

    def caller(k):
        waited[k] = yield from take_turn(
            env, desk, patience=float(patience[k]), service=float(length[k]), silent=0.0
        )

    def arrivals():
        for k in range(N):
            yield env.timeout(gaps[k])
            env.process(caller(k))

    env.process(arrivals())
    env.run()
    return waited, patience


@pytest.mark.parametrize("agents", [2, pytest.param(1, marks=pytest.mark.slow)])
def test_with_exponential_service_it_is_erlang_a(seed, agents):
    rng = np.random.default_rng([seed, 1])
    service = rng.exponential(DESK.service_minutes, N) / PER_DAY
    rate = 0.9 * agents / DESK.service_minutes
    waited, _ = simulate_desk(seed, contacts_per_minute=rate, agents=agents, service=service)
    low, high = interval((waited < 0).astype(float))
    expected = erlang_a_abandonment(
        rate, 1 / DESK.service_minutes, agents, 1 / DESK.patience_minutes
    )
    assert low < expected < high
    assert narrow(low, high)


@pytest.mark.slow
def test_abandonment_is_the_mean_wait_over_the_mean_patience(seed):
    # T-75: P(abandon) = E[W] / E[patience] under exponential patience, whatever the service
    # (Mandelbaum and Zeltyn 2005); W is the time in the queue of all, those who left included.
    rate = 0.9 * 2 / DESK.service_minutes
    waited, patience = simulate_desk(seed, contacts_per_minute=rate, agents=2)
    left = waited < 0
    in_queue = np.where(left, patience, waited) * PER_DAY / DESK.patience_minutes
    low, high = interval(left - in_queue)
    assert low < 0 < high
    assert high - low < 0.12 * left.mean()


@pytest.mark.slow
def test_the_length_of_a_contact_has_the_mean_stated(seed):
    u = np.random.default_rng(seed).uniform(size=200_000)
    minutes = np.array([service_days(DESK, x) for x in u]) * PER_DAY
    assert abs(minutes.mean() - DESK.service_minutes) < 5 * minutes.std() / math.sqrt(len(u))
    assert np.log(minutes).std() == pytest.approx(DESK.service_sd_log, rel=0.02)
