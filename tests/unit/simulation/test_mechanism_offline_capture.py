"""Readers of RFID tags that notice the item in hand, and beacons that notice who comes (K2)."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.schema import Channel, Event
from omnisim.simulation import simulate
from omnisim.simulation.in_store import meet, sense
from omnisim.simulation.trip import STORE, Trip
from tests.reference.worlds import assert_same_bytes, new_world, of, small

READERS = {"primitives.item_noticed": (0.0, 0.5, 1.0)}
"""No screen stands on its own: in-store digital is not there."""


def firm(level, **fields):
    return small(READERS, capabilities=Capabilities(offline_capture=level), **fields)


def resolved(level, *, on_shelf):
    world = new_world(firm(level))
    world.columns["on_hand"][:] = on_shelf
    trips = [Trip(i, 0, 1, STORE, 0.3, step=1) for i in range(world.n_shoppers)]
    for trip in trips:
        meet(world, trip)
    return np.array([trip.resolved for trip in trips])


def test_who_takes_an_item_from_the_shelf_is_told_about_it():
    left = (1 - resolved(2, on_shelf=3)) / (1 - resolved(0, on_shelf=3))
    assert left == pytest.approx(1 - firm(2).in_store.screen_resolves)


def test_half_the_items_are_noticed_at_half_the_level():
    noticed = resolved(1, on_shelf=3) > resolved(0, on_shelf=3)
    assert 0.3 < noticed.mean() < 0.7


def test_what_is_not_on_the_shelf_is_not_noticed():
    assert (resolved(2, on_shelf=0) == resolved(0, on_shelf=0)).all()


def test_who_never_comes_to_the_store_meets_no_reader(seed):
    same = {f"primitives.{name}": (0.4, 0.4, 0.4) for name in ("card_shown", "record_accuracy")}
    free = {"capability_costs.offline_capture": (0.0, 0.0, 0.0),
            "investments.offline_capture": (0.0, 0.0, 0.0)}  # fmt: skip
    firms = [Capabilities(), Capabilities(offline_capture=2)]
    open_, closed = (
        [simulate(small(READERS | same | free, capabilities=k, channels__store__is_open=is_open),
                  seed=seed) for k in firms] for is_open in (True, False)
    )  # fmt: skip
    assert_same_bytes(*closed)
    told = [((of(run.events, "channel") == Channel.READER)
             & (of(run.events, "event") == Event.ADVISED)).sum() for run in open_]  # fmt: skip
    assert told[0] == 0 < told[1]


def profiles(*, app=True, follows=True, item=1, **levels):
    """Return how much each record knows after a visit of every shopper to look at an item."""
    changes = {"primitives.visits_sensed": (0.0, 0.5, 1.0), "segments.busy.p_app": float(app),
               "primitives.third_party_accuracy": (0.0,) * 3,
               "segments.busy.p_location_consent": float(follows)}  # fmt: skip
    world = new_world(small(changes, capabilities=Capabilities(single_customer_view=2, **levels)))
    for shopper in range(world.n_shoppers):
        sense(world, shopper, item)
    return world.columns["record_weight"][: world.n_shoppers]


BOTH = {"offline_capture": 2, "personalisation_engine": 2}


def test_a_beacon_tells_the_profile_what_one_looks_at():
    weight = profiles(**BOTH)
    assert weight == pytest.approx(small().primitives.content_signals[2])


@pytest.mark.parametrize(
    "without", [{"offline_capture": 0}, {"personalisation_engine": 0}, {"app": False},
                {"follows": False}, {"item": -1}],
)  # fmt: skip
def test_it_takes_both_capabilities_an_app_that_follows_and_an_item(without):
    assert not profiles(**BOTH | without).any()


def test_half_the_visits_are_sensed_at_half_the_level():
    assert 0.2 < (profiles(**BOTH | {"offline_capture": 1}) > 0).mean() < 0.8
