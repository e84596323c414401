"""Late rewards: what is settled is what was decided, and learning late is learning."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisim.exceptions import ParameterError
from omnisim.policies import LinearThompson, Outcome, Pending, Uniform
from tests.reference.contexts import random_context


def test_late_rewards_flushed_in_order_teach_the_same(seed: int) -> None:
    """Two policies see the same 20 batches; one learns at once, one at the end, in order."""
    at_once, late, pending = LinearThompson(), LinearThompson(), Pending()
    numbers, rewards = [], []
    for k in range(20):
        context = random_context(7, 3, 3, seed + k)
        action, reward = Uniform().decide(context), np.random.default_rng(k).normal(size=7)
        at_once.learn(Outcome(context, action, reward))
        numbers.append(pending.hold(context, action))
        rewards.append(reward)
    late.learn(pending.settle(np.concatenate(numbers), np.concatenate(rewards)))
    assert late.to_dict() == at_once.to_dict()
    assert len(pending) == 0


@given(st.permutations(range(9)))
def test_rewards_come_in_any_order(order: list[int]) -> None:
    context = random_context(9, 2, 3, 0)
    action, pending = Uniform().decide(context), Pending()
    for start in (0, 4, 5):
        stop = {0: 4, 4: 5, 5: 9}[start]
        pending.hold(context.take(np.arange(start, stop)), action.take(np.arange(start, stop)))
    part = np.array(order[:6])
    outcome = pending.settle(part, part * 1.5)
    assert np.array_equal(outcome.context.features, context.features[part])
    assert np.array_equal(outcome.action.index, action.index[part])
    assert np.array_equal(outcome.reward, part * 1.5)
    assert len(pending) == 3


def test_what_does_not_wait_is_refused() -> None:
    context, pending = random_context(2, 1, 2, 0), Pending()
    numbers = pending.hold(context, Uniform().decide(context))
    with pytest.raises(ParameterError, match="Decision 2 must be waiting"):
        pending.settle(np.array([2]), np.zeros(1))
    with pytest.raises(ParameterError, match="numbers must differ"):
        pending.settle(np.array([0, 0]), np.zeros(2))
    with pytest.raises(ParameterError, match="at least one"):
        pending.settle(numbers[:0], np.zeros(0))
    pending.settle(numbers[:1], np.zeros(1))
    with pytest.raises(ParameterError, match="Decision 0 must be waiting"):
        pending.settle(numbers, np.zeros(2))
