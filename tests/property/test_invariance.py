"""Row order, row splitting and the names of channels change no model's results."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnisim.attribution.keys import canonical_sets, structural_keys
from omnisim.attribution.shapley import coalitions
from omnisim.exceptions import TableError
from omnisim.journeys import Journeys
from tests.reference.every_model import CLASSES, MODELS

CLOSE = {"logistic": 1e-5}
"""Where an iteration ends by a tolerance, sums in another order move the end by so much."""

NAMES = dict(zip("abcdef", "zyxwvu", strict=True))


def make(seed, timed=True):
    """Return journeys, some of the same path, with times that tie."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 25))
    offset = np.concatenate(([0], np.cumsum(rng.integers(1, 6, n))))
    row = np.repeat(np.arange(n), np.diff(offset))
    time = rng.integers(0, 9, offset[-1]) / 2
    time = time[np.lexsort((time, row))]
    won = rng.integers(0, 5, n)
    won[0], nulls = 3, rng.integers(0, 4, n)
    nulls[1] = 2
    last = time[offset[1:] - 1]
    return Journeys(
        rng.integers(0, 6, offset[-1]).astype(np.int32), offset, won, nulls,
        np.where(won > 0, rng.integers(0, 50, n), 0).astype(float), tuple("abcdef"),
        time=time if timed else None,
        end=np.where(won > 0, last + 0.5, np.nan) if timed else None,
    )  # fmt: skip


def split(journeys, rng):
    """Return the journeys with every row cut in two: counts and values add up to the row's."""
    n = len(journeys)
    parts = journeys.take(np.concatenate([np.arange(n), np.arange(n)]))
    won, nulls = (rng.integers(0, a + 1) for a in (journeys.n_conversions, journeys.n_nulls))
    value = np.where(won == journeys.n_conversions, journeys.value, np.floor(journeys.value / 2))
    value = np.where(won == 0, 0.0, value)
    return replace(
        parts,
        n_conversions=np.concatenate([won, journeys.n_conversions - won]),
        n_nulls=np.concatenate([nulls, journeys.n_nulls - nulls]),
        value=np.concatenate([value, journeys.value - value]),
    )


def results(model, journeys):
    """Return all that a fit learns by channel, and the credits of one journey."""
    model.fit(journeys)
    learned = {name: v for name, v in vars(model).items()
               if isinstance(v, pd.Series) and v.index.name == "channel"}  # fmt: skip
    assert {"credit_", "value_credit_"} <= set(learned)
    first = model.journey_credit(journeys.take(np.array([0])))
    learned["first"] = first.set_index("channel")["credit"]
    return learned


def assert_same(found, expected, tolerance, rename=lambda name: name):
    assert set(found) == set(expected)
    for name, series in expected.items():
        got = found[name].reindex(series.index.map(rename)).to_numpy()
        np.testing.assert_allclose(got, series, rtol=tolerance, atol=tolerance, err_msg=name)


@pytest.mark.filterwarnings("ignore:.*credit is NaN:omnisim.exceptions.OmnisimWarning")
@pytest.mark.parametrize("timed", [False, True], ids=["paths", "times"])
@pytest.mark.parametrize("name", MODELS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=8, deadline=None)
def test_order_splitting_and_names_of_rows_change_nothing(name, timed, seed):
    rng, journeys, tolerance = np.random.default_rng(seed), make(seed, timed), CLOSE.get(name, 1e-9)
    expected = results(MODELS[name](str), journeys)
    first_stays = np.concatenate(([0], 1 + rng.permutation(len(journeys) - 1)))
    shuffled = journeys.take(first_stays)
    assert_same(results(MODELS[name](str), shuffled), expected, tolerance)
    renamed = journeys.regroup(NAMES)
    found = results(MODELS[name](NAMES.get), renamed)
    assert_same(found, expected, tolerance, NAMES.get)
    cut = split(journeys, rng)
    found, first = results(MODELS[name](str), cut), expected.pop("first")
    del found["first"]  # the first row is another one now
    assert first.sum() == pytest.approx(journeys.n_conversions[0])
    assert_same(found, expected, tolerance)


def test_every_model_is_there():
    assert {type(make(str)) for make in MODELS.values()} == set(CLASSES)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_keys_follow_channels_and_sets_not_names(seed):
    rng, journeys = np.random.default_rng(seed), make(seed)
    keys = []
    for each in (journeys, journeys.regroup(NAMES).take(rng.permutation(len(journeys)))):
        member, offset, amount = coalitions(each)
        sets, channels = structural_keys(member, offset, amount, each.n_channels)
        members = np.split(np.array(each.channel_names)[member], offset[1:-1])
        keys.append((
            dict(zip(each.channel_names, channels.tolist(), strict=True)),
            {frozenset(m.tolist()): k for m, k in zip(members, sets.tolist(), strict=True)},
        ))  # fmt: skip
    (channels, sets), (renamed, renamed_sets) = keys
    assert {NAMES[name]: key for name, key in channels.items()} == renamed
    assert {frozenset(NAMES[n] for n in s): key for s, key in sets.items()} == renamed_sets


def test_only_channels_that_may_be_swapped_share_a_key():
    # a and b can be swapped; c differs by its count, d and e by whom they are met with.
    table = {
        "path": ["a", "b", "c", "d > a", "d > b", "e > c"],
        "n_conversions": [1, 1, 2, 3, 3, 3],
    }
    member, offset, amount = coalitions(Journeys.from_paths(table))
    _, key = structural_keys(member, offset, amount, 5)
    assert key[0] == key[1]
    assert len(set(key.tolist())) == 4


def test_canonical_sets_hold_the_same_sets():
    journeys = make(5)
    member, offset, amount = coalitions(journeys)
    found = canonical_sets(member, offset, amount, journeys.n_channels, told_by=[0])

    def listed(member, offset, amount):
        return {(tuple(sorted(m)), *a) for m, a in
                zip(np.split(member, offset[1:-1]), amount.tolist(), strict=True)}  # fmt: skip

    got = listed(found.channel[found.member], found.offset, found.amount)
    assert got == listed(member, offset, amount)
    assert (np.diff(found.set_key.astype(object)) >= 0).all()
    assert (np.diff(found.channel_key.astype(object)) >= 0).all()


def test_swappable_channels_get_the_same_credit():
    table = {"path": ["a", "b", "a > c", "b > c", "c"], "n_conversions": [4, 4, 2, 2, 1],
             "n_nulls": [3, 3, 5, 5, 9]}  # fmt: skip
    for name in ("Shapley, sampled", "logistic"):
        credit = MODELS[name](str).fit(table).credit_
        assert credit["a"] == pytest.approx(credit["b"], rel=1e-9)
        assert credit["a"] != pytest.approx(credit["c"], rel=1e-3)


def test_models_that_need_nulls_say_so():
    with pytest.raises(TableError, match="nothing to compare"):
        MODELS["logistic"](str).fit({"path": ["a"], "n_conversions": [1]})
