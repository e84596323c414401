"""A policy wrapped to learn inside a run."""

import json

import numpy as np
import pytest

import omnisim as om
from omnisim.exceptions import ParameterError
from omnisim.policies import (
    Context,
    Impersonal,
    LinearThompson,
    LinUCB,
    Online,
    Oracle,
    Outcome,
    policy_from_dict,
)  # fmt: skip
from tests.reference.contexts import random_context
from tests.reference.worlds import small


def learned(seed: int) -> Online:
    policy, context = Online(LinearThompson(), window_days=5), random_context(60, 3, 4, seed)
    policy.learn(Outcome(context, policy.decide(context), np.ones(60)))
    return policy


def test_it_decides_and_learns_as_the_policy_inside(seed: int) -> None:
    policy, new = learned(seed), random_context(40, 3, 4, seed + 1)
    assert policy.policy.n_updates_.sum() == 60
    assert np.array_equal(policy.decide(new).propensity, policy.policy.decide(new).propensity)
    assert np.array_equal(policy.probabilities(new), policy.policy.probabilities(new))


def test_a_saved_one_goes_on_bit_by_bit(seed: int) -> None:
    policy, new = learned(seed), random_context(40, 3, 4, seed + 1)
    again = policy_from_dict(json.loads(json.dumps(policy.to_dict())))
    assert again.window_days == 5
    assert np.array_equal(again.probabilities(new), policy.probabilities(new))


def test_it_is_described_with_the_policy_inside() -> None:
    assert Online(LinUCB()).describe() == {
        "name": "Online", "window_days": 14, "policy": LinUCB().describe(),
    }  # fmt: skip


def test_a_window_has_a_day_at_least() -> None:
    with pytest.raises(ParameterError, match="window_days must be"):
        Online(LinUCB(), window_days=0)


def test_another_wrapper_is_saved_with_the_policy_inside(seed: int) -> None:
    context = Context.of(np.ones((3, 2)), ("none", "email:popular", "email:profile"))
    policy = Impersonal(LinearThompson())
    policy.policy.learn(Outcome(context, policy.policy.decide(context), np.ones(3)))
    again = policy_from_dict(json.loads(json.dumps(policy.to_dict())))
    assert type(again) is Impersonal
    assert np.array_equal(again.decide(context).propensity, policy.decide(context).propensity)
    assert again.policy.n_updates_.sum() == 3


@pytest.mark.parametrize("policy", [Online(Oracle()), Impersonal(Oracle())])
def test_a_wrapped_oracle_is_told_the_truth(policy) -> None:
    assert policy.needs_truth
    assert len(om.simulate(small(), policy=policy, seed=1).decisions) > 0
    assert not Impersonal(LinUCB()).needs_truth
