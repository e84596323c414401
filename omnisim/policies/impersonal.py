"""A policy that writes to the same people, but shows everybody the same."""

from dataclasses import dataclass

import numpy as np

from omnisim.policies.base import Policy
from omnisim.policies.content import POPULAR, PROFILE
from omnisim.policies.context import NONE, Context, Ints
from omnisim.policies.outcome import Action
from omnisim.policies.wrapper import Wrapper


@dataclass
class Impersonal(Wrapper):
    """Let a policy decide whom to contact and when, and show the most popular item instead.

    What a policy earns beyond its impersonal twin is what the content earns that fits a profile.
    An action such as ``"email:profile"`` becomes ``"email:popular"``; one without such a twin, as
    ``"show:profile"``, or whose twin is not eligible, is not taken; an offer stays, with the most
    popular item.

    Parameters
    ----------
    policy : Policy
        Who decides.
    """

    policy: Policy

    def decide(self, context: Context) -> Action:
        """Return the policy's decisions without what is personal in them."""
        made = self.policy.decide(context)
        rows = np.arange(len(context))
        twin = twins(context.actions)
        instead = np.where(context.eligible[:, twin], twin, context.actions.index(NONE))
        probabilities = None
        if made.probabilities is not None:
            probabilities = np.zeros_like(made.probabilities)
            np.add.at(probabilities, (rows[:, None], instead), made.probabilities)
        index = instead[rows, made.index]
        propensity = made.propensity
        if probabilities is not None:
            propensity = probabilities[rows, index]
        item = np.zeros(len(index), dtype=np.int32)
        return Action(index, propensity, probabilities, item)


def twins(actions: tuple[str, ...]) -> Ints:
    """Return for each action the number of the one without a profile; 0 where there is none."""
    none = actions.index(NONE)
    place = {name: k for k, name in enumerate(actions)}
    found = np.arange(len(actions))
    for k, name in enumerate(actions):
        medium, _, content = name.partition(":")
        if content == PROFILE:
            found[k] = place.get(f"{medium}:{POPULAR}", none)
    return found
