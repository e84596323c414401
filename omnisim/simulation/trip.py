"""What one journey remembers of itself."""

from dataclasses import dataclass


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
