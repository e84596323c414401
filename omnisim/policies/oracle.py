"""The upper bound: a policy that knows what no firm can observe."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from omnisim.exceptions import ParameterError
from omnisim.policies.base import Policy
from omnisim.policies.choosing import best, certain
from omnisim.policies.content import nearest_item
from omnisim.policies.context import NONE, Context
from omnisim.policies.outcome import Action


@dataclass(frozen=True)
class Oracle(Policy):
    """Do what is truly best, knowing true tastes or true values.

    Where the context tells the true value of each action, the one worth most after cost is taken.
    Where it tells true tastes, the item nearest to the taste is shown; without values everybody
    who may be contacted is. It bounds what better profiles can bring, and no firm can run it.

    Parameters
    ----------
    action : str, default="email:profile"
        What is done where true values are not told.
    """

    action: str = "email:profile"
    needs_truth: ClassVar[bool] = True

    def decide(self, context: Context) -> Action:
        """Return the truly best action and item."""
        truth = context.truth
        if truth is None or (truth.taste is None and truth.value is None):
            raise ParameterError("An oracle needs context.truth with taste or value. Got none.")
        if truth.value is not None:
            made = certain(best(context, truth.value))
        else:
            action, none = context.action_number(self.action), context.action_number(NONE)
            made = certain(np.where(context.eligible[:, action], action, none))
        if truth.taste is None or context.catalogue is None:
            return made
        item = nearest_item(truth.taste, context.catalogue).astype(np.int32)
        return Action(made.index, made.propensity, made.probabilities, item)
