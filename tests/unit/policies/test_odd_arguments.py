"""Arguments that policies cannot use get an error that says what must hold."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from omnisim.exceptions import ParameterError
from omnisim.policies import (
    RFM,
    Action,
    BestSegment,
    Context,
    Impersonal,
    LinUCB,
    MABWiser,
    NoContact,
    Online,
    Outcome,
    PolicyTree,
    Propensity,
    Rule,
    Rules,
    Uniform,
    Uplift,
    VowpalWabbit,
)
from tests.reference.contexts import random_context

ESTIMATOR = "estimator must be of scikit-learn"


def without_features() -> Outcome:
    context = Context.of(np.empty((300, 0)), ["none", "a"], u=np.linspace(0.01, 0.99, 300))
    return Outcome(context, Uniform().decide(context), np.ones(300))


def with_sums() -> Outcome:
    """Return rewards that no classifier takes."""
    context = random_context(400, 2, 2, 0)
    return Outcome(context, Uniform().decide(context), np.linspace(0, 1, 400))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Online(None), "policy must be an object of class Policy. Got None"),
        (lambda: Impersonal(NoContact), r"Got the class NoContact. Make an object of it: NoC"),
        (lambda: LinUCB().decide(None), "context must be an object of class Context. Got None"),
        (lambda: LinUCB().learn(None), "outcome must be an object of class Outcome. Got None"),
        (lambda: LinUCB(features="n_purchases"), "features must be a sequence of names"),
        (lambda: LinUCB(features=(3,)), "features must be the name"),
        (lambda: Uplift(features="x0"), "features must be a sequence of names"),
        (lambda: BestSegment(by="x0"), "by must be a sequence of names"),
        (lambda: BestSegment(by=None), "by must be the name"),
        (lambda: PolicyTree().fit(without_features()), "PolicyTree learns from features"),
        (lambda: Uplift(estimator="x"), f"{ESTIMATOR}. Got 'x'"),
        (lambda: Uplift(estimator=Uplift), ESTIMATOR),
        (lambda: Uplift(effect_estimator=3), f"effect_{ESTIMATOR}"),
        (lambda: Propensity(estimator="x"), ESTIMATOR),
        (lambda: PolicyTree(estimator=LogisticRegression), ESTIMATOR),
        (
            lambda: Uplift(estimator=LogisticRegression()).fit(with_sums()),
            "LogisticRegression cannot be fitted to these rewards",
        ),
        (lambda: RFM(money=("a", "b")), "money must be"),
        (lambda: RFM(money=("1", "2")), "money must be a sequence of numbers"),
        (lambda: RFM(money=5), "money must be a sequence of numbers"),
        (lambda: RFM(frequency=(float("nan"),)), "frequency must be a sequence of numbers"),
        (lambda: RFM(recency_days=(3, 2)), "recency_days must not decrease"),
        (lambda: Rules(({"action": "a"},)), r"rules\[0\] must be an object of class Rule"),
        (lambda: Rules(Rule()), "rules must be a sequence of objects of class Rule"),
        (lambda: Rules((Rule(),), holdout=1.0), "holdout must be below 1"),
        (lambda: MABWiser("LinUCB", None), "settings must be numbers by name"),
        (lambda: VowpalWabbit(["--cb_explore_adf"]), "arguments must be text"),
    ],
)
def test_policies_refuse_what_they_cannot_use(make, words) -> None:
    with pytest.raises(ParameterError, match=words):
        make()


def test_rules_and_limits_may_be_lists() -> None:
    assert Rules([Rule()]).rules == [Rule()]
    assert RFM(money=[1, 2]).money == [1, 2]


@pytest.mark.parametrize(
    "policy",
    [
        MABWiser("LinUCB", {"zz": 1}),
        MABWiser("LinUCB", {"alpha": "x"}),
        MABWiser("LinUCB", {"alpha": -1.0}),
        VowpalWabbit("--cb_explore_adf --foo"),
        VowpalWabbit("--cb_explore_adf --epsilon x"),
    ],
    ids=repr,
)
def test_settings_that_a_library_refuses(policy) -> None:
    pytest.importorskip("vowpalwabbit", reason="Vowpal Wabbit is not installed")
    pytest.importorskip("mabwiser", reason="MABWiser is not installed")
    context = random_context(5, 2, 3, 1)
    outcome = Outcome(context, Uniform().decide(context), np.zeros(5))
    with pytest.raises(ParameterError, match=r"(settings|arguments) must be what .* takes. Got"):
        policy.learn(outcome)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"eligible": [[1, 0.5]]}, "eligible must be True or False"),
        ({"eligible": [[1, np.nan]]}, "eligible must be True or False"),
        ({"record": [0.5]}, "record must be whole numbers"),
        ({"record": [np.nan]}, "record must be whole numbers"),
        ({"record": [1e30]}, "record must be whole numbers"),
    ],
)
def test_contexts_are_not_read_otherwise_than_written(given, words) -> None:
    with pytest.raises(ParameterError, match=words):
        Context.of([[1.0]], ("none", "a"), **given)


@pytest.mark.parametrize(
    "changes",
    [
        {"features": np.ones((4, 2), np.float32)}, {"features": np.ones((2, 4)).T},
        {"features": np.ones(4)}, {"features": [[1.0, 2.0]] * 4}, {"eligible": np.ones((4, 3))},
        {"eligible": [[True] * 3] * 4},
    ],
)  # fmt: skip
def test_kernels_are_given_what_they_read(changes) -> None:
    """Eligibility as floats was read byte by byte, and other actions were taken."""
    with pytest.raises(ParameterError, match=r"Use Context.of, which makes them so"):
        replace(random_context(4, 2, 3, 0), **changes)


@pytest.mark.parametrize("n", [0, 3, 5])
def test_actions_have_a_propensity_each(n) -> None:
    action = Action(np.zeros(4, np.int64), np.ones(n))
    with pytest.raises(ParameterError, match=f"Got 4 and {n} for 4 rows"):
        Outcome(random_context(4, 2, 3, 0), action, np.ones(4))


def test_large_records_stay_apart() -> None:
    record = [2**53, 2**53 + 1]
    assert Context.of(np.zeros((2, 1)), ("none",), record=record).record.tolist() == record
