"""What must hold of Markov attribution on any table of paths."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from omnisim.attribution import MarkovAttribution, chain, removal
from omnisim.journeys import Journeys
from tests.reference.journeys import as_columns, tables
from tests.reference.markov import removal_effects


def fit(table, order=1, **options):
    return MarkovAttribution(order, **options).fit(as_columns(table))


@pytest.mark.parametrize("blocked", [False, True])
@pytest.mark.parametrize("use_nulls", [True, False])
@given(table=tables, order=st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_removal_effects_meet_the_dense_oracle(table, order, use_nulls, blocked):
    with pytest.MonkeyPatch.context() as patch:
        if blocked:
            patch.setattr(removal, "DENSE_STATES", 0)
        model = fit(table, order, use_nulls=use_nulls)
    expected = removal_effects(table, order, use_nulls)
    for name, (effect, value_effect) in expected.items():
        assert model.removal_effect_[name] == pytest.approx(effect, abs=1e-12)
        assert model.value_removal_effect_[name] == pytest.approx(value_effect, abs=1e-12)


@pytest.mark.filterwarnings("ignore:.*credit is NaN")  # where redistribution cannot divide
@pytest.mark.parametrize("removal_to", ["null", "redistribute"])
@given(table=tables, order=st.integers(1, 3), smoothing=st.floats(0.01, 100.0))
@example(table=[(["a"], 1, 0, 0.0), (["b", "b", "a"], 0, 2, 0.0)], order=2, smoothing=0.03125)
@settings(max_examples=30, deadline=None)
def test_smoothed_removal_effects_meet_the_dense_oracle(table, order, smoothing, removal_to):
    model = fit(table, order, smoothing=smoothing, removal=removal_to)
    expected = removal_effects(table, order, True, removal_to, smoothing)
    for name, (effect, value_effect) in expected.items():
        assert model.removal_effect_[name] == pytest.approx(effect, abs=1e-10)
        assert model.value_removal_effect_[name] == pytest.approx(value_effect, abs=1e-10)


@given(table=tables, order=st.integers(2, 4))
@settings(max_examples=30, deadline=None)
def test_much_smoothing_gives_the_chain_of_the_lower_order(table, order):
    smooth, lower = fit(table, order, smoothing=1e12), fit(table, order - 1)
    np.testing.assert_allclose(smooth.removal_effect_, lower.removal_effect_, atol=1e-9)
    np.testing.assert_allclose(smooth.value_credit_, lower.value_credit_, rtol=1e-9, atol=1e-9)


@given(table=tables, order=st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_credits_are_not_negative_and_sum_to_what_was_seen(table, order):
    model = fit(table, order)
    assert (model.credit_ >= 0).all()
    assert model.credit_.sum() == pytest.approx(sum(r[1] for r in table), rel=1e-12)
    assert model.value_credit_.sum() == pytest.approx(sum(r[3] for r in table), rel=1e-12)
    assert model.removal_effect_.between(0, 1 + 1e-12).all()


@given(table=tables, order=st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_chain_converts_as_often_as_the_journeys(table, order):
    model = fit(table, order)
    total = sum(r[1] + r[2] for r in table)
    assert model.p_conversion_ == pytest.approx(sum(r[1] for r in table) / total, rel=1e-10)


@given(table=tables, order=st.integers(1, 3), random=st.randoms())
@settings(max_examples=30, deadline=None)
def test_row_order_and_row_splitting_change_no_conversion_credit(table, order, random):
    model = fit(table, order)
    split = [part for r in table
             for part in [(r[0], r[1], 0, r[3]), (r[0], 0, r[2], 0.0)]]  # fmt: skip
    random.shuffle(split)
    again = fit(split, order)
    np.testing.assert_array_equal(again.credit_.to_numpy(), model.credit_.to_numpy())
    np.testing.assert_array_equal(again.value_credit_.to_numpy(), model.value_credit_.to_numpy())


@given(table=tables, order=st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_relabelling_channels_relabels_credits(table, order):
    names = dict(zip("abcde", "zyxwv", strict=True))
    model = fit(table, order)
    renamed = fit([([names[c] for c in r[0]], *r[1:]) for r in table], order)
    for name in model.credit_.index:
        assert renamed.credit_[names[name]] == pytest.approx(model.credit_[name], rel=1e-11)


@given(table=tables, order=st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_both_ways_of_counting_agree(table, order):
    journeys = Journeys.from_paths(as_columns(table))
    dense = chain.count_chain(journeys, order)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chain, "DENSE_CELLS", 0)
        by_sorting = chain.count_chain(journeys, order)
    assert (dense.count != by_sorting.count).nnz == 0
    for name in ("key", "start", "to_conversion", "to_null", "value"):
        np.testing.assert_array_equal(getattr(dense, name), getattr(by_sorting, name))


@given(table=tables)
@settings(max_examples=30, deadline=None)
def test_self_transitions_do_not_matter_at_order_one(table):
    keep, collapse = fit(table), fit(table, repeats="collapse")
    np.testing.assert_allclose(collapse.credit_, keep.credit_, rtol=1e-10, atol=1e-12)


@pytest.mark.filterwarnings("ignore:.*credit is NaN:omnisim.exceptions.OmnisimWarning")
@given(table=tables, order=st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_redistribution_meets_the_dense_oracle(table, order):
    expected = removal_effects(table, order, removal="redistribute")
    model = fit(table, order, removal="redistribute")
    for name, (effect, value_effect) in expected.items():
        assert model.removal_effect_[name] == pytest.approx(effect, abs=1e-10)
        assert model.value_removal_effect_[name] == pytest.approx(value_effect, abs=1e-10)


@given(table=tables, order=st.integers(1, 2))
@settings(max_examples=30, deadline=None)
@example(  # a column of the equations on which the recurrence breaks down at every restart
    table=[
        (["c", "c", "a", "a"], 0, 5, 0.0),
        (["a", "c", "c", "c", "c", "c", "c"], 1, 5, 0.0),
        (["c", "c"], 0, 5, 0.0),
    ],
    order=2,
)
def test_states_tell_what_the_journeys_did(table, order):
    # The chain's expected visits are the touches seen a path; of a path, the mean steps too.
    model = fit(table, order)
    frame, total = model.states(), sum(r[1] + r[2] for r in table)
    seen = sum(len(r[0]) * (r[1] + r[2]) for r in table)
    assert frame["visits"].sum() == pytest.approx(seen / total)
    start = model.chain_.p_start
    assert start @ frame["steps"] == pytest.approx(seen / total)
    assert start @ frame["p_conversion"] == pytest.approx(model.p_conversion_)
    assert (frame["p_reached"] <= frame["visits"] * (1 + 1e-9)).all()
    if order == 1:
        lost = frame["p_reached"] * frame["p_conversion"] / model.p_conversion_
        effect = model.removal_effect_.reindex(frame.index)
        np.testing.assert_allclose(lost, effect, rtol=1e-9)
