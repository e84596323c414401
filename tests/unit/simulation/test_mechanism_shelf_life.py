"""Perishable goods: what has been there for longer than it keeps is written off at cost."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.operations import Stock
from omnisim.schema import Channel, Event, Line
from omnisim.simulation import simulate
from omnisim.simulation.engine import run
from omnisim.simulation.firm import stock as goods
from omnisim.simulation.firm.stock import _level, spoil
from omnisim.simulation.result import close_books
from tests.reference.worlds import assert_same_bytes, finished_world, new_world, small

FRESH = {
    "market.n_shoppers": 100, "stock.shelf_life_days": 4.0, "stock.review_days": 1.0,
    "stock.lead_days": 1.0, "stock.warehouse_lead_days": 1.0, "fulfilment.p_resellable": 0.0,
}  # fmt: skip


def test_what_exceeds_the_arrivals_of_a_shelf_life_goes():
    """Hand-made: 5 came on day 0 and 3 on day 2.5, of which 2 are sold: on day 4 the 3 are left."""
    world = new_world(small(FRESH), seed=1)
    on_hand = world.columns["on_hand"][0]
    world.lots[0] = [(0.0, np.full(len(on_hand), 5)), (2.5, np.full(len(on_hand), 3))]
    on_hand[:] = 6
    world.env.process(spoil(world, 0))
    world.env.run(until=3.5)
    assert (on_hand == 6).all()
    world.env.run(until=4.5)
    assert (on_hand == 3).all()
    world.env.run(until=7.5)
    assert (on_hand == 0).all()
    books = close_books(world, None, {}).postings.to_pandas()
    weights = world.columns["need_rate"]
    unit = 0.55 * np.average(world.columns["mean_basket"], weights=weights)
    assert set(books["line"]) == {Line.WRITE_OFFS}
    assert books["time"].tolist() == [4.0, 7.0]
    assert books["cents"].tolist() == [-round(3 * len(on_hand) * unit * 100)] * 2


def test_what_is_sold_was_what_came_first():
    world = new_world(small(FRESH), seed=1)
    on_hand = world.columns["on_hand"][0]
    world.lots[0] = [(0.0, np.full(len(on_hand), 5)), (2.5, np.full(len(on_hand), 3))]
    on_hand[:] = 3
    world.env.process(spoil(world, 0))
    world.env.run(until=5.5)
    assert (on_hand == 3).all()


def watched(scenario, seed=1):
    """Run; return the world, what there was, arrivals, the oldest stock, lows and write-offs."""
    world = new_world(scenario, seed=seed)
    arrive, writes = goods._arrive, goods.post_cost
    arrived = np.zeros_like(world.columns["on_hand"], dtype=np.int64)
    oldest, posted, lows, starts = [], [], [], []

    def record(world, location, order, coming, lead):
        yield from arrive(world, location, order, coming, lead)
        arrived[location] += order

    def watch(day, n_events):
        for location, lots in world.lots.items():
            young = sum(a for t, a in lots if t + 4.0 > world.env.now - 1)
            oldest.append((world.columns["on_hand"][location] - young).max())
        lows.append(world.columns["on_hand"][:-1].min())
        if day == 0:
            starts.append(world.columns["on_hand"].sum())

    world.progress = watch
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(goods, "_arrive", record)
        patch.setattr(goods, "post_cost", lambda *a: (posted.append(a[3]), writes(*a)))
        run(world)
    return world, starts[0] + arrived.sum(), oldest, lows, posted


def test_nothing_is_older_than_it_keeps_and_stock_is_never_negative():
    _, _, oldest, lows, posted = watched(small(FRESH))
    assert max(oldest) <= 0
    assert min(lows) >= 0
    assert sum(posted) > 0


def test_what_came_was_sold_is_there_or_was_written_off_at_cost():
    world, came, _, _, posted = watched(small(FRESH))
    result = close_books(world, None, {})
    table, log = result.postings.to_pandas(), result.events.to_pandas()
    unit = 0.55 * np.average(world.columns["mean_basket"], weights=world.columns["need_rate"])
    spoiled = sum(posted) / unit
    assert spoiled == pytest.approx(round(spoiled))
    sold = (log["event"] == Event.PURCHASE).sum()
    assert came - sold - round(spoiled) == world.columns["on_hand"].sum()
    lost = table[table["line"] == Line.WRITE_OFFS]
    assert lost["cents"].sum() == -sum(round(euros * 100) for euros in posted)
    assert set(lost["channel"]) <= {Channel.STORE, Channel.WEBSITE}
    assert (lost["shopper"] == -1).all()
    twin = simulate(small(FRESH), seed=1)
    ledger = twin.ledger()
    assert ledger["write_offs"] * 100 == pytest.approx(lost["cents"].sum())
    assert ledger.sum() == pytest.approx(twin.profit_per_shopper_year * twin.shopper_years)


def test_goods_that_keep_for_ever_are_goods_that_keep():
    """With a shelf life beyond the horizon nothing is written off; only the level may differ."""
    table = simulate(small(FRESH | {"stock.shelf_life_days": 3650.0}), seed=1).postings.to_pandas()
    assert Line.WRITE_OFFS not in set(table["line"])


def test_the_shorter_it_keeps_the_less_is_left_of_the_margin():
    """By goods lost, or, where little is held so that little is lost, by sales."""
    left = []
    for days in (2.0, 5.0, 20.0):
        world = finished_world(small(FRESH | {"stock.shelf_life_days": days}), seed=1)
        table = close_books(world, None, {}).postings.to_pandas()
        cents = table.groupby("line")["cents"].sum()
        lost = cents.get(Line.WRITE_OFFS, 0)
        left.append(cents[Line.REVENUE] + cents[Line.COST_OF_GOODS] + lost)
    assert left[0] < left[1] < left[2]


def test_the_level_holds_no_more_than_sells_in_a_shelf_life():
    """Demand within 2 days of 0.2, 0.8 and 10; at 0.55 of the price, the quantile at 0.45.

    Poisson: P(0) = 0.82; P(0) = 0.449 and P(<= 1) = 0.81; P(<= 8) = 0.33 and P(<= 9) = 0.46.
    """
    rules = Stock(shelf_life_days=2.0, review_days=1.0)
    per_day = np.array([0.1, 0.4, 5.0])
    assert _level(per_day, 5.0, rules, 1.3, 0.55).tolist() == [0, 1, 9]
    assert _level(per_day, 5.0, rules, 1.3, 1.0).tolist() == [0, 0, 0]
    assert _level(per_day, 5.0, rules, 1.3, 0.0).tolist() == [2, 5, 38]
    keeps = Stock(review_days=1.0)
    assert _level(per_day, 5.0, keeps, 1.3, 0.55).tolist() == [2, 5, 38]


def test_placebo_holds_where_goods_spoil():
    silos, one = (small(FRESH | {"capabilities": c}).placebo()
                  for c in (Capabilities.siloed(), Capabilities.integrated()))  # fmt: skip
    assert_same_bytes(simulate(silos, seed=3), simulate(one, seed=3))
