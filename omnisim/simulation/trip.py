"""What one journey remembers of itself, and what its decisions can be."""

from dataclasses import dataclass, field
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

    `resolved` and `in_hand` are the shares of the uncertainty about fit that are gone for who
    orders and for who buys in the store, in [0, 1]; `across` is how much of what is learnt on one
    of these sides counts on the other. `seat` is the table that is held, if any; `day` the one that
    an order of a day's capacity is for.
    """

    shopper: int
    need: int
    item: int
    searched: int
    resolved: float
    across: float = 1.0
    in_hand: float = field(init=False)
    step: int = 0
    in_store: bool = False
    been_in_store: bool = False
    inspected: bool = False
    advised: bool = False
    obstacle: bool = False
    waited: float = 0.0
    seat: Any = None
    day: int = 0

    def __post_init__(self) -> None:
        """Let what the search told count on the other side as far as it does."""
        learnt = self.resolved
        self.in_hand = learnt if self.searched == STORE else self.across * learnt
        self.resolved = self.across * learnt if self.searched == STORE else learnt

    def inform(self, share: float) -> None:
        """Learn enough, where one is, to remove a share of what is still uncertain about fit."""
        there, away = (1.0, self.across) if self.in_store else (self.across, 1.0)
        self.resolved += (1 - self.resolved) * share * away
        self.in_hand += (1 - self.in_hand) * share * there

    def inspect(self, resolved: float) -> None:
        """Look at the item in the store: what is known of its fit is at least `resolved`."""
        self.inspected = True
        self.in_hand = max(self.in_hand, resolved)
        self.resolved = max(self.resolved, self.across * resolved)

    def leave(self) -> None:
        """Give the table back, if one is held."""
        if self.seat is not None:
            self.seat.resource.release(self.seat)
            self.seat = None
