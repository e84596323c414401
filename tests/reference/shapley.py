"""Slow oracles of Shapley values: every permutation of the channels, or every set of the others."""

from fractions import Fraction
from itertools import combinations, permutations
from math import factorial


def shapley_values(rows, worth):
    """Return {channel: (credit, value credit)} of rows (channels, conversions, nulls, value)."""
    names = sorted({c for channels, *_ in rows for c in channels})
    journeys = sum(r[1] + r[2] for r in rows)

    def value_of(members):
        inside = [r for r in rows if set(r[0]) <= members]
        conversions, value = sum(r[1] for r in inside), sum(r[3] for r in inside)
        if worth == "conversions":
            return conversions, value
        total = sum(r[1] + r[2] for r in inside)
        return (conversions / total * journeys, value / total * journeys) if total else (0.0, 0.0)

    credit = {name: [0.0, 0.0] for name in names}
    orders = list(permutations(names))
    for order in orders:
        members = set()
        for name in order:
            before = value_of(members)
            members.add(name)
            after = value_of(members)
            for i in (0, 1):
                credit[name][i] += (after[i] - before[i]) / len(orders)
    return {name: tuple(pair) for name, pair in credit.items()}


def shapley_rates(rows):
    """Return {channel: (credit, value credit)} of the game of rates, exact, over sets of channels.

    A channel's value is the mean over sizes of the mean marginal over the sets of that size, which
    takes 2 ** n sets where permutations take n!.
    """
    names = sorted({c for channels, *_ in rows for c in channels})
    n, journeys = len(names), sum(r[1] + r[2] for r in rows)
    rate = {}
    for size in range(n + 1):
        for members in map(frozenset, combinations(names, size)):
            inside = [r for r in rows if members.issuperset(r[0])]
            total = sum(r[1] + r[2] for r in inside)
            sums = (sum(r[1] for r in inside), sum(Fraction(r[3]) for r in inside))
            rate[members] = tuple(Fraction(s, total) if total else Fraction(0) for s in sums)
    credit = {name: [Fraction(0), Fraction(0)] for name in names}
    for members, without in rate.items():
        for name in members.symmetric_difference(names):
            k = len(members)
            weight = Fraction(factorial(k) * factorial(n - 1 - k), factorial(n))
            for i in (0, 1):
                credit[name][i] += weight * (rate[members | {name}][i] - without[i]) * journeys
    return {name: tuple(map(float, pair)) for name, pair in credit.items()}
