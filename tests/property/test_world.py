"""What holds in every run, whatever the scenario."""

import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnisim.config.capabilities import Capabilities
from omnisim.random import Stream
from omnisim.schema import Channel, Event, Fulfilment, Line
from omnisim.simulation import simulate
from omnisim.simulation.engine import draw_shoppers, run
from omnisim.simulation.firm import stock
from omnisim.simulation.result import close_books
from tests.reference.worlds import bits, finished_world, new_world, of, scenarios, small

ENDS = (Event.PURCHASE, Event.RIVAL_PURCHASE, Event.NO_PURCHASE)
seeds = st.integers(0, 2**32)
few = settings(max_examples=int(os.environ.get("OMNISIM_TEST_EXAMPLES", "8")), deadline=None)


def frames(run):
    return run.events.to_pandas(), run.postings.to_pandas()


def cents_by_need(postings, *lines):
    chosen = postings[postings["line"].isin([int(line) for line in lines])]
    return chosen.groupby(["shopper", "journey"])["cents"].sum()


def value_by_need(events, kind):
    chosen = events[events["event"] == kind]
    return (chosen.groupby(["shopper", "journey"])["value"].sum() * 100).round(6)


def assert_same_cents(found, expected):
    both = pd.concat([found, expected], axis=1).fillna(0)
    assert (both.iloc[:, 0] - both.iloc[:, 1]).abs().max() < 1e-3 if len(both) else True


@few
@given(scenarios(), seeds)
def test_time_never_decreases_and_numbers_are_finite(scenario, seed):
    run = simulate(scenario, seed=seed)
    for table in (run.events, run.postings):
        time = of(table, "time")
        assert (np.diff(time) >= 0).all()
        assert (time >= 0).all()
        assert (time <= scenario.market.horizon_days).all()
    assert np.isfinite(of(run.events, "value")).all()
    assert np.isfinite(of(run.events, "cost")).all()
    for name, column in run.final.items():
        assert np.isfinite(column).all(), name
    assert (np.abs(run.final["satisfaction"]) <= 1).all()
    assert (run.final["goodwill"] >= 0).all()
    assert (run.final["points"] >= -1e-9).all()


@few
@given(scenarios(), seeds)
def test_stock_is_conserved_and_never_negative_in_stores(scenario, seed):
    arrived = np.zeros((scenario.stores.n_stores + 1, scenario.stock.n_items), np.int64)
    arrive, starts, lows = stock._arrive, [], []

    def record(world, location, order, coming, lead):
        yield from arrive(world, location, order, coming, lead)
        arrived[location] += order

    def watch(day, n_events):
        on_hand = world.columns["on_hand"]
        lows.append(on_hand[:-1].min())
        if day == 0:
            starts.append(on_hand.copy())

    world = new_world(scenario, seed=seed)
    world.progress = watch
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stock, "_arrive", record)
        run(world)
    sold, resold = np.zeros_like(arrived), np.zeros_like(arrived)
    log = close_books(world, None, {}).events.to_pandas()
    bought = log[log["event"] == Event.PURCHASE]
    from_store = bought["fulfilment"].isin([Fulfilment.IN_STORE, Fulfilment.PICKUP])
    location = np.where(from_store, bought["store"], scenario.stores.n_stores)
    np.add.at(sold, (location, bought["item"].to_numpy()), 1)
    back = fit_for_sale(log[log["event"] == Event.RETURN], world)
    location = np.where(back["store"] >= 0, back["store"], scenario.stores.n_stores)
    np.add.at(resold, (location, back["item"].to_numpy()), 1)
    assert min(lows) >= 0
    gap = world.columns["on_hand"] - (starts[0] + arrived - sold + resold)
    assert (gap.sum(axis=0) == 0).all()
    sent = np.abs(gap).sum() // 2  # by other stores for what staff ordered: one is moved, each time
    by_staff = (bought["fulfilment"] == Fulfilment.ENDLESS_AISLE).sum()
    assert sent <= by_staff
    assert (gap[:-1] <= 0).all()


def fit_for_sale(returns, world):
    """Return the rows of goods that can be sold again: by their own draw, or by the books.

    What was bought on the side belongs to no journey, and the log does not tell its draw.
    """
    meets_need = returns["journey"].to_numpy() >= 0
    planned, aside = returns[meets_need], returns[~meets_need]
    u = world.draws.uniform(
        Stream.FIT, planned["shopper"].to_numpy(), journey=planned["journey"].to_numpy(), step=1
    )
    postings = close_books(world, None, {}).postings.to_pandas()
    kept = postings.loc[postings["line"] == Line.GOODS_RETURNED, ["shopper", "time"]]
    again = aside.merge(kept, on=["shopper", "time"])
    return pd.concat((planned[u < world.scenario.fulfilment.p_resellable], again))


@few
@given(scenarios(), seeds)
def test_goods_count_again_only_where_they_can_be_sold_again(scenario, seed):
    """Of purchases for a need; two on the side share the number of no journey."""
    world = finished_world(scenario, seed=seed)
    events, postings = frames(close_books(world, None, {}))
    key = ["shopper", "journey"]
    events, postings = (rows[rows["journey"] >= 0] for rows in (events, postings))
    back = fit_for_sale(events[events["event"] == Event.RETURN], world).set_index(key).index
    cost = cents_by_need(postings, Line.COST_OF_GOODS)
    again = cents_by_need(postings, Line.GOODS_RETURNED)
    assert_same_cents(again, -cost[cost.index.isin(back)])


@few
@given(scenarios(), seeds)
def test_every_followed_need_ends_exactly_once(scenario, seed):
    world = finished_world(scenario, seed=seed)
    world.env.run(until=scenario.market.horizon_days + 1000)
    log = close_books(world, None, {}).events.to_pandas()
    followed = log[log["journey"] >= 0]
    key = ["shopper", "journey"]
    needs = followed[followed["event"] == Event.NEED].groupby(key).size()
    ends = followed[followed["event"].isin([int(e) for e in ENDS])].groupby(key).size()
    assert (needs == 1).all()
    assert ends.index.equals(needs.index)
    assert (ends == 1).all()


@few
@given(scenarios(), seeds)
def test_goods_are_handed_over_and_given_back_at_most_once(scenario, seed):
    world = finished_world(scenario, seed=seed)
    world.env.run(until=scenario.market.horizon_days + 1000)
    log = close_books(world, None, {}).events.to_pandas()
    log = log[log["journey"] >= 0]
    count = {
        kind: log[log["event"] == kind].groupby(["shopper", "journey"]).size()
        for kind in (Event.PURCHASE, Event.PICKUP, Event.DELIVERY, Event.RETURN)
    }
    carried = log[
        (log["event"] == Event.PURCHASE) & (log["fulfilment"] != Fulfilment.IN_STORE)
    ].groupby(["shopper", "journey"])
    handed = count[Event.PICKUP].add(count[Event.DELIVERY], fill_value=0)
    assert (handed == 1).all()
    assert set(handed.index) == set(carried.size().index)
    assert (count[Event.RETURN] == 1).all()
    assert set(count[Event.RETURN].index) <= set(count[Event.PURCHASE].index)


@few
@given(scenarios(), seeds)
def test_the_account_adds_up_to_the_cent(scenario, seed):
    run = simulate(scenario, seed=seed)
    cents = of(run.postings, "cents")
    by_line = run.ledger()
    assert round(by_line.sum() * 100) == cents.sum()
    assert round(run.profit_per_shopper_year * run.shopper_years * 100) == cents.sum()
    for line in Line:
        total = cents[of(run.postings, "line") == line].sum()
        assert round(by_line[line.name.lower()] * 100) == total


@few
@given(scenarios(), seeds)
def test_the_log_and_the_account_tell_the_same_story(scenario, seed):
    events, postings = frames(simulate(scenario, seed=seed))
    # Points paid with are a discount; a return gives them back as points.
    off = (Line.DISCOUNTS, Line.PROMOTIONS)
    given_back = postings["line"].isin([int(line) for line in off]) & (postings["cents"] > 0)
    paid = cents_by_need(postings[~given_back], Line.REVENUE, *off, Line.DELIVERY_FEES)
    refunded = cents_by_need(
        postings[given_back | (postings["line"] == Line.REFUNDS)], *off, Line.REFUNDS
    )
    assert_same_cents(paid, value_by_need(events, Event.PURCHASE))
    assert_same_cents(refunded, value_by_need(events, Event.RETURN))
    spent = postings.groupby("line")["cents"].sum()
    cost = events.groupby("event")["cost"].sum() * 100
    days = scenario.market.horizon_days
    media = cost.get(Event.IMPRESSION, 0) + cost.get(Event.CLICK, 0)
    # The costs of a day are rounded to a cent once a day, for each of three media.
    assert spent.get(Line.MEDIA, 0) == pytest.approx(-media, abs=1.5 * days + 0.01)
    assert spent.get(Line.MESSAGES, 0) == pytest.approx(
        -cost.get(Event.MESSAGE, 0), abs=1.5 * days + 0.01
    )
    n_returns = int((events["event"] == Event.RETURN).sum())
    handling = cost.get(Event.RETURN, 0)
    rounding = 0.5 * n_returns + 0.01
    assert spent.get(Line.RETURN_HANDLING, 0) == pytest.approx(-handling, abs=rounding)


@few
@given(scenarios(), seeds)
def test_points_are_a_liability(scenario, seed):
    run = simulate(scenario, seed=seed)
    posted = np.zeros(len(run.population))
    of_points = of(run.postings, "line") == Line.POINTS
    shopper = of(run.postings, "shopper")[of_points]
    np.add.at(posted, shopper, of(run.postings, "cents")[of_points])
    outstanding = run.final["points"].sum(axis=1) * 100
    np.testing.assert_allclose(posted, -outstanding, atol=1)


@few
@given(scenarios(), seeds)
def test_the_same_seed_gives_the_same_bytes(scenario, seed):
    first, second = (simulate(scenario, seed=seed) for _ in range(2))
    for name in ("events", "postings"):
        a, b = getattr(first, name), getattr(second, name)
        for column in a.column_names:
            assert of(a, column).tobytes() == of(b, column).tobytes()


def test_another_replication_has_other_luck():
    runs = [simulate(small(), seed=3, replication=k) for k in (0, 1)]
    assert bits(runs[0], "events") != bits(runs[1], "events")


@few
@given(scenarios(), seeds)
def test_the_placebo_changes_no_bit(scenario, seed):
    arms = [
        simulate(scenario.placebo().replace({"capabilities": level}), seed=seed)
        for level in (Capabilities.siloed(), Capabilities.integrated())
    ]
    for name in ("events", "postings"):
        a, b = (getattr(run, name) for run in arms)
        for column in a.column_names:
            assert of(a, column).tobytes() == of(b, column).tobytes()


def test_capabilities_that_move_primitives_do_change_the_run():
    arms = [
        simulate(small(capabilities=level), seed=3)
        for level in (Capabilities.siloed(), Capabilities.integrated())
    ]
    assert bits(arms[0], "events") != bits(arms[1], "events")


def test_with_one_channel_siloed_equals_integrated(seed):
    one = small().single_channel()
    arms = [
        simulate(one.replace({"capabilities": level.within(["website"])}), seed=seed)
        for level in (Capabilities.siloed(), Capabilities.integrated())
    ]
    assert arms[0].orders.num_rows > 20
    for column in arms[0].events.column_names:
        a, b = (of(run.events, column) for run in arms)
        assert a.tobytes() == b.tobytes()
    books = [run.postings.to_pandas() for run in arms]
    paid = (Line.CAPABILITIES, Line.TRACKING)  # for capabilities, and for the data that K3 buys
    books = [b[~b["line"].isin(paid)].reset_index(drop=True) for b in books]
    pd.testing.assert_frame_equal(*books)


@pytest.mark.parametrize("closed", [("website", "app"), ("store",), ("store", "app"), ("app",)])
def test_nothing_happens_in_a_closed_channel(closed):
    changes = {f"channels.{name}.is_open": False for name in closed}
    scenario = small(changes, market__n_shoppers=200, messages__p_open=0.9, messages__p_click=0.9)
    channels = set(of(simulate(scenario, seed=1).events, "channel").tolist())
    assert not channels & {int(Channel[name.upper()]) for name in closed}


EXTREMES = {
    "one shopper": {"market.n_shoppers": 1, "word.mean_degree": 0},
    "nobody aware": {"segments.busy.p_aware": 0.0, "word.innovation_per_year": 0.0},
    "everybody leaves": {"segments.busy.dropout_a": 1000.0, "segments.busy.dropout_b": 1e-3},
    "empty shelves": {"stock.safety_factor": -5.0, "stock.lead_days": 365.0},
    "rivals only": {"rivals.local_intercept": 50.0},
    "always later": {"rivals.delay_intercept": 50.0},
    "never": {"rivals.none_intercept": 50.0},
    "all intercepts at once": {
        "rivals.local_intercept": -50.0, "rivals.online_intercept": -50.0,
        "rivals.delay_intercept": -50.0, "rivals.none_intercept": -50.0,
        "channels.store.purchase_intercept": -50.0, "channels.website.purchase_intercept": 50.0,
    },
    "stores never close": {"stores.opening_hour": 0.0, "stores.closing_hour": 24.0},
    "stores open for minutes": {"stores.opening_hour": 12.0, "stores.closing_hour": 12.01},
    "endless service": {"service.service_minutes": 600.0, "service.patience_minutes": 1e9},
    "no display": {"media.display_per_week": 0.0},
    "no messages": {"messages.cap_per_week": 0},
    "one item": {"stock.n_items": 1},
    "nothing is forgotten or remembered": {
        "media.goodwill_per_week": 0.0, "messages.fatigue_per_week": 0.0,
        "experience.engagement_per_week": 0.0, "choice.habit_forgetting": 1.0,
    },
    "everything fits badly": {"fulfilment.fit_sd": 10.0, "fulfilment.return_threshold": 10.0},
    "delivery at once": {"fulfilment.delivery_days": 0.0, "fulfilment.pick_hours": 0.0},
    "points for nothing": {"costs.points_share": 1.0, "costs.points_minimum": 0.0},
    "hardly any patience": {"market.need_open_days": 1e-9},
    "only substitutes will do": {
        "stock.react_substitute": 1.0, "stock.react_rival": 0.0, "stock.react_delay": 0.0,
        "stock.react_quit": 0.0, "stock.safety_factor": -5.0, "stock.lead_days": 365.0,
        "stock.n_items": 2,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", EXTREMES)
def test_an_extreme_scenario_runs_and_stays_finite(name):
    scenario = small(EXTREMES[name], capabilities=Capabilities.integrated())
    result = simulate(scenario, seed=5)
    assert np.isfinite(result.profit_per_shopper_year)
    assert np.isfinite(of(result.events, "value")).all()
    for column in result.final.values():
        assert np.isfinite(column).all()


@pytest.mark.parametrize("column", ["alive", "aware", "need_rate"])
def test_a_market_without_customers_runs(column):
    scenario = small(capabilities=Capabilities.integrated())
    shoppers = draw_shoppers(scenario, seed=5)
    nothing = np.zeros_like(getattr(shoppers, column))
    result = simulate(scenario, population=replace(shoppers, **{column: nothing}), seed=5)
    assert np.isfinite(result.profit_per_shopper_year)
    assert (of(result.events, "time") >= 0).all()
