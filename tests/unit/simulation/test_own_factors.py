"""Weights that are each shopper's own: drawn with mean 1, acting as a multiple of the weight."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.heterogeneity import Heterogeneity
from omnisim.random import Draws
from omnisim.schema import Event
from omnisim.simulation import _journey, _market, _media, _messages, _outcome, simulate
from omnisim.simulation.own_factors import draw_own_factors
from omnisim.simulation.trip import STORE, WEBSITE
from tests.reference.random_worlds import random_world
from tests.reference.worlds import assert_same_bytes, of, small

NAMES = list(Heterogeneity.model_fields)
NONE = dict.fromkeys(NAMES, 0.0)
ALL = Heterogeneity(**dict.fromkeys(NAMES, 0.8))
WEIGHTS = {name: (name,) for name in NAMES} | {
    "wait": ("delivery_per_day",),
    "later": ("delay_intercept",),
    "relevance": ("relevance_taste",),
    "goodwill": ("goodwill", "aware_goodwill"),
    "response": ("display_goodwill", "message_goodwill", "broadcast_goodwill"),
}
"""Parameters of the kernels that a multiple goes with."""
ALIKE_AND_NOT = (Heterogeneity(**NONE), ALL)
MUCH = {
    "market__n_shoppers": 300, "exposures__inert": (), "experience__points_on_churn": 0.5,
    "experience__engagement_on_churn": 2.0, "word__imitation_per_year": 10.0,
    "word__goodwill_per_year": 10.0, "media__display_per_week": 7.0, "media__fatigue_on_ads": 1.0,
    "media__broadcast_contacts": 2.0,
}  # fmt: skip


def test_nobody_differs_without_a_spread():
    factors = draw_own_factors(Heterogeneity(**NONE), 1_000, Draws(1))
    assert (factors == 1).all()
    assert factors.strides == (0, 0)  # one number for all


def test_multiples_have_mean_one_and_their_spread():
    factors = draw_own_factors(ALL, 40_000, Draws(2)).astype(float)
    error = np.sqrt(np.expm1(0.8**2) / 40_000)
    assert np.abs(factors.mean(axis=0) - 1).max() < 5 * error
    assert np.log(factors).std(axis=0) == pytest.approx(0.8, rel=0.03)
    between = np.corrcoef(factors, rowvar=False) - np.eye(len(NAMES))
    assert np.abs(between).max() < 5 / np.sqrt(40_000)


def test_a_multiple_has_an_address_of_its_own():
    few = draw_own_factors(Heterogeneity(**NONE | {"habit": 0.8}), 10, Draws(3))
    many = draw_own_factors(ALL, 20, Draws(3))
    habit = NAMES.index("habit")
    assert (few[:, habit] == many[:10, habit]).all()
    assert (np.delete(few, habit, axis=1) == 1).all()


def live_a_day(world):
    """Take every shopper through all that a weight may touch; return what came of it."""
    state, n = world.state, world.n_shoppers
    rows, none = np.arange(n, dtype=np.int32), np.zeros(n, np.int32)
    world.columns["aware"][1::2] = 1  # so that only every second can become aware, by the others
    _market.count_aware_neighbours(state)
    for i in range(n):
        for need in range(8):
            _journey.decide(state, i, need, 0, WEBSITE, need, False, False, 0.3, 30.0)
    _media.show_display(state, 30, np.zeros(0, np.uint8))
    _media.broadcast(state, 30)
    _messages.deliver_messages(state, rows, rows, none, np.zeros(n), none, none, np.zeros(n),
                               np.ones(n, np.uint8), 0, 30)  # fmt: skip
    for day in range(30, 50):
        _market.spread_awareness(state, day)
    _market.needs(state, 30, 20.0)
    for i in range(n):
        for need in range(8):
            _outcome.evaluate(state, i, need, 0, STORE, 0.5, 0.0, 0.5, False, 0.0, 0.0, 31.0)
    kept = ("surplus", "goodwill", "aware", "until_need", "alive")
    return np.column_stack([world.columns[name] for name in kept])


def crowd(name, *, own=1.0, weight=1.0):
    """Return a world where every second shopper has a multiple, or all have another weight."""
    world = random_world(np.random.default_rng(7), **MUCH)
    factors = world.columns["own_factors"]
    factors[:] = 1
    factors[::2, NAMES.index(name)] = own
    params = world.state.params
    changed = {key: (weight * np.array(params[key])).tolist() for key in WEIGHTS[name]}
    world.state.params = params | changed
    return live_a_day(world)


@pytest.mark.parametrize("name", NAMES)
def test_a_multiple_acts_as_another_weight_of_that_shopper_alone(name):
    """Twice the weight, to the last bit; nobody else is touched."""
    usual, own, doubled = crowd(name), crowd(name, own=2.0), crowd(name, weight=2.0)
    assert (own[::2] == doubled[::2]).all()
    assert (own[1::2] == usual[1::2]).all()
    assert (own[::2] != usual[::2]).any()


def test_who_differs_decides_otherwise_and_the_books_balance(seed):
    runs = [simulate(small(heterogeneity=spreads), seed=seed) for spreads in ALIKE_AND_NOT]
    bought = [(of(run.events, "event") == Event.PURCHASE).sum() for run in runs]
    assert bought[0] != bought[1]
    assert runs[1].ledger().sum() * 100 == pytest.approx(of(runs[1].postings, "cents").sum())


def test_shoppers_differ_alike_in_both_arms():
    scenario = small(heterogeneity=ALL).placebo()
    arms = [
        simulate(scenario.replace({"capabilities": levels}), seed=4)
        for levels in (Capabilities.siloed(), Capabilities.integrated())
    ]
    assert_same_bytes(*arms)
