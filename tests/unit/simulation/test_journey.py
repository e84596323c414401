"""Journeys start exactly when needs arise, and messages take up those that wait."""

import numpy as np
import simpy

from omnisim.schema import Event
from omnisim.simulation import _market as kernel
from omnisim.simulation import journey as module
from omnisim.simulation import simulate
from omnisim.simulation.market import season_factor
from tests.reference.worlds import new_world, of, small


def test_journeys_begin_at_the_very_times_of_the_needs():
    scenario = small(market__n_shoppers=300, experience__engagement_on_need=0.0)
    world = new_world(scenario, seed=4)
    kernel.first_needs(world.state)
    expected = {}
    for day in range(scenario.market.horizon_days):
        found = kernel.needs(world.state, day, season_factor(scenario.market, day))
        for shopper, need, time in zip(*(column.tolist() for column in found), strict=True):
            expected[shopper, need] = time
    events = simulate(scenario, seed=4).events
    began = (of(events, "event") == Event.NEED) & (of(events, "item") >= 0)
    keys = zip(of(events, "shopper")[began], of(events, "journey")[began], strict=True)
    times = of(events, "time")[began]
    # Shoppers differ in whether they consider the firm, not in when they need something.
    both = [(expected[key], time) for key, time in zip(keys, times, strict=True) if key in expected]
    assert len(both) > 1_000
    assert all(needed == time for needed, time in both)


def test_start_times_are_exact_whatever_the_gaps(monkeypatch):
    began = []

    def record(world, shopper, need):
        began.append((shopper, need, world.env.now))
        yield world.env.timeout(0)

    class Clock:
        env = simpy.Environment()

    monkeypatch.setattr(module, "journey", record)
    times = np.random.default_rng(1).uniform(0, 1, 2_000) ** 6
    shoppers = np.arange(2_000, dtype=np.int32)
    Clock.env.process(module.begin_journeys(Clock, shoppers, shoppers % 3, times))
    Clock.env.run()
    order = np.argsort(times)
    assert [time for *_, time in began] == times[order].tolist()
    assert [shopper for shopper, *_ in began] == order.tolist()
    assert [need for _, need, _ in began] == (order % 3).tolist()


def test_a_message_takes_up_a_journey_that_waits():
    scenario = small({
        "rivals.delay_intercept": 5.0, "choice.mean_delay_days": 30.0,
        "market.need_open_days": 200.0, "messages.p_open": 0.9, "messages.p_click": 0.9,
        "messages.p_unsubscribe": 0.001,
        "messages.fatigue": 0.0, "media.p_paid_search": 0.0, "market.horizon_days": 120,
    })  # fmt: skip
    log = simulate(scenario, seed=2).events.to_pandas()
    clicks = log[log["event"] == Event.CLICK]
    visits = log[(log["event"] == Event.VISIT) & log["time"].isin(clicks["time"])]
    taken_up = visits[visits["journey"] >= 0].merge(clicks, on=["time", "shopper"])
    assert len(taken_up) > 10
    # Every click leads to one session, in a journey or outside.
    assert len(visits.merge(clicks, on=["time", "shopper"])) >= len(clicks)


def test_a_store_that_attracts_is_visited_more():
    plain, staged = (
        simulate(small(market__n_shoppers=300, stores__visit_goodwill=goodwill), seed=6)
        for goodwill in (0.0, 1.0)
    )
    visits = [
        int(((of(run.events, "event") == Event.VISIT) & (of(run.events, "channel") == 0)).sum())
        for run in (plain, staged)
    ]
    assert visits[1] > 1.02 * visits[0]
    assert staged.final["goodwill"].mean() > plain.final["goodwill"].mean()
