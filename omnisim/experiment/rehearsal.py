"""Try a policy on one made-up record, so that what can only fail fails before anything runs."""

import numpy as np

from omnisim.config.scenario import Scenario
from omnisim.exceptions import ParameterError
from omnisim.policies import RFM, Blanket, NoContact, Policy, RecencyCampaign, Rules
from omnisim.policies.context import Context, Truth
from omnisim.policies.outcome import Outcome
from omnisim.simulation.actions import action_list
from omnisim.simulation.decisions import feature_names
from omnisim.simulation.engine import draw_shoppers
from omnisim.simulation.world import build_world

FIXED = (NoContact, Blanket, RecencyCampaign, RFM)
"""Policies that leave nothing to chance."""


def example_context(scenario: Scenario) -> Context:
    """Return one empty record with which everything may be done, as the scenario's firm sees it."""
    few = scenario.replace({"market.n_shoppers": 10, "word.mean_degree": 2})
    shoppers = draw_shoppers(few, seed=0)
    names = feature_names(build_world(few, shoppers, NoContact(), seed=0, replication=0))
    actions = action_list(scenario)
    return Context(
        features=np.zeros((1, len(names))), names=names, actions=actions.names,
        eligible=np.ones((1, len(actions.names)), np.bool_), cost=actions.cost,
        u=np.full(1, 0.5), record=np.zeros(1, np.int64),
        truth=Truth(value=np.zeros((1, len(actions.names)))),
    )  # fmt: skip


def rehearse(policy: Policy, context: Context) -> None:
    """Let a copy of a policy decide and learn.

    Raises
    ------
    ParameterError
        If it wants an action or a feature that is not there, or cannot decide.
    """
    trial = policy.copy()
    try:
        trial.learn(Outcome(context, trial.decide(context), np.zeros(len(context))))
    except (LookupError, RuntimeError, TypeError, ValueError) as error:
        raise ParameterError(str(error)) from error


def check_behavior(policy: Policy) -> None:
    """Refuse a policy whose log would hold no evidence about another one.

    Raises
    ------
    ParameterError
        If it leaves nothing to chance, or needs the truth.
    """
    is_fixed = isinstance(policy, FIXED) or (isinstance(policy, Rules) and policy.holdout == 0)
    if is_fixed or policy.needs_truth:
        raise ParameterError(
            f"{type(policy).__name__} must leave actions to chance, so that other policies can be "
            "estimated and learn from its log. Take Uniform, or rules with a holdout."
        )
