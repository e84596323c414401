"""What the log says about a target: weights, warnings, refusals."""

import dataclasses

import numpy as np
import pytest

from omnisim.evaluation import (
    IPS,
    SNIPS,
    DirectMethod,
    DoublyRobust,
    LoggedFeedback,
    Overlap,
    overlap,
)
from omnisim.exceptions import OverlapError, OverlapWarning

WEIGHTED = [IPS(), SNIPS(), DoublyRobust()]


def log_of(action, propensity, n_actions=2) -> LoggedFeedback:
    return LoggedFeedback(
        context=np.zeros((len(action), 0)), action=action, reward=np.arange(len(action)),
        propensity=propensity, action_names=tuple("abcdef"[:n_actions]),
    )  # fmt: skip


def test_numbers_by_hand() -> None:
    # weights of "always b": 0, 2, 0, 4
    found = overlap(log_of([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.25]), "b")
    assert found.n_matched == 2
    assert found.effective_sample_size == pytest.approx(36 / 20)
    assert (found.max_weight, found.mean_weight) == (4, 1.5)
    assert found.max_weight_share == pytest.approx(2 / 3)


def test_behavior_itself_is_no_problem() -> None:
    found = overlap(log_of([0, 1] * 5, np.full(10, 0.5)), {"a": 0.5, "b": 0.5})
    assert found.problem == ""
    assert found.effective_sample_size == 10
    assert len(repr(found).splitlines()) <= 3


@pytest.mark.parametrize("estimator", WEIGHTED, ids=lambda e: e.name)
@pytest.mark.parametrize(
    ("log", "told"),
    [
        # no row has c
        (log_of([0, 1, 0, 1], [0.5] * 4, 3), "'c' probability 0.50 .* in 4 rows \\(first: 0\\)"),
        # row 3 was certain to get b, so c had no chance there
        (log_of([2, 1, 2, 1], [0.5, 0.5, 0.5, 1.0], 3), "'c' .* in 1 row \\(first: 3\\)"),
        # c was not eligible in row 1
        (
            dataclasses.replace(
                log_of([2, 1, 2, 1], [0.5] * 4, 3),
                eligible=[[1, 1, 1], [1, 1, 0], [1, 1, 1], [1, 1, 1]],
            ),
            "'c' .* in 1 row \\(first: 1\\)",
        ),
    ],
)
def test_no_support_is_refused(estimator, log, told) -> None:
    with pytest.raises(OverlapError, match=told):
        estimator.estimate(log, {"b": 0.5, "c": 0.5}, predicted=np.zeros((4, 3)))


def test_direct_method_reaches_further_if_it_has_a_model() -> None:
    log = log_of([2, 1, 2, 1], [0.5, 0.5, 0.5, 1.0], 3)
    found = DirectMethod().estimate(log, "c", predicted=np.full((4, 3), 7.0))
    assert found.value == 7
    unseen = log_of(np.tile([0, 1], 20), np.full(40, 0.5), 3)
    with pytest.raises(OverlapError, match="no predicted reward for action 'c'"):
        DirectMethod().estimate(unseen, "c")


def test_support_is_asked_for_only_where_the_target_goes() -> None:
    log = log_of([0, 1] * 10, np.full(20, 0.5), 3)
    assert SNIPS().estimate(log, {"a": 0.5, "b": 0.5}).value == 9.5


def test_agreement_nowhere_is_refused() -> None:
    with pytest.raises(OverlapError, match="None of the 4"):
        IPS().estimate(log_of([0, 1, 0, 1], [0.5] * 4), np.array([1, 0, 1, 0]))


def test_one_heavy_row_is_warned_of() -> None:
    propensity = np.full(2000, 0.5)
    propensity[3] = 0.002
    with pytest.warns(OverlapWarning, match="one decision has 20% of the weight"):
        IPS().estimate(log_of(np.arange(2000) % 2, propensity), "b")


def test_wrong_propensities_are_noticed() -> None:
    """Half the propensity doubles the weights, whose mean should be one."""
    with pytest.warns(OverlapWarning, match=r"mean weight is 2.000 \(expected: 1\)"):
        IPS().estimate(log_of(np.arange(2000) % 2, np.full(2000, 0.25)), "b")


def test_poor_overlap_is_warned_of_once_an_estimate() -> None:
    action = np.arange(1000) < 20
    with pytest.warns(OverlapWarning, match="20.0 effective of 1,000") as seen:
        DoublyRobust().estimate(log_of(action, np.where(action, 0.02, 0.98)), "b")
    assert len(seen) == 1


def test_frame_holds_the_numbers() -> None:
    found = overlap(log_of([0, 1, 0, 1], [0.5] * 4), "b")
    assert isinstance(found, Overlap)
    assert found.to_frame().loc[0, "effective_sample_size"] == 2
