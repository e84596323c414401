"""Worth of players against brute force, hand-made and published examples."""

import numpy as np
import pytest

from omnisim.evaluation import Precedence
from omnisim.evaluation.contrasts import (
    gap_to_additive,
    interaction,
    mean_interaction,
    shapley,
    total,
    worth,
)
from omnisim.evaluation.sampled import coalitions_of, sampled_shapley
from omnisim.random import Draws
from tests.reference.orderings import shapley_over_orderings
from tests.unit.evaluation.test_precedence import GAMES

ALONE = ("add first", "add with needs", "remove last", "remove with dependents")


def apply(contrast, value):
    return sum(weight * value[c] for c, weight in contrast.items())


def random_values(game, seed):
    rng = np.random.default_rng(seed)
    return dict(zip(game.coalitions, rng.normal(size=len(game.coalitions)), strict=True))


@pytest.mark.parametrize("name", GAMES)
def test_shapley_is_the_mean_over_all_feasible_orderings(name, seed):
    players, needs = GAMES[name]
    game = Precedence.of(list(players), needs)
    value = random_values(game, seed)
    by_name = {frozenset(game.members(c)): v for c, v in value.items()}
    expected = shapley_over_orderings(players, needs, by_name)
    found = {p: apply(shapley(game, k), value) for k, p in enumerate(players)}
    assert found == pytest.approx(expected)
    assert sum(found.values()) == pytest.approx(apply(total(game), value))


def test_the_glove_game():
    """One left glove, two right ones: (4, 1, 1) / 6, e.g. Osborne and Rubinstein (1994), 14.4."""
    game = Precedence.of(["left", "right 1", "right 2"], {})
    value = {c: float(c & 1 and c >> 1) if c != 1 else 0.0 for c in game.coalitions}
    value = {c: min(v, 1.0) for c, v in value.items()}
    found = [apply(shapley(game, k), value) for k in range(3)]
    assert found == pytest.approx([4 / 6, 1 / 6, 1 / 6])


def test_a_chain_pays_each_what_it_adds():
    """Hand calculation: one feasible ordering, so no averaging (Faigle and Kern 1992)."""
    game = Precedence.of(["a", "b"], {"b": ["a"]})
    value = {0: 1.0, 1: 4.0, 3: 9.0}
    assert [apply(shapley(game, k), value) for k in (0, 1)] == [3.0, 5.0]
    found = {kind: [apply(worth(game, k, kind), value) for k in (0, 1)] for kind in ALONE}
    assert found == {
        "add first": [3.0, 5.0],
        "add with needs": [3.0, 8.0],
        "remove last": [3.0, 5.0],
        "remove with dependents": [8.0, 5.0],
    }


@pytest.mark.parametrize("name", GAMES)
def test_an_additive_game_has_no_synergy_and_one_worth(name, seed):
    players, needs = GAMES[name]
    game = Precedence.of(list(players), needs)
    own = np.random.default_rng(seed).normal(size=len(game))
    value = {c: 7 + sum(own[k] for k in range(len(game)) if c >> k & 1) for c in game.coalitions}
    for k in range(len(game)):
        for kind in ("add first", "remove last"):
            assert apply(worth(game, k, kind), value) == pytest.approx(own[k])
        assert apply(shapley(game, k), value) == pytest.approx(own[k])
    assert apply(gap_to_additive(game), value) == pytest.approx(0)
    for i in range(len(game)):
        for j in range(i):
            for contrast in (interaction(game, i, j, at="first"), mean_interaction(game, i, j)):
                assert contrast is None or apply(contrast, value) == pytest.approx(0)


def test_a_product_of_two_is_their_interaction():
    """v = a b with a third player that doubles it: 1 at first, 2 at last, 1.5 on average."""
    game = Precedence.of(["a", "b", "c"], {})
    value = {c: (1 + (c >> 2 & 1)) * float(c & 3 == 3) for c in game.coalitions}
    assert apply(interaction(game, 0, 1, at="first"), value) == 1
    assert apply(interaction(game, 0, 1, at="last"), value) == 2
    assert apply(mean_interaction(game, 0, 1), value) == 1.5
    assert apply(gap_to_additive(game), value) == 2


def test_the_base_of_an_interaction_holds_what_the_pair_needs():
    game = Precedence.of(["a", "b", "c", "d"], {"b": ["a"], "d": ["c"]})
    found = interaction(game, 1, 3, at="first")  # b and d on a base of a and c
    assert found == {0b1111: 1.0, 0b0111: -1.0, 0b1101: -1.0, 0b0101: 1.0}
    assert interaction(game, 0, 2, at="last") == {0b0101: 1.0, 0b0001: -1.0, 0b0100: -1.0, 0: 1.0}


def test_a_pair_of_which_one_needs_the_other_has_no_interaction():
    game = Precedence.of(["a", "b", "c"], {"b": ["a"], "c": ["b"]})
    for i, j in ((0, 1), (1, 0), (0, 2)):
        assert interaction(game, i, j, at="first") is None
        assert mean_interaction(game, i, j) is None


@pytest.mark.parametrize("name", GAMES)
def test_every_contrast_reads_feasible_coalitions_only_and_sums_to_zero(name):
    players, needs = GAMES[name]
    game = Precedence.of(list(players), needs)
    contrasts = [worth(game, k, kind) for k in range(len(game)) for kind in ALONE]
    contrasts += [shapley(game, k) for k in range(len(game))]
    contrasts += [
        interaction(game, i, j, at=at) or {}
        for i in range(len(game)) for j in range(i) for at in ("first", "last")
    ]  # fmt: skip
    for contrast in contrasts:
        assert set(contrast) <= set(game.coalitions)
        assert sum(contrast.values()) == pytest.approx(0)


def test_sampled_values_cover_the_exact_ones(seed):
    """Interval for both errors, 99.99 % each for five players: a miss has chance below 1e-3."""
    players, needs = GAMES["tree"]
    game = Precedence.of(list(players), needs)
    value = random_values(game, seed)
    rng = np.random.default_rng(seed)
    noisy = {c: v + rng.normal(0, 0.1, 30) for c, v in value.items()}
    orderings = game.sample_orderings(60, draws=Draws(seed))
    path = coalitions_of(orderings)
    along = np.stack([np.stack([noisy[int(c)] for c in row], axis=-1) for row in path], axis=1)
    found = sampled_shapley(along, orderings, confidence=0.9999)
    for k in range(len(game)):
        assert found.ci_low[k] <= apply(shapley(game, k), value) <= found.ci_high[k]
        assert found.se_orderings[k] >= 0
    whole = np.mean([noisy[game.all] - noisy[0]])
    assert found.value.sum() == pytest.approx(whole)


def test_all_orderings_once_give_the_exact_value(seed):
    game = Precedence.of(list("abc"), {"b": ["a"]})
    value = random_values(game, seed)
    orderings = np.array([[0, 1, 2], [0, 2, 1], [2, 0, 1]])
    path = coalitions_of(orderings)
    along = np.array([[[value[int(c)] for c in row] for row in path]] * 2)
    found = sampled_shapley(along, orderings)
    expected = [apply(shapley(game, k), value) for k in range(3)]
    assert found.value == pytest.approx(expected)


def test_one_ordering_has_no_interval():
    found = sampled_shapley(np.array([[[0.0, 1.0]], [[0.0, 2.0]]]), np.array([[0]]))
    assert found.value[0] == 1.5
    assert np.isnan(found.ci_low[0])
