"""Orders of a game: the best and worst against every order there is."""

from itertools import permutations

import numpy as np
import pytest

from omnisim.evaluation.orders import extreme_orders, spread_orders
from omnisim.evaluation.precedence import Precedence

GAME = Precedence.of(list("abcde"), {"b": ["a"], "d": ["c"]})


def feasible(game):
    for order in permutations(range(len(game))):
        coalition = 0
        for k in order:
            if k not in game.addable(coalition):
                break
            coalition |= 1 << k
        else:
            yield order


def steps_of(order):
    coalition = 0
    for k in order:
        yield coalition, k
        coalition |= 1 << k


def test_best_and_worst_are_those_of_all_orders(seed):
    rng = np.random.default_rng(seed)
    value = {(c, k): rng.normal() for c in GAME.coalitions for k in GAME.addable(c)}
    total = {order: sum(value[step] for step in steps_of(order)) for order in feasible(GAME)}
    best, worst = extreme_orders(GAME, value)
    assert total[best] == pytest.approx(max(total.values()))
    assert total[worst] == pytest.approx(min(total.values()))


def test_only_known_steps_are_taken():
    path = (2, 0, 4, 3, 1)
    value = {step: -1.0 for step in steps_of(path)} | {(0, 0): 99.0}  # a dead end
    assert extreme_orders(GAME, value) == (path, path)


def test_a_spread_holds_every_order_where_there_is_room():
    every = set(feasible(GAME))
    assert set(spread_orders(GAME, GAME.coalitions, 1_000)) == every
    few = spread_orders(GAME, GAME.coalitions, 7)
    assert len(set(few)) == 7
    assert set(few) <= every
