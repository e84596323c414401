"""Effects: each learner recovers a known one; policies follow them."""

import json
import pathlib

import numpy as np
import pytest

from omnisim.exceptions import ParameterError
from omnisim.policies import (
    Action,
    Context,
    Outcome,
    PolicyTree,
    Propensity,
    Uniform,
    Uplift,
    load_policy,
    policy_from_dict,
)
from omnisim.policies.choosing import drawn
from omnisim.policies.effects import LEARNERS

linear = pytest.importorskip("sklearn.linear_model")
trees = pytest.importorskip("sklearn.tree")
ensembles = pytest.importorskip("sklearn.ensemble")


def trial(seed: int, n: int = 4000) -> Outcome:
    """Effects are x0 for the mail and 1 - x1 for the push; the reward without is 2 x2."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    eligible = np.ones((n, 3), dtype=bool)
    eligible[:, 2] = rng.random(n) < 0.8
    context = Context.of(x, ["none", "mail", "push"], u=rng.random(n), eligible=eligible)
    action = Uniform().decide(context)
    effect = effects(x)[np.arange(n), action.index]
    return Outcome(context, action, 2 * x[:, 2] + effect + rng.normal(size=n))


def effects(x: np.ndarray) -> np.ndarray:
    return np.column_stack((np.zeros(len(x)), x[:, 0], 1 - x[:, 1]))


@pytest.mark.parametrize("learner", ["T", "X", "DR"])
def test_linear_effects_are_recovered(learner: str, seed: int) -> None:
    """Root mean square error under 0.15 where effects have a deviation of 1: over 4,000 rows the
    error of four coefficients is about sqrt(4 * 2 / 1333) = 0.08."""
    ridge = linear.Ridge(alpha=1.0)
    policy = Uplift(learner=learner, estimator=ridge, effect_estimator=ridge).fit(trial(seed))
    new = trial(seed + 1).context
    error = policy.scores(new) - effects(new.features)
    assert np.sqrt((error**2).mean(axis=0)).max() < 0.15


def test_one_model_needs_interactions(seed: int) -> None:
    """The S-learner over a linear model knows mean effects, 0 and 1; over trees it sees more."""
    new = trial(seed + 1).context
    plain = Uplift(learner="S", estimator=linear.LinearRegression()).fit(trial(seed))
    assert plain.scores(new).std(axis=0) == pytest.approx(np.zeros(3), abs=1e-9)
    assert plain.scores(new)[0] == pytest.approx([0, 0, 1], abs=0.25)
    boosted = Uplift(learner="S").fit(trial(seed))
    right = effects(new.features)
    for a in (1, 2):
        assert np.corrcoef(boosted.scores(new)[:, a], right[:, a])[0, 1] > 0.7


def test_doubly_robust_effects_survive_a_wrong_model(seed: int) -> None:
    """Behavior depends on x2, which drives the reward; a constant model misleads T, not DR."""
    from sklearn.dummy import DummyRegressor

    rng = np.random.default_rng(seed)
    x = rng.normal(size=(20_000, 1))
    p = 1 / (1 + np.exp(-x[:, 0]))
    context = Context.of(x, ["none", "mail"], u=rng.random(len(x)))
    action = drawn(np.column_stack((1 - p, p)), context.u)
    outcome = Outcome(context, action, 3 * x[:, 0] + action.index)
    found = {}
    for learner in ("T", "DR"):
        policy = Uplift(
            learner=learner, estimator=DummyRegressor(), effect_estimator=DummyRegressor()
        )
        found[learner] = policy.fit(outcome).scores(context)[0, 1]
    assert found["T"] > 2
    assert found["DR"] == pytest.approx(1.0, abs=0.5)


@pytest.mark.parametrize("learner", list(LEARNERS))
def test_who_is_contacted_gains(learner: str, seed: int) -> None:
    outcome, new = trial(seed, 2500), trial(seed + 1).context
    policy = Uplift(learner=learner, features=("x0", "x1", "x2"), n_folds=2).fit(outcome)
    index = policy.decide(new).index
    assert new.eligible[np.arange(len(new)), index].all()
    earned = effects(new.features)[np.arange(len(new)), index].mean()
    blanket = np.where(new.eligible[:, 2], effects(new.features)[:, 2], 0).mean()
    assert earned > blanket + 0.1


def test_a_classifier_may_model_a_reward_of_zero_or_one(seed: int) -> None:
    outcome = trial(seed)
    bought = Outcome(outcome.context, outcome.action, (outcome.reward > 1).astype(float))
    policy = Uplift(learner="T", estimator=linear.LogisticRegression()).fit(bought)
    assert abs(policy.scores(outcome.context)).max() <= 1


def test_it_tries_until_it_has_rows_enough_and_then_refits(seed: int) -> None:
    outcome = trial(seed, 1000)
    policy = Uplift(learner="T", estimator=linear.Ridge(), refit_rows=600)
    first = outcome.take(np.arange(500))
    policy.learn(first)
    assert (policy.decide(first.context).propensity < 1).all()
    policy.learn(outcome.take(np.arange(500, 1000)))
    assert (policy.decide(first.context).propensity == 1).all()
    same = Uplift(learner="T", estimator=linear.Ridge()).fit(outcome)
    assert np.array_equal(same.scores(first.context), policy.scores(first.context))


def test_the_window_keeps_the_latest_rows(seed: int) -> None:
    outcome = trial(seed, 1500)
    policy = Uplift(learner="T", estimator=linear.Ridge(), window=700).fit(outcome)
    latest = Uplift(learner="T", estimator=linear.Ridge()).fit(outcome.take(np.arange(800, 1500)))
    assert np.array_equal(policy.scores(outcome.context), latest.scores(outcome.context))


def test_an_action_that_was_hardly_tried_is_not_taken(seed: int) -> None:
    outcome = trial(seed)
    seldom = outcome.take(np.flatnonzero(outcome.action.index != 2))
    policy = Uplift(estimator=linear.Ridge(), effect_estimator=linear.Ridge()).fit(seldom)
    assert policy.tried_.tolist() == [0, 1]
    assert set(policy.decide(outcome.context).index) == {0, 1}


def test_too_few_tries_are_told() -> None:
    outcome = trial(0)
    with pytest.raises(ParameterError, match=r"tried in 50 rows each. Got \{'none': 0, 'mail'"):
        Uplift().fit(outcome.take(np.flatnonzero(outcome.action.index == 1)))
    with pytest.raises(ParameterError, match="Unknown learner 'R'"):
        Uplift(learner="R")


@pytest.mark.parametrize(
    "policy",
    [
        Uplift(learner="S", epsilon=0.1),
        Uplift(learner="X", estimator=trees.DecisionTreeRegressor(max_depth=3, random_state=0)),
        Uplift(learner="DR", estimator=linear.Ridge(), n_folds=2),
        Propensity(action="mail", share=0.2),
    ],
    ids=lambda p: f"{type(p).__name__}{getattr(p, 'learner', '')}",
)
def test_saved_policies_decide_alike_bit_by_bit(policy: Uplift, tmp_path: pathlib.Path) -> None:
    pytest.importorskip("skops.io")
    outcome, new = trial(0, 1500), trial(1, 300).context
    policy = policy.copy().fit(outcome)
    policy.save(tmp_path / "policy.json")
    again = load_policy(tmp_path / "policy.json")
    assert np.array_equal(again.probabilities(new), policy.probabilities(new))
    assert again.describe() == policy.describe()
    assert "estimator" in policy.describe()


def test_an_estimator_from_elsewhere_is_not_loaded() -> None:
    pytest.importorskip("skops.io")
    policy = Uplift(learner="T", estimator=Foreign())
    made = json.loads(json.dumps(policy.to_dict()))
    with pytest.raises(ParameterError, match=r"made of scikit-learn alone. Got .*Foreign"):
        policy_from_dict(made)


class Foreign(linear.LinearRegression):
    """An estimator that is not scikit-learn's."""


class Sealed(linear.LinearRegression):
    """A model that refuses to judge anybody whom it has seen; the first feature tells who it is."""

    def fit(self, x, y):
        self.seen_ = np.unique(x[:, 0])
        return super().fit(x, y)

    def predict(self, x):
        assert not np.isin(x[:, 0], self.seen_).any(), "seen before"
        return super().predict(x)


@pytest.mark.parametrize("policy", [
    Uplift(estimator=Sealed(), effect_estimator=linear.Ridge()),
    PolicyTree(estimator=Sealed(), n_cuts=3),
])  # fmt: skip
def test_nobody_is_judged_by_a_model_that_has_seen_them(policy, seed: int) -> None:
    """Each of 100 shoppers has 8 rows, some in a later batch."""
    rng = np.random.default_rng(seed)
    who = rng.permuted(np.repeat(np.arange(100), 8))
    context = Context.of(who[:, None], ["none", "mail"], u=rng.random(800), record=who)
    outcome = Outcome(context, Uniform().decide(context), rng.normal(size=800))
    policy = policy.copy()
    policy.refit_rows = 800
    policy.learn(outcome.take(np.arange(300)))
    policy.learn(outcome.take(np.arange(300, 800)))
    assert policy.is_trained()


def test_records_fewer_than_folds_are_told_and_rows_of_nobody_stand_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    policy = Uplift(estimator=linear.Ridge(), effect_estimator=linear.Ridge())
    for record in (np.arange(800) % 3, None):
        context = Context.of(rng.normal(size=(800, 1)), ["none", "mail"], u=rng.random(800),
                             record=record)  # fmt: skip
        outcome = Outcome(context, Uniform().decide(context), rng.normal(size=800))
        if record is None:
            assert policy.fit(outcome).is_trained()
        else:
            with pytest.raises(ParameterError, match="at most 3, the records"):
                policy.fit(outcome)


def test_propensity_contacts_the_likely_buyers(seed: int) -> None:
    outcome = trial(seed)
    policy = Propensity(action="mail", share=0.25).fit(outcome)
    index = policy.decide(outcome.context).index
    assert (index == 1).mean() == pytest.approx(0.25, abs=0.005)
    assert outcome.reward[index == 1].mean() > outcome.reward[index == 0].mean() + 1


@pytest.mark.parametrize("make", [
    lambda forest, _: Uplift(learner="T", estimator=forest),
    lambda forest, _: Uplift(learner="X", estimator=forest, effect_estimator=forest),
    lambda forest, _: PolicyTree(estimator=forest, n_folds=2, n_cuts=3),
    lambda _, forest: Propensity(action="mail", estimator=forest),
])  # fmt: skip
def test_unfitted_ensembles_are_estimators(make) -> None:
    """They have a length only once they are fitted."""
    small = {"n_estimators": 3, "max_depth": 2, "random_state": 0}
    forests = (
        ensembles.RandomForestRegressor(**small), ensembles.RandomForestClassifier(**small)
    )  # fmt: skip
    policy, outcome = make(*forests), trial(0, 600)
    policy.fit(outcome)
    assert len(policy.decide(outcome.context)) == 600


@pytest.mark.parametrize("learner", ["S", "T", "X", "DR"])
def test_an_arm_that_never_converts_gains_nothing(learner: str, seed: int) -> None:
    """A classifier that saw zeros alone knows one class, and predicts 0 with certainty."""
    rng = np.random.default_rng(seed)
    context = Context.of(rng.normal(size=(800, 2)), ["none", "mail"])
    index = rng.integers(0, 2, 800)
    reward = np.where(index == 0, rng.random(800) < 0.5, False).astype(float)
    outcome = Outcome(context, Action(index, np.full(800, 0.5)), reward)
    policy = Uplift(
        learner=learner,
        estimator=trees.DecisionTreeClassifier(max_depth=2),
        effect_estimator=linear.Ridge(),
    ).fit(outcome)
    assert policy.scores(context)[:, 1].mean() == pytest.approx(-0.5, abs=0.1)


@pytest.mark.parametrize("learner", ["S", "T", "X", "DR"])
def test_who_may_get_an_action_is_not_its_effect(learner: str, seed: int) -> None:
    """Holders of the app, a fifth, buy for 5 EUR more; the push does nothing, the mail gains 1.

    The error of a difference of two means of 800 rows is about 0.05.
    """
    rng = np.random.default_rng(seed)
    n = 12_000
    has_app = rng.random(n) < 0.2
    context = Context.of(
        rng.normal(size=(n, 2)), ["none", "mail", "push"], u=rng.random(n),
        eligible=np.column_stack((np.ones((n, 2), dtype=bool), has_app)),
    )  # fmt: skip
    action = Uniform().decide(context)
    reward = 5.0 * has_app + (action.index == 1) + rng.normal(size=n)
    ridge = linear.Ridge()
    policy = Uplift(learner=learner, estimator=ridge, effect_estimator=ridge)
    found = policy.fit(Outcome(context, action, reward)).scores(context).mean(axis=0)
    assert found[2] == pytest.approx(0.0, abs=0.35)
    assert found[0] == 0


def test_an_action_without_controls_beside_it_is_not_taken(seed: int) -> None:
    outcome = trial(seed)
    context = outcome.context
    beside = context.eligible[:, 2] & (outcome.action.index == 0)
    kept = outcome.take(np.flatnonzero(~beside))
    policy = Uplift(learner="T", estimator=linear.Ridge()).fit(kept)
    assert policy.tried_.tolist() == [0, 1]


def test_models_of_another_learner_are_refused(seed: int) -> None:
    pytest.importorskip("skops.io")
    made = Uplift(learner="T", estimator=linear.Ridge()).fit(trial(seed, 600)).to_dict()
    models = dict(made["learned"]["models_"]["dict"])
    del models["controls"]
    made["learned"] |= {"models_": {"dict": models}}
    with pytest.raises(ParameterError, match="must hold 2 each of controls and treated"):
        policy_from_dict(made)
