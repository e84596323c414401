"""A policy around another one: what is the same whatever it changes in its decisions."""

from typing import Any, Self

from omnisim._validation import check_instance
from omnisim.policies.base import Policy
from omnisim.policies.loading import policy_from_dict
from omnisim.policies.outcome import Outcome
from omnisim.policies.saving import parameters_of


class Wrapper(Policy):
    """Let a policy decide, and change what it sees or what becomes of its decisions.

    A subclass is a dataclass whose first parameter is ``policy``, the one inside; it decides. All
    else is asked of the policy inside, and saved and told with it.
    """

    policy: Policy

    def __post_init__(self) -> None:
        check_instance("policy", self.policy, Policy)

    def learn(self, outcome: Outcome) -> None:
        """Let the policy inside learn."""
        self.policy.learn(outcome)

    @property
    def needs_truth(self) -> bool:  # type: ignore[override]
        """Whether the policy inside needs the truth."""
        return self.policy.needs_truth

    def is_trained(self) -> bool:
        """Tell whether the policy inside has learned what it must."""
        return self.policy.is_trained()

    def longest_wait(self, trigger: str) -> float:
        """Return how long the policy inside may wait."""
        return self.policy.longest_wait(trigger)

    def describe(self) -> dict[str, Any]:
        """Return name, own parameters and the policy inside, as plain JSON."""
        own = parameters_of(self)
        inside = own.pop("policy")
        return {"name": type(self).__name__, **own, "policy": inside.describe()}

    def parameters(self) -> dict[str, Any]:
        """Return the policy inside with what it learned, and own parameters, as plain values."""
        return parameters_of(self) | {"policy": self.policy.to_dict()}

    @classmethod
    def from_parameters(cls, parameters: dict[str, Any]) -> Self:
        """Make the policy again from `parameters`."""
        return cls(**parameters | {"policy": policy_from_dict(parameters["policy"])})
