"""Tables: who comes queues for one, decides when seated, and only who stays holds it."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.schema import Channel, Event, Fulfilment, Line
from omnisim.simulation import simulate
from omnisim.simulation.engine import run
from omnisim.simulation.store import _look_in, sit_down, stay
from omnisim.simulation.trip import STORE, Trip
from tests.reference.worlds import assert_same_bytes, new_world, small

HOUSE = {
    "market.n_shoppers": 150, "market.horizon_days": 60, "service.seats": 2,
    "service.service_minutes": 60.0, "service.patience_minutes": 15.0,
    "fulfilment.return_threshold": -100.0, "governance.managers_decide": False,
}  # fmt: skip


def books(scenario, seed=2):
    result = simulate(scenario, seed=seed)
    return result.events.to_pandas(), result.postings.to_pandas()


def test_no_more_are_seated_than_there_are_tables_and_all_leave():
    world = new_world(small(HOUSE), seed=2)
    busy = []

    def watch(env):
        while True:
            yield env.timeout(1 / 96)
            busy.append([house.count for house in world.staff])

    world.env.process(watch(world.env))
    run(world)
    assert np.max(busy) == 2
    assert [house.capacity for house in world.staff] == [2, 2]
    world.env.run(until=world.env.now + 3)  # needs end with the horizon; meals go on for hours
    assert [house.count for house in world.staff] == [0, 0]


def test_with_few_tables_some_walk_out_and_with_many_nobody_does():
    few, many = (books(small(HOUSE | {"service.seats": n}))[0] for n in (1, 500))
    assert (few["event"] == Event.WALKOUT).sum() > 5
    assert (many["event"] == Event.WALKOUT).sum() == 0


def test_the_decision_comes_before_the_hour_at_the_table():
    """A guest orders when seated: the purchase has the time of the visit, when nobody queues."""
    log, _ = books(small(HOUSE | {"service.seats": 500}))
    key = ["shopper", "journey"]
    mine = log[(log["journey"] >= 0) & (log["channel"] == Channel.STORE)]
    visits = mine[mine["event"] == Event.VISIT].groupby(key)["time"].max()
    bought = mine[mine["event"] == Event.PURCHASE].set_index(key)["time"]
    both = bought.to_frame("bought").join(visits.rename("came"), how="inner")
    assert len(both) > 50
    assert (both["bought"] == both["came"]).all()


def test_who_does_not_stay_gives_the_table_back_at_once_and_who_stays_after_the_service():
    world = new_world(small(HOUSE | {"stores.p_unplanned": 0.0}), seed=2)
    shoppers = np.flatnonzero(world.columns["home_store"] == 0)[:2].tolist()
    trips = [Trip(i, 0, 0, STORE, 0.5) for i in shoppers]
    for trip in trips:
        world.env.process(sit_down(world, trip))
    world.env.run(until=1)
    assert world.staff[0].count == 2
    trips[0].leave()
    trips[0].leave()  # gives back one table only
    assert world.staff[0].count == 1
    trips[1].step = 1
    length = float(world.state.draw(48, shoppers[1], 0, 3))
    world.env.process(stay(world, trips[1]))
    world.env.run(until=1 - np.log1p(-length) / 24 - 1e-6)
    assert world.staff[0].count == 1
    world.env.run(until=1 - np.log1p(-length) / 24 + 1e-6)
    assert world.staff[0].count == 0


def test_who_collects_holds_no_table():
    """With every table taken, a pick-up is handed over at once."""
    world = new_world(small(HOUSE), seed=2)
    i = int(np.flatnonzero(world.columns["home_store"] == 0)[0])
    taken = [world.staff[0].request() for _ in range(2)]
    world.env.run(until=0.1)
    assert all(turn.triggered for turn in taken)
    waited = []
    world.env.process(collect(world, i, waited))
    world.env.run(until=0.2)
    assert waited == [0.0]


def collect(world, shopper, waited):
    waited.append((yield from _look_in(world, shopper, 0, 0, True)))
    yield world.env.timeout(0)


def test_meals_to_take_away_are_collected():
    log, _ = books(small(HOUSE | {"capabilities": Capabilities.integrated()}))
    assert (log["fulfilment"] == Fulfilment.PICKUP).any()


def test_tables_are_not_paid_and_posts_do_not_seat():
    staff = []
    for changes in ({"service.seats": 2}, {"service.seats": 40}, {"service.staff_per_store": 3}):
        _, table = books(small(HOUSE | changes))
        staff.append(table.loc[table["line"] == Line.STAFF, "cents"].sum())
    assert staff[0] == staff[1] < 0
    assert staff[2] == pytest.approx(3 * staff[0], rel=0.01)
    (one, _), (three, _) = (books(small(HOUSE | {"service.staff_per_store": n})) for n in (1, 3))
    assert one.equals(three)


def test_placebo_holds_at_tables():
    silos, one = (small(HOUSE | {"capabilities": c}).placebo()
                  for c in (Capabilities.siloed(), Capabilities.integrated()))  # fmt: skip
    assert_same_bytes(simulate(silos, seed=3), simulate(one, seed=3))
