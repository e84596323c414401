"""A policy that sees nothing of any person: what it would do with totals alone."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from omnisim.policies.base import Policy
from omnisim.policies.context import Context
from omnisim.policies.features import NEVER_DAYS
from omnisim.policies.loading import policy_from_dict
from omnisim.policies.outcome import Action


@dataclass(frozen=True)
class Blindfold(Policy):
    """Let a policy decide as if every record were empty, and show the most popular item.

    Columns named ``days_since_…`` say "never", all others 0.

    Parameters
    ----------
    policy : Policy
        Who decides.
    """

    policy: Policy

    def decide(self, context: Context) -> Action:
        """Return what the policy does with empty records."""
        empty = np.zeros_like(context.features)
        for k, name in enumerate(context.names):
            if name.startswith("days_since_"):
                empty[:, k] = NEVER_DAYS
        action = self.policy.decide(replace(context, features=empty, truth=None))
        return replace(action, item=np.zeros(len(action), dtype=np.int32))

    def is_trained(self) -> bool:
        """Tell whether the policy inside has learned what it must."""
        return self.policy.is_trained()

    def longest_wait(self, trigger: str) -> float:
        """Return how long the policy inside may wait."""
        return self.policy.longest_wait(trigger)

    def describe(self) -> dict[str, Any]:
        """Return name and the policy inside, as plain JSON."""
        return {"name": type(self).__name__, "policy": self.policy.describe()}

    def parameters(self) -> dict[str, Any]:
        """Return the policy inside with what it learned, as plain values."""
        return {"policy": self.policy.to_dict()}

    @classmethod
    def from_parameters(cls, parameters: dict[str, Any]) -> "Blindfold":
        """Make the policy again from `parameters`."""
        return cls(policy_from_dict(parameters["policy"]))
