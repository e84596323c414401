"""Slow oracle of Shapley values: every permutation of the channels."""

from itertools import permutations


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
