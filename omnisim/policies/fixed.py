"""Policies that look at nothing: nobody, everybody, anything."""

from dataclasses import dataclass

import numpy as np

from omnisim.policies.base import Policy
from omnisim.policies.choosing import certain, drawn, uniform_share
from omnisim.policies.context import NONE, Context
from omnisim.policies.outcome import Action


@dataclass(frozen=True)
class NoContact(Policy):
    """Leave everybody alone."""

    def decide(self, context: Context) -> Action:
        """Return ``"none"`` for each row."""
        return certain(np.full(len(context), context.action_number(NONE)))


@dataclass(frozen=True)
class Blanket(Policy):
    """Do the same with everybody with whom it may be done, and leave the others alone.

    Parameters
    ----------
    action : str, default="email:popular"
        What is done.
    """

    action: str = "email:popular"

    def decide(self, context: Context) -> Action:
        """Return `action` where it is eligible, else ``"none"``."""
        action, none = context.action_number(self.action), context.action_number(NONE)
        return certain(np.where(context.eligible[:, action], action, none))


@dataclass(frozen=True)
class Uniform(Policy):
    """Take any eligible action, equally likely: the randomised trial from which others learn."""

    def decide(self, context: Context) -> Action:
        """Return a random action for each row."""
        return drawn(uniform_share(context.eligible), context.u)
