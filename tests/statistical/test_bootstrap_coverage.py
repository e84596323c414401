"""Bootstrap intervals cover the true removal effect of a known chain as often as they say."""

import numpy as np
import pytest

from omnisim.attribution import MarkovAttribution, bootstrap
from omnisim.journeys import Journeys

# Rows: start, a, b, c, d; columns: a, b, c, d, conversion, null.
CHAIN = np.array([
    [0.4, 0.3, 0.2, 0.1, 0.0, 0.0],
    [0.0, 0.3, 0.1, 0.1, 0.1, 0.4],
    [0.2, 0.0, 0.2, 0.1, 0.2, 0.3],
    [0.1, 0.2, 0.0, 0.2, 0.15, 0.35],
    [0.1, 0.1, 0.1, 0.0, 0.3, 0.4],
])  # fmt: skip
DATA_SETS, JOURNEYS = 1000, 1500


def true_effects():
    steps, goal = CHAIN[1:, :4], CHAIN[1:, 4]

    def converts(kept):
        return CHAIN[0, :4] * kept @ np.linalg.solve(np.eye(4) - steps * kept, goal)

    whole = converts(np.ones(4))
    return np.array([1 - converts(1.0 - np.eye(4)[i]) / whole for i in range(4)])


def walk(rng):
    """Draw journeys of the chain."""
    cumulative = CHAIN.cumsum(axis=1)
    state = np.zeros(JOURNEYS, dtype=int)
    columns, going = [], np.arange(JOURNEYS)
    while len(going):
        u = rng.random(len(going))
        target = (u[:, None] > cumulative[state[going]]).sum(axis=1)
        columns.append((going, target))
        state[going] = target + 1
        going = going[target < 4]
    journey = np.concatenate([g for g, _ in columns])
    target = np.concatenate([t for _, t in columns])
    target = target[np.argsort(journey, kind="stable")]
    ends = np.flatnonzero(target >= 4)
    converted = (target[ends] == 4).astype(np.int64)
    length = np.diff(np.concatenate(([-1], ends))) - 1
    return Journeys(
        channel=target[target < 4].astype(np.int32),
        offset=np.concatenate(([0], np.cumsum(length))),
        n_conversions=converted,
        n_nulls=1 - converted,
        value=np.zeros(JOURNEYS),
        channel_names=("a", "b", "c", "d"),
    )


@pytest.mark.slow
def test_intervals_cover_the_truth(seed):
    rng = np.random.default_rng(seed)
    truth = true_effects()
    covered = np.zeros(4)
    for number in range(DATA_SETS):
        result = bootstrap(MarkovAttribution(), walk(rng), n_replicates=300, seed=number)
        frame = result.to_frame("removal_effect")
        covered += (frame["ci_low"] <= truth) & (truth <= frame["ci_high"])
    assert (covered >= 0.93 * DATA_SETS).all(), covered
    assert (covered <= 0.97 * DATA_SETS).all(), covered
