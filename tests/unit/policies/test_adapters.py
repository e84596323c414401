"""MABWiser and Vowpal Wabbit as policies; each is skipped where it is not installed."""

import json

import numpy as np
import pytest

from omnisim.exceptions import ParameterError
from omnisim.policies import Context, LinUCB, Outcome, Policy, Uniform, policy_from_dict
from omnisim.policies.mabwiser import RULES, MABWiser
from omnisim.policies.vowpal import VowpalWabbit
from tests.reference.contexts import random_context


def trial(seed: int, n: int = 400) -> Outcome:
    """The second action is worth x0, the third one a half; the first nothing."""
    context = random_context(n, 2, 3, seed)
    action = Uniform().decide(context)
    x0 = context.features[:, 0]
    worth = np.select([action.index == 1, action.index == 2], [x0, 0.5], 0.0)
    noise = np.random.default_rng(seed).normal(size=n)
    return Outcome(context, action, worth + 0.1 * noise)


def taught(policy: Policy, seed: int) -> Policy:
    for part in np.array_split(np.arange(400), 4):
        policy.learn(trial(seed).take(part))
    return policy


@pytest.fixture(params=[*RULES, "vw"])
def policy(request: pytest.FixtureRequest) -> Policy:
    if request.param == "vw":
        pytest.importorskip("vowpalwabbit", reason="Vowpal Wabbit is not installed")
        return VowpalWabbit()
    pytest.importorskip("mabwiser", reason="MABWiser is not installed")
    return MABWiser(request.param, epsilon=0.2)


def test_propensities_are_exact_and_eligible(policy: Policy, seed: int) -> None:
    new = random_context(200, 2, 3, seed + 1)
    for ready in (policy.copy(), taught(policy, seed)):
        action = ready.decide(new)
        assert action.probabilities is not None
        assert action.probabilities.sum(axis=1) == pytest.approx(np.ones(200))
        assert not action.probabilities[~new.eligible].any()
        picked = action.probabilities[np.arange(200), action.index]
        assert np.array_equal(picked, action.propensity)


def test_saved_and_copied_policies_decide_alike_and_learn_on(policy: Policy, seed: int) -> None:
    new, more = random_context(100, 2, 3, seed + 1), trial(seed + 2)
    policy = taught(policy, seed)
    others = [policy_from_dict(json.loads(json.dumps(policy.to_dict()))), policy.copy()]
    for other in others:
        assert np.array_equal(other.probabilities(new), policy.probabilities(new))
    if isinstance(policy, VowpalWabbit):
        return  # a model of Vowpal Wabbit does not hold all of its learning state
    policy.learn(more)
    for other in others:
        other.learn(more)
        assert np.array_equal(other.probabilities(new), policy.probabilities(new))


def test_contextual_ones_learn_whom_it_pays(seed: int) -> None:
    pytest.importorskip("vowpalwabbit", reason="Vowpal Wabbit is not installed")
    pytest.importorskip("mabwiser", reason="MABWiser is not installed")
    new = Context.of([[2.0, 0.0], [-2.0, 0.0]], trial(0).context.actions)
    for policy in (VowpalWabbit(), MABWiser("LinGreedy")):
        for k in range(5):
            policy.learn(trial(seed + k))
        assert policy.probabilities(new)[0, 1] > 0.8
        assert policy.probabilities(new)[1, 1] < 0.1


def test_lin_ucb_agrees_with_mabwiser(seed: int) -> None:
    """Same formula, two implementations: bounds of all actions to 1e-9."""
    pytest.importorskip("mabwiser", reason="MABWiser is not installed")
    outcome, new = trial(seed), random_context(50, 2, 3, seed + 1)
    theirs, ours = MABWiser("LinUCB", {"alpha": 0.7}), LinUCB(alpha=0.7, intercept=False)
    theirs.learn(outcome)
    ours.learn(outcome)
    expected = theirs._expectations(new)
    assert ours._scores(new, alpha=0.7) == pytest.approx(expected, abs=1e-9)
    assert np.array_equal(theirs.decide(new).index, ours.decide(new).index)


def test_what_cannot_tell_its_chances_is_refused() -> None:
    with pytest.raises(ParameterError, match="Unknown rule 'LinTS'"):
        MABWiser("LinTS")
    with pytest.raises(ParameterError, match="settings must not hold 'epsilon'"):
        MABWiser("LinGreedy", {"epsilon": 0.1})
    with pytest.raises(ParameterError, match="arguments must be text and hold --cb_explore_adf"):
        VowpalWabbit("--cb 3")
