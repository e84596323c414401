"""A policy that sees nothing of any person: what it would do with totals alone."""

from dataclasses import dataclass, replace

import numpy as np

from omnisim.policies.base import Policy
from omnisim.policies.context import Context
from omnisim.policies.features import NEVER_DAYS
from omnisim.policies.outcome import Action, Outcome
from omnisim.policies.wrapper import Wrapper


@dataclass(frozen=True)
class Blindfold(Wrapper):
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

    @property
    def needs_truth(self) -> bool:  # type: ignore[override]
        """False: who sees no record is not told the truth either."""
        return False

    def learn(self, outcome: Outcome) -> None:
        """Learn nothing: the outcome has records that the policy inside did not see."""
        return
