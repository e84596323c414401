"""Waits and rests of rules in a simulation: asked again daily until met, and not longer."""

import numpy as np
import pytest

import omnisim as om
from omnisim.policies import Action, Context, Impersonal, Policy, Rule, Rules
from omnisim.schema import Event, Trigger
from tests.reference.worlds import assert_same_bytes, of, small

FIRM = {"segments.busy.p_account": 1.0, "channels.cart_friction": 1.0, "messages.cap_per_week": 50}


class Watch(Policy):
    """Notes what another policy sees and does."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.seen: list[tuple[Context, Action]] = []

    def decide(self, context: Context) -> Action:
        action = self.policy.decide(context)
        self.seen.append((context, action))
        return action

    def longest_wait(self, trigger: str) -> float:
        return self.policy.longest_wait(trigger)

    def describe(self):
        return self.policy.describe()

    def column(self, name: str) -> np.ndarray:
        return np.concatenate([context.column(name) for context, _ in self.seen])

    def acted(self) -> np.ndarray:
        return np.concatenate([action.index > 0 for _, action in self.seen])


def watched(rule: Rule, **changes):
    policy = Watch(Rules((rule,)))
    run = om.simulate(small(FIRM | changes), policy=policy, seed=3)
    return policy, run


@pytest.mark.parametrize("trigger", ["cart_abandoned", "after_purchase"])
@pytest.mark.parametrize("wait", [2.0, 5.0])
def test_a_wait_is_asked_about_daily_until_it_is_met(trigger, wait):
    soon = {"primitives.trigger_days": (0.5, 0.5, 0.5)}
    policy, run = watched(Rule(trigger=trigger, wait_days=wait, action="email:popular"), **soon)
    rows = policy.column(f"is_{trigger}") == 1
    since, acted = policy.column("days_since_trigger")[rows], policy.acted()[rows]
    assert acted.sum() > 5
    assert (since[acted] >= wait).all()
    assert int((of(run.events, "event") == Event.MESSAGE).sum()) == acted.sum()
    assert (since < wait + 1).all()  # in time, and nobody is asked about for ever


def test_a_wait_at_risk_is_met_between_weeks():
    capable = {"messages.at_risk_factor": 1.0}
    policy, _ = watched(Rule(trigger="at_risk", wait_days=3, action="email:popular"), **capable)
    rows = policy.column("is_at_risk") == 1
    acted = policy.acted()[rows]
    assert acted.any()
    assert (policy.column("days_since_trigger")[rows][acted] == 3.0).all()


def test_each_row_is_asked_about_once_a_day():
    run = om.simulate(
        small(FIRM), policy=Rules((Rule(trigger="cart_abandoned", wait_days=9),)), seed=3
    )
    keys = np.column_stack([of(run.decisions, n) for n in ("time", "record", "team", "trigger")])
    carts = keys[keys[:, 3] == Trigger.CART_ABANDONED]
    assert len(carts) > 20
    assert len(np.unique(carts, axis=0)) == len(carts)


def test_a_rest_counts_from_the_last_message_to_the_record():
    policy, run = watched(Rule(rest_days=10, cap_per_week=50))
    sent = run.decisions.filter(of(run.decisions, "action") > 0)
    by_record: dict[int, list[float]] = {}
    for record, day in zip(of(sent, "record").tolist(), of(sent, "time").tolist(), strict=True):
        by_record.setdefault(record, []).append(day)
    gaps = np.concatenate([np.diff(days) for days in by_record.values()])
    assert len(gaps) > 5
    assert gaps.min() >= 10
    assert policy.column("days_since_contact").max() == 3650


def test_a_policy_inside_another_waits_as_well():
    rules = Rules((Rule(trigger="cart_abandoned", wait_days=6),))
    runs = [om.simulate(small(FIRM), policy=p, seed=3) for p in (rules, Impersonal(rules))]
    assert_same_bytes(*runs)
