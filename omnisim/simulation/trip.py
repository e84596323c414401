"""What one journey remembers of itself, and what its decisions can be."""

from dataclasses import dataclass

STORE, WEBSITE, APP, RIVAL_ONLINE, RIVAL_LOCAL, DELAY, NOWHERE, AISLE = range(8)
"""What a shopper decides to do next, as in `ext/_streams.pxd`."""

WITH_PICKUP = 8
"""Added to WEBSITE or APP: the order is collected in the store."""

ONLINE = (WEBSITE, APP, WEBSITE + WITH_PICKUP, APP + WITH_PICKUP)
"""Decisions to order online."""


@dataclass(slots=True)
class Trip:
    """Where a need stands: who, what, where it was searched and what got in the way."""

    shopper: int
    need: int
    item: int
    searched: int
    step: int = 0
    in_store: bool = False
    inspected: bool = False
    obstacle: bool = False
    waited: float = 0.0
