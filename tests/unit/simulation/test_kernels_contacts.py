"""The kernels of advertising, messages and the geofence against slow oracles."""

import numpy as np
import pytest

from omnisim.schema import Event
from omnisim.simulation import _media, _near
from omnisim.simulation import _messages as kernel
from tests.reference import contacts as oracle
from tests.reference import decisions
from tests.reference.random_worlds import random_world
from tests.reference.slow_world import SlowWorld, assert_same

DAYS = range(20, 28)  # after every column was last touched


@pytest.fixture(params=range(4))
def pair(request, seed):
    """A random world, its oracle and a generator of arguments."""
    rng = np.random.default_rng([seed, 400 + request.param])
    world = random_world(rng, segments__busy__p_app=0.9, segments__busy__p_push_consent=0.9)
    return world, SlowWorld(world), rng


def test_display(pair):
    world, slow, rng = pair
    for day in DAYS:
        held = (rng.uniform(size=world.n_shoppers) < 0.4).astype(np.uint8)
        shown = oracle.show_display(slow, day, set(np.flatnonzero(held)))
        assert _media.show_display(world.state, day, held) == shown
    assert_same(world, slow)
    kinds = {Event(row[4]).name for row in slow.events}
    assert kinds == {"IMPRESSION", "WITHHELD", "CLICK", "VISIT"}


@pytest.mark.parametrize("name", ["show_posts", "broadcast"])
def test_advertising(pair, name):
    world, slow, _ = pair
    for day in DAYS:
        shown = getattr(_media, name)(world.state, day)
        assert shown == getattr(oracle, name)(slow, day)
    assert_same(world, slow)
    kinds = {Event(row[4]).name for row in slow.events}
    assert "IMPRESSION" in kinds
    assert kinds <= {"IMPRESSION"} | ({"CLICK", "VISIT"} if name == "show_posts" else set())


def test_near_a_store(pair):
    world, slow, _ = pair
    parameters = world.state.params | {"near_noticed": 0.8}
    world.state.params = parameters
    slow.p["near_noticed"] = 0.8
    found = 0
    for day in range(20, 50):
        near = _near.near_store(world.state, day)
        assert near == oracle.near_store(slow, day)
        found += len(near)
    assert_same(world, slow)
    assert found > 0


def test_trips_to_the_rival(pair):
    world, slow, rng = pair
    more = {"near_noticed": 0.9, "is_open": [1, 1, 1], "rival_distance": rng.uniform(0.2, 1),
            "rival_apart": rng.uniform(0, 4), "rival_match": rng.uniform(0, 0.5)}  # fmt: skip
    world.state.params = world.state.params | more
    slow.p |= more
    noticed, back = 0, []
    for i in range(world.n_shoppers):
        for need in range(8):
            at = (i, need, int(rng.integers(9)))
            how = (int(rng.integers(6)), int(rng.integers(world.scenario.stock.n_items)),
                   bool(rng.integers(2)), bool(rng.integers(2)), rng.uniform())  # fmt: skip
            slow.refresh(i, 30.0)
            world.columns["touched"][:] = slow.c["touched"]
            for name in ("goodwill", "fatigue", "engagement"):
                world.columns[name][:] = slow.c[name]
            seen = _near.near_rival(world.state, *at, 30.0)
            assert seen == oracle.near_rival(slow, *at, 30.0)
            noticed += seen
            share, before = _near.at_decision(world.state, *at, *how, 30.0)
            weights = decisions.weigh(slow, *at, *how, 30.0)
            assert share == pytest.approx(decisions.share(weights, 0), rel=1e-9)
            gained = rng.uniform(0, 3)
            args = (share, before - gained, how[2], 30.0)
            back.append(_near.turns_round(world.state, *at, how[0], *args))
            assert back[-1] == oracle.turns_round(slow, *at, share, gained, how[2], 30.0)
    assert_same(world, slow)
    assert noticed > 10
    assert 0 < np.mean(back) < 1


def test_messages(pair):
    world, slow, rng = pair
    n = world.n_shoppers
    teams = rng.integers(0, 4, 2 * n)
    weight = rng.integers(0, 3, 2 * n).astype(float)
    for columns in (world.columns, slow.c):
        columns["record_teams"][:] = teams
        columns["record_weight"][:] = weight
    for day in DAYS:
        kind, errand = int(rng.integers(7)), rng.uniform(0, 2)
        shoppers = np.sort(rng.permutation(n)[: n // 2]).astype(np.int32)
        m = len(shoppers)
        records = np.where(rng.uniform(size=m) < 0.5, shoppers, n + shoppers)
        items = rng.integers(world.scenario.stock.n_items, size=m)
        columns = (shoppers, records.astype(np.int32), items.astype(np.int32),
                   rng.uniform(size=m), rng.integers(0, 2, m).astype(np.int32),
                   rng.integers(0, 4, m).astype(np.int32),
                   rng.integers(0, 2, m) * 0.2,
                   rng.integers(0, 2, m).astype(np.uint8))  # fmt: skip
        rows = list(zip(*(column.tolist() for column in columns), strict=True))
        clicked = kernel.deliver_messages(world.state, *columns, kind, day, errand)
        assert clicked == oracle.deliver_messages(slow, rows, kind, day, errand)
    assert_same(world, slow)
    assert {2, 3, 4, 5} <= {row[4] for row in slow.events}  # MESSAGE, OPEN, CLICK, UNSUBSCRIBE


def test_what_is_not_touched_decays_by_its_share_a_week():
    world = random_world(np.random.default_rng(3))
    columns = world.columns
    columns["touched"][:] = 10.0
    before = {name: columns[name].copy() for name in ("goodwill", "fatigue", "engagement")}
    kernel.deliver_messages(
        world.state, np.array([4], np.int32), np.array([4], np.int32), np.array([0], np.int32),
        np.ones(1), np.array([0], np.int32), np.array([0], np.int32), np.zeros(1),
        np.zeros(1, np.uint8), 0, 17,
    )  # fmt: skip
    media, messages = world.scenario.media, world.scenario.messages
    kept = {
        "goodwill": media.goodwill_per_week,
        "engagement": world.scenario.experience.engagement_per_week,
    }
    # A reminder may add goodwill; without an opening it adds nothing.
    opened = 3 in world.state.log.columns()[4][0]
    for name, share in kept.items():
        if not (opened and name == "goodwill"):
            assert columns[name][4] == pytest.approx(before[name][4] * share)
    expected = before["fatigue"][4] * messages.fatigue_per_week + 1
    assert columns["fatigue"][4] == pytest.approx(expected)
    assert columns["goodwill"][5] == before["goodwill"][5]
