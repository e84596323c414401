"""Stores that take back what was bought online (K9)."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.exceptions import ConfigError
from omnisim.schema import Event, Line
from omnisim.simulation import simulate
from omnisim.simulation.returns import way_back
from tests.reference.worlds import assert_same_bytes, new_world, of, small

RETURNING = {"fulfilment.return_threshold": 0.0, "stores.p_unplanned": 0.3}


def firm(level, changes=None, **fields):
    levels = Capabilities(offline_capture=1, visible_stock=2, cross_channel_returns=level)
    return small(RETURNING | dict(changes or {}), capabilities=levels, **fields)


def ways(level, *, by_parcel=True, **fields):
    world = new_world(firm(level, **fields))
    return world, [way_back(world, i, 3, by_parcel=by_parcel) for i in range(world.n_shoppers)]


def test_a_parcel_goes_to_the_store_where_that_is_less_hassle():
    world, found = ways(2)
    rules = world.scenario.fulfilment
    to_store = rules.hassle_store + rules.hassle_per_km * world.columns["distance"]
    for (by_parcel, hassle), other in zip(found, to_store, strict=True):
        assert by_parcel == (other >= rules.hassle_online)
        assert hassle == pytest.approx(min(other, rules.hassle_online))
    assert len({by_parcel for by_parcel, _ in found}) == 2


@pytest.mark.parametrize("fields", [{"channels__store__is_open": False}, {}])
def test_without_stores_or_without_the_capability_parcels_go_back_by_parcel(fields):
    world, found = ways(2 if fields else 0, **fields)
    assert found == [(True, world.scenario.fulfilment.hassle_online)] * world.n_shoppers


def test_goods_from_the_store_know_nothing_of_it():
    assert ways(0, by_parcel=False)[1] == ways(2, by_parcel=False)[1]


def test_level_one_takes_back_about_half_of_the_orders_that_level_two_does():
    n = [sum(not by_parcel for by_parcel, _ in ways(k, market__n_shoppers=400)[1]) for k in (1, 2)]
    assert 0.35 * n[1] < n[0] < 0.65 * n[1]


def test_goods_come_back_with_a_visit_at_the_cost_of_the_store():
    fields = {"market__n_shoppers": 200, "channels__store__purchase_intercept": -3.0,
              "fulfilment__hassle_per_km": 0.0, "governance__managers_decide": False}  # fmt: skip
    runs = [simulate(firm(level, **fields), seed=2) for level in (0, 2)]
    online, store = [], []
    for run in runs:
        log = run.events.to_pandas()
        back = log[(log["event"] == Event.RETURN) & (log["channel"] != 0)]
        online.append(back[back["store"] < 0])
        store.append(back[back["store"] >= 0])
        assert round(run.ledger().sum() * 100) == of(run.postings, "cents").sum()
    assert len(store[0]) == 0
    assert len(store[1]) > 20
    assert len(online[1]) < 0.1 * len(store[1])
    np.testing.assert_allclose(store[1]["cost"], runs[1].scenario.costs.return_store)
    visits = [(of(run.events, "event") == Event.VISIT)[of(run.events, "channel") == 0].sum()
              for run in runs]  # fmt: skip
    assert visits[1] > visits[0] + 0.8 * len(store[1])
    assert runs[1].ledger()["return_handling"] > runs[0].ledger()["return_handling"]


def test_nothing_else_changes_where_nothing_goes_back(seed):
    never = {"fulfilment.return_threshold": -100.0,
             "capability_costs.cross_channel_returns": (0.0, 0.0, 0.0),
             "investments.cross_channel_returns": (0.0, 0.0, 0.0)}  # fmt: skip
    assert_same_bytes(*(simulate(firm(level, never), seed=seed) for level in (0, 2)))


def test_it_needs_visible_stock():
    with pytest.raises(ConfigError, match=r"needs capabilities\.visible_stock >= 1"):
        Capabilities(cross_channel_returns=1)


def test_handling_is_posted_under_its_line():
    run = simulate(firm(2), seed=1)
    assert run.ledger()[Line.RETURN_HANDLING.name.lower()] < 0
