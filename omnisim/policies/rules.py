"""Marketing automation as in the field: rules with triggers, waits and caps, written in TOML."""

import operator
import pathlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Strict, StringConstraints, model_validator

from omnisim._validation import check_instances, check_probability
from omnisim.config.base import Part, param
from omnisim.config.io import load_toml
from omnisim.exceptions import ParameterError
from omnisim.policies.base import Policy
from omnisim.policies.choosing import certain, drawn
from omnisim.policies.context import NONE, Bools, Context
from omnisim.policies.features import CAMPAIGN, TRIGGERS
from omnisim.policies.outcome import Action

COMPARISON = re.compile(r"^\s*([A-Za-z_]\w*)\s*(<=|>=|==|!=|<|>)\s*(-?\d+(?:\.\d+)?)\s*$")
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
    "<": operator.lt, ">": operator.gt,
}  # fmt: skip
Condition = Annotated[str, StringConstraints(max_length=200)]
Conditions = Annotated[tuple[Condition, ...], Strict(False)]


class Rule(Part):
    """One rule: when it applies, how long it waits, what it does, how often it may."""

    trigger: Literal[
        "campaign", "cart_abandoned", "after_purchase", "near_store", "near_rival", "at_risk",
        "promoter",
    ] = param("campaign", "what the decision follows", source="S1-28..31")  # fmt: skip
    where: Conditions = param(
        (), "conditions on features, all of which must hold, like 'n_purchases >= 2'",
        source="none: up to the user",
    )  # fmt: skip
    action: str = param("email:popular", "what is done", source="none: up to the user")
    wait_days: float = param(
        0.0, "days from the trigger to the action, which is asked for daily until they are over",
        unit="days", source="none: up to the user",
        ge=0, le=365,
    )  # fmt: skip
    cap_per_week: int = param(
        2, "messages in a week of the run from which on the rule is silent", source="C2: 2-5",
        ge=0, le=100,
    )  # fmt: skip
    rest_days: float = param(
        0.0, "days since the last message before which the rule is silent", unit="days",
        source="none: up to the user", ge=0, le=365,
    )  # fmt: skip

    @model_validator(mode="after")
    def _conditions_can_be_read(self) -> "Rule":
        for text in self.where:
            if not COMPARISON.match(text):
                raise ValueError(
                    f"where: {text!r} must be a feature, one of <= >= == != < >, and a number"
                )
        return self

    def applies(self, context: Context) -> Bools:
        """Return for which rows the rule acts, shape (n,)."""
        now = _triggered(context, self.trigger)
        for text in self.where:
            name, sign, number = COMPARISON.match(text).groups()  # type: ignore[union-attr]
            now &= COMPARE[sign](context.column(name), float(number))
        if self.wait_days > 0:
            now &= context.column("days_since_trigger") >= self.wait_days
        if self.rest_days > 0:
            now &= context.column("days_since_contact") >= self.rest_days
        now &= context.column("n_sent_this_week") < self.cap_per_week
        return now & context.eligible[:, context.action_number(self.action)]


class RuleBook(Part):
    """All rules of a file, in the order in which they are tried."""

    rule: Annotated[tuple[Rule, ...], Strict(False)] = param(
        (), "rules; the first that applies decides", source="a file"
    )
    holdout: float = param(
        0.0, "share of the rows to act on that is left alone at random, to measure the effect",
        source="none: up to the user", ge=0, lt=1,
    )  # fmt: skip


@dataclass
class Rules(Policy):
    """Follow the first rule that applies; leave everybody else alone.

    Parameters
    ----------
    rules : tuple of Rule
        Tried in order.
    holdout : float, default=0.0
        Share of those whom a rule would contact that is left alone at random, so that the effect
        can be measured; in [0, 1).

    Examples
    --------
    >>> Rules((Rule(trigger="cart_abandoned", wait_days=1, action="email:profile"),)).holdout
    0.0
    """

    rules: tuple[Rule, ...] = field(default=())
    holdout: float = 0.0

    def __post_init__(self) -> None:
        check_instances("rules", self.rules, Rule)
        if check_probability("holdout", self.holdout) == 1:
            raise ParameterError("holdout must be below 1, or no rule ever acts. Got 1.0.")

    @classmethod
    def from_toml(cls, path: str | pathlib.Path) -> "Rules":
        """Read rules from a file with one ``[[rule]]`` table each.

        Raises
        ------
        ConfigError
            If the file cannot be read or holds anything that is not allowed; the message has one
            line for each problem, with file, line and name.
        """
        book = load_toml(path, RuleBook)
        return cls(book.rule, book.holdout)

    def decide(self, context: Context) -> Action:
        """Return the action of the first rule that applies to each row."""
        none = context.action_number(NONE)
        index, is_free = np.full(len(context), none), np.ones(len(context), dtype=bool)
        for rule in self.rules:
            acts = rule.applies(context) & is_free
            index[acts] = context.action_number(rule.action)
            is_free &= ~acts
        if self.holdout == 0.0:
            return certain(index)
        probabilities = np.zeros((len(context), len(context.actions)))
        rows = np.arange(len(context))
        probabilities[rows, none] = self.holdout
        probabilities[rows, index] += 1.0 - self.holdout
        return drawn(probabilities, context.u)

    def longest_wait(self, trigger: str) -> float:
        """Return the longest wait of the rules that follow a trigger."""
        return max((r.wait_days for r in self.rules if r.trigger == trigger), default=0.0)

    def parameters(self) -> dict[str, Any]:
        """Return the rules as plain values."""
        return {"rules": [r.model_dump(mode="json") for r in self.rules], "holdout": self.holdout}

    @classmethod
    def from_parameters(cls, parameters: dict[str, Any]) -> "Rules":
        """Make the policy again from `parameters`."""
        rules = tuple(Rule(**rule) for rule in parameters["rules"])
        return cls(rules, parameters["holdout"])


def _triggered(context: Context, trigger: str) -> Bools:
    """Return whether the trigger is behind each row; a campaign is behind a row without any."""
    if trigger != CAMPAIGN:
        return context.column(f"is_{trigger}") > 0
    known = [f"is_{name}" for name in TRIGGERS if f"is_{name}" in context.names]
    quiet = np.ones(len(context), dtype=bool)
    for name in known:
        quiet &= context.column(name) == 0
    return quiet
