"""Staff write to the clients whom they know (K11 with K1)."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.journeys import journeys_from_log
from omnisim.schema import Channel, Event, Line
from omnisim.simulation import simulate
from omnisim.simulation.clienteling import choose_clients, write_to_clients
from omnisim.simulation.firm.knowledge import STORE_TEAM
from tests.reference.worlds import assert_same_bytes, finished_world, new_world, of, small

SURE = {"clienteling.p_open": 0.999999, "clienteling.p_click": 1.0, "messages.fatigue": 0.0,
        "messages.relevance_on_response": 0.0, "market.shoppers_per_region": 200,
        "market.n_shoppers": 200, "primitives.clients_written": (0.0, 0.0, 7.0),
        "messages.creep": 0.0}  # fmt: skip


def firm(level, changes=None, *, view=2, **fields):
    levels = Capabilities(single_customer_view=view, staff_training=level)
    return small(SURE | dict(changes or {}), capabilities=levels, **fields)


def known(level=2, changes=None, **fields):
    """Return a world in which everybody has bought in the store, more the higher the row."""
    world = new_world(firm(level, changes, **fields))
    columns, n = world.columns, world.n_shoppers
    columns["record_count"][:] = 3
    columns["record_teams"][:] = 1 << STORE_TEAM
    columns["record_value"][:] = np.arange(2 * n) % n
    return world


def events(world, event, channel=Channel.STAFF):
    names = ("time", "shopper", "journey", "channel", "event")
    parts = dict(zip(names, (np.concatenate(p) for p in world.state.log.columns()), strict=False))
    chosen = (parts["event"] == event) & (parts["channel"] == channel)
    return parts["shopper"][chosen]


def may_be_written_to(world):
    columns = world.columns
    joined = columns["record_of"][:, STORE_TEAM] < world.n_shoppers
    return joined & (columns["has_card"] == 1) & (columns["subscribed"][:, 0] == 1)


def test_staff_write_to_the_best_clients_of_their_store():
    world = known()
    write_to_clients(world, 0)
    written = events(world, Event.MESSAGE)
    assert len(written) == 2 * 7  # stores, a post each
    value = world.columns["record_value"][world.columns["record_of"][:, STORE_TEAM]]
    for store in range(2):
        here = np.flatnonzero(may_be_written_to(world) & (world.columns["home_store"] == store))
        best = sorted(here, key=lambda i: (-value[i], i))[:7]
        assert set(best) == set(written[world.columns["home_store"][written] == store])


@pytest.mark.parametrize(
    ("name", "value"),
    [("has_card", 0), ("subscribed", 0), ("record_count", 1), ("record_teams", 1),
     ("last_written", -30)],
)  # fmt: skip
def test_who_is_not_known_does_not_agree_or_has_just_heard_is_left_alone(name, value):
    world = known()
    world.columns[name] = np.full_like(world.columns[name], value)
    assert len(choose_clients(world, 0)) == 0


def test_the_cap_of_the_week_holds_for_staff():
    world = known(limits__cap_per_week=1)
    world.columns["record_sent"][:, STORE_TEAM] = 1
    assert len(choose_clients(world, 0)) == 0
    world.columns["record_sent"][:] = 0
    assert len(choose_clients(world, 0)) == 14


def test_without_a_customer_view_staff_know_nobody():
    strangers = {"primitives.match_recall": (0.0, 0.4, 0.7)}
    apart = {"primitives.match_recall": (0.0,) * 3, "primitives.false_merge": (0.0,) * 3}
    world = known(2, strangers | apart, view=1)
    assert len(choose_clients(world, 0)) == 0


def test_a_sample_of_the_region_has_its_share_of_the_staff():
    world = known(market__shoppers_per_region=3500)  # 2 x 7 x 200 / 3500 = 0.8 a week
    weeks = []
    for week in range(10):
        weeks.append(len(choose_clients(world, 7 * week)))
    assert sum(weeks) == 2 * int(10 * 7 * 200 / 3500)
    assert set(weeks) == {0, 2}


def test_a_message_costs_time_is_read_and_leaves_goodwill():
    world = known()
    write_to_clients(world, 0)
    written = np.sort(events(world, Event.MESSAGE))
    assert (np.sort(events(world, Event.OPEN)) == written).all()
    columns = world.state.postings.columns()
    line, channel, cents = (np.concatenate(columns[k]) for k in (1, 2, 5))
    assert (line.tolist(), channel.tolist()) == ([Line.STAFF], [Channel.STAFF])
    assert cents.tolist() == [-round(100 * 14 * 5 / 60 * 14.0)]
    others = np.setdiff1d(np.arange(200), written)
    goodwill = world.columns["goodwill"]
    assert (goodwill[others] == 0).all()
    assert (goodwill[written] > 0).mean() > 0.7  # the rest is shown what does not fit at all
    assert (world.columns["record_sent"].sum(axis=1) > 0).sum() <= 14


def test_who_answers_comes_to_the_store():
    world = known()
    write_to_clients(world, 0)
    clicked = events(world, Event.CLICK)
    assert len(clicked) == 14
    world.env.run(until=3)
    assert sorted(events(world, Event.VISIT, Channel.STORE)) == sorted(clicked)


def test_a_need_that_waits_is_taken_up():
    world = known()
    called = []

    def wait(shopper):
        from simpy import Interrupt

        try:
            yield world.env.timeout(50)
        except Interrupt as call:
            called.append((shopper, call.cause))

    for i in range(200):
        world.waiting[i] = world.env.process(wait(i))
    world.env.run(until=0.5)
    write_to_clients(world, 0)
    world.env.run(until=1)
    assert sorted(called) == [(i, "near") for i in sorted(events(world, Event.CLICK))]
    assert len(events(world, Event.VISIT, Channel.STORE)) == 0


def test_inert_messages_cost_and_do_nothing():
    world = known(exposures__inert=("staff",))
    write_to_clients(world, 0)
    assert len(events(world, Event.MESSAGE)) == 14
    assert (world.columns["goodwill"] == 0).all()
    world.env.run(until=3)
    assert len(events(world, Event.VISIT, Channel.STORE)) == 0


def test_it_runs_in_a_firm_and_the_books_balance():
    run = simulate(firm(2, clienteling__rest_days=20.0), seed=2)
    log = run.events.to_pandas()
    written = log[(log["channel"] == Channel.STAFF) & (log["event"] == Event.MESSAGE)]
    assert len(written) > 20
    assert written.groupby("shopper")["time"].diff().min() >= 20
    assert written["cost"].to_numpy() == pytest.approx(5 / 60 * 14.0)
    assert round(run.ledger().sum() * 100) == of(run.postings, "cents").sum()
    posted = run.postings.to_pandas().query("channel == @Channel.STAFF")["cents"].sum()
    assert -posted / 100 == pytest.approx(written["cost"].sum(), abs=0.1)
    journeys = journeys_from_log(run.events)
    assert (np.asarray(journeys.channel) == journeys.channel_names.index("staff")).any()


def test_nobody_writes_where_nobody_may(seed):
    off, silent = (
        {f"primitives.{name}": (0.0, 0.0, 0.0)} for name in ("clients_written", "staff_skill")
    )
    shut = {"exposures.off": ("staff",)}  # nor do they give advice
    assert_same_bytes(*(simulate(firm(2, c | silent), seed=seed) for c in (off, shut)))
    runs = [finished_world(firm(k, {"primitives.staff_skill": (0.0,) * 3})) for k in (0, 1)]
    assert not any(len(events(run, Event.MESSAGE)) for run in runs)
    closed = [simulate(firm(2, c | {"channels.store.is_open": False}), seed=seed)
              for c in ({}, off)]  # fmt: skip
    assert_same_bytes(*closed)
