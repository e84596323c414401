"""Reward models and their use on rows that they have not seen."""

import dataclasses

import numpy as np
import pytest

from omnisim.evaluation import CrossFitting, DoublyRobust, LinearRewards, SklearnRewards
from omnisim.evaluation.cross_fit import assign_folds
from omnisim.exceptions import ParameterError
from tests.reference.off_policy import random_log


def test_without_features_it_is_the_mean_of_each_action(seed) -> None:
    log, _ = random_log(np.random.default_rng(seed), n=200)
    bare = dataclasses.replace(log, context=np.zeros((200, 0)), context_names=())
    constant = dataclasses.replace(log, context=np.full((200, 2), 3.7))
    means = [log.reward[log.action == a].mean() for a in range(3)]
    for some in (bare, constant):
        predicted = LinearRewards().fit_predict(some, some.context[:5])
        np.testing.assert_allclose(predicted, [means] * 5, rtol=1e-12)


def test_ridge_solves_its_equations(seed) -> None:
    """Against the augmented least squares problem, whose intercept is not shrunk."""
    log, _ = random_log(np.random.default_rng(seed), n=300)
    z = (log.context - log.context.mean(axis=0)) / log.context.std(axis=0)
    for a in range(3):
        rows = log.action == a
        design = np.column_stack([np.ones(rows.sum()), z[rows]])
        penalty = np.diag([0.0, 2.5, 2.5])
        coefficient = np.linalg.solve(design.T @ design + penalty, design.T @ log.reward[rows])
        expected = np.column_stack([np.ones(300), z]) @ coefficient
        found = LinearRewards(ridge=2.5).fit_predict(log, log.context)[:, a]
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


def test_redundant_features_do_no_harm(seed) -> None:
    log, _ = random_log(np.random.default_rng(seed), n=200)
    twice = dataclasses.replace(
        log, context=np.hstack([log.context, log.context]), context_names=("a", "b", "c", "d")
    )
    once = LinearRewards(ridge=0.0).fit_predict(log, log.context)
    again = LinearRewards(ridge=0.0).fit_predict(twice, twice.context)
    np.testing.assert_allclose(again, once, rtol=1e-7, atol=1e-9)


def test_an_action_without_rows_is_not_predicted() -> None:
    log, _ = random_log(np.random.default_rng(1), n=50)
    predicted = LinearRewards().fit_predict(log.take(log.action != 1), log.context)
    assert np.isnan(predicted[:, 1]).all()
    assert np.isfinite(predicted[:, [0, 2]]).all()


@dataclasses.dataclass(frozen=True)
class Spy:
    """Predict for each row how often its own reward was among those learned from."""

    def fit_predict(self, log, context):
        seen = np.isin(context[:, 0], log.context[:, 0])
        return np.repeat(seen[:, None].astype(float), log.n_actions, axis=1)


@pytest.mark.parametrize("n_folds", [2, 5, 10])
def test_no_row_is_predicted_from_itself(n_folds, seed) -> None:
    log, _ = random_log(np.random.default_rng(seed), n=53)
    assert CrossFitting(Spy(), n_folds=n_folds).predict(log).max() == 0
    assert CrossFitting(Spy(), n_folds=1).predict(log).min() == 1


def test_rows_of_a_shopper_share_a_fold_and_folds_are_even(seed) -> None:
    log, _ = random_log(np.random.default_rng(seed), n=400, n_shoppers=60)
    fold = assign_folds(log, 7, seed=seed)
    by_shopper = {who: set(fold[log.shopper == who]) for who in set(log.shopper)}
    assert all(len(folds) == 1 for folds in by_shopper.values())
    sizes = np.bincount([folds.pop() for folds in by_shopper.values()], minlength=7)
    assert sizes.max() - sizes.min() <= 1
    assert not np.array_equal(fold, assign_folds(log, 7, seed=seed + 1))
    np.testing.assert_array_equal(fold, assign_folds(log, 7, seed=seed))


def test_more_folds_than_rows_are_refused() -> None:
    log, _ = random_log(np.random.default_rng(1), n=10)
    with pytest.raises(ParameterError, match=r"at most 10, the rows\. Got 11"):
        CrossFitting(n_folds=11).predict(log)
    with pytest.raises(ParameterError, match="n_folds"):
        CrossFitting(n_folds=0)
    with pytest.raises(ParameterError, match="ridge"):
        LinearRewards(ridge=-1.0)


def test_cross_fitting_is_what_doubly_robust_uses(seed) -> None:
    log, target = random_log(np.random.default_rng(seed), n=300)
    fit = CrossFitting(LinearRewards(ridge=3.0), n_folds=4, seed=9)
    used = DoublyRobust(rewards=fit).estimate(log, target)
    assert used == DoublyRobust().estimate(log, target, predicted=fit.predict(log))


class TestScikitLearn:
    """Models of another library."""

    @pytest.fixture(autouse=True)
    def _needs_it(self) -> None:
        pytest.importorskip("sklearn")

    def test_linear_regression_is_ours_without_ridge(self, seed) -> None:
        from sklearn.linear_model import LinearRegression

        log, _ = random_log(np.random.default_rng(seed), n=200)
        ours = LinearRewards(ridge=0.0).fit_predict(log, log.context)
        theirs = SklearnRewards(LinearRegression()).fit_predict(log, log.context)
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10)

    def test_classifier_predicts_the_mean_even_of_one_class(self, seed) -> None:
        from sklearn.tree import DecisionTreeClassifier

        log, _ = random_log(np.random.default_rng(seed), n=200)
        log = log.with_reward(np.where(log.action == 1, 2.0, (log.reward > 0)))
        stump = SklearnRewards(DecisionTreeClassifier(max_depth=1, min_samples_leaf=199))
        predicted = stump.fit_predict(log, log.context)
        assert (predicted[:, 1] == 2).all()
        assert predicted[0, 0] == pytest.approx(log.reward[log.action == 0].mean())

    def test_one_model_for_all_actions_knows_the_action(self, seed) -> None:
        from sklearn.tree import DecisionTreeRegressor

        log, _ = random_log(np.random.default_rng(seed), n=200)
        log = log.with_reward(10.0 * log.action)
        model = SklearnRewards(DecisionTreeRegressor(random_state=0), per_action=False)
        np.testing.assert_allclose(model.fit_predict(log, log.context)[:3], [[0, 10, 20]] * 3)
