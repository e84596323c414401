"""The policy tree: the exact search against trying every tree, and a known rule."""

import json

import numpy as np
import pytest

from omnisim.exceptions import ParameterError
from omnisim.policies import Context, Outcome, PolicyTree, Uniform, policy_from_dict
from omnisim.policies.tree_search import Splits, grow
from tests.reference.policy_trees import best_value

sklearn_linear = pytest.importorskip("sklearn.linear_model")


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("min_leaf", [1, 4])
def test_the_search_finds_the_best_of_all_trees(depth: int, min_leaf: int, seed: int) -> None:
    """30 rows, 3 features of few values, every cut allowed."""
    rng = np.random.default_rng(seed)
    for _ in range(5):
        x = rng.integers(0, 5, (30, 3)).astype(float)
        gain = rng.normal(size=(30, 3))
        _, _, leaf = grow(Splits.of(x, 40, min_leaf), gain, depth)
        found = sum(gain[leaf == k].sum(axis=0).max() for k in np.unique(leaf))
        assert found == pytest.approx(best_value(x, gain, depth, min_leaf))
        if len(np.unique(leaf)) > 1:
            assert np.bincount(leaf)[np.unique(leaf)].min() >= min_leaf


def test_nothing_to_gain_asks_nothing() -> None:
    x = np.arange(20.0)[:, None]
    feature, _, leaf = grow(Splits.of(x, 10, 1), np.ones((20, 1)), 2)
    assert (feature == -1).all()
    assert not leaf.any()


def test_a_constant_feature_is_not_asked_about() -> None:
    x = np.column_stack((np.ones(20), np.arange(20)))
    gain = np.where(np.arange(20) < 10, 1.0, -1.0)[:, None] * [0, 1]
    feature, threshold, _ = grow(Splits.of(x, 30, 1), gain, 1)
    assert feature.tolist() == [1, -1, -1]
    assert threshold[0] == 9


def trial(seed: int, n: int = 4000) -> Outcome:
    """Mail gains 1 where x0 > 0.5 and x1 <= -0.2, else it loses 1; push loses always."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4))
    context = Context.of(x, ["none", "mail", "push"], u=rng.random(n), cost=[0, 0.1, 0.1])
    action = Uniform().decide(context)
    effect = np.where((x[:, 0] > 0.5) & (x[:, 1] <= -0.2), 1.0, -1.0)
    gain = np.select([action.index == 1, action.index == 2], [effect, -1.0], 0.0)
    return Outcome(context, action, x[:, 2] + gain + rng.normal(size=n))


def test_it_finds_the_known_rule(seed: int) -> None:
    outcome = trial(seed)
    policy = PolicyTree(estimator=sklearn_linear.Ridge(), n_cuts=63).fit(outcome)
    x = outcome.context.features
    right = (x[:, 0] > 0.5) & (x[:, 1] <= -0.2)
    chosen = policy.decide(outcome.context).index
    assert set(chosen) <= {0, 1}
    assert ((chosen == 1) == right).mean() > 0.93
    asked = set(policy.feature_[policy.feature_ >= 0])
    assert asked == {0, 1}
    assert any("x0 > 0." in line and "mail" in line for line in policy.lines())


def test_a_deeper_tree_is_no_worse(seed: int) -> None:
    outcome = trial(seed)
    found = []
    for depth in (1, 2, 3):
        policy = PolicyTree(depth=depth, estimator=sklearn_linear.Ridge()).fit(outcome)
        gain = policy.scores(outcome.context) - outcome.context.cost
        found.append(gain.max(axis=1).mean())
    assert found[0] <= found[1] + 1e-9 <= found[2] + 2e-9


def test_a_saved_tree_decides_alike() -> None:
    outcome = trial(0, 2000)
    policy = PolicyTree(epsilon=0.1, n_folds=2).fit(outcome)
    again = policy_from_dict(json.loads(json.dumps(policy.to_dict())))
    made = policy.probabilities(outcome.context)
    assert np.array_equal(again.probabilities(outcome.context), made)
    assert made.sum(axis=1) == pytest.approx(np.ones(2000))


def test_bad_depths_are_refused() -> None:
    for depth in (0, 7):
        with pytest.raises(ParameterError, match="depth must be"):
            PolicyTree(depth=depth)


def test_a_leaf_is_told_as_it_is_decided() -> None:
    """The mail earns 1 before its cost of 2: nobody is contacted."""
    rng = np.random.default_rng(0)
    context = Context.of(
        rng.normal(size=(400, 1)), ["none", "mail"], cost=[0, 2], u=rng.random(400)
    )
    action = Uniform().decide(context)
    policy = PolicyTree(depth=1, n_folds=2, estimator=sklearn_linear.Ridge())
    policy.fit(Outcome(context, action, action.index.astype(float)))
    assert not policy.decide(context).index.any()
    assert all(line.endswith(": none") for line in policy.lines())


def app_trial(seed: int, gains: tuple[float, float], *, richer: float, n: int = 8000) -> Outcome:
    """Only the fifth with the app may get a push; they buy for `richer` more whatever is done."""
    rng = np.random.default_rng(seed)
    has_app = rng.random(n) < 0.2
    context = Context.of(
        rng.normal(size=(n, 2)), ["none", "email", "push"], u=rng.random(n), cost=[0, 0.1, 0.3],
        eligible=np.column_stack((np.ones((n, 2), dtype=bool), has_app)),
    )  # fmt: skip
    action = Uniform().decide(context)
    gain = np.array([0.0, *gains])[action.index]
    return Outcome(context, action, richer * has_app + gain + rng.normal(size=n))


def test_what_few_may_get_counts_for_them(seed: int) -> None:
    """The push gains 1 and the mail 0.5: the holders of the app are pushed, the others mailed."""
    outcome = app_trial(seed, (0.5, 1.0), richer=0.0)
    policy = PolicyTree(estimator=sklearn_linear.Ridge()).fit(outcome)
    has_app = outcome.context.eligible[:, 2]
    chosen = policy.decide(outcome.context).index
    assert (chosen[has_app] == 2).mean() > 0.9
    assert (chosen[~has_app] == 1).mean() > 0.9


def test_a_leaf_with_too_few_rows_of_an_action_does_not_take_it() -> None:
    policy = PolicyTree(min_leaf=2, min_rows=10)
    gain = np.array([[0.0, 1.0, 8.0], [0.0, 2.0, 9.0], [0.0, 3.0, 9.0]])
    eligible = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1]], dtype=bool)
    assert policy._mean_gain(gain, eligible).tolist() == [0.0, 2.0, -1e300]


def test_actions_never_possible_beside_the_control_are_told(seed: int) -> None:
    with pytest.raises(ParameterError, match="only rows count in which both were possible"):
        PolicyTree(min_rows=4000).fit(app_trial(seed, (0.5, 1.0), richer=0.0))
