"""Invariants of every policy: eligible actions, exact propensities, rows that do not meet."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnisim.policies import (
    RFM,
    BestSegment,
    Blanket,
    Context,
    EpsilonGreedy,
    LinearThompson,
    LinUCB,
    NoContact,
    Outcome,
    Policy,
    RecencyCampaign,
    Rule,
    Rules,
    Uniform,
)

NAMES = (
    "days_since_purchase",
    "n_purchases",
    "mean_value",
    "n_sent_this_week",
    "is_after_purchase",
)
ACTIONS = ("none", "email:popular", "email:profile")
POLICIES: list[Policy] = [
    NoContact(), Blanket(), Uniform(), RecencyCampaign(), RFM(), BestSegment(epsilon=0.1),
    Rules((Rule(where=("n_purchases > 1",)), Rule(trigger="after_purchase")), holdout=0.3),
    LinUCB(), LinearThompson(), EpsilonGreedy(),
]  # fmt: skip


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    """Return up to 40 rows; ``none`` is always eligible."""
    n, seed = draw(st.integers(0, 40)), draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    features = np.column_stack((
        rng.choice([3.0, 100.0, 3650.0], n), rng.integers(0, 12, n), rng.uniform(0, 200, n),
        rng.integers(0, 4, n), rng.integers(0, 2, n),
    ))  # fmt: skip
    eligible = rng.random((n, 3)) < draw(st.floats(0, 1))
    eligible[:, 0] = True
    cost = [0.0, *rng.uniform(0, 0.1, 2)]
    return Context.of(
        features, ACTIONS, names=NAMES, eligible=eligible, cost=cost, u=rng.uniform(1e-9, 1, n)
    )


def taught(policy: Policy, context: Context) -> Policy:
    """Return a copy that has learned from a random trial of the same rows."""
    policy, action = policy.copy(), Uniform().decide(context)
    policy.learn(Outcome(context, action, action.index * context.u))
    return policy


@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: type(p).__name__)
@settings(deadline=None, max_examples=25)
@given(context=contexts())
def test_actions_are_eligible_and_propensities_exact(policy: Policy, context: Context) -> None:
    ready, rows = taught(policy, context), np.arange(len(context))
    action, chance = ready.decide(context), ready.probabilities(context)
    assert context.eligible[rows, action.index].all()
    assert not chance[~context.eligible].any()
    assert abs(chance.sum(axis=1) - 1).max(initial=0) < 1e-12
    assert np.array_equal(action.propensity, chance[rows, action.index])
    assert (action.propensity > 0).all()


@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: type(p).__name__)
@settings(deadline=None, max_examples=25)
@given(context=contexts(), seed=st.integers(0, 1000))
def test_a_row_is_decided_alone(policy: Policy, context: Context, seed: int) -> None:
    """Order and company of rows change nothing, to the last bit."""
    ready = taught(policy, context)
    order = np.random.default_rng(seed).permutation(len(context))[: 1 + len(context) // 2]
    whole, part = ready.decide(context).take(order), ready.decide(context.take(order))
    assert np.array_equal(whole.index, part.index)
    assert np.array_equal(whole.propensity, part.propensity)
