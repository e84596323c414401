"""The interface: shapes are checked, batches can be cut and joined."""

import numpy as np
import pytest

from omnisim.exceptions import ParameterError
from omnisim.policies import Action, Context, Outcome, Truth, joined
from omnisim.policies.choosing import certain, drawn, explored, uniform_share
from tests.reference.contexts import made_context, random_context


def test_shapes_must_fit() -> None:
    with pytest.raises(ParameterError, match="must have n rows, 1 features and 3 actions"):
        made_context(np.zeros((2, 1)), ("a",), eligible=np.ones((2, 2), dtype=bool))
    with pytest.raises(ParameterError, match="2 features"):
        made_context(np.zeros((2, 1)), ("a", "b"))
    with pytest.raises(ParameterError, match=r"same length\. Got 1, 2 and 1"):
        Outcome(random_context(1, 1, 2, 0), certain(np.zeros(2, np.int64)), np.zeros(1))


def test_columns_and_actions_are_found_by_name() -> None:
    context = made_context([[1.0, 2.0]], ("first", "second"))
    assert context.column("second").tolist() == [2.0]
    assert context.action_number("email:popular") == 1
    with pytest.raises(ParameterError, match="Did you mean 'first'"):
        context.column("frist")


def test_take_keeps_rows_together() -> None:
    context = random_context(5, 3, 4, seed=1)
    truth = Truth(taste=np.arange(10.0).reshape(5, 2))
    part = made_context(context.features, context.names, truth=truth).take(np.array([3, 1]))
    assert part.features.tolist() == context.features[[3, 1]].tolist()
    assert part.record.tolist() == [3, 1]
    assert part.truth is not None
    assert part.truth.taste is not None
    assert part.truth.taste.tolist() == [[6, 7], [2, 3]]


def test_joined_outcomes_are_those_that_were_cut() -> None:
    context = random_context(6, 2, 3, seed=2)
    action = drawn(uniform_share(context.eligible), context.u)
    whole = Outcome(context, action, np.arange(6.0))
    again = joined([whole.take(np.arange(2)), whole.take(np.arange(2, 6))])
    for name in ("features", "eligible", "u", "record"):
        assert np.array_equal(getattr(again.context, name), getattr(context, name))
    assert np.array_equal(again.action.propensity, action.propensity)
    assert again.reward.tolist() == whole.reward.tolist()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"eligible": [[1, 1], [0, 0]]}, "Row 1 allows nothing: leave it out, or allow 'none'"),
        ({"eligible": [1, 1]}, r"eligible \(2,\)"),
        ({"features": [["a"], ["b"]]}, "features must be numbers"),
        ({"features": [[1.0], [1.0, 2.0]]}, "features must be numbers, in rows of one length"),
        ({"features": None}, "features must be finite"),
        ({"actions": ()}, "at least one action"),
        ({"actions": ("none", "none")}, "actions must be different"),
        ({"actions": "none"}, "actions must be a sequence of text. Got 'none'"),
        ({"actions": 3}, "actions must be a sequence of text. Got 3"),
        ({"names": (1,)}, "names must be a sequence of text"),
        ({"cost": [0.0, np.nan]}, "cost must be finite"),
        ({"u": [0.5, 2.0]}, r"u in \(0, 1\)"),
        ({"u": [0.5, np.nan]}, r"u in \(0, 1\)"),
        ({"record": ["a", "b"]}, "record must be numbers"),
    ],
)
def test_contexts_that_cannot_be_decided_are_refused(arguments, words) -> None:
    given = {"features": [[1.0], [2.0]], "actions": ("none", "email:popular")} | arguments
    with pytest.raises(ParameterError, match=words):
        Context.of(given.pop("features"), given.pop("actions"), **given)


@pytest.mark.parametrize(
    ("index", "propensity", "reward", "words"),
    [
        (np.zeros(2), np.ones(2), np.zeros(2), "action.index must be an array of whole numbers"),
        (np.zeros(2, np.int64), np.array([0.5, 0]), np.zeros(2), r"in \(0, 1\]. Got 0.0 in row 1"),
        (np.zeros(2, np.int64), np.array([np.nan, 1]), np.zeros(2), "Got nan in row 0"),
        (np.zeros(2, np.int64), np.array([1.0, 1.5]), np.zeros(2), "Got 1.5 in row 1"),
        (np.zeros(2, np.int64), np.ones(2), [0.0, 0.0], "reward must be an array of numbers"),
    ],
)
def test_outcomes_hold_what_can_be_learned(index, propensity, reward, words) -> None:
    with pytest.raises(ParameterError, match=words):
        Outcome(random_context(2, 1, 2, 0), Action(index, propensity), reward)


def test_outcomes_of_other_features_are_not_joined() -> None:
    one, other = (random_context(1, d, 2, 0) for d in (1, 2))
    parts = [Outcome(c, certain(np.zeros(1, np.int64)), np.zeros(1)) for c in (one, other)]
    with pytest.raises(ParameterError, match="features and actions are the same"):
        joined(parts)
    with pytest.raises(ParameterError, match="at least one"):
        joined([])


def test_draws_follow_the_distribution_function() -> None:
    """u in (0, 0.25) takes the first action, (0.25, 1) the third; the second never."""
    probabilities = np.tile([0.25, 0.0, 0.75], (3, 1))
    action = drawn(probabilities, np.array([0.2, 0.26, 0.999999]))
    assert action.index.tolist() == [0, 2, 2]
    assert action.propensity.tolist() == [0.25, 0.75, 0.75]


def test_a_draw_at_the_very_end_is_an_action_that_can_happen() -> None:
    probabilities = np.tile([0.1] * 3 + [0.7] + [0.0], (1, 1))
    assert drawn(probabilities, np.array([1 - 2.0**-53])).index.tolist() == [3]


def test_exploration_shares_epsilon_among_the_eligible() -> None:
    eligible = np.array([[True, True, False], [True, True, True]])
    made = explored(np.array([1, 0]), eligible, 0.3)
    assert made == pytest.approx(np.array([[0.15, 0.85, 0.0], [0.8, 0.1, 0.1]]))


def test_objects_print_short() -> None:
    context = random_context(4, 2, 2, 0)
    outcome = Outcome(context, Action(np.zeros(4, np.int64), np.ones(4)), np.ones(4))
    assert repr(outcome) == "Outcome(4 decisions, mean reward 1 EUR)"
    assert "4 records, 2 features" in repr(context)


@pytest.mark.parametrize("index", [-1, 2])
def test_actions_that_are_not_there_are_refused(index: int) -> None:
    """Kernels and sums by action would write elsewhere."""
    context = random_context(2, 1, 2, 0)
    with pytest.raises(ParameterError, match=rf"lie in \[0, 2\).*Got {index}"):
        Outcome(context, certain(np.array([0, index])), np.zeros(2))


@pytest.mark.parametrize("reward", [np.nan, np.inf])
def test_rewards_are_finite(reward: float) -> None:
    with pytest.raises(ParameterError, match=r"reward must be finite.*row 1"):
        Outcome(random_context(2, 1, 2, 0), certain(np.zeros(2, np.int64)), np.array([0.0, reward]))
