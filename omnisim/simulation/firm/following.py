"""What the firm follows of a person: what its tracking level lets it file and act on (D6)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.schema import Channel
from omnisim.simulation.firm.knowledge import ONLINE_TEAM, STORE_TEAM

FOLLOWED_ONLINE = ("content_signals", "third_party_accuracy", "checks_answered")
"""Primitives that need persons to be followed in digital channels: clicks and looks, bought data,
and looks at the phone in a store."""


def follows(scenario: Scenario, team: int) -> bool:
    """Return whether the firm follows persons in the channels of a team.

    Nowhere at TL0, in digital channels at TL1, everywhere at TL2. Where it does not, it knows whose
    addresses it has, and a till still knows a loyalty card for its points; but it neither files nor
    acts on what a person did.
    """
    level = scenario.records.tracking_level
    return level == "TL2" or (level == "TL1" and team == ONLINE_TEAM)


def files(scenario: Scenario, team: int) -> bool:
    """Return whether purchases in the channels of a team are filed under the person."""
    return scenario.records.keeps_purchases and follows(scenario, team)


def filing(
    scenario: Scenario, channel: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return in whose channel each sale was made, and whether that team files it."""
    team = np.where(channel == Channel.STORE, STORE_TEAM, ONLINE_TEAM)
    return team, np.array([files(scenario, by) for by in (ONLINE_TEAM, STORE_TEAM)])[team]


def followed(scenario: Scenario, primitives: Mapping[str, float]) -> dict[str, float]:
    """Return primitives, those that need persons to be followed online at 0 where none is."""
    hidden = () if follows(scenario, ONLINE_TEAM) else FOLLOWED_ONLINE
    return dict(primitives) | {name: 0.0 for name in hidden if name in primitives}
