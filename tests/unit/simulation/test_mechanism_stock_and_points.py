"""Offline capture (K2), visible stock (K7), endless aisle (K8), points (K10), and phone checks."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.schema import Channel, Event, Fulfilment, Identity, Line
from omnisim.simulation import _outcome as outcome
from omnisim.simulation import simulate
from omnisim.simulation.trip import STORE
from tests.reference.worlds import new_world, of, small

PEOPLE = {"market.n_shoppers": 150, "segments.busy.p_loyalty": 1.0}
BARE = {"stock.store_share": 0.3, "stock.n_items": 40}
BOTH = {"visible_stock": 2, "endless_aisle": 2}


def firm(changes=None, **levels):
    return small(
        PEOPLE | dict(changes or {}), capabilities=Capabilities(**{"offline_capture": 1} | levels)
    )


def count(run, event, **columns):
    rows = of(run.events, "event") == event
    for name, value in columns.items():
        rows &= of(run.events, name) == value
    return int(rows.sum())


def known_in_store(run):
    rows = of(run.events, "event") == Event.PURCHASE
    rows &= of(run.events, "channel") == Channel.STORE
    return np.mean(of(run.events, "identity")[rows] != Identity.NONE)


def test_a_card_that_is_shown_names_the_buyer():
    shares = [
        known_in_store(simulate(firm({"primitives.card_shown": (share,) * 3}), seed=1))
        for share in (0.0, 0.5, 1.0)
    ]
    assert shares[0] == 0
    assert 0.3 < shares[1] < 0.7
    assert shares[2] == 1


def test_stock_that_is_shown_lets_shoppers_collect():
    runs = [simulate(firm(visible_stock=level), seed=1) for level in (0, 2)]
    assert count(runs[0], Event.PICKUP) == 0
    assert count(runs[1], Event.PICKUP) > 0


def test_wrong_stock_records_promise_what_is_not_there():
    failed = [
        count(simulate(firm(BARE | {"primitives.record_accuracy": (right,) * 3}, visible_stock=2),
                       seed=1), Event.STOCKOUT, fulfilment=Fulfilment.PICKUP)
        for right in (0.0, 1.0)
    ]  # fmt: skip
    assert failed[0] > 5 * failed[1]


def test_staff_order_what_the_store_lacks():
    runs = [simulate(firm(BARE, **levels), seed=1) for levels in ({"visible_stock": 2}, BOTH)]
    ordered = [count(run, Event.PURCHASE, fulfilment=Fulfilment.ENDLESS_AISLE) for run in runs]
    assert ordered[0] == 0
    assert ordered[1] > 0
    assert ordered[1] <= count(runs[1], Event.STOCKOUT)


def sent_from_stores(changes, **levels):
    """Return how many parcels were picked in a store for an order through staff."""
    run = simulate(firm(STARVED | changes, **levels), seed=1)
    rows = of(run.postings, "line") == Line.PICKING
    rows &= of(run.postings, "channel") == Channel.STORE
    return int(rows.sum()), count(run, Event.PURCHASE, fulfilment=Fulfilment.ENDLESS_AISLE)


STARVED = {
    "stock.warehouse_safety_factor": -5.0, "stock.warehouse_lead_days": 0.0,
    "stock.safety_factor": -1.0, "stock.store_share": 1.0, "stock.n_items": 40,
    "stores.n_stores": 3,
}  # fmt: skip
"""The warehouse runs out of most, each store of something else."""


def test_another_store_sends_what_the_warehouse_lacks():
    sent, ordered = sent_from_stores({}, **BOTH)
    assert 0 < sent <= ordered
    assert sent_from_stores({"stores.n_stores": 1}, **BOTH)[0] == 0
    assert sent_from_stores({"primitives.aisle_offered": (0.0,) * 3}, **BOTH) == (0, 0)


def test_where_nothing_is_out_of_stock_the_aisle_orders_nothing():
    full = {"stock.store_share": 1.0, "stock.safety_factor": 10.0}
    runs = [simulate(firm(full, **levels), seed=1) for levels in ({"visible_stock": 2}, BOTH)]
    assert count(runs[0], Event.STOCKOUT) == 0
    assert of(runs[0].events, "time").tobytes() == of(runs[1].events, "time").tobytes()


@pytest.mark.parametrize("level", [0, 1, 2])
def test_points_count_across_channels(level):
    world = new_world(firm(single_customer_view=2, unified_loyalty=level))
    assert world.primitives["points_across"] == level / 2
    points = world.columns["points"]
    points[:, 0], points[:, 1] = 0.0, 20.0
    spent = [
        outcome.buy(world.state, i, 0, 0, STORE, int(Fulfilment.IN_STORE), False, 0.0)[2]
        for i in range(world.n_shoppers)
    ]
    assert any(spent) == (level > 0)
    assert (points[:, 1].min() < 20.0) == (level > 0)


def test_a_phone_that_is_never_taken_out_shows_no_rival():
    changes = {"market.n_shoppers": 150, "rivals.online_price_gap": 0.3}
    runs = [simulate(small(changes | {"choice.p_phone_check": p}), seed=1) for p in (0.0, 1.0)]
    checks = [count(run, Event.PHONE_CHECK) for run in runs]
    lost = [count(run, Event.RIVAL_PURCHASE, channel=Channel.RIVAL_ONLINE) for run in runs]
    assert checks[0] == 0 < checks[1]
    assert lost[0] < lost[1]
