"""Row order, row splitting and names of channels change no bootstrap replicate and no fold."""

from collections import Counter
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from omnisim.attribution import (
    Linear,
    MarkovAttribution,
    ShapleyAttribution,
    TimeDecay,
    bootstrap,
    choose_order,
)
from omnisim.attribution.distinct import digest, distinct_paths, distinct_rows
from omnisim.journeys import Journeys
from tests.property.test_invariance import NAMES, make, split

MODELS = [MarkovAttribution(), MarkovAttribution(2), Linear(), TimeDecay(half_life=2.0),
          ShapleyAttribution()]  # fmt: skip
seeds = st.integers(0, 2**32)


def paying(journeys, rng):
    """Return the journeys with a value that divides evenly among a row's conversions."""
    each = rng.choice([0.1, 7.0, 1 / 3], len(journeys))
    return replace(journeys, value=each * journeys.n_conversions)


def cut(journeys, rng):
    """Return the journeys with every row cut in two of the same value a conversion."""
    each = journeys.value / np.maximum(journeys.n_conversions, 1)
    parts = split(replace(journeys, value=np.zeros(len(journeys))), rng)
    return replace(parts, value=np.tile(each, 2) * parts.n_conversions)


def listed(journeys):
    """Count journeys by what they are: path, times, outcome and value, by hand."""
    out = Counter()
    for row in range(len(journeys)):
        place = slice(*journeys.offset[row : row + 2])
        path = tuple(journeys.channel_names[c] for c in journeys.channel[place])
        times = None if journeys.time is None else tuple(journeys.time[place])
        end = None if journeys.end is None else str(journeys.end[row])
        won = int(journeys.n_conversions[row])
        out[path, times, end, round(journeys.value[row] / max(won, 1), 9)] += won
        out[path, times, end, None] += int(journeys.n_nulls[row])
    return +out


def told_apart(journeys):
    """Return whether no permutation of the channels in use gives the same journeys, by trying."""
    found = listed(journeys)
    names = sorted({name for path, *_ in found for name in path})
    for order in permutations(names):
        new = dict(zip(names, order, strict=True))
        if list(order) != names and all(
            found[tuple(new[n] for n in path), *rest] == count
            for (path, *rest), count in found.items()
        ):
            return False
    return True


def replicates(model, journeys, name="credit"):
    """Return replicates with the channels in order of name."""
    result = bootstrap(model, journeys, n_replicates=6, seed=3)
    order = np.argsort(journeys.channel_names)
    return result.replicates[name][:, order]


@given(seed=seeds, timed=st.booleans())
@settings(max_examples=100, deadline=None)
def test_distinct_rows_hold_the_same_journeys_once(seed, timed):
    rng = np.random.default_rng(seed)
    journeys = paying(make(seed, timed), rng)
    twice = cut(journeys, rng).take(rng.permutation(2 * len(journeys)))
    found = distinct_rows(twice)
    assert listed(found) == listed(journeys)
    assert len(found) <= len(listed(journeys))
    assert ((found.n_conversions > 0) | (found.n_nulls > 0)).all()
    np.testing.assert_allclose(found.value.sum(), journeys.value.sum())
    again = distinct_rows(journeys)
    for field in ("channel", "offset", "n_conversions", "n_nulls"):
        np.testing.assert_array_equal(getattr(found, field), getattr(again, field))
    np.testing.assert_allclose(found.value, again.value, rtol=1e-14)
    assert digest(found) == digest(again)


@pytest.mark.parametrize("model", MODELS, ids=repr)
@given(seed=seeds, timed=st.booleans())
@settings(max_examples=10, deadline=None)
def test_rows_may_be_shuffled_and_split(model, seed, timed):
    rng = np.random.default_rng(seed)
    journeys = paying(make(seed, timed), rng)
    shuffled = journeys.take(rng.permutation(len(journeys)))
    pieces = cut(shuffled, rng).take(rng.permutation(2 * len(journeys)))
    for name in ("credit", "value_credit"):
        expected = replicates(model, journeys, name)
        for other in (shuffled, pieces):
            np.testing.assert_allclose(
                replicates(model, other, name), expected, rtol=1e-11, atol=1e-12
            )


@pytest.mark.parametrize("model", MODELS, ids=repr)
@given(seed=seeds, timed=st.booleans())
@settings(max_examples=10, deadline=None)
def test_channels_may_be_renamed(model, seed, timed):
    rng = np.random.default_rng(seed)
    journeys = paying(make(seed, timed), rng)
    assume(told_apart(journeys))
    renamed = journeys.regroup(NAMES)
    found = replicates(model, renamed.take(rng.permutation(len(renamed))))
    # NAMES turns the alphabet round.
    np.testing.assert_allclose(found[:, ::-1], replicates(model, journeys), rtol=1e-9, atol=1e-11)


def test_shuffled_rows_give_the_same_bytes(seed):
    rng, journeys = np.random.default_rng(seed), make(seed)
    expected = bootstrap(MarkovAttribution(), journeys, n_replicates=50, seed=1)
    shuffled = journeys.take(rng.permutation(len(journeys)))
    found = bootstrap(MarkovAttribution(), shuffled, n_replicates=50, seed=1)
    for name, draws in expected.replicates.items():
        assert found.replicates[name].tobytes() == draws.tobytes()
    assert found.digest == expected.digest
    assert not (found.difference(expected).drop(columns="estimate") != 0).any(axis=None)


@given(seed=seeds)
@settings(max_examples=30, deadline=None)
def test_folds_follow_journeys_not_rows_or_names(seed):
    rng = np.random.default_rng(seed)
    journeys = make(seed, timed=False)
    assume(told_apart(distinct_paths(journeys)))
    pieces = split(journeys, rng)
    others = (
        journeys.take(rng.permutation(len(journeys))),
        pieces.take(rng.permutation(len(pieces))),
        journeys.regroup(NAMES),
    )
    expected = choose_order(journeys, max_order=3, n_folds=3, seed=5)
    for other in others:
        found = choose_order(other, max_order=3, n_folds=3, seed=5)
        np.testing.assert_allclose(found.table, expected.table, rtol=1e-11)
        assert found.order == expected.order


def test_channels_that_may_be_swapped_still_have_draws_of_their_own():
    table = {"path": ["a", "b"], "n_conversions": [400, 400], "n_nulls": [600, 600]}
    draws = bootstrap(Linear(), table, n_replicates=2000, seed=1).replicates["credit"]
    assert draws.std(axis=0) == pytest.approx(20.0, rel=0.1)
    assert abs(np.corrcoef(draws.T)[0, 1]) < 5 / np.sqrt(2000)
    turned = {name: values[::-1] for name, values in table.items()}
    again = bootstrap(Linear(), turned, n_replicates=2000, seed=1).replicates["credit"]
    np.testing.assert_array_equal(draws, again)


def test_conversions_of_other_values_have_draws_of_their_own():
    # Of two conversions of value 1 and 9, a replicate may have one twice: the mean value varies.
    table = {"path": ["a", "a"], "n_conversions": [200, 200], "value": [200.0, 1800.0]}
    result = bootstrap(Linear(), table, n_replicates=2000, seed=1)
    assert result.replicates["value_credit"].std() == pytest.approx(
        np.sqrt(200 * (1 + 81)), rel=0.1
    )


def test_journeys_of_other_times_are_other_journeys():
    when = {"time": np.array([0.0, 1.0]), "end": np.array([2.0, 2.0])}
    columns = {"channel": np.zeros(2, np.int32), "offset": np.arange(3), "channel_names": ("a",),
               "n_conversions": np.ones(2, np.int64), "n_nulls": np.zeros(2, np.int64),
               "value": np.zeros(2)}  # fmt: skip
    assert len(distinct_rows(Journeys(**columns))) == 1
    assert len(distinct_rows(Journeys(**columns, **when))) == 2


def test_real_paths_in_any_order_under_any_names(data_dir):
    journeys = Journeys.from_paths(data_dir / "paths" / "paths_10k.csv")
    rng = np.random.default_rng(2)
    names = {name: f"{9 - k} {name}" for k, name in enumerate(journeys.channel_names)}
    pieces = cut(journeys, rng).take(rng.permutation(2 * len(journeys)))
    expected = bootstrap(MarkovAttribution(), journeys, n_replicates=20, seed=1).replicates
    back = np.argsort([names[name] for name in journeys.channel_names])
    found = bootstrap(MarkovAttribution(), pieces.regroup(names), n_replicates=20, seed=1)
    for name, draws in expected.items():
        np.testing.assert_allclose(found.replicates[name], draws[:, back], rtol=1e-11)
