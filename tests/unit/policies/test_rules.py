"""Rules: triggers, conditions, waits, caps, the hold-out; and files that hold them."""

import json
import pathlib

import numpy as np
import pytest

from omnisim.exceptions import ConfigError, ParameterError
from omnisim.policies import Context, Rule, Rules, policy_from_dict
from tests.reference.contexts import made_context

NAMES = (
    "n_purchases", "n_sent_this_week", "days_since_trigger", "days_since_contact",
    "is_cart_abandoned", "is_after_purchase",
)  # fmt: skip
ACTIONS = ("none", "email:popular", "email:profile")
FILE = """
holdout = 0.1

[[rule]]
trigger = "cart_abandoned"
wait_days = 1
action = "email:profile"

[[rule]]
where = ["n_purchases >= 2", "days_since_contact > 3.5"]
cap_per_week = 1
"""


def context(*rows: list[float], **changes: object) -> Context:
    return made_context(np.array(rows), NAMES, **changes)


def done(rules: Rules, *rows: list[float]) -> list[str]:
    return [ACTIONS[i] for i in rules.decide(context(*rows)).index]


def test_a_trigger_waits() -> None:
    rules = Rules((Rule(trigger="cart_abandoned", wait_days=1.0, action="email:profile"),))
    early, late, other = [3, 0, 0.5, 9, 1, 0], [3, 0, 1, 9, 1, 0], [3, 0, 1, 9, 0, 1]
    assert done(rules, early, late, other) == ["none", "email:profile", "none"]


def test_a_campaign_follows_no_trigger() -> None:
    quiet, cart, bought = [3, 0, 0, 9, 0, 0], [3, 0, 0, 9, 1, 0], [3, 0, 0, 9, 0, 1]
    assert done(Rules((Rule(),)), quiet, cart, bought) == ["email:popular", "none", "none"]


@pytest.mark.parametrize(
    ("text", "holds"),
    [("<= 2", [1, 1, 0]), (">= 2", [0, 1, 1]), ("< 2", [1, 0, 0]), ("> 2", [0, 0, 1]),
     ("== 2", [0, 1, 0]), ("!= 2", [1, 0, 1]), (">-1.5", [1, 1, 1])],
)  # fmt: skip
def test_conditions_compare(text: str, holds: list[int]) -> None:
    rules = Rules((Rule(where=(f"n_purchases {text}",)),))
    rows = [[n, 0, 0, 9, 0, 0] for n in (1, 2, 3)]
    assert rules.decide(context(*rows)).index.tolist() == holds


def test_all_conditions_must_hold_and_caps_silence() -> None:
    rules = Rules(
        (Rule(where=("n_purchases > 1", "n_purchases < 5"), cap_per_week=1, rest_days=2),)
    )
    rows = [2, 0, 0, 2, 0, 0], [5, 0, 0, 2, 0, 0], [2, 1, 0, 2, 0, 0], [2, 0, 0, 1.9, 0, 0]
    assert done(rules, *rows) == ["email:popular", "none", "none", "none"]


def test_the_first_rule_that_may_act_decides() -> None:
    rules = Rules((Rule(action="email:profile"), Rule(action="email:popular")))
    eligible = np.array([[1, 1, 1], [1, 1, 0]], dtype=bool)
    made = rules.decide(context([1, 0, 0, 9, 0, 0], [1, 0, 0, 9, 0, 0], eligible=eligible))
    assert made.index.tolist() == [2, 1]


def test_the_holdout_is_left_alone_with_its_probability() -> None:
    rules = Rules((Rule(where=("n_purchases > 1",)),), holdout=0.2)
    rows = [[2, 0, 0, 9, 0, 0], [2, 0, 0, 9, 0, 0], [0, 0, 0, 9, 0, 0]]
    action = rules.decide(context(*rows, u=np.array([0.1, 0.3, 0.3])))
    assert action.index.tolist() == [0, 1, 0]
    assert action.propensity.tolist() == pytest.approx([0.2, 0.8, 1.0])


def test_a_file_is_read(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(FILE)
    rules = Rules.from_toml(file)
    assert rules.holdout == 0.1
    assert [rule.trigger for rule in rules.rules] == ["cart_abandoned", "campaign"]
    assert rules.rules[1].where == ("n_purchases >= 2", "days_since_contact > 3.5")


def test_everything_wrong_with_a_file_is_told(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(FILE.replace("wait_days = 1", "wait_dys = 1").replace("> 3.5", "over 3.5"))
    with pytest.raises(ConfigError) as caught:
        Rules.from_toml(file)
    text = str(caught.value)
    assert "rules.toml:6: rule[0].wait_dys = 1: unknown key; did you mean 'wait_days'?" in text
    assert "'days_since_contact over 3.5' must be a feature" in text


def test_saved_rules_are_the_same() -> None:
    rules = Rules((Rule(where=("n_purchases >= 2",), rest_days=3.0), Rule()), holdout=0.25)
    assert policy_from_dict(json.loads(json.dumps(rules.to_dict()))) == rules


def test_a_feature_that_is_not_there_is_told() -> None:
    with pytest.raises(ParameterError, match=r"Unknown feature 'n_purchase'.*'n_purchases'"):
        Rules((Rule(where=("n_purchase > 1",)),)).decide(context([1, 0, 0, 9, 0, 0]))
    with pytest.raises(ParameterError, match="Unknown feature 'is_near_store'"):
        Rules((Rule(trigger="near_store"),)).decide(context([1, 0, 0, 9, 0, 0]))
