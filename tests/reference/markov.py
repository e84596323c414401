"""Slow oracle of Markov attribution: tuples for states, one dense solve a removed channel."""

import numpy as np


def removal_effects(rows, order=1, use_nulls=True, removal="null", smoothing=0.0, only=()):
    """Return {channel: (removal effect, value removal effect)}.

    `rows` are (channels, n_conversions, n_nulls, value).
    """
    counts = {}

    def add(source, target, weight):
        counts.setdefault(source, {}).setdefault(target, 0)
        counts[source][target] += weight

    worth = {}
    for channels, converted, nulls, value in rows:
        nulls = nulls if use_nulls else 0
        if converted + nulls == 0:
            continue
        state = ("start",)
        for i in range(len(channels)):
            following = tuple(channels[max(0, i + 1 - order) : i + 1])
            add(state, following, converted + nulls)
            state = following
        add(state, "conversion", converted)
        add(state, "null", nulls)
        worth[state] = worth.get(state, 0.0) + value
    if smoothing:
        counts, worth = smoothed(counts, worth, order, smoothing)
    states = list(counts)
    position = {state: i for i, state in enumerate(states)}
    n = len(states)
    matrix, goal = np.zeros((n, n)), np.zeros((n, 2))
    for state, following in counts.items():
        total = sum(following.values())
        for target, count in following.items():
            if target == "conversion":
                goal[position[state], 0] = count / total
            elif target != "null":
                matrix[position[state], position[target]] = count / total
        goal[position[state], 1] = worth.get(state, 0.0) / total
    start = position[("start",)]

    def outcome(removed):
        kept, ends = matrix.copy(), goal.copy()
        for state in states:
            if state != ("start",) and state[-1] == removed:
                kept[:, position[state]] = 0.0
        if removal == "redistribute":
            share = 1.0 - (matrix - kept).sum(axis=1, keepdims=True)
            scale = np.where(share > 1e-12, 1.0 / np.maximum(share, 1e-12), 0.0)
            kept, ends = kept * scale, ends * scale
        if removal == "null":
            return np.linalg.solve(np.eye(n) - kept, ends)[start]
        # The sum of kept ** m @ ends over m, doubled; a path that circles for ever adds nothing.
        for _ in range(60):
            ends, kept = ends + kept @ ends, kept @ kept
            kept /= np.maximum(1.0, kept.sum(axis=1, keepdims=True))  # rounding would grow
        return ends[start]

    whole = outcome(None)
    names = only or sorted({c for channels, *_ in rows for c in channels})
    effects = {}
    for name in names:
        left = outcome(name)
        lost = [1 - left[i] / whole[i] if whole[i] > 0 else 0.0 for i in (0, 1)]
        effects[name] = tuple(lost)
    return effects


def smoothed(counts, worth, order, smoothing):
    """Return counts and value with `smoothing` steps more a state, as all its like take them."""

    def shorter(state):
        return state[1 - order :] if order > 1 else ()

    def channel(target):
        return target if isinstance(target, str) else target[-1]

    states = [state for state in counts if state != ("start",)]
    new, gained = {("start",): counts[("start",)]}, {}
    for state in states:
        alike = [other for other in states if shorter(other) == shorter(state)]
        total = sum(sum(counts[other].values()) for other in alike)
        new[state] = dict(counts[state])
        gained[state] = worth.get(state, 0.0)
        for other in alike:
            gained[state] += smoothing * worth.get(other, 0.0) / total
            for target, count in counts[other].items():
                step = channel(target)
                if not isinstance(target, str):
                    target = (*state, step)[-order:]
                new[state][target] = new[state].get(target, 0) + smoothing * count / total
    return new, gained
