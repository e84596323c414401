"""Needs are a Poisson process of the stated rate, and belong to their shopper alone."""

import numpy as np
import pytest
from scipy.special import chdtri, kolmogi, pdtr, pdtrc

from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.schema import Event
from omnisim.simulation import _market as kernel
from omnisim.simulation import simulate
from omnisim.simulation.engine import draw_shoppers
from omnisim.simulation.market import season_factor
from tests.reference.worlds import new_world, small

FALSE_ALARM = 1e-6
N, DAYS, RATE = 4_000, 40, 0.1  # shoppers, days, needs per day: 4 needs expected each


def needs_of(world, days=DAYS, season=1.0):
    """Return shopper, number and time of all needs of a world's first days."""
    kernel.first_needs(world.state)
    found = [kernel.needs(world.state, day, season) for day in range(days)]
    return [np.concatenate(column) for column in zip(*found, strict=True)]


@pytest.fixture
def needs(seed):
    world = new_world(small(market__n_shoppers=N), seed=seed)
    world.columns["need_rate"][:] = RATE
    world.columns["aware"][:] = 1
    return needs_of(world)


def test_counts_are_poisson(needs):
    counts = np.bincount(needs[0], minlength=N)
    mean = RATE * DAYS
    observed = np.bincount(np.minimum(counts, 11), minlength=12)
    shares = np.append(np.diff(pdtr(np.arange(11), mean), prepend=0), pdtrc(10, mean))
    chi_square = ((observed - N * shares) ** 2 / (N * shares)).sum()
    assert chi_square < chdtri(11, FALSE_ALARM)
    # The sum of N counts is Poisson too: 4.9 standard deviations are a false alarm in a million.
    assert abs(counts.sum() - N * mean) < 4.9 * np.sqrt(N * mean)


def test_times_are_uniform_over_the_days_and_within_a_day(needs):
    times = needs[2]
    for share in (np.sort(times) / DAYS, np.sort(times % 1)):
        n = len(share)
        gap = np.abs(share - (np.arange(n) + 0.5) / n).max() + 0.5 / n
        assert gap * np.sqrt(n) < kolmogi(FALSE_ALARM)


def test_needs_are_numbered_and_in_order(needs):
    shopper, number, time = needs
    for who in range(50):
        mine = shopper == who
        assert number[mine].tolist() == list(range(mine.sum()))
        assert (np.diff(time[mine]) > 0).all()


def test_the_season_averages_to_one():
    market = Scenario().market
    factors = [season_factor(market, day) for day in range(365)]
    assert np.mean(factors) == pytest.approx(1, abs=1e-12)
    assert int(np.argmax(factors)) == round(market.season_peak_day)
    swing = 1 + market.season_amplitude
    assert max(factors) == pytest.approx(swing)


def test_a_season_brings_needs_forward_and_changes_no_number():
    world = new_world(small(market__n_shoppers=500), seed=5)
    ordinary = needs_of(world, season=1.0)
    busy = needs_of(new_world(small(market__n_shoppers=500), seed=5), season=1.5)
    when = {tuple(key): time for *key, time in zip(*map(list, ordinary), strict=True)}
    sooner = [
        time <= when[shopper, number]
        for shopper, number, time in zip(*map(list, busy), strict=True)
        if (shopper, number) in when
    ]
    assert len(sooner) == len(when)
    assert all(sooner)


def test_one_shopper_more_changes_no_need_of_another(seed):
    few, more = (
        needs_of(new_world(small(market__n_shoppers=n, word__mean_degree=0), seed=seed))
        for n in (300, 301)
    )
    old = more[0] < 300
    for a, b in zip(few, more, strict=True):
        np.testing.assert_array_equal(a, b[old])


def test_one_shopper_more_changes_no_event_of_another_without_competition():
    # Without queues, scarce goods or acquaintances, shoppers have nothing to do with each other.
    alone = small(
        word__mean_degree=0, service__staff_per_store=1_000, stock__safety_factor=10.0,
        stock__warehouse_safety_factor=10.0, stock__store_share=1.0, market__horizon_days=120,
    )  # fmt: skip
    logs = []
    for n in (60, 61):
        scenario = alone.replace({"market.n_shoppers": n})
        log = simulate(scenario, population=draw_shoppers(scenario, seed=4), seed=4).events
        logs.append(log.to_pandas().query("shopper < 60").reset_index(drop=True))
    assert not (logs[0]["event"] == Event.STOCKOUT).any()
    assert logs[0].equals(logs[1])


def test_capabilities_move_no_need():
    scenario = small(experience__engagement_on_need=0.0, market__n_shoppers=200)
    followed = []
    for level in (Capabilities.siloed(), Capabilities.integrated()):
        log = simulate(scenario.replace({"capabilities": level}), seed=8).events.to_pandas()
        needs = log[(log["event"] == Event.NEED) & (log["item"] >= 0)]
        followed.append(needs.set_index(["shopper", "journey"])[["time", "item"]])
    both = followed[0].index.intersection(followed[1].index)
    assert len(both) > 0.8 * len(followed[0])
    assert followed[0].loc[both].equals(followed[1].loc[both])
