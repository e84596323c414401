"""Slow oracle of games with prerequisites: every permutation of the players, by name."""

from itertools import combinations, permutations


def linear_extensions(players, needs):
    """Return every order in which each player comes after all that it directly needs."""
    return [
        order
        for order in permutations(players)
        if all(order.index(n) < order.index(p) for p in players for n in needs.get(p, ()))
    ]


def feasible(players, needs):
    """Return every set of players that holds the direct needs of its members."""
    return [
        frozenset(chosen)
        for size in range(len(players) + 1)
        for chosen in combinations(players, size)
        if all(n in chosen for p in chosen for n in needs.get(p, ()))
    ]


def shapley_over_orderings(players, needs, worth):
    """Return {player: mean of what it adds over all linear extensions}."""
    orders = linear_extensions(players, needs)
    added = dict.fromkeys(players, 0.0)
    for order in orders:
        for k, player in enumerate(order):
            before, after = frozenset(order[:k]), frozenset(order[: k + 1])
            added[player] += (worth[after] - worth[before]) / len(orders)
    return added
