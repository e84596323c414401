"""A shock shuts all stores for a time; what it leaves is what shoppers got used to."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.schema import Channel, Event, Line
from omnisim.simulation import Intervention, simulate
from tests.reference.worlds import assert_same_bytes, finished_world, of, small

FIRST, DAYS = 20, 80
SHUT = {"shock.first_day": FIRST, "shock.closed_days": DAYS}
REOPENED = FIRST + DAYS
PEOPLE = {
    "market.n_shoppers": 900, "market.horizon_days": 160, "stock.n_items": 40,
    "choice.habit": 0.6, "choice.habit_forgetting": 0.1,
}  # fmt: skip
"""Habits that last: a weight from the middle of its prior (C1), little forgotten at each use."""

IN_PERSON = (Event.VISIT, Event.WALKOUT, Event.STOCKOUT, Event.PICKUP, Event.PHONE_CHECK)
"""What takes a shopper who is in the store."""


def firm(changes=None, **levels):
    return small(PEOPLE | dict(changes or {}), capabilities=Capabilities(**levels))


@pytest.fixture(scope="module")
def twins():
    """The same shoppers and the same luck, without the shock and with it."""
    return [simulate(firm(changes), seed=3) for changes in ({}, SHUT)]


def rows(run, first, last=np.inf):
    time = of(run.events, "time")
    return run.events.filter((time >= first) & (time < last)).to_pandas()


def online_share(run, first):
    orders = rows(run, first)
    orders = orders[orders["event"] == Event.PURCHASE]
    return (orders["channel"] != Channel.STORE).mean()


def in_person(frame):
    is_there = frame["channel"].isin([Channel.STORE, Channel.SCREEN, Channel.RIVAL_LOCAL])
    return frame[is_there & frame["event"].isin([*IN_PERSON, Event.RIVAL_PURCHASE])]


def test_nothing_moves_before_the_shock(twins):
    before = [rows(run, 0, FIRST) for run in twins]
    assert before[0].equals(before[1])


@pytest.mark.parametrize(
    "levels",
    [{}, {"offline_capture": 1, "visible_stock": 2, "cross_channel_returns": 2}, {"geofence": 2}],
)
def test_nobody_is_in_a_store_that_is_shut_and_some_are_before_and_after(levels):
    run = simulate(firm(SHUT | {"market.n_shoppers": 250}, **levels), seed=3)
    assert not len(in_person(rows(run, FIRST, REOPENED)))
    assert len(in_person(rows(run, FIRST - 10, FIRST)))
    assert len(in_person(rows(run, REOPENED, REOPENED + 10)))


def test_needs_go_on_and_the_online_shops_sell(twins):
    plain, shut = (rows(run, FIRST, REOPENED) for run in twins)
    assert (shut["event"] == Event.NEED).sum() > 0.8 * (plain["event"] == Event.NEED).sum()
    online = [
        ((frame["event"] == Event.PURCHASE) & (frame["channel"] != Channel.STORE)).sum()
        for frame in (plain, shut)
    ]
    assert online[1] > 1.15 * online[0]


def test_afterwards_more_is_bought_online_than_without_the_shock(twins):
    plain, shut = (online_share(run, REOPENED + 10) for run in twins)
    # Four standard errors of a share of the twin's orders.
    n = (rows(twins[0], REOPENED + 10)["event"] == Event.PURCHASE).sum()
    assert shut > plain + 4 * np.sqrt(plain * (1 - plain) / n)


def test_what_it_leaves_is_habit():
    """Without state dependence, new accounts and mails alone shift nothing that can be told."""
    plain, shut = (
        online_share(simulate(firm(changes | {"choice.habit": 0.0}), seed=3), REOPENED + 10)
        for changes in ({}, SHUT)
    )
    assert shut < plain + 0.01


def test_habit_moves_towards_the_channels_that_were_open():
    habits = [
        finished_world(
            firm(changes | {"market.n_shoppers": 250, "market.horizon_days": REOPENED}), seed=3
        ).columns["habit"].sum(axis=0)
        for changes in ({}, SHUT)
    ]  # fmt: skip
    assert habits[1][0] < habits[0][0]
    assert (habits[1][1:] > habits[0][1:]).all()


def test_goods_that_could_not_be_collected_or_brought_back_are_when_it_opens():
    levels = {"offline_capture": 1, "visible_stock": 2}
    run = simulate(firm(SHUT | {"market.n_shoppers": 600}, **levels), seed=3)
    after = rows(run, REOPENED, REOPENED + 1)
    back = after[(after["event"] == Event.RETURN) & (after["channel"] == Channel.STORE)]
    assert len(back) > 2
    assert (after["event"] == Event.PICKUP).any()


def test_the_firm_bears_its_share_of_the_pay():
    few = {"market.n_shoppers": 40, "market.horizon_days": 160}
    paid = []
    for share in (0.0, 0.5, 1.0):
        run = simulate(firm(SHUT | few | {"shock.staff_paid": share}), seed=3)
        paid.append(-run.ledger()[Line.STAFF.name.lower()])
    assert paid[1] == pytest.approx(0.75 * paid[2], rel=1e-3)
    assert paid[0] == pytest.approx(0.5 * paid[2], rel=1e-3)


def test_no_shock_on_any_day_is_no_shock():
    few = {"market.n_shoppers": 40}
    later = firm(few | {"shock.first_day": 20})
    assert_same_bytes(simulate(firm(few), seed=3), simulate(later, seed=3))


def test_the_preset_runs_to_its_end_with_managers_and_rivals_who_react():
    scenario = Scenario().preset("shocks/pandemic").replace(
        {"market.n_shoppers": 120, "rivals.react": True}
    )  # fmt: skip
    run = simulate(scenario, seed=3)
    shock = scenario.shock
    assert not len(in_person(rows(run, shock.first_day, shock.first_day + shock.closed_days)))
    assert len(in_person(rows(run, shock.first_day + shock.closed_days)))


def test_an_intervention_shuts_stores_as_a_shock_does_but_leaves_the_rival_open():
    few = {"market.n_shoppers": 250}
    shut = Intervention(FIRST, is_open={"store": False})
    opened = Intervention(REOPENED, is_open={"store": True})
    run = simulate(firm(few), seed=3, interventions=[shut, opened])
    there = in_person(rows(run, FIRST, REOPENED))
    assert set(there["channel"]) == {Channel.RIVAL_LOCAL}
