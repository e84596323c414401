"""Slow oracle of cutting events into journeys, and strategies that make tables."""

from hypothesis import strategies as st


def cut(events, lookback, gap=float("inf")):
    """Return journeys as (channels, n_conversions, value), by shopper, then time.

    `events` are (shopper, time, channel or None, n_conversions, value).
    """
    order, history = [], {}
    for event in events:
        if event[0] not in history:
            order.append(event[0])
        history.setdefault(event[0], []).append(event)
    journeys = []

    def nulls(touches):
        windows = []
        while touches:
            last = touches[-1][0]
            window = [t for t in touches if t[0] >= last - lookback]
            windows.append(([c for _, c in window], 0, 0.0))
            touches = touches[: len(touches) - len(window)]
        journeys.extend(reversed(windows))

    for shopper in order:
        touches = []
        for _, time, channel, converted, value in sorted(history[shopper], key=lambda e: e[1]):
            if touches and time - touches[-1][0] > gap:
                nulls(touches)
                touches = []
            if converted:
                old = [t for t in touches if t[0] < time - lookback]
                nulls(old)
                touches = touches[len(old) :]
            if channel is not None:
                touches.append((time, channel))
            if converted:
                channels = [c for _, c in touches] or ["(none)"]
                journeys.append((channels, converted, value))
                touches = []
        nulls(touches)
    return journeys


channels = st.lists(st.sampled_from("abcde"), min_size=1, max_size=7)
rows = st.tuples(channels, st.integers(0, 4), st.integers(0, 5), st.integers(0, 100)).map(
    lambda r: (r[0], r[1], r[2], float(r[3]) if r[1] else 0.0)
)
tables = st.lists(rows, min_size=1, max_size=25).filter(lambda t: any(r[1] for r in t))


def as_columns(table):
    """Return rows of (channels, n_conversions, n_nulls, value) as columns of a table of paths."""
    return {
        "path": [" > ".join(r[0]) for r in table],
        "n_conversions": [r[1] for r in table],
        "n_nulls": [r[2] for r in table],
        "value": [r[3] for r in table],
    }
