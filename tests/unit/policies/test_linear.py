"""Linear bandits against hand calculation, numpy's solver and adaptive quadrature."""

import json
from dataclasses import replace
from math import erf

import numpy as np
import pytest
from scipy.stats import norm

from omnisim.exceptions import ParameterError
from omnisim.policies import (
    Action,
    Context,
    EpsilonGreedy,
    LinearThompson,
    LinUCB,
    Outcome,
    Uniform,
    policy_from_dict,
)
from omnisim.policies.linear import REFRESH_EVERY, LinearBandit, normal_table
from omnisim.policies.saving import encoded
from tests.reference import bandits
from tests.reference.contexts import random_context

FAMILY = [LinearBandit, LinUCB, LinearThompson, EpsilonGreedy]


def rows(n: int, d: int, k: int, seed: int) -> Outcome:
    """Return outcomes of uniform actions in a linear world."""
    rng = np.random.default_rng(seed)
    context = random_context(n, d, k, seed)
    index = rng.integers(0, k, n)
    theta = rng.normal(size=(d, k))
    reward = (context.features @ theta)[np.arange(n), index] + rng.normal(size=n)
    return Outcome(context, Action(index, np.full(n, 1 / k)), reward)


def learned(cls: type[LinearBandit], outcome: Outcome, **parameters: float) -> LinearBandit:
    policy = cls(intercept=False, **parameters)  # type: ignore[arg-type]
    policy.learn(outcome)
    return policy


def test_one_feature_by_hand() -> None:
    """Ridge 1, x = 2, r = 3: precision 1 + 4 = 5, theta 6 / 5; at x = 1 the deviation is
    sqrt(1 / 5). The other action has theta 0 and deviation 1. With alpha 1 the bounds are
    1.2 + 0.447 and 1; with alpha 3 they are 2.54 and 3."""
    seen = Context.of([[2.0]], ["a", "b"])
    outcome = Outcome(seen, Action(np.zeros(1, np.int64), np.ones(1)), np.array([3.0]))
    new = Context.of([[1.0]], ["a", "b"])
    policy = learned(LinUCB, outcome)
    assert policy.theta_.tolist() == pytest.approx(np.array([[1.2, 0.0]]))
    assert policy.inverse_.ravel().tolist() == pytest.approx([0.2, 1.0])
    assert policy.decide(new).index.tolist() == [0]
    assert learned(LinUCB, outcome, alpha=3.0).decide(new).index.tolist() == [1]


def test_two_normals_by_hand() -> None:
    """P(N(1.2, 0.2) > N(0, 1)) = Phi(1.2 / sqrt(1.2)) = Phi(1.0954451) = 0.8633339."""
    seen = Context.of([[2.0]], ["a", "b"])
    outcome = Outcome(seen, Action(np.zeros(1, np.int64), np.ones(1)), np.array([3.0]))
    made = learned(LinearThompson, outcome).probabilities(Context.of([[1.0]], ["a", "b"]))
    expected = 0.5 * (1 + erf(1.2**0.5 / 2**0.5))
    assert made[0] == pytest.approx([expected, 1 - expected], abs=1e-9)


@pytest.mark.parametrize(("n", "d", "k"), [(1, 1, 1), (7, 3, 2), (400, 5, 3), (300, 50, 10)])
def test_what_is_learned_is_the_ridge_solution(n: int, d: int, k: int, seed: int) -> None:
    outcome = rows(n, d, k, seed)
    policy = learned(LinUCB, outcome, ridge=0.7)
    x = outcome.context.features
    fitted = bandits.models(x, outcome.action.index, outcome.reward, k, 0.7)
    for a, (theta, inverse) in enumerate(fitted):
        assert policy.theta_[:, a] == pytest.approx(theta, abs=1e-9)
        assert policy.inverse_[a] == pytest.approx(inverse, abs=1e-10)
    mean, width = bandits.moments(x, fitted)
    assert policy._scores(outcome.context, alpha=1.3) == pytest.approx(mean + 1.3 * width, abs=1e-9)


def test_rounding_stays_small_over_many_updates() -> None:
    """Badly scaled features, 3 refreshes: coefficients agree with a fresh solution."""
    outcome = rows(3 * REFRESH_EVERY + 100, 4, 1, seed=1)
    outcome.context.features[:, 0] *= 1e4
    policy = learned(LinUCB, outcome)
    theta, inverse = bandits.ridge(outcome.context.features, outcome.reward, 1.0)
    assert policy.theta_[:, 0] == pytest.approx(theta, rel=1e-8, abs=1e-11)
    assert policy.inverse_[0] == pytest.approx(inverse, rel=1e-6, abs=1e-14)
    assert (policy.inverse_[0] == policy.inverse_[0].T).all()


@pytest.mark.parametrize("cls", FAMILY)
def test_one_by_one_equals_a_batch_bit_by_bit(cls: type[LinearBandit], seed: int) -> None:
    outcome, new = rows(90, 11, 4, seed), random_context(71, 11, 4, seed + 1)
    whole, single = learned(cls, outcome), cls(intercept=False)
    for i in range(len(outcome)):
        single.learn(outcome.take(np.array([i])))
    assert whole.to_dict() == single.to_dict()
    batch = whole.decide(new)
    for i in range(len(new)):
        one = single.decide(new.take(np.array([i])))
        assert one.index[0] == batch.index[i]
        assert one.propensity[0] == batch.propensity[i]


@pytest.mark.parametrize("cls", FAMILY)
def test_saved_policies_decide_alike_bit_by_bit(cls: type[LinearBandit], seed: int) -> None:
    policy, new = learned(cls, rows(200, 6, 3, seed)), random_context(100, 6, 3, seed + 1)
    again = policy_from_dict(json.loads(json.dumps(policy.to_dict())))
    assert again == policy
    assert np.array_equal(again.probabilities(new), policy.probabilities(new))
    more = rows(50, 6, 3, seed + 2)
    policy.learn(more)
    again.learn(more)
    assert again.to_dict() == policy.to_dict()


def test_ineligible_actions_are_never_taken(seed: int) -> None:
    outcome, new = rows(100, 3, 4, seed), random_context(500, 3, 4, seed + 1)
    for cls in FAMILY:
        policy = learned(cls, outcome)
        action = policy.decide(new)
        assert new.eligible[np.arange(500), action.index].all()
        assert not policy.probabilities(new)[~new.eligible].any()


def test_costs_are_taken_off() -> None:
    """Equal expectations: the dear action is not taken."""
    context = Context.of(np.ones((3, 1)), ["none", "mail"], cost=[0.0, 0.01])
    for cls in (LinearBandit, LinUCB):
        assert cls().decide(context).index.tolist() == [0, 0, 0]
    assert LinearThompson(alpha=1e-3).probabilities(context)[0, 0] > 0.99


@pytest.mark.parametrize("ratio", [1.0, 7.0, 300.0, 1e5])
def test_chances_agree_with_adaptive_quadrature(ratio: float, seed: int) -> None:
    """Four actions, one of them much less certain than the others."""
    rng = np.random.default_rng(seed)
    mean, sd = rng.normal(size=(3, 4)), rng.uniform(0.3, 1.0, (3, 4))
    sd[:, 0] *= ratio
    made = chances(mean, sd)
    expected = np.array([bandits.chance_to_be_best(m, s) for m, s in zip(mean, sd, strict=True)])
    assert made.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-14)
    assert abs(made - expected).max() < 1e-8


@pytest.mark.parametrize("n_actions", [2, 10, 50, 256])
def test_chances_of_many_actions_agree_with_a_fine_grid(n_actions: int, seed: int) -> None:
    """Scores alike, the sharpest integrand; the trapezoidal rule at 0.03 deviations is exact."""
    rng = np.random.default_rng(seed)
    sd = np.exp(rng.choice([0.0, 0.3]) * rng.normal(size=n_actions))
    mean = rng.choice([0.0, 0.3, 3.0]) * rng.normal(size=n_actions)
    step = 0.03 * sd.min()
    s = np.arange((mean - 7 * sd).min(), (mean + 7 * sd).max(), step)[:, None]
    below, density = norm.cdf((s - mean) / sd), norm.pdf(s, mean, sd)
    expected = [
        step * (density[:, a] * np.delete(below, a, axis=1).prod(axis=1)).sum()
        for a in range(n_actions)
    ]
    assert abs(chances(mean[None], sd[None])[0] - expected).max() < 1e-8


def chances(mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    from omnisim.policies import _bandit

    made = np.empty_like(mean)
    eligible = np.ones(mean.shape, dtype=np.uint8)
    _bandit.thompson(mean, sd, eligible, normal_table(), 256, made)
    return made


def test_chances_are_those_of_sampled_scores(seed: int) -> None:
    """Highest of 100,000 draws of every score, within 5.3 standard errors and 10 draws."""
    outcome, new = rows(60, 4, 3, seed), random_context(3, 4, 3, seed + 1).features
    new_context = Context.of(new, outcome.context.actions)
    policy = learned(LinearThompson, outcome)
    fitted = bandits.models(outcome.context.features, outcome.action.index, outcome.reward, 3, 1.0)
    rng, n = np.random.default_rng(seed), 100_000
    score = np.stack([new @ rng.multivariate_normal(t, v, n).T for t, v in fitted], axis=2)
    share = np.stack([(score.argmax(axis=2) == a).mean(axis=1) for a in range(3)], axis=1)
    p = policy.probabilities(new_context)
    assert (abs(share - p) < 5.3 * np.sqrt(p * (1 - p) / n) + 10 / n).all()


def test_a_row_of_zeros_has_a_decision() -> None:
    context = Context.of(np.zeros((1, 2)), ["a", "b"])
    made = LinearThompson(intercept=False).probabilities(context)
    assert made.tolist() == pytest.approx(np.array([[0.5, 0.5]]))


def test_epsilon_is_shared_among_the_eligible(seed: int) -> None:
    outcome, new = rows(100, 3, 4, seed), random_context(50, 3, 4, seed + 1)
    made = learned(EpsilonGreedy, outcome, epsilon=0.2).probabilities(new)
    n_eligible = new.eligible.sum(axis=1)
    assert made.max(axis=1) == pytest.approx(0.8 + 0.2 / n_eligible)
    assert made.sum(axis=1) == pytest.approx(np.ones(50))


def test_features_are_chosen_by_name_and_scaled() -> None:
    """days_since_purchase counts in years of 365 days, behind a constant."""
    names = ("noise", "days_since_purchase")
    context = Context.of([[9.0, 730.0]], ["a"], names=names)
    policy = LinearBandit(features=("days_since_purchase",))
    assert policy._inputs(context).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("cls", FAMILY)
@pytest.mark.parametrize("n_features", [300, 3000])
def test_few_features_of_many_are_as_if_alone(cls: type[LinearBandit], n_features: int) -> None:
    """Of more columns than a bandit takes, which nothing may be written for."""
    context = random_context(400, n_features, 3, 1)
    alone = replace(context, features=context.features[:, [7, 2]].copy(), names=("x7", "x2"))
    made = [
        learned(cls, Outcome(some, Uniform().decide(some), np.arange(400.0)), features=("x7", "x2"))
        for some in (context, alone)
    ]
    first, second = (
        policy.probabilities(some) for policy, some in zip(made, (context, alone), strict=True)
    )
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("cls", FAMILY)
@pytest.mark.parametrize("n", [5, 400])
def test_a_bandit_without_context_learns_means(cls: type[LinearBandit], n: int) -> None:
    context = Context.of(np.empty((n, 0)), ["none", "a"], u=np.linspace(0.01, 0.99, n))
    action = Uniform().decide(context)
    policy = cls(ridge=1e-9)
    policy.learn(Outcome(context, action, 1.0 * action.index))
    assert policy.theta_[0].tolist() == pytest.approx([0.0, 1.0])
    assert policy.decide(context).index.mean() > 0.5


def test_bad_use_is_refused() -> None:
    with pytest.raises(ParameterError, match="alpha must be"):
        LinUCB(alpha=0.0)
    with pytest.raises(ParameterError, match="epsilon must lie"):
        EpsilonGreedy(epsilon=2.0)
    with pytest.raises(ParameterError, match="Unknown feature 'y'"):
        LinUCB(features=("y",)).decide(random_context(1, 2, 2, 0))
    policy = LinUCB()
    policy.decide(random_context(1, 2, 2, 0))
    with pytest.raises(ParameterError, match="This LinUCB learned features"):
        policy.decide(random_context(1, 3, 2, 0))
    with pytest.raises(ParameterError, match="1 to 256 inputs"):
        LinUCB().decide(random_context(1, 256, 2, 0))


def test_it_finds_the_best_action_of_a_linear_world(seed: int) -> None:
    """After 3,000 rounds of 20 decisions, the last thousand lose under 5 % to the best action."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=(4, 3))
    for cls in (LinUCB, LinearThompson):
        policy, lost, best = cls(intercept=False), 0.0, 0.0
        for step in range(60):
            x = rng.normal(size=(50, 4))
            context = Context.of(x, ["a", "b", "c"], u=rng.random(50))
            action, value = policy.decide(context), x @ theta
            earned = value[np.arange(50), action.index]
            policy.learn(Outcome(context, action, earned + rng.normal(size=50)))
            if step >= 40:
                lost += (value.max(axis=1) - earned).sum()
                best += value.max(axis=1).sum()
        assert lost < 0.05 * best


@pytest.mark.parametrize(
    "name", ["precision_", "inverse_", "moment_", "theta_", "n_updates_", "actions_", "names_"]
)
def test_a_file_whose_arrays_do_not_fit_is_refused(name: str) -> None:
    made = learned(LinUCB, rows(20, 3, 2, 0)).to_dict()
    value = made["learned"][name]
    if "tuple" in value:
        value["tuple"].append("more")
    else:
        size = int(np.prod(value["shape"]))
        value |= encoded(np.zeros(size - 1, dtype=value["dtype"]))
    with pytest.raises(ParameterError, match="must have shape"):
        policy_from_dict(made)
