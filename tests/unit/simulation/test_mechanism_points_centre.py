"""Equation 14: usable points shift drop-out from a centre, and nothing else."""

import numpy as np

from omnisim.schema import Event
from omnisim.simulation import _outcome as outcome
from omnisim.simulation import simulate
from omnisim.simulation.trip import STORE
from tests.reference.worlds import assert_same_bytes, new_world, small

MANY = {"market.n_shoppers": 400, "segments.busy.dropout_b": 1.0}


def lost(points, centre, weight=0.1):
    """Return who drops out after a purchase with so many usable points."""
    scenario = small(MANY, experience__points_centre=centre, experience__points_on_churn=weight)
    world = new_world(scenario, seed=8)
    world.columns["points"][:] = points
    for i in range(world.n_shoppers):
        outcome.evaluate(world.state, i, 0, 0, STORE, 0.5, 0.0, 0.5, False, 0.0, 0.0, 1.0)
    return world.columns["alive"] == 0


def test_points_at_the_centre_leave_drop_out_as_without_points():
    assert (lost(12.0, 12.0) == lost(0.0, 0.0)).all()


def test_more_points_than_the_centre_keep_shoppers_and_fewer_lose_them():
    few, centre, many = (lost(points, 12.0) for points in (0.0, 12.0, 40.0))
    assert set(np.flatnonzero(many)) < set(np.flatnonzero(centre)) < set(np.flatnonzero(few))


def test_without_a_weight_of_points_the_centre_changes_no_bit():
    runs = [
        simulate(small(experience__points_centre=c, experience__points_on_churn=0.0), seed=1)
        for c in (0.0, 50.0)
    ]
    assert_same_bytes(*runs)
    assert Event.CHURN in np.asarray(runs[0].events["event"])
