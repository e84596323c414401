"""Screens, and coupons on the phone, in the store (K6)."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.schema import Channel, Event, Identity, Line
from omnisim.simulation import simulate
from omnisim.simulation.in_store import meet, offer
from omnisim.simulation.trip import STORE, Trip
from tests.reference.worlds import assert_same_bytes, new_world, of, small

ALWAYS = {"primitives.screens_used": (0.0, 0.5, 1.0), "in_store.p_coupon_noticed": 1.0}


def firm(level, changes=None, **fields):
    levels = Capabilities(in_store_digital=level)
    return small(ALWAYS | dict(changes or {}), capabilities=levels, **fields)


def visited(scenario, *, on_shelf):
    world = new_world(scenario)
    world.columns["on_hand"][:] = on_shelf
    trips = [Trip(i, 0, 1, STORE, 0.3, step=1) for i in range(world.n_shoppers)]
    for trip in trips:
        meet(world, trip)
    return world, trips


@pytest.mark.parametrize("on_shelf", [0, 3])
def test_a_screen_removes_a_share_of_the_uncertainty(on_shelf):
    _, without = visited(firm(0), on_shelf=on_shelf)
    world, shown = visited(firm(2), on_shelf=on_shelf)
    for before, after in zip(without, shown, strict=True):
        left = (1 - before.resolved) * (1 - world.scenario.in_store.screen_resolves)
        assert 1 - after.resolved == pytest.approx(left)
        assert after.inspected == before.inspected == (on_shelf > 0)


def test_app_holders_are_shown_a_coupon_for_an_hour():
    world, _ = visited(firm(2), on_shelf=1)
    has_app = world.columns["has_app"] == 1
    assert 0 < has_app.sum() < world.n_shoppers
    assert (world.columns["coupon"][has_app] == world.scenario.in_store.coupon_depth).all()
    assert world.columns["coupon_until"][has_app] == pytest.approx(1 / 24)
    assert (world.columns["coupon_until"][~has_app] < 0).all()


def test_a_better_coupon_stays_and_a_worse_or_an_old_one_goes():
    world = new_world(firm(2))
    coupon, until = world.columns["coupon"], world.columns["coupon_until"]
    for share, end, expected in ((0.3, 5.0, 0.3), (0.05, 5.0, 0.1), (0.3, -1.0, 0.1)):
        coupon[0], until[0] = share, end
        offer(world, 0, 0.1)
        assert coupon[0] == expected


def test_screens_turn_more_visits_for_a_need_into_purchases():
    """S0-21: purchases per visit, where the store alone sells and a look leaves all in doubt.

    Who knows comes less often before buying, and brings less back; an inert screen tells nothing.
    """
    world = {
        "choice.risk": 8.0, "in_store.screen_resolves": 1.0, "channels.store.risk_resolved": 0.0,
        "primitives.coupons_shown": (0.0, 0.0, 0.0), "surfaces.store_every_days": 0,
        "governance.managers_decide": False, "stock.store_share": 1.0, "choice.inspection_sd": 0.0,
        "channels.website.is_open": False, "channels.app.is_open": False,
        "market.n_shoppers": 200,
    }  # fmt: skip
    for seed in (1, 2, 3):
        found = []
        for inert in (("screen",), ()):
            run = simulate(firm(2, world | {"exposures.inert": inert}), seed=seed)
            events = run.events.to_pandas()
            here = events[(events["journey"] >= 0) & (events["channel"] == Channel.STORE)]
            visits, bought = ((here["event"] == k).sum() for k in (Event.VISIT, Event.PURCHASE))
            back = (events["event"] == Event.RETURN).sum()
            found.append((bought / visits, (bought - back) / visits))
        (untold, untold_kept), (told, told_kept) = found
        assert told > untold + 0.01
        assert told_kept > untold_kept + 0.05


def test_coupons_lift_store_sales_are_redeemed_and_cannibalise():
    deep = {"in_store.coupon_depth": 0.3, "primitives.screens_used": (0.0, 0.0, 0.0),
            "segments.busy.p_app": 1.0}  # fmt: skip
    runs = [simulate(firm(level, deep, market__n_shoppers=300), seed=3) for level in (0, 2)]
    channels = [of(run.orders, "channel") for run in runs]
    sold = [channel[channel == STORE] for channel in channels]
    redeemed = (of(runs[1].events, "event") == Event.COUPON).sum()
    assert redeemed > 0.5 * len(sold[1])
    assert len(sold[1]) > len(sold[0])
    assert len(sold[1]) - len(sold[0]) < 0.7 * redeemed  # others would have bought anyway
    for run in runs:
        assert round(run.ledger().sum() * 100) == of(run.postings, "cents").sum()
    off = -runs[1].ledger()[Line.PROMOTIONS.name.lower()]
    assert off == pytest.approx(0.3 * runs[1].ledger()["revenue"], rel=0.3)


def test_who_never_comes_to_the_store_meets_none_of_it(seed):
    free = {"capability_costs.in_store_digital": (0.0, 0.0, 0.0),
            "investments.in_store_digital": (0.0, 0.0, 0.0)}  # fmt: skip
    runs = [simulate(firm(k, free, channels__store__is_open=False), seed=seed) for k in (0, 2)]
    assert_same_bytes(*runs)
    log = simulate(firm(2), seed=seed).events.to_pandas()
    assert (log["channel"] == Channel.SCREEN).any()


def test_every_coupon_shown_is_logged_and_a_share_is_noticed():
    world, _ = visited(firm(2, {"in_store.p_coupon_noticed": 0.5}, segments__busy__p_app=1.0,
                            market__n_shoppers=300), on_shelf=1)  # fmt: skip
    log = [np.concatenate([[], *parts]) for parts in world.state.log.columns()]
    shown = log[4] == Event.COUPON_SHOWN
    assert shown.sum() == world.n_shoppers
    assert set(log[3][shown]) == {Channel.APP}
    assert set(log[5][shown]) == {Identity.ACCOUNT}
    assert (world.columns["coupon"] > 0).mean() == pytest.approx(0.5, abs=0.12)
