"""Coalitions and orderings under prerequisites, against every permutation."""

import math
from collections import Counter

import pytest
from scipy.stats import chi2

from omnisim.evaluation import Precedence
from omnisim.exceptions import ParameterError
from omnisim.random import Draws
from tests.reference.orderings import feasible, linear_extensions

GAMES = {
    "free": ("abc", {}),
    "chain": ("abc", {"b": ["a"], "c": ["b"]}),
    "tree": ("abcde", {"b": ["a"], "c": ["a"], "e": ["d"]}),
    "two needs": ("abcd", {"c": ["a", "b"]}),
    "diamond": ("abcd", {"b": ["a"], "c": ["a"], "d": ["b", "c"]}),
}


@pytest.fixture(params=GAMES)
def case(request):
    players, needs = GAMES[request.param]
    return Precedence.of(list(players), needs), players, needs


def test_coalitions_are_those_that_hold_what_their_members_need(case):
    game, players, needs = case
    found = [frozenset(game.members(c)) for c in game.coalitions]
    assert len(found) == len(set(found))
    assert set(found) == set(feasible(players, needs))


def test_orderings_are_counted(case):
    game, players, needs = case
    assert game.n_orderings == len(linear_extensions(players, needs))
    for coalition in game.coalitions:
        inside = game.members(coalition)
        within = {p: needs.get(p, ()) for p in inside}
        assert game.ways_down[coalition] == len(linear_extensions(inside, within))


def test_seventeen_free_players_have_17_factorial_orderings():
    game = Precedence.of([f"k{i}" for i in range(17)], {})
    assert game.n_orderings == math.factorial(17)
    assert len(game.coalitions) == 2**17


def test_sampled_orderings_are_feasible_and_equally_likely(seed):
    players, needs = GAMES["tree"]
    game = Precedence.of(list(players), needs)
    n = 3_000
    rows = game.sample_orderings(n, draws=Draws(seed))
    count = Counter("".join(players[k] for k in row) for row in rows)
    all_of_them = {"".join(order) for order in linear_extensions(players, needs)}
    assert set(count) <= all_of_them
    expected = n / len(all_of_them)
    statistic = sum((count[order] - expected) ** 2 / expected for order in all_of_them)
    assert statistic < chi2.isf(1e-6, len(all_of_them) - 1)


def test_more_orderings_keep_the_first_ones():
    game = Precedence.of(list("abcd"), {"b": ["a"]})
    few, many = (game.sample_orderings(n, draws=Draws(3)) for n in (4, 9))
    assert (many[:4] == few).all()


@pytest.mark.parametrize(
    ("players", "needs", "told"),
    [
        ([], {}, "one or more"),
        (["a", "a"], {}, "different names"),
        (["a"], {"a": ["b"]}, "Unknown player 'b'"),
        (["a", "b"], {"a": ["b"], "b": ["a"]}, "circle"),
    ],
)
def test_bad_players_are_refused(players, needs, told):
    with pytest.raises(ParameterError, match=told):
        Precedence.of(players, needs)


def test_too_many_coalitions_are_refused():
    with pytest.raises(ParameterError, match="feasible coalitions"):
        _ = Precedence.of([f"k{i}" for i in range(19)], {}).coalitions
