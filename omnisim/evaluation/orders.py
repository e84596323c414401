"""Orders in which a game's players can come in: spread over all, and the best and the worst."""

from collections.abc import Collection, Mapping

from omnisim.evaluation.precedence import Precedence

Order = tuple[int, ...]
"""Players, first to last."""


def spread_orders(game: Precedence, known: Collection[int], n: int) -> list[Order]:
    """Return at most n feasible orders through known coalitions, evenly spread over all of them."""
    ways = {game.all: 1}
    for coalition in sorted(known, reverse=True):
        onward = (ways.get(coalition | 1 << k, 0) for k in game.addable(coalition))
        ways.setdefault(coalition, sum(onward))
    n = min(ways.get(0, 0), n)
    return [_order_at(game, ways, place * ways[0] // n) for place in range(n)]


def _order_at(game: Precedence, ways: Mapping[int, int], place: int) -> Order:
    """Return the order at a place in the lexicographic list of those through known coalitions."""
    order: list[int] = []
    coalition = 0
    while coalition != game.all:
        for k in game.addable(coalition):
            onward = ways.get(coalition | 1 << k, 0)
            if place < onward:
                order.append(k)
                coalition |= 1 << k
                break
            place -= onward
    return tuple(order)


def extreme_orders(
    game: Precedence, step_value: Mapping[tuple[int, int], float]
) -> tuple[Order, Order]:
    """Return the order of the largest and that of the smallest sum, of all there are.

    Exact, by dynamic programming over coalitions: what a step is worth depends on the coalition
    before it and not on its order, so the best way on from a coalition is the same for all.

    Parameters
    ----------
    game : Precedence
        Players and what each needs.
    step_value : mapping of (int, int) to float
        What a player adds to a coalition; only such steps are taken.

    References
    ----------
    .. [1] Held and Karp (1962). A dynamic programming approach to sequencing problems. Journal of
       the SIAM 10(1), 196-210. doi:10.1137/0110015
    """
    onward: dict[int, list[int]] = {}
    for coalition, k in step_value:
        onward.setdefault(coalition, []).append(k)
    return _extreme(game, step_value, onward, 1), _extreme(game, step_value, onward, -1)


def _extreme(
    game: Precedence,
    step_value: Mapping[tuple[int, int], float],
    onward: Mapping[int, list[int]],
    sign: int,
) -> Order:
    best, chosen = {game.all: 0.0}, dict.fromkeys([game.all], -1)
    for coalition in sorted(onward, reverse=True):  # what follows is a larger integer
        for k in sorted(onward[coalition]):
            rest = best.get(coalition | 1 << k)
            if rest is None:
                continue
            found = sign * step_value[coalition, k] + rest
            if coalition not in best or found > best[coalition]:
                best[coalition], chosen[coalition] = found, k
    order, coalition = [], 0
    while coalition != game.all:
        order.append(chosen[coalition])
        coalition |= 1 << chosen[coalition]
    return tuple(order)
