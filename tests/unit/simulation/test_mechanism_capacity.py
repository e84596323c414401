"""Capacity: a number of units a day, sold for the day or ahead, never more, and gone with it."""

import math

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ConfigError
from omnisim.schema import Channel, Event, Fulfilment, Line
from omnisim.simulation import simulate
from omnisim.simulation.engine import run
from omnisim.simulation.firm.capacity import Capacity, capacity_of
from omnisim.simulation.reservation import reserve, units
from omnisim.simulation.result import close_books
from omnisim.simulation.trip import DELAY, NOWHERE, RIVAL_ONLINE, WEBSITE, Trip
from tests.reference.worlds import assert_same_bytes, new_world, small

ROOMS = 3


def house(changes=None, **fields):
    """Return a scenario of two houses of a few rooms, booked ahead, all of a region's guests."""
    base = {
        "market.n_shoppers": 150, "market.shoppers_per_region": 150, "market.horizon_days": 90,
        "stock.n_items": 2, "stock.store_share": 1.0, "stock.capacity_per_day": ROOMS,
        "stock.is_reserved_ahead": True, "stock.ahead_days": 6.0, "stock.p_cancel": 0.2,
        "stores.p_unplanned": 0.0, "channels.website.purchase_intercept": 1.5,
        "channels.cart_friction": -1.0, "fulfilment.delivery_fee": 0.0,
        "fulfilment.delivery_days": 0.0, "fulfilment.return_threshold": -100.0,
        "fulfilment.p_resellable": 1.0, "governance.managers_decide": False,
    }  # fmt: skip
    return small(base | dict(changes or {}), **fields)


def nights(scenario, seed=2):
    """Run to the end; return the world, its books, and units taken by day, house and item."""
    world = new_world(scenario, seed=seed)
    days = scenario.market.horizon_days
    opened, left = [], []

    def watch(day, n_events):
        if day:
            left.append(before[0].copy())
        opened.append(world.columns["on_hand"][:-1].copy())

    before = [None]

    def peek(env):
        while True:
            yield env.timeout(1 - 1e-9 if env.now == 0 else 1)
            before[0] = world.columns["on_hand"][:-1].copy()

    world.progress = watch
    world.env.process(peek(world.env))
    run(world)
    return world, close_books(world, None, {}), np.array(opened), np.array(left), days


def test_no_more_is_sold_of_a_day_than_it_has():
    """Stays, and who walks in, never exceed the rooms; what is left is never negative."""
    world, books, opened, left, _ = nights(house())
    log = books.events.to_pandas()
    came = log[(log["event"] == Event.PICKUP) & (log["fulfilment"] == Fulfilment.RESERVED)]
    walked_in = log[(log["event"] == Event.PURCHASE) & (log["channel"] == Channel.STORE)]
    assert len(came) > 50
    assert len(walked_in) > 20
    assert (opened >= 0).all()
    assert (left >= 0).all()
    assert opened.sum(axis=2).max() <= ROOMS
    here = walked_in.assign(day=np.floor(walked_in["time"])).groupby(["store", "day"]).size()
    assert here.max() <= ROOMS
    assert opened.min() == 0  # some days were booked up
    assert (world.columns["on_hand"][-1] == 0).all()


def test_a_day_opens_with_what_is_not_reserved_and_keeps_nothing_of_the_day_before():
    """What is on hand by day and house is hand-counted from the log: rooms less who has booked."""
    scenario = house(stock__p_cancel=0.0, stock__n_items=1)
    world, books, opened, left, days = nights(scenario)
    log = books.events.to_pandas()
    log = log[log["event"] == Event.PURCHASE]
    booked = log[log["fulfilment"] == Fulfilment.RESERVED]
    u = world.draws.uniform(88, booked["shopper"].to_numpy(), journey=booked["journey"].to_numpy())
    day = np.floor(booked["time"].to_numpy() - np.log1p(-u) * scenario.stock.ahead_days)
    ahead = day > np.floor(booked["time"].to_numpy())
    taken = np.zeros((days, 2), int)
    stay = day[ahead].astype(int)
    home = world.columns["home_store"][booked["shopper"].to_numpy()[ahead]]
    np.add.at(taken, (stay[stay < days], home[stay < days]), 1)
    assert taken.max() == ROOMS
    assert (opened[:, :, 0] == ROOMS - taken).all()
    today = log[(log["fulfilment"] == Fulfilment.IN_STORE)]
    same = booked[~ahead]
    sold = np.zeros_like(taken)
    np.add.at(sold, (today["time"].astype(int), today["store"]), 1)
    homes = world.columns["home_store"][same["shopper"].to_numpy()]
    np.add.at(sold, (same["time"].astype(int), homes), 1)
    assert (left[:, :, 0] == (ROOMS - taken - sold)[: len(left)]).all()


def test_a_full_house_refuses_logs_it_and_the_shopper_reacts():
    world = new_world(house(market__n_shoppers=400), seed=4)
    capacity, n = world.capacity, world.n_shoppers
    world.env.run(until=0.5)
    found = []
    for i in range(n):
        trip = Trip(i, 0, 0, WEBSITE, 0.3, step=1)
        reserve(world, trip, capacity, WEBSITE)  # makes the day known
        units(world, capacity, trip.day)[:] = 0
        again = Trip(i, 0, 0, WEBSITE, 0.3, step=1)
        found.append(reserve(world, again, capacity, WEBSITE))
        assert again.obstacle
        assert (units(world, capacity, again.day) == 0).all()
    shares = np.array([np.mean(np.array(found) == k) for k in (RIVAL_ONLINE, DELAY, NOWHERE)])
    published = np.array([0.31, 0.15, 0.09]) / 0.55
    assert shares.sum() == 1
    assert shares == pytest.approx(published, abs=5 * math.sqrt(0.25 / n))
    log = close_books(world, None, {}).events.to_pandas()
    full = log[(log["event"] == Event.STOCKOUT) & (log["channel"] == Channel.WEBSITE)]
    assert len(full) >= n
    assert set(full["fulfilment"]) == {Fulfilment.RESERVED}


def test_another_room_of_the_same_day_is_taken_for_one_that_is_gone():
    world = new_world(house(stock__react_substitute=1.0, stock__react_rival=0.0,
                            stock__react_delay=0.0, stock__react_quit=0.0), seed=4)  # fmt: skip
    world.env.run(until=0.5)
    day = Trip(0, 0, 0, WEBSITE, 0.3)
    reserve(world, day, world.capacity, WEBSITE)
    free = units(world, world.capacity, day.day)[world.columns["home_store"][0]]
    free[:] = (0, 1)
    trip = Trip(0, 0, 0, WEBSITE, 0.3)
    assert reserve(world, trip, world.capacity, WEBSITE) == WEBSITE
    assert trip.item == 1
    assert free.tolist() == [0, 0]


def test_guests_come_on_a_later_day_and_nothing_is_sent_or_collected():
    events = simulate(house({"capabilities": Capabilities.integrated()}), seed=2).events.to_pandas()
    sold = events[(events["event"] == Event.PURCHASE) & (events["channel"] != Channel.STORE)]
    assert set(sold["fulfilment"]) == {Fulfilment.RESERVED}
    assert (sold["store"] >= 0).all()
    assert Event.DELIVERY not in set(events["event"])
    came = events[events["event"] == Event.PICKUP]
    key = ["shopper", "journey"]
    both = sold.merge(came, on=key, suffixes=("", "_in"))
    wait = both["time_in"] - both["time"]
    assert len(both) > 50
    assert wait.min() >= 0
    # Drawn with mean 6 days and half a day to the hour; near days are full before far ones.
    assert 5 < wait.mean() < 8.5
    gone = events[events["event"] == Event.RETURN].merge(sold, on=key)
    assert 0.1 < len(gone) / len(sold) < 0.3
    assert not set(map(tuple, gone[key].to_numpy())) & set(map(tuple, both[key].to_numpy()))


def test_a_cancellation_gives_back_the_money_the_cost_and_the_room():
    result = simulate(house({"stock.p_cancel": 1.0, "market.horizon_days": 60}), seed=2)
    log, books = result.events.to_pandas(), result.postings.to_pandas()
    back = log[log["event"] == Event.RETURN]
    key = ["shopper", "journey"]
    of_stays = books[books["channel"] != Channel.STORE].merge(back[key].drop_duplicates(), on=key)
    by_line = of_stays.groupby("line")["cents"].sum()
    assert len(back) > 20
    assert by_line[Line.REVENUE] == -by_line[Line.REFUNDS]
    assert by_line[Line.COST_OF_GOODS] == -by_line[Line.GOODS_RETURNED]
    assert Line.DELIVERY not in by_line
    assert Line.PICKING not in by_line
    assert Event.PICKUP not in set(log["event"])


def test_covers_of_the_day_are_sold_in_every_channel_from_one_number():
    """Not reserved: delivery and collection take units of today, too, and none is back-ordered."""
    scenario = house({"stock.is_reserved_ahead": False, "capabilities": Capabilities.integrated(),
                      "stores.p_unplanned": 0.3})  # fmt: skip
    world, books, opened, left, _ = nights(scenario)
    log = books.events.to_pandas()
    sold = log[log["event"] == Event.PURCHASE]
    home = world.columns["home_store"][sold["shopper"].to_numpy()]
    ways = set(sold["fulfilment"])
    assert ways == {Fulfilment.IN_STORE, Fulfilment.DELIVERY, Fulfilment.PICKUP}
    counts = np.zeros((len(opened), 2), int)
    np.add.at(counts, (sold["time"].astype(int), home), 1)
    assert counts.max() == ROOMS
    assert (opened.sum(axis=2) == ROOMS).all()
    assert (left.sum(axis=2) == ROOMS - counts[: len(left)]).all()


def test_a_sample_has_its_share_of_the_rooms_split_by_popularity():
    """30 rooms x 10,000 / 20,000 = 15; Zipf 0.8 over three: 7.56, 4.34, 3.14."""
    scenario = Scenario().replace({"stock.capacity_per_day": 30, "stock.n_items": 3,
                                   "market.n_shoppers": 10_000})  # fmt: skip
    assert capacity_of(scenario, 10_000).per_day.tolist() == [8, 4, 3]
    assert capacity_of(scenario, 10).per_day.tolist() == [1, 0, 0]
    assert capacity_of(Scenario(), 10) is None


def test_days_to_come_are_full_until_something_is_reserved():
    capacity = Capacity(np.array([2, 1]), 2)
    capacity.of(5)[1, 0] -= 1
    assert capacity.of(5).tolist() == [[2, 1], [1, 1]]
    assert capacity.of(6).tolist() == [[2, 1], [2, 1]]
    assert capacity.per_day.tolist() == [2, 1]


def test_without_capacity_the_fields_of_reservations_do_nothing():
    base = small(market__n_shoppers=60)
    other = base.replace({"stock.ahead_days": 3.0, "stock.p_cancel": 1.0})
    assert_same_bytes(simulate(base, seed=1), simulate(other, seed=1))


def test_integration_that_moves_nothing_leaves_a_house_as_it_is():
    silos, one = (house({"capabilities": c, "fulfilment.return_days": 1.0}).placebo()
                  for c in (Capabilities.siloed(), Capabilities.integrated()))  # fmt: skip
    assert_same_bytes(simulate(silos, seed=3), simulate(one, seed=3))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stock.is_reserved_ahead": True}, "needs stock.capacity_per_day"),
        ({"stock.capacity_per_day": 5, "stock.shelf_life_days": 2.0}, "not both"),
    ],
)
def test_what_cannot_be_is_refused(changes, words):
    with pytest.raises(ConfigError, match=words):
        Scenario().replace(changes)
