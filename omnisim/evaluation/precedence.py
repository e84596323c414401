"""Players with prerequisites: which coalitions can exist, and in how many orders they can grow.

A coalition is feasible if it holds everything that its members need (an order ideal). Coalitions
are integers whose bit k stands for player k.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from omnisim._validation import check_choice, check_count
from omnisim.exceptions import ParameterError
from omnisim.random import Draws, Stream

MAX_COALITIONS = 1 << 18
"""Feasible coalitions that are listed; 18 players without prerequisites."""


@dataclass(frozen=True)
class Precedence:
    """Players and what each needs.

    Attributes
    ----------
    players : tuple of str
        Names; player k is bit k of a coalition.
    needs : tuple of int
        For each player the coalition of all that it needs, directly or not, without itself.

    Examples
    --------
    >>> game = Precedence.of(["stock", "aisle"], {"aisle": ["stock"]})
    >>> [game.members(c) for c in game.coalitions]
    [(), ('stock',), ('stock', 'aisle')]
    """

    players: tuple[str, ...]
    needs: tuple[int, ...]

    @classmethod
    def of(cls, players: Sequence[str], needs: Mapping[str, Sequence[str]]) -> Self:
        """Make it from direct needs by name; a player that is not listed needs nothing.

        Raises
        ------
        ParameterError
            If there is no player, a name is unknown or appears twice, or players need each other.
        """
        names = tuple(players)
        if not names or len(set(names)) != len(names):
            raise ParameterError(f"players must be one or more different names. Got {names!r}.")
        bit = {name: 1 << k for k, name in enumerate(names)}
        for name in (*needs, *(other for direct in needs.values() for other in direct)):
            check_choice("player", name, names)
        closed = [sum(bit[other] for other in set(needs.get(name, ()))) for name in names]
        for _ in names:
            closed = [mask | _union(closed, mask) for mask in closed]
        for k, name in enumerate(names):
            if closed[k] >> k & 1:
                raise ParameterError(f"needs must not go in a circle. {name!r} needs itself.")
        return cls(names, tuple(closed))

    def __len__(self) -> int:
        """Return the number of players."""
        return len(self.players)

    @property
    def all(self) -> int:
        """The coalition of all players."""
        return (1 << len(self)) - 1

    @cached_property
    def needed_by(self) -> tuple[int, ...]:
        """For each player the coalition of all that need it, without itself."""
        return tuple(
            sum(1 << j for j in range(len(self)) if self.needs[j] >> k & 1)
            for k in range(len(self))
        )

    @cached_property
    def coalitions(self) -> tuple[int, ...]:
        """Every feasible coalition, as ascending integers.

        Raises
        ------
        ParameterError
            If there are more than `MAX_COALITIONS`.
        """
        found, fresh = {0}, {0}
        while fresh:
            fresh = {c | 1 << k for c in fresh for k in self.addable(c)} - found
            found |= fresh
            if len(found) > MAX_COALITIONS:
                raise ParameterError(
                    f"{len(self)} players form more than {MAX_COALITIONS:,} feasible coalitions. "
                    "Study fewer at a time."
                )
        return tuple(sorted(found))

    def addable(self, coalition: int) -> list[int]:
        """Return the players outside a coalition whose needs it holds."""
        return [
            k
            for k, needs in enumerate(self.needs)
            if not coalition >> k & 1 and needs & coalition == needs
        ]

    def members(self, coalition: int) -> tuple[str, ...]:
        """Return the names in a coalition, in the order of the players."""
        return tuple(name for k, name in enumerate(self.players) if coalition >> k & 1)

    @cached_property
    def ways_down(self) -> dict[int, int]:
        """For each feasible coalition, the number of orders in which it can have grown."""
        ways = dict.fromkeys(self.coalitions, 0)
        ways[0] = 1
        for coalition in self.coalitions:  # a subset is a smaller integer
            for k in self.addable(coalition):
                ways[coalition | 1 << k] += ways[coalition]
        return ways

    @cached_property
    def ways_up(self) -> dict[int, int]:
        """For each feasible coalition, the number of orders in which it can grow to all."""
        ways = {self.all: 1}
        for coalition in reversed(self.coalitions[:-1]):
            ways[coalition] = sum(ways[coalition | 1 << k] for k in self.addable(coalition))
        return ways

    @property
    def n_orderings(self) -> int:
        """Number of feasible orderings: linear extensions of the prerequisites."""
        return self.ways_up[0]

    def sample_orderings(self, n: int, *, draws: Draws) -> NDArray[np.int64]:
        """Draw feasible orderings, each with equal probability, with replacement.

        The next player is drawn in proportion to the number of ways to go on from there.

        Returns
        -------
        ndarray of shape (n, n_players), int64
            Players in the order in which they are added.
        """
        check_count("n", n)
        orderings = np.empty((n, len(self)), dtype=np.int64)
        for row in range(n):
            coalition = 0
            for step in range(len(self)):
                options = self.addable(coalition)
                ways = [self.ways_up[coalition | 1 << k] for k in options]
                u = float(draws.uniform(Stream.ORDERING, row, step=step)) * sum(ways)
                place = int(np.searchsorted(np.cumsum(np.array(ways, dtype=float)), u, "right"))
                k = options[min(place, len(options) - 1)]
                orderings[row, step] = k
                coalition |= 1 << k
        return orderings


def _union(masks: Sequence[int], members: int) -> int:
    """Return the union of the masks of all members."""
    whole = 0
    for k, mask in enumerate(masks):
        if members >> k & 1:
            whole |= mask
    return whole
