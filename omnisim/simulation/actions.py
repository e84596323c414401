"""What a policy can do: a finite list of named actions, each a medium with a content."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.policies.content import POPULAR, PROFILE
from omnisim.policies.context import NONE
from omnisim.schema import Channel

MEDIA = ("email", "push", "mail")
"""Media in the order of the kernels; the first part of the name of a message."""

SURFACES = ("show", "advise", "reward")
"""What the firm may do without writing: on site and app, in the store, in the loyalty scheme."""

MEDIUM_CHANNELS = (Channel.EMAIL, Channel.PUSH, Channel.DIRECT_MAIL)
"""The channel of each medium."""

REFERRAL, BONUS = "referral", "bonus"


@dataclass(frozen=True)
class ActionList:
    """The actions of a scenario, in a fixed order; the first does nothing.

    Attributes
    ----------
    names : tuple of str
        ``"none"``, or medium and content: ``"email:popular"`` shows the best seller,
        ``"push:profile"`` the item nearest to the record's profile, ``"mail:offer20"`` the same
        with a coupon of 20 per cent, ``"email:referral"`` asks for a recommendation.
        ``"show:profile"`` puts the nearest item first on site and app, ``"advise:profile"`` offers
        it in the store, ``"reward:bonus"`` promises extra points.
    medium : ndarray of shape (n_actions,), int32
        Place in `MEDIA`, followed by `SURFACES`; -1 for none.
    is_personal : ndarray of shape (n_actions,), bool
        Whether the content follows the profile.
    is_referral : ndarray of shape (n_actions,), bool
        Whether it invites to the referral programme.
    depth : ndarray of shape (n_actions,), float64, in [0, 1)
        Discount of the coupon, as a share of the price.
    cost : ndarray of shape (n_actions,), float64, unit: EUR
        Cost of taking the action once.
    """

    names: tuple[str, ...]
    medium: NDArray[np.int32]
    is_personal: NDArray[np.bool_]
    is_referral: NDArray[np.bool_]
    depth: NDArray[np.float64]
    cost: NDArray[np.float64]


def message_costs(scenario: Scenario) -> tuple[float, float, float]:
    """Return what a message costs in each of `MEDIA`, EUR."""
    return scenario.costs.message, scenario.push.cost, scenario.direct_mail.cost


def action_list(scenario: Scenario) -> ActionList:
    """Return every action that the firm of a scenario may take."""
    offers = {f"offer{100 * depth:g}": depth for depth in scenario.offers.depths}
    contents = {POPULAR: 0.0, PROFILE: 0.0, **offers, REFERRAL: 0.0}
    pairs = [
        (place, content)
        for place, medium in enumerate(MEDIA)
        for content in contents
        if content != REFERRAL or medium == "email"
    ]
    pairs += [(3, PROFILE), (4, PROFILE), (5, BONUS)]
    contents[BONUS] = 0.0
    costs = (*message_costs(scenario), 0.0, 0.0, 0.0)
    ways = MEDIA + SURFACES
    return ActionList(
        names=(NONE, *(f"{ways[place]}:{content}" for place, content in pairs)),
        medium=np.array([-1, *(place for place, _ in pairs)], np.int32),
        is_personal=np.array([False, *(content not in (POPULAR, BONUS) for _, content in pairs)]),
        is_referral=np.array([False, *(content == REFERRAL for _, content in pairs)]),
        depth=np.array([0.0, *(contents[content] for _, content in pairs)]),
        cost=np.array([0.0, *(costs[place] for place, _ in pairs)]),
    )
