"""The contact centre alone: Erlang A with exponential service, and its law of abandonment.

Intervals are those of `test_store_queue`: batch means, a false alarm once in a million seeds.
"""

import math

import numpy as np
import pytest
import simpy
from scipy.special import stdtrit

from omnisim.config.scenario import Scenario
from omnisim.config.service_desk import ServiceDesk
from omnisim.schema import Channel, Event
from omnisim.simulation import simulate
from omnisim.simulation.service import patience_days, service_days, take_turn
from tests.reference.queues import erlang_a_abandonment
from tests.reference.worlds import of
from tests.statistical.test_store_queue import (
    FALSE_ALARM,
    N_BATCHES,
    PER_BATCH,
    WARM_UP,
    interval,
    narrow,
)

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


AGENTS, PER_SHOPPER_DAY, N_DAYS, SHOPPERS = 4, 0.3, 24, 2_000
"""600 contacts a day for 4 agents."""


def contacts_of(service_minutes, seed):
    """Return (minutes in the queue, whether given up) of each contact of a firm, by arrival.

    Everybody who searches the website has a question; the desk is open at all hours. Nothing but
    the searches of the shoppers of `simulate` makes contacts, and all is read from its log.
    """
    who = Scenario().segments["mainstream"].model_copy(update={
        "share": 1.0, "p_aware": 1.0, "need_shape": 1000.0, "dropout_a": 1e-6,
        "dropout_b": 1000.0, "need_scale_weeks": 1000.0 / (7 * PER_SHOPPER_DAY),
    })  # fmt: skip
    desk = ServiceDesk(
        agents=AGENTS, opening_hour=0.0, closing_hour=24.0, days_per_week=7, p_question=1.0,
        p_self_service=0.0, p_defect=0.0, service_law="exponential",
        service_minutes=service_minutes, patience_minutes=4.0,
    )  # fmt: skip
    scenario = Scenario().replace({
        "segments": {"all": who}, "market.n_shoppers": SHOPPERS, "market.burn_in_days": 0,
        "market.horizon_days": N_DAYS, "word.mean_degree": 0,
    }).single_channel().replace({"service_desk": desk})  # fmt: skip
    log = simulate(scenario, seed=seed, decisions="off").events
    here = of(log, "channel") == Channel.CONTACT_CENTRE
    who, need, time, event = (
        of(log, name)[here] for name in ("shopper", "journey", "time", "event")
    )
    order = np.lexsort((time, need, who))
    who, need, time, event = (column[order] for column in (who, need, time, event))
    calls = np.flatnonzero(event == Event.CONTACT)
    calls = calls[calls + 1 < len(event)]
    ends = event[calls + 1]
    kept = (who[calls] == who[calls + 1]) & np.isin(ends, (Event.ANSWERED, Event.CONTACT_ABANDONED))
    arrival, waited = time[calls][kept], (time[calls + 1] - time[calls])[kept] * PER_DAY
    by_time = np.argsort(arrival)
    return waited[by_time], (ends[kept] == Event.CONTACT_ABANDONED)[by_time]


def batch_interval(values, n_batches=30):
    """Return a t interval from batch means, a false alarm once in a million seeds."""
    per = len(values) // n_batches
    means = values[: per * n_batches].reshape(n_batches, per).mean(axis=1)
    half = -stdtrit(n_batches - 1, FALSE_ALARM / 2) * means.std(ddof=1) / math.sqrt(n_batches)
    return means.mean() - half, means.mean() + half


@pytest.mark.parametrize("service_minutes", [8.0, pytest.param(14.0, marks=pytest.mark.slow)])
def test_the_contact_centre_of_a_firm_is_erlang_a(seed, service_minutes):
    """Abandonment and mean wait in the log of `simulate`, at 0.83 and 1.46 of capacity.

    With patience of rate theta, P(abandon) = theta E[wait] over all contacts (Erlang A); another
    length of service would be refused.
    """
    waited, left = contacts_of(service_minutes, seed)
    waited, left = waited[500:], left[500:]  # the desk begins empty
    rate = SHOPPERS * PER_SHOPPER_DAY / PER_DAY
    expected = erlang_a_abandonment(rate, 1 / service_minutes, AGENTS, 1 / DESK.patience_minutes)
    low, high = batch_interval(left.astype(float))
    assert low < expected < high
    assert not low < erlang_a_abandonment(
        rate, 1 / (1.4 * service_minutes), AGENTS, 1 / DESK.patience_minutes
    ) < high  # fmt: skip
    low, high = batch_interval(waited)
    assert low < expected * DESK.patience_minutes < high
    assert narrow(low, high)
