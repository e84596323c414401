"""The interface of every policy: decide a batch of contexts, learn from a batch of outcomes."""

import copy
import pathlib
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np

from omnisim.exceptions import ParameterError
from omnisim.policies.context import Context, Floats
from omnisim.policies.outcome import Action, Outcome
from omnisim.policies.saving import described, parameters_of, policy_to_dict, write_policy


class Policy(ABC):
    """Decides a batch of contexts, and learns from a batch of outcomes.

    A policy is a dataclass of its parameters; what it learns it keeps in attributes whose names end
    in ``_``. The same policy runs in the siloed and in the integrated firm: only what its contexts
    hold differs.
    """

    needs_truth: ClassVar[bool] = False
    """Whether contexts must carry what no firm can observe; True for an oracle only."""

    by_row: ClassVar[bool] = False
    """Whether a row's answer depends on that row alone, so that a large batch may be split."""

    @abstractmethod
    def decide(self, context: Context) -> Action:
        """Return one action a row of `context`, each with its exact propensity."""

    def probabilities(self, context: Context) -> Floats:
        """Return the probability of every action, shape (n, n_actions), rows summing to one."""
        action = self.decide(context)
        if action.probabilities is not None:
            return action.probabilities
        if (action.propensity < 1).any():
            raise ParameterError(
                f"{type(self).__name__} decides at random and must answer with all probabilities."
            )
        certain = np.zeros((len(context), len(context.actions)))
        certain[np.arange(len(context)), action.index] = 1.0
        return certain

    def learn(self, outcome: Outcome) -> None:
        """Take up what came of earlier decisions, in the order given; by default nothing."""
        return

    def longest_wait(self, trigger: str) -> float:
        """Return for how many days after a trigger the policy may still want to act; 0 by default.

        As long as it did nothing it is asked again each day until that time is over. `trigger` is
        one of `omnisim.policies.features.TRIGGERS`.
        """
        return 0.0

    def is_trained(self) -> bool:
        """Tell whether the policy can do what it is for; False for one that has to learn first."""
        return True

    def copy(self) -> Self:
        """Return an independent copy: what it learns leaves this policy as it is."""
        return copy.deepcopy(self)

    def describe(self) -> dict[str, Any]:
        """Return name, parameters and a digest of what was learned, as plain JSON."""
        return described(self)

    def parameters(self) -> dict[str, Any]:
        """Return the constructor arguments."""
        return parameters_of(self)

    def learned(self) -> dict[str, Any]:
        """Return what was learned: the attributes whose names end in ``_``."""
        return {name: value for name, value in vars(self).items() if name.endswith("_")}

    def _check_learned(self) -> None:
        """Refuse, after reading from a file, what was learned but does not fit together."""
        return

    @classmethod
    def from_parameters(cls, parameters: dict[str, Any]) -> Self:
        """Make a policy from what `parameters` answered."""
        return cls(**parameters)

    def to_dict(self) -> dict[str, Any]:
        """Return the policy as plain JSON; `policy_from_dict` makes it again, bit by bit."""
        return policy_to_dict(self)

    def save(self, path: str | pathlib.Path) -> None:
        """Write the policy to a JSON file; `load_policy` reads it."""
        write_policy(self, path)
