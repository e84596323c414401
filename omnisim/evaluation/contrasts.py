"""What a player of a game with prerequisites is worth: differences between coalitions' values.

Every estimand here is linear in the values of coalitions, so it is kept as a `Contrast`: the
coefficient of each coalition. Applied to the values of one replication it gives that replication's
answer, and the replications give the interval.
"""

from collections.abc import Iterator

from omnisim.evaluation.precedence import Precedence

Contrast = dict[int, float]
"""Coefficient by coalition; coalitions that are not there have none."""

KINDS = {
    "add first": "added to its needs alone, before everything else",
    "add with needs": "added together with all that it needs, to nothing",
    "Shapley": "mean of what it adds, over all feasible orderings",
    "remove last": "taken from the largest coalition that can do without it",
    "remove with dependents": "taken from all, together with all that need it",
}
"""Kinds of worth of a player."""


def total(game: Precedence) -> Contrast:
    """Return what all players together are worth."""
    return _difference(game.all, 0)


def worth(game: Precedence, player: int, kind: str) -> Contrast:
    """Return the contrast of one of `KINDS` but "Shapley".

    With D(k) what k needs and U(k) what needs k:

    - add first: v(D + k) - v(D); equal to v({k}) - v(none) where k needs nothing.
    - add with needs: v(D + k) - v(none).
    - remove last: v(all - U) - v(all - U - k); equal to v(all) - v(all - k) where nothing needs k.
    - remove with dependents: v(all) - v(all - U - k). Who removes k removes all that need it.

    In an additive game "add first", "remove last" and "Shapley" are the same, and sum to the total.
    """
    bit, needs, needed_by = 1 << player, game.needs[player], game.needed_by[player]
    without = game.all & ~(needed_by | bit)
    ends = {
        "add first": (needs | bit, needs),
        "add with needs": (needs | bit, 0),
        "remove last": (without | bit, without),
        "remove with dependents": (game.all, without),
    }
    return _difference(*ends[kind])


def shapley(game: Precedence, player: int) -> Contrast:
    """Return the Shapley value over feasible orderings, exactly.

    The weight of joining coalition S is the share of the feasible orderings in which the player
    comes right after S: e(S) e(all - S - k) / e(all), with e the number of linear extensions.

    References
    ----------
    .. [1] Faigle and Kern (1992). The Shapley value for cooperative games under precedence
       constraints. International Journal of Game Theory 21, 249-266. doi:10.1007/BF01258278
    """
    found: Contrast = {}
    bit = 1 << player
    for before in game.coalitions:
        if before & bit or game.needs[player] & before != game.needs[player]:
            continue
        after = before | bit
        weight = game.ways_down[before] * game.ways_up[after] / game.n_orderings
        found[after] = found.get(after, 0.0) + weight
        found[before] = found.get(before, 0.0) - weight
    return found


def gap_to_additive(game: Precedence) -> Contrast:
    """Return the synergy: the total less the sum of what each player adds first."""
    found = total(game)
    for player in range(len(game)):
        for coalition, weight in worth(game, player, "add first").items():
            found[coalition] = found.get(coalition, 0.0) - weight
    return found


def interaction(game: Precedence, one: int, other: int, *, at: str) -> Contrast | None:
    """Return how much more two players are worth together than apart, or None.

    The second difference v(B + ij) - v(B + i) - v(B + j) + v(B). `at` "first", B is all that i or
    j need and nothing else: where they need nothing, the Harsanyi dividend of {i, j}. `at` "last",
    B is all but i, j and what needs them. It exists for no pair of which one needs the other.

    References
    ----------
    .. [1] Harsanyi (1963). A simplified bargaining model for the n-person cooperative game.
       International Economic Review 4(2), 194-220. doi:10.2307/2525487
    """
    pair = 1 << one | 1 << other
    if (game.needs[one] | game.needs[other]) & pair:
        return None
    if at == "first":
        base = game.needs[one] | game.needs[other]
    else:
        base = game.all & ~(game.needed_by[one] | game.needed_by[other] | pair)
    return _second_difference(base, one, other)


def mean_interaction(game: Precedence, one: int, other: int) -> Contrast | None:
    """Return the second difference averaged over every feasible base, or None.

    Where there are no prerequisites it is the two-factor interaction of a 2^k factorial design, as
    a difference of differences.

    References
    ----------
    .. [1] Box, Hunter and Hunter (2005). Statistics for Experimenters, 2nd edition, chapter 5.
    """
    pair = 1 << one | 1 << other
    if (game.needs[one] | game.needs[other]) & pair:
        return None
    bases = list(_bases(game, one, other))
    found: Contrast = {}
    for base in bases:
        for coalition, sign in _second_difference(base, one, other).items():
            found[coalition] = found.get(coalition, 0.0) + sign / len(bases)
    return found


def _bases(game: Precedence, one: int, other: int) -> Iterator[int]:
    """Yield the feasible coalitions to which the two can be added in either order."""
    pair, needs = 1 << one | 1 << other, game.needs[one] | game.needs[other]
    for base in game.coalitions:
        if not base & pair and needs & base == needs:
            yield base


def _difference(after: int, before: int) -> Contrast:
    return {after: 1.0, before: -1.0}


def _second_difference(base: int, one: int, other: int) -> Contrast:
    i, j = 1 << one, 1 << other
    return {base | i | j: 1.0, base | i: -1.0, base | j: -1.0, base: 1.0}
