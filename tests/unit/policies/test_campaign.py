"""The contact rule: recency, cap, eligibility; and the content that fits a profile."""

from typing import Any

import numpy as np
import pytest

from omnisim.exceptions import ParameterError
from omnisim.policies import Context, RecencyCampaign
from omnisim.policies.content import items_shown
from omnisim.policies.features import NEVER_DAYS
from tests.reference.contexts import made_context

NAMES = ("days_since_purchase", "n_sent_this_week")
ROWS = [[10.0, 0], [400.0, 0], [NEVER_DAYS, 0], [10.0, 2]]
ACTIONS = ("none", "email:popular", "email:profile")


def context(rows: Any = ROWS, **changes: Any) -> Context:
    return made_context(np.reshape(rows, (-1, 2)), NAMES, **changes)


def test_recent_buyers_below_the_cap_are_written_to() -> None:
    action = RecencyCampaign(recent_days=365, cap_per_week=2).decide(context())
    assert [ACTIONS[i] for i in action.index] == ["email:profile", "none", "none", "none"]
    assert action.propensity.tolist() == [1, 1, 1, 1]


def test_never_is_not_recent() -> None:
    action = RecencyCampaign(recent_days=NEVER_DAYS, cap_per_week=3).decide(context())
    assert action.index.tolist() == [2, 2, 0, 2]


@pytest.mark.parametrize(
    ("trigger", "answer"), [("is_near_store", "push:profile"), ("is_near_rival", "push:offer10")]
)
def test_whoever_is_near_is_called_unless_the_week_is_full(trigger: str, answer: str) -> None:
    rows = np.array([[10.0, 0, 1], [NEVER_DAYS, 0, 1], [10.0, 2, 1], [NEVER_DAYS, 0, 0]])
    actions = ("none", "email:profile", "push:profile", "push:offer10", "push:offer20")
    context = made_context(rows, (*NAMES, trigger), actions=actions)
    chosen = [actions[k] for k in RecencyCampaign().decide(context).index]
    assert chosen == [answer, answer, "none", "none"]


def test_nobody_is_written_to_who_may_not_be() -> None:
    eligible = np.ones((4, 3), dtype=bool)
    eligible[0, 2] = False
    action = RecencyCampaign(recent_days=1000).decide(context(eligible=eligible))
    assert action.index.tolist() == [0, 2, 0, 0]


def test_no_cap_left_sends_nothing() -> None:
    assert not RecencyCampaign(cap_per_week=0).decide(context()).index.any()


def test_it_decides_for_nobody() -> None:
    assert len(RecencyCampaign().decide(context(np.empty((0, 2))))) == 0


def test_a_retailer_without_this_action_is_told() -> None:
    with pytest.raises(ParameterError, match=r"Unknown action 'email:profile'. Known: 'none'"):
        RecencyCampaign().decide(context(actions=("none",)))


@pytest.mark.parametrize("bad", [{"recent_days": 0.0}, {"cap_per_week": -1}])
def test_bad_parameters_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ParameterError, match=next(iter(bad))):
        RecencyCampaign(**bad)  # type: ignore[arg-type]


def test_content_is_the_item_nearest_to_the_profile() -> None:
    catalogue = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    profile = np.array([[0.1, 0.9], [-1.0, 0.0], [0.0, 0.0], [-0.8, 0.1]])
    index = np.array([2, 2, 2, 1])
    assert items_shown(ACTIONS, index, profile, catalogue).tolist() == [1, 2, 0, 0]


FLAGS = ("is_cart_abandoned", "is_after_purchase", "is_store_team", "is_store_surface", "is_reward")
MORE = ("none", "email:profile", "push:profile", "mail:profile", "advise:profile", "reward:bonus")


def answers(rows: Any, **changes: Any) -> list[str]:
    """Return what is done with records of (days, sent, mean value, purchases, *FLAGS)."""
    names = (*NAMES, "mean_value", "n_purchases", *FLAGS)
    asked = made_context(np.array(rows, float), names, actions=MORE, **changes)
    return [MORE[i] for i in RecencyCampaign().decide(asked).index]


def test_carts_are_recalled_by_push_where_it_may_be() -> None:
    eligible = np.ones((2, len(MORE)), dtype=bool)
    eligible[1, 2] = False
    rows = [[5, 0, 30, 1, 1, 0, 0, 0, 0]] * 2
    assert answers(rows, eligible=eligible) == ["push:profile", "email:profile"]


def test_the_best_records_of_the_store_are_thanked_by_letter() -> None:
    rows = [[1, 0, 50, 4, 0, 1, 1, 0, 0], [1, 0, 49, 4, 0, 1, 1, 0, 0],
            [1, 0, 50, 4, 0, 1, 0, 0, 0], [1, 0, 50, 4, 0, 0, 1, 0, 0],
            [1, 2, 50, 4, 0, 1, 1, 0, 0]]  # fmt: skip
    assert answers(rows) == ["mail:profile", *["email:profile"] * 3, "none"]


def test_the_store_offers_to_recent_buyers_and_points_go_to_the_silent() -> None:
    rows = [[5, 9, 30, 1, 0, 0, 1, 1, 0], [400, 9, 30, 1, 0, 0, 1, 1, 0],
            [5, 9, 30, 1, 0, 0, 1, 0, 1], [60, 9, 30, 1, 0, 0, 1, 0, 1]]  # fmt: skip
    assert answers(rows) == ["advise:profile", "none", "none", "reward:bonus"]
