"""What must hold of off-policy estimates on any log."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnisim.evaluation import (
    IPS,
    SNIPS,
    DirectMethod,
    DoublyRobust,
    LoggedFeedback,
    SelfNormalisedDR,
    ShrinkageDR,
    SwitchDR,
    overlap,
)
from tests.reference.off_policy import random_log

# All of it holds of logs with little overlap, too; the warning is tested elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore::omnisim.exceptions.OverlapWarning")

ESTIMATORS = [IPS(), SNIPS(), DirectMethod(), DoublyRobust(), SelfNormalisedDR(),
              SwitchDR(threshold=2.0), ShrinkageDR(shrinkage=4.0)]  # fmt: skip

logs = st.builds(
    lambda seed, n, k: (seed, *random_log(np.random.default_rng(seed), n=n, k=k)),
    st.integers(0, 2**32 - 1), st.integers(600, 900), st.integers(2, 5),
)  # fmt: skip


def estimate(estimator, log, target, predicted):
    return estimator.estimate(log, target, predicted=predicted)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: e.name)
@given(drawn=logs)
@settings(max_examples=15, deadline=None)
def test_names_and_order_of_actions_and_rows_do_not_count(estimator, drawn) -> None:
    seed, log, target = drawn
    rng = np.random.default_rng(seed)
    predicted = rng.normal(size=target.shape)
    expected = estimate(estimator, log, target, predicted)
    new_place = rng.permutation(log.n_actions)
    old = np.argsort(new_place)
    renamed = dataclasses.replace(log, action=new_place[log.action], action_names=tuple(
        log.action_names[a] for a in old))  # fmt: skip
    found = estimate(estimator, renamed, target[:, old], predicted[:, old])
    assert found.value == pytest.approx(expected.value, rel=1e-10, abs=1e-12)
    row = rng.permutation(len(log))
    found = estimate(estimator, log.take(row), target[row], predicted[row])
    assert found.value == pytest.approx(expected.value, rel=1e-10, abs=1e-12)
    assert found.std_error == pytest.approx(expected.std_error, rel=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: e.name)
@given(drawn=logs, scale=st.floats(0.01, 100))
@settings(max_examples=15, deadline=None)
def test_the_unit_of_the_reward_is_that_of_the_value(estimator, drawn, scale) -> None:
    seed, log, target = drawn
    predicted = np.random.default_rng(seed).normal(size=target.shape)
    one = estimate(estimator, log, target, predicted)
    other = estimate(estimator, log.with_reward(scale * log.reward), target, scale * predicted)
    assert other.value == pytest.approx(scale * one.value, rel=1e-9, abs=1e-10 * scale)
    assert other.std_error == pytest.approx(scale * one.std_error, rel=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: e.name)
@given(drawn=logs)
@settings(max_examples=15, deadline=None)
def test_a_log_of_every_row_twice_says_the_same_as_each_shopper_twice(estimator, drawn) -> None:
    seed, log, target = drawn
    predicted = np.random.default_rng(seed).normal(size=target.shape)
    one = estimate(estimator, log, target, predicted)
    row = np.repeat(np.arange(len(log)), 2)
    twice = dataclasses.replace(log.take(row), shopper=row)
    other = estimate(estimator, twice, target[row], predicted[row])
    assert other.value == pytest.approx(one.value, rel=1e-10, abs=1e-12)
    assert other.std_error == pytest.approx(one.std_error, rel=1e-9)


@given(drawn=logs)
@settings(max_examples=30, deadline=None)
def test_self_normalised_value_is_among_the_rewards_and_overlap_among_its_bounds(drawn) -> None:
    _, log, target = drawn
    value = SNIPS().estimate(log, target).value
    assert log.reward.min() <= value <= log.reward.max()
    found = overlap(log, target)
    assert 1 <= found.effective_sample_size <= found.n * (1 + 1e-12)
    assert found.max_weight >= found.mean_weight


@given(drawn=logs)
@settings(max_examples=15, deadline=None)
def test_obp_and_table_give_the_log_back(drawn) -> None:
    _, log, target = drawn
    frame = log.to_frame()
    table = LoggedFeedback.from_table(
        frame, action="action", reward="reward", propensity="propensity",
        context=["context.x0", "context.x1"],
    )  # fmt: skip
    for again in (table, LoggedFeedback.from_obp(log.to_obp())):
        assert IPS().estimate(again, target).value == IPS().estimate(log, target).value
        np.testing.assert_array_equal(again.context, log.context)
