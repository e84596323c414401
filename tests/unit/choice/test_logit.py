"""Choices against the formulas of Train (2009), and their shares against the logit."""

import math

import numpy as np
import pytest
from scipy.special import chdtri

from omnisim.choice import choose, nest
from omnisim.exceptions import ParameterError
from omnisim.random import Draws

FALSE_ALARM = 1e-6
STREAM = 1_001  # above 1,000: free for code outside omnisim


def shares(utilities):
    weights = [math.exp(v) for v in utilities]
    return [w / sum(weights) for w in weights]


def choose_slowly(utilities, u):
    passed = 0.0
    for k, share in enumerate(shares(utilities)):
        passed += share
        if u < passed:
            return k
    return len(utilities) - 1


@pytest.mark.parametrize("n_alternatives", [1, 2, 3, 7, 40])
def test_choose_meets_the_formula(seed, n_alternatives):
    rng = np.random.default_rng(seed)
    utilities = rng.normal(scale=3, size=(500, n_alternatives))
    u = rng.uniform(size=500)
    expected = [choose_slowly(row, x) for row, x in zip(utilities, u, strict=True)]
    assert choose(utilities, u).tolist() == expected


def test_shares_meet_the_multinomial_logit(seed):
    utilities, n = [1.2, 0.0, -0.7, -2.5, 0.4], 200_000
    u = Draws(seed).uniform(STREAM, np.arange(n))
    observed = np.bincount(choose(np.tile(utilities, (n, 1)), u), minlength=5)
    expected = n * np.array(shares(utilities))
    chi_square = ((observed - expected) ** 2 / expected).sum()
    assert chi_square < chdtri(4, FALSE_ALARM)


def test_a_third_alternative_leaves_the_odds_of_two_unchanged(seed):
    u = Draws(seed).uniform(STREAM, np.arange(100_000))
    two = choose(np.tile([0.5, 0.0], (len(u), 1)), u)
    three = choose(np.tile([0.5, 0.0, 1.0], (len(u), 1)), u)
    odds = [(chosen == 0).sum() / (chosen == 1).sum() for chosen in (two, three)]
    # The log odds of n choices have standard deviation sqrt(1 / n0 + 1 / n1).
    spread = math.sqrt(sum(1 / (chosen == k).sum() for chosen in (two, three) for k in (0, 1)))
    assert abs(math.log(odds[0] / odds[1])) < 4.9 * spread


def test_a_better_alternative_keeps_those_who_had_chosen_it(seed):
    rng = np.random.default_rng(seed)
    utilities, u = rng.normal(size=(2_000, 4)), rng.uniform(size=2_000)
    before = choose(utilities, u)
    utilities[:, 0] += 0.5
    assert (choose(utilities, u)[before == 0] == 0).all()


@pytest.mark.parametrize("shift", [-1e4, 1e4, 1e300])
def test_choose_is_stable_at_extreme_utilities(shift):
    chosen = choose([[shift, shift]] * 2, [0.25, 0.75])
    assert chosen.tolist() == [0, 1]


@pytest.mark.parametrize("u", [2.0**-53, 0.5, 1 - 2.0**-53])
def test_an_impossible_alternative_is_never_chosen(u):
    inf = np.inf
    chosen = choose([[-inf, 0.0, -inf], [0.0, -inf, -inf], [-inf, -inf, 0.0]], [u] * 3)
    assert chosen.tolist() == [1, 0, 2]


def test_choose_of_no_rows_is_empty():
    assert choose(np.empty((0, 3)), np.empty(0)).shape == (0,)


@pytest.mark.parametrize("scale", [0.05, 0.4, 1.0])
def test_nest_meets_the_formula(seed, scale):
    utilities = np.random.default_rng(seed).normal(size=(200, 2))
    value, share = nest(utilities, scale)
    for (first, second), v, s in zip(utilities, value, share, strict=True):
        a, b = math.exp(first / scale), math.exp(second / scale)
        assert v == pytest.approx(scale * math.log(a + b), rel=1e-12, abs=1e-12)
        assert s == pytest.approx(a / (a + b), rel=1e-12)


def test_a_nest_of_scale_one_is_the_multinomial_logit(seed):
    rng = np.random.default_rng(seed)
    utilities, other = rng.normal(size=(50, 2)), rng.normal(size=50)
    value, share = nest(utilities, 1.0)
    of_first = share * np.exp(value) / (np.exp(value) + np.exp(other))
    expected = [shares([*row, o])[0] for row, o in zip(utilities, other, strict=True)]
    np.testing.assert_allclose(of_first, expected, rtol=1e-12)


def test_a_nest_with_one_possible_alternative_is_that_alternative():
    value, share = nest([[2.0, -np.inf], [-np.inf, 3.0]], 0.3)
    assert value.tolist() == [2.0, 3.0]
    assert share.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("utilities", "u", "message"),
    [
        ([0.0, 1.0], [0.5], r"utilities must have shape \(n, n_alternatives\)"),
        (np.empty((2, 0)), [0.5, 0.5], "n_alternatives >= 1"),
        ([[0.0, np.nan]], [0.5], r"finite or -inf. Got nan at \[0, 1\]"),
        ([[0.0], [np.inf]], [0.5, 0.5], r"Got inf at \[1, 0\]"),
        ([[0.0], [-np.inf]], [0.5, 0.5], "Row 1 has none"),
        ([[0.0]], [0.5, 0.5], r"u must have shape \(1,\)"),
        ([[0.0]], [1.0], r"u must lie in \(0, 1\). Got 1.0 in row 0"),
        ([[0.0]], [np.nan], "Got nan in row 0"),
    ],
)
def test_choose_names_what_is_wrong(utilities, u, message):
    with pytest.raises(ParameterError, match=message):
        choose(utilities, u)


@pytest.mark.parametrize(
    ("utilities", "scale", "message"),
    [
        ([[0.0, 0.0, 0.0]], 0.5, r"shape \(n, 2\)"),
        ([[0.0, 0.0]], 0.0, r"scale must lie in \(0, 1\]. Got 0.0"),
        ([[0.0, 0.0]], 1.5, "scale must lie in"),
        ([[0.0, 0.0]], True, "scale must lie in"),
    ],
)
def test_nest_names_what_is_wrong(utilities, scale, message):
    with pytest.raises(ParameterError, match=message):
        nest(utilities, scale)
