"""The best action of each segment."""

import json

import numpy as np
import pytest

from omnisim.exceptions import ParameterError
from omnisim.policies import Action, BestSegment, Context, Outcome, Uniform, policy_from_dict


def outcome(x: list[float], index: list[int], reward: list[float], p: list[float]) -> Outcome:
    context = Context.of(np.array(x)[:, None], ["none", "mail"], names=["age"])
    return Outcome(context, Action(np.array(index), np.array(p)), np.array(reward))


def test_values_by_hand() -> None:
    """Below the median 2: mail has rewards 4 (p 0.5) and 1 (p 0.25), so (8 + 4) / (2 + 4) = 2."""
    seen = outcome(
        [1, 1, 1, 3, 3, 2], [1, 1, 0, 0, 1, 0], [4, 1, 1, 5, 0, 3], [0.5, 0.25, 0.5, 0.5, 0.5, 0.5]
    )
    policy = BestSegment(by=("age",), n_groups=2, min_rows=1)
    policy.learn(seen)
    assert policy.cuts_.tolist() == [[1.5]]
    assert policy.values() == pytest.approx(np.array([[1.0, 2.0], [4.0, 0.0]]))
    new = Context.of([[0.0], [9.0]], ["none", "mail"], names=["age"])
    assert policy.decide(new).index.tolist() == [1, 0]
    dear = Context.of([[0.0]], ["none", "mail"], names=["age"], cost=[0.0, 1.5])
    assert policy.decide(dear).index.tolist() == [0]


def test_a_thin_cell_takes_the_overall_effect() -> None:
    seen = outcome([1, 1, 1, 3, 3, 3], [0, 1, 0, 0, 1, 1], [0, 9, 1, 2, 2, 2], [0.5] * 6)
    policy = BestSegment(by=("age",), n_groups=2, min_rows=2)
    policy.learn(seen)
    overall_mail, overall_none = (9 + 2 + 2) / 3, 1.0
    effect = overall_mail - overall_none
    assert policy.values()[0] == pytest.approx([0.5, 0.5 + effect])
    assert policy.values()[1] == pytest.approx([overall_none, overall_none + effect])


def test_batches_add_up() -> None:
    rng = np.random.default_rng(0)
    n = 400
    seen = outcome(rng.normal(size=n), rng.integers(0, 2, n), rng.normal(size=n), [0.5] * n)
    whole, parts = BestSegment(by=("age",)), BestSegment(by=("age",))
    whole.learn(seen)
    parts.learn(seen)
    parts.learn(seen.take(np.arange(100)))
    whole.learn(seen.take(np.arange(50)))
    whole.learn(seen.take(np.arange(50, 100)))
    assert whole.values() == pytest.approx(parts.values())


def test_it_finds_who_gains(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(3000, 1))
    context = Context.of(x, ["none", "mail"], names=["age"], u=rng.random(3000))
    action = Uniform().decide(context)
    gain = np.where(x[:, 0] > 0, 1.0, -1.0)
    policy = BestSegment(by=("age",), n_groups=2)
    policy.learn(Outcome(context, action, gain * action.index + rng.normal(size=3000)))
    assert np.array_equal(policy.decide(context).index, x[:, 0] > policy.cuts_[0, 0])
    again = policy_from_dict(json.loads(json.dumps(policy.to_dict())))
    assert np.array_equal(again.decide(context).index, policy.decide(context).index)


def test_before_it_has_learned_it_tries() -> None:
    context = Context.of([[0.0]] * 2, ["none", "mail"], names=["age"], u=[0.2, 0.8])
    action = BestSegment(by=("age",)).decide(context)
    assert action.index.tolist() == [0, 1]
    assert action.propensity.tolist() == [0.5, 0.5]


def test_other_actions_are_refused() -> None:
    policy = BestSegment(by=("age",))
    policy.learn(outcome([1], [0], [0], [1]))
    with pytest.raises(ParameterError, match="This BestSegment learned actions"):
        policy.decide(Context.of([[0.0]], ["none", "push"], names=["age"]))


def test_who_may_get_an_action_is_not_its_effect(seed: int) -> None:
    """Holders of the app, a fifth, buy for 5 EUR more; the push does nothing, the mail gains 1."""
    rng = np.random.default_rng(seed)
    n = 6000
    has_app = rng.random(n) < 0.2
    context = Context.of(
        rng.normal(size=(n, 1)), ["none", "mail", "push"], names=["age"], u=rng.random(n),
        eligible=np.column_stack((np.ones((n, 2), dtype=bool), has_app)),
    )  # fmt: skip
    action = Uniform().decide(context)
    reward = 5.0 * has_app + (action.index == 1) + rng.normal(size=n)
    policy = BestSegment(by=("age",))
    policy.learn(Outcome(context, action, reward))
    effect = policy.values() - policy.values()[:, [0]]
    # 130 rows a cell and arm of the push: an error of 0.13
    assert abs(effect[:, 2]).max() < 0.5
    assert not (policy.decide(context).index == 2).any()


def test_an_effect_without_a_control_beside_it_is_unknown() -> None:
    context = Context.of(
        [[0.0]] * 4, ["none", "mail"], names=["age"], eligible=[[1, 0], [1, 0], [1, 1], [1, 1]]
    )
    policy = BestSegment(by=("age",), n_groups=1, min_rows=1)
    policy.learn(Outcome(context, Action(np.array([0, 0, 1, 1]), np.ones(4)), np.arange(4.0)))
    assert policy.values().tolist() == [[0.5, -np.inf]]
    assert not policy.decide(context).index.any()


def test_means_are_compared_where_the_control_was_never_tried() -> None:
    policy = BestSegment(by=("age",), n_groups=1, min_rows=1)
    context = Context.of([[0.0]] * 3, ["none", "a", "b"], names=["age"])
    policy.learn(Outcome(context, Action(np.array([1, 1, 2]), np.ones(3)), np.array([1, 3, 5.0])))
    assert policy.values().tolist() == [[-np.inf, 2.0, 5.0]]
