"""What one journey remembers of itself, and what its decisions can be."""

from dataclasses import dataclass
from typing import Any

STORE, WEBSITE, APP, RIVAL_ONLINE, RIVAL_LOCAL, DELAY, NOWHERE, AISLE = range(8)
"""What a shopper decides to do next, as in `ext/_streams.pxd`."""

SOCIAL, PHONE = 4, 5
"""Where a search can begin besides STORE, WEBSITE, APP and RIVAL_ONLINE."""

WITH_PICKUP = 8
"""Added to WEBSITE or APP: the order is collected in the store."""

ONLINE = (WEBSITE, APP, WEBSITE + WITH_PICKUP, APP + WITH_PICKUP)
"""Decisions to order online."""


@dataclass(slots=True)
class Trip:
    """Where a need stands: who, what, where it was searched and what got in the way.

    `resolved` is the share of the uncertainty about fit that is gone, in [0, 1]; `seat` the table
    that is held, if any; `day` the one that an order of a day's capacity is for.
    """

    shopper: int
    need: int
    item: int
    searched: int
    resolved: float
    step: int = 0
    in_store: bool = False
    been_in_store: bool = False
    inspected: bool = False
    advised: bool = False
    obstacle: bool = False
    waited: float = 0.0
    seat: Any = None
    day: int = 0

    def inform(self, share: float) -> None:
        """Learn enough to remove a share of what is still uncertain about fit."""
        self.resolved += (1 - self.resolved) * share

    def inspect(self, resolved: float) -> None:
        """Look at the item in the store: what is known of its fit is at least `resolved`."""
        self.inspected = True
        self.resolved = max(self.resolved, resolved)

    def leave(self) -> None:
        """Give the table back, if one is held."""
        if self.seat is not None:
            self.seat.resource.release(self.seat)
            self.seat = None
