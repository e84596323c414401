"""Off-policy estimators against hand calculations, identities and a slow oracle."""

import dataclasses
import math

import numpy as np
import pytest

from omnisim.evaluation import (
    IPS,
    SNIPS,
    BootstrapInterval,
    DirectMethod,
    DoublyRobust,
    LoggedFeedback,
    NormalInterval,
    SelfNormalisedDR,
    ShrinkageDR,
    SwitchDR,
    policy_values,
    target_probabilities,
)
from omnisim.exceptions import OverlapError, OverlapWarning, ParameterError
from omnisim.policies import Blanket, EpsilonGreedy, Oracle, Uniform
from tests.reference.off_policy import random_log, slow_error, slow_value

ALL = [IPS(), SNIPS(), DirectMethod(), DoublyRobust(), SelfNormalisedDR(), SwitchDR(),
       ShrinkageDR()]  # fmt: skip


def by_name(estimators):
    return pytest.mark.parametrize("estimator", estimators, ids=lambda e: e.name)


def hand_log() -> LoggedFeedback:
    return LoggedFeedback(
        context=np.zeros((4, 0)), action=[0, 1, 0, 1], reward=[1.0, 2.0, 3.0, 6.0],
        propensity=[0.5, 0.5, 0.25, 0.75], action_names=("a", "b"),
    )  # fmt: skip


# Target takes b with 0.75, so w = 0.25/0.5, 0.75/0.5, 0.25/0.25, 0.75/0.75 = 0.5, 1.5, 1, 1.
HAND_TARGET = {"a": 0.25, "b": 0.75}
# With q = (2, 4) in all rows V(q) = 0.5 + 3 = 3.5 and residuals are -1, -2, 1, 2; w times residual
# is -0.5, -3, 1, 2, of sum -0.5.
HAND_Q = [[2.0, 4.0]] * 4
HAND = [
    (IPS(), (0.5 + 3 + 3 + 6) / 4),
    (IPS(max_weight=1.0), (0.5 + 2 + 3 + 6) / 4),
    (SNIPS(), 12.5 / 4),
    (DirectMethod(), 3.5),
    (DoublyRobust(), 3.5 - 0.5 / 4),
    (SelfNormalisedDR(), 3.5 - 0.5 / 4),
    (SwitchDR(threshold=1.0), 3.5 + 2.5 / 4),
    (ShrinkageDR(shrinkage=1.0), 3.5 + (-0.4 - 2 * 1.5 / 3.25 + 0.5 + 1) / 4),
]


@pytest.mark.parametrize(("estimator", "value"), HAND, ids=lambda x: getattr(x, "name", ""))
def test_values_by_hand(estimator, value) -> None:
    found = estimator.estimate(hand_log(), HAND_TARGET, predicted=HAND_Q)
    assert found.value == pytest.approx(value, rel=1e-14)
    assert found.effective_sample_size == pytest.approx(16 / (0.25 + 2.25 + 1 + 1))
    assert found.max_weight == 1.5


def test_standard_errors_by_hand() -> None:
    log = hand_log()
    # IPS: rows 0.5, 3, 3, 6 of mean 3.125 and squared deviations 6.890625 + 2 * 0.015625 + 8.265625
    found = IPS().estimate(log, HAND_TARGET)
    assert found.std_error == pytest.approx(math.sqrt(15.1875 / 3 / 4), rel=1e-14)
    # z(0.975) = 1.959963984540054
    assert found.ci_high - found.value == pytest.approx(1.959963984540054 * found.std_error)
    # SNIPS: w (r - 3.125) is -1.0625, -1.6875, -0.125, 2.875; the mean weight is 1
    squares = 1.0625**2 + 1.6875**2 + 0.125**2 + 2.875**2
    found = SNIPS().estimate(log, HAND_TARGET)
    assert found.std_error == pytest.approx(math.sqrt(squares / 3 / 4), rel=1e-14)
    # clusters {0, 1} and {2, 3}: sums -2.75 and 2.75
    pairs = dataclasses.replace(log, shopper=[7, 7, 9, 9])
    found = SNIPS().estimate(pairs, HAND_TARGET)
    assert found.std_error == pytest.approx(math.sqrt(2 / 1 * 2 * 2.75**2) / 4, rel=1e-14)
    assert found.n_clusters == 2


@by_name(ALL)
def test_oracle_agrees(estimator, seed) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(5):
        log, target = random_log(rng, n=400, k=4)
        predicted = rng.normal(size=(len(log), 4))
        parameter = getattr(estimator, "threshold", None) or getattr(estimator, "shrinkage", None)
        needs = predicted if hasattr(estimator, "rewards") else None
        expected = slow_value(estimator.name, log, target, needs, parameter)
        found = estimator.estimate(log, target, predicted=predicted)
        assert found.value == pytest.approx(expected, rel=1e-12, abs=1e-13)


def test_clustered_error_meets_the_oracle(seed) -> None:
    rng = np.random.default_rng(seed)
    log, target = random_log(rng, n=300, n_shoppers=40)
    rows = target[np.arange(300), log.action] / log.propensity * log.reward
    found = IPS().estimate(log, target)
    assert found.std_error == pytest.approx(slow_error(rows, log.shopper), rel=1e-12)


@by_name(ALL)
def test_target_equal_to_behavior_gives_the_mean_reward(estimator, seed) -> None:
    """With one row a cell every weight is 1; residuals of a regression with intercept cancel."""
    rng = np.random.default_rng(seed)
    k, n = 3, 600
    behavior = rng.dirichlet(np.full(k, 3.0))
    log = LoggedFeedback(
        context=np.zeros((n, 0)), action=rng.choice(k, size=n, p=behavior),
        reward=rng.normal(size=n), propensity=np.ones(n) / k, action_names=("a", "b", "c"),
    )  # fmt: skip
    log = dataclasses.replace(log, propensity=behavior[log.action])
    predicted = np.zeros((n, k))
    if isinstance(estimator, DirectMethod):  # its model must reproduce the mean of each action
        predicted[:] = [log.reward[log.action == a].mean() for a in range(k)]
        share = np.bincount(log.action) / n
        found = estimator.estimate(log, np.tile(share, (n, 1)), predicted=predicted)
    elif isinstance(estimator, ShrinkageDR):
        found = dataclasses.replace(estimator, shrinkage=math.inf).estimate(
            log, np.tile(behavior, (n, 1)), predicted=predicted
        )
    else:
        found = estimator.estimate(log, np.tile(behavior, (n, 1)), predicted=predicted)
    assert found.value == pytest.approx(log.reward.mean(), rel=1e-12)
    assert found.effective_sample_size == pytest.approx(n) or isinstance(estimator, DirectMethod)
    if isinstance(estimator, IPS | SNIPS):
        assert found.std_error == pytest.approx(log.reward.std(ddof=1) / n**0.5, rel=1e-12)


@by_name([e for e in ALL if isinstance(e, DoublyRobust)])
def test_a_perfect_model_makes_every_doubly_robust_estimate_the_direct_one(estimator, seed) -> None:
    log, target = random_log(np.random.default_rng(seed), n=500)
    predicted = np.random.default_rng(seed + 1).normal(size=(500, 3))
    log = log.with_reward(predicted[np.arange(500), log.action])
    direct = DirectMethod().estimate(log, target, predicted=predicted)
    found = estimator.estimate(log, target, predicted=predicted)
    assert (found.value, found.std_error) == pytest.approx((direct.value, direct.std_error))


@by_name([SNIPS(), SelfNormalisedDR()])
def test_self_normalised_estimates_move_with_the_reward(estimator, seed) -> None:
    log, target = random_log(np.random.default_rng(seed), n=500)
    zero = np.zeros((500, 3))
    found = estimator.estimate(log, target, predicted=zero)
    moved = estimator.estimate(log.with_reward(log.reward + 5), target, predicted=zero)
    assert moved.value == pytest.approx(found.value + 5)
    assert moved.std_error == pytest.approx(found.std_error)
    ips = [IPS().estimate(log.with_reward(log.reward + c), target).value for c in (0, 5)]
    assert ips[1] - ips[0] != pytest.approx(5, abs=1e-6)


def test_limits_of_switch_and_shrinkage(seed) -> None:
    log, target = random_log(np.random.default_rng(seed), n=500)
    predicted = np.random.default_rng(seed).normal(size=(500, 3))

    def value(estimator):
        return estimator.estimate(log, target, predicted=predicted).value

    full, direct = value(DoublyRobust()), value(DirectMethod())
    assert value(SwitchDR(threshold=math.inf)) == full
    assert value(ShrinkageDR(shrinkage=math.inf)) == full
    assert value(ShrinkageDR(shrinkage=1e12)) == pytest.approx(full, rel=1e-6)
    assert value(SwitchDR(threshold=1e-9)) == pytest.approx(direct)
    assert value(ShrinkageDR(shrinkage=1e-12)) == pytest.approx(direct)
    assert value(IPS(max_weight=math.inf)) == value(IPS())


def test_targets_may_be_given_in_many_ways(seed) -> None:
    log, _ = random_log(np.random.default_rng(seed), n=900)

    class Always:
        def probabilities(self, context):
            assert context is log.context
            return np.tile([0.0, 1.0, 0.0], (len(context), 1))

    ways = ["b", {"b": 1.0}, np.full(900, 1), Always(), np.tile([0.0, 1.0, 0.0], (900, 1))]
    (value,) = {SNIPS().estimate(log, way).value for way in ways}
    assert value == pytest.approx(
        np.average(log.reward, weights=(log.action == 1) / log.propensity)
    )


def test_policies_of_the_firm_are_targets(seed) -> None:
    log, _ = random_log(np.random.default_rng(seed), n=900)
    log = dataclasses.replace(log, action_names=("none", "email:popular", "push:popular"))
    value = SNIPS().estimate(log, Blanket("push:popular")).value
    assert value == SNIPS().estimate(log, "push:popular").value
    np.testing.assert_array_equal(target_probabilities(log, Uniform()), np.full((900, 3), 1 / 3))
    learned = EpsilonGreedy(epsilon=0.3)
    learned.learn(log.to_outcome())
    chances = target_probabilities(log, learned)
    np.testing.assert_allclose(chances.max(axis=1), 0.8)
    with pytest.raises(ParameterError, match="needs the truth"):
        target_probabilities(log, Oracle())
    rewards = np.random.default_rng(seed).normal(size=(900, 3))
    known = dataclasses.replace(log, expected_reward=rewards)
    chosen = target_probabilities(known, Oracle()).argmax(axis=1)
    np.testing.assert_array_equal(chosen, rewards.argmax(axis=1))


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("c", "Unknown action 'c'"),
        ({"a": 0.4}, "sum to 1 in every row"),
        (np.full((4, 2), 0.6), r"sum to 1 in every row. Got \[0.6, 0.6\] in row 0"),
        (np.array([[1.5, -0.5]] * 4), ">= 0"),
        (np.array([0, 1, 2, 0]), r"one action in \[0, 2\)"),
        (np.full((3, 2), 0.5), r"shape \(4, 2\)"),
        (np.full((4, 2), np.nan), ">= 0"),
    ],
)
def test_what_is_no_policy_is_refused(target, told) -> None:
    with pytest.raises(ParameterError, match=told):
        target_probabilities(hand_log(), target)


def test_difference_is_paired(seed) -> None:
    log, target = random_log(np.random.default_rng(seed), n=500)
    other = np.tile([0.2, 0.5, 0.3], (500, 1))
    found = SNIPS().difference(log, target, other)
    values = [SNIPS().estimate(log, t) for t in (target, other)]
    assert found.value == pytest.approx(values[0].value - values[1].value)
    same = DoublyRobust().difference(log, target, target)
    assert (same.value, same.std_error) == (0, 0)


def test_difference_of_two_arms_is_the_difference_in_means(seed) -> None:
    """With the shares as propensities and ddof 0 in both arms: the textbook standard error."""
    rng = np.random.default_rng(seed)
    arm = np.repeat(["a", "b"], [300, 500])
    log = LoggedFeedback.from_table(
        {"arm": arm, "y": rng.normal(size=800)}, action="arm", reward="y", propensity=None
    )
    a, b = (log.reward[log.action == k] for k in (0, 1))
    for estimator in (IPS(), SNIPS()):
        found = estimator.difference(log, "b", "a")
        assert found.value == pytest.approx(b.mean() - a.mean())
    error = math.sqrt((a.var() / 300 + b.var() / 500) * 800 / 799)
    assert SNIPS().difference(log, "b", "a").std_error == pytest.approx(error, rel=1e-12)


def test_bootstrap_is_repeatable_and_near_the_normal_interval(seed) -> None:
    log, target = random_log(np.random.default_rng(seed), n=2000, n_shoppers=500)
    for estimator in (IPS(), SNIPS(), DoublyRobust()):
        normal = estimator.estimate(log, target)
        boot = [
            estimator.estimate(log, target, interval=BootstrapInterval(seed=s)) for s in (1, 1, 2)
        ]
        assert boot[0] == boot[1]
        assert boot[0].ci_low != boot[2].ci_low
        assert boot[0].value == normal.value
        # the deviation of 1,000 replicates: sd of its ratio 1 / sqrt(2000) = 0.022
        assert boot[0].std_error == pytest.approx(normal.std_error, rel=0.15)
    same = SNIPS().difference(log, target, target, interval=BootstrapInterval())
    assert (same.value, same.ci_low, same.ci_high) == (0, 0, 0)


def test_confidence_widens(seed) -> None:
    log, target = random_log(np.random.default_rng(seed), n=300)
    found = [SNIPS().estimate(log, target, interval=NormalInterval(c)) for c in (0.5, 0.9, 0.99)]
    widths = [value.ci_high - value.ci_low for value in found]
    assert widths == sorted(widths)
    assert found[1].confidence == 0.9


def test_table_of_policies_and_estimators(seed) -> None:
    log, target = random_log(np.random.default_rng(seed), n=500)
    values = policy_values(log, {"a": "a", "mine": target}, estimators=ALL, reference="a")
    frame = values.to_frame()
    assert len(frame) == 2 * len(ALL)
    for estimator in ALL:
        row = frame[(frame["policy"] == "mine") & (frame["estimator"] == estimator.name)].iloc[0]
        assert row["value"] == estimator.estimate(log, target).value
        gap = estimator.difference(log, target, "a")
        assert (row["difference"], row["difference_low"]) == (gap.value, gap.ci_low)
    assert len(repr(values).splitlines()) <= 3
    two = policy_values(log, {"a": "a"}, estimators=[SwitchDR(threshold=1.0), SwitchDR()])
    assert two.to_frame()["estimator"].nunique() == 2
    with pytest.raises(ParameterError, match="'b'"):
        policy_values(log, {"a": "a"}, reference="b")
    with pytest.raises(ParameterError, match="different"):
        policy_values(log, {"a": "a"}, estimators=[IPS(), IPS()])


def test_results_tell_how_they_were_made() -> None:
    found = SwitchDR(threshold=3.0).estimate(hand_log(), HAND_TARGET, predicted=HAND_Q)
    assert "threshold=3.0" in found.provenance["estimator"]
    assert "numpy" in found.provenance["versions"]
    assert len(repr(found).splitlines()) <= 3
    assert found.to_frame().loc[0, "value"] == found.value


@pytest.mark.parametrize(
    "make", [lambda: IPS(max_weight=0), lambda: SwitchDR(threshold=-1.0),
             lambda: ShrinkageDR(shrinkage=float("nan")), lambda: NormalInterval(1.5),
             lambda: BootstrapInterval(n_replicates=1)],
)  # fmt: skip
def test_parameters_outside_their_range_are_refused(make) -> None:
    with pytest.raises(ParameterError):
        make()


def test_predictions_of_another_shape_are_refused() -> None:
    with pytest.raises(ParameterError, match=r"shape \(4, 2\)"):
        DoublyRobust().estimate(hand_log(), HAND_TARGET, predicted=np.zeros((4, 3)))


def test_an_action_that_no_model_saw_is_refused_only_where_it_is_wanted() -> None:
    log = hand_log()
    predicted = np.array([[2.0, np.nan]] * 4)
    with pytest.raises(OverlapError, match="'b' in 4 rows"):
        DoublyRobust().estimate(log, HAND_TARGET, predicted=predicted)
    with pytest.warns(OverlapWarning, match="1.8 effective of 4"):
        found = DoublyRobust().estimate(log, "a", predicted=predicted)
    assert found.value == pytest.approx(2 + (-1 * 2 + 1 * 4) / 4)


def test_warning_names_the_caller() -> None:
    rng = np.random.default_rng(0)
    log = LoggedFeedback(
        context=np.zeros((500, 0)), action=np.arange(500) < 5, reward=rng.normal(size=500),
        propensity=np.where(np.arange(500) < 5, 0.01, 0.99), action_names=("a", "b"),
    )  # fmt: skip
    for call in (
        lambda: SNIPS().estimate(log, "b"),
        lambda: SNIPS().difference(log, "b", "a"),
        lambda: policy_values(log, {"b": "b"}),
    ):
        with pytest.warns(OverlapWarning, match="5.0 effective of 500") as seen:
            call()
        assert [w.filename for w in seen] == [__file__]
