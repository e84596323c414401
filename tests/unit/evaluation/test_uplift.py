"""Qini and cost curves against hand calculations, off-policy values and a known truth."""

import dataclasses

import numpy as np
import pytest

from omnisim.evaluation import (
    IPS,
    CrossFitting,
    DoublyRobust,
    LoggedFeedback,
    uplift_curve,
)
from omnisim.exceptions import OverlapError, ParameterError


def trial_log(seed: int, n: int = 900, effect: float = 1.0) -> tuple[LoggedFeedback, np.ndarray]:
    """Return a trial of three arms and the true mean reward of each in each row."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    truth = np.column_stack([0.5 * x, 0.5 * x + effect * x, 0.5 * x - effect * x + 0.2])
    action = rng.integers(3, size=n)
    log = LoggedFeedback(
        context=x[:, None], action=action, reward=truth[np.arange(n), action] + rng.normal(size=n),
        propensity=np.full(n, 1 / 3), action_names=("none", "email", "push"),
    )  # fmt: skip
    return log, truth


def test_curve_by_hand() -> None:
    log = LoggedFeedback(
        context=np.zeros((4, 0)), action=[1, 0, 1, 0], reward=[4.0, 1.0, 2.0, 3.0],
        propensity=[0.5] * 4, action_names=("none", "mail"),
    )  # fmt: skip
    # uplifts 3, 1, 2, -1 order the rows 0, 2, 1, 3; IPS scores of treating them: 8, 4, -2, -6
    predicted = np.array([[0.0, 3.0], [0, 1], [0, 2], [0, -1]])
    curve = uplift_curve(log, predicted, control="none", scores="ips", n_points=5)
    table = curve.to_frame()
    assert table["x"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert table["gain"].tolist() == [0, 2, 3, 2.5, 1]
    assert table["random"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    # trapezes: (0 + 2) / 2, (2 + 3) / 2, (3 + 2.5) / 2, (2.5 + 1) / 2, each of width 1/4
    assert curve.auuc == pytest.approx((1 + 2.5 + 2.75 + 1.75) / 4)
    assert curve.qini == pytest.approx(2 - 1 / 2)
    # with a single end for all rows the two halves are treated alike
    flat = uplift_curve(log, np.zeros((4, 2)), control="none", scores="ips", n_points=3)
    assert flat.table["gain"].tolist() == [0, 0.5, 1]
    assert flat.qini == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize(("scores", "estimator"), [("ips", IPS()), ("dr", DoublyRobust())])
def test_every_point_is_the_value_of_its_policy(scores, estimator, seed) -> None:
    log, _ = trial_log(seed)
    log = dataclasses.replace(log, shopper=np.arange(900) // 2)
    predicted = CrossFitting().predict(log)
    curve = uplift_curve(log, predicted, control="none", scores=scores, n_points=10)
    best = 1 + np.argmax(predicted[:, 1:], axis=1)
    rank = np.argsort(np.argsort(-(predicted[np.arange(900), best] - predicted[:, 0])))
    for k, point in enumerate(curve.table.itertuples()):
        policy = np.where(rank < 100 * k, best, 0)
        value = estimator.difference(log, policy, "none", predicted=predicted)
        assert point.gain == pytest.approx(value.value, rel=1e-9, abs=1e-12)
        assert point.std_error == pytest.approx(value.std_error, rel=1e-9, abs=1e-12)


def test_area_is_that_of_a_fine_curve(seed) -> None:
    log, truth = trial_log(seed)
    for costs in (None, {"email": 1.0, "push": 2.5}):
        curve = uplift_curve(log, truth, control="none", costs=costs, n_points=9001)
        x, gain = curve.table["x"].to_numpy(), curve.table["gain"].to_numpy()
        area = np.trapezoid(gain, x / x[-1])
        assert curve.auuc == pytest.approx(area, rel=1e-2, abs=1e-3)
        assert curve.qini == pytest.approx(area - gain[-1] / 2, rel=1e-2, abs=1e-3)


def test_true_uplift_ranks_best_and_its_opposite_worst(seed) -> None:
    log, truth = trial_log(seed, n=6000)
    good = uplift_curve(log, truth, control="none")
    bad = uplift_curve(log, -truth, control="none")
    noise = np.random.default_rng(seed + 1).normal(size=truth.shape)
    none = uplift_curve(log, noise, control="none", scores="ips")
    assert good.qini_low > 0 > bad.qini_high
    assert abs(none.qini) < 4.9 * none.qini_error  # false alarm 1e-6
    assert good.table["gain"].max() > bad.table["gain"].max()


def test_units_of_equal_prediction_are_treated_in_proportion(seed) -> None:
    """Between the ends of two blocks the curve is straight, whatever the order of rows."""
    log, _ = trial_log(seed)
    predicted = np.where(log.context > 0, [0.0, 1.0, -1.0], [0.0, -1.0, -2.0])
    curve = uplift_curve(log, predicted, control="none", n_points=901)
    upper = int((log.context > 0).sum())
    for part in (curve.table.iloc[: upper + 1], curve.table.iloc[upper:]):
        np.testing.assert_allclose(np.diff(part["gain"], 2), 0, atol=1e-12)
    row = np.random.default_rng(seed).permutation(900)
    again = uplift_curve(log.take(row), predicted[row], control="none", n_points=901)
    np.testing.assert_allclose(again.table, curve.table, rtol=1e-9, atol=1e-12)


def slow_gain(log, uplift, cost, budget):
    """Return what spending `budget` a row gains by the prediction: best lambda by bisection."""
    low, high = 0.0, 1e6
    for _ in range(200):
        price = (low + high) / 2
        net = uplift - price * cost
        spend = cost[np.argmax(net, axis=1)].mean()
        low, high = (price, high) if spend > budget else (low, price)
    choice = np.argmax(uplift - high * cost, axis=1)
    return choice, cost[choice].mean()


def test_cost_curve_follows_the_best_policy_of_each_budget(seed) -> None:
    """Lagrange: at its budget no policy is predicted to gain more, found by another way."""
    rng = np.random.default_rng(seed)
    log, _ = trial_log(seed)
    predicted = rng.normal(size=(900, 3))
    cost = np.array([0.0, 1.0, 2.5])
    curve = uplift_curve(
        log, predicted, control="none", costs={"email": 1.0, "push": 2.5}, n_points=4001,
        scores="ips",
    )  # fmt: skip
    for budget in (0.1, 0.4, 0.9):
        policy, spend = slow_gain(log, predicted - predicted[:, :1], cost, budget)
        at = np.interp(spend, curve.table["x"], curve.table["gain"])
        # the curve is read between points, some of which hold the moves of a few rows
        value = IPS().difference(log, policy, "none").value
        assert at == pytest.approx(value, abs=0.02)


def test_costs_end_where_nothing_more_is_gained() -> None:
    log, _ = trial_log(3)
    predicted = np.where(log.context > 0, [0.0, 1.0, 0.5], [0.0, -1.0, -2.0])
    curve = uplift_curve(log, predicted, control="none", costs={"email": 2.0, "push": 1.5})
    # email beats push in worth (1/2 against 1/3): one move each for the upper half
    assert curve.table["x"].iloc[-1] == pytest.approx(2 * (log.context > 0).mean())
    assert curve.unit == "cost"


def test_dearer_actions_follow_along_the_hull() -> None:
    log, _ = trial_log(3)
    predicted = np.tile([0.0, 1.0, 1.5], (900, 1))
    curve = uplift_curve(log, predicted, control="none", costs={"email": 1.0, "push": 2.0},
                         n_points=3, scores="ips")  # fmt: skip
    values = [IPS().difference(log, action, "none").value for action in ("email", "push")]
    assert curve.table["x"].tolist() == [0, 1, 2]
    assert curve.table["gain"].tolist()[1:] == pytest.approx(values)


def test_interval_of_qini_is_that_of_its_row_scores(seed) -> None:
    """Qini is the mean of (1/2 - place in the order) times the score of each row."""
    log, truth = trial_log(seed, n=2000)
    curve = uplift_curve(log, truth, control="none", scores="ips")
    best = 1 + np.argmax(truth[:, 1:], axis=1)
    uplift = truth[np.arange(2000), best] - truth[:, 0]
    place = (np.argsort(np.argsort(-uplift)) + 0.5) / 2000
    score = 3 * log.reward * ((log.action == best) - 1.0 * (log.action == 0)) * (0.5 - place)
    assert curve.qini == pytest.approx(score.mean(), rel=1e-9)
    assert curve.qini_error == pytest.approx(score.std(ddof=1) / 2000**0.5, rel=1e-9)
    half = 1.959963984540054 * curve.qini_error
    ends = (curve.qini - half, curve.qini + half)
    assert (curve.qini_low, curve.qini_high) == pytest.approx(ends)


def test_ineligible_actions_are_not_taken() -> None:
    log, _ = trial_log(5)
    warm = log.context[:, 0] > 0
    log = dataclasses.replace(
        log, action=np.where(warm, log.action, log.action % 2),
        propensity=np.where(warm | (log.action % 2 == 1), 1 / 3, 2 / 3),
        eligible=np.column_stack([np.full((900, 2), True), warm]),
    )  # fmt: skip
    predicted = np.tile([0.0, 1.0, 5.0], (900, 1))
    curve = uplift_curve(log, predicted, control="none", scores="ips")
    expected = IPS().difference(log, np.where(warm, 2, 1), "none")
    assert curve.table["gain"].iloc[-1] == pytest.approx(expected.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"control": "nobody"}, "Unknown control"),
        ({"costs": {"email": 1.0}}, "costs must name"),
        ({"costs": {"email": 1.0, "push": 0.0}}, "costs\\['push'\\] must be"),
        ({"scores": "best"}, "Unknown scores"),
        ({"n_points": 1}, "n_points"),
        ({"predicted": np.zeros((900, 2))}, "shape \\(900, 3\\)"),
        ({"predicted": np.full((900, 3), np.nan)}, "finite"),
        ({"predicted": np.zeros((900, 3)), "costs": {"email": 1.0, "push": 1.0}}, "gains nowhere"),
    ],
)
def test_what_makes_no_curve_is_refused(options, told) -> None:
    log, truth = trial_log(1)
    with pytest.raises(ParameterError, match=told):
        uplift_curve(log, **{"predicted": truth, "control": "none"} | options)


def test_an_action_that_was_never_tried_is_refused() -> None:
    log, truth = trial_log(1)
    fewer = log.take(log.action != 2)
    with pytest.raises(OverlapError, match="'push'"):
        uplift_curve(fewer, truth[log.action != 2], control="none")


def test_curve_prints_in_three_lines() -> None:
    log, truth = trial_log(1)
    curve = uplift_curve(log, truth, control="none")
    assert len(repr(curve).splitlines()) <= 3
    assert curve.provenance["convention"] == "policy value"
