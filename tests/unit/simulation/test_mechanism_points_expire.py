"""Points lapse when their owner is silent; the liability in the books falls by as much."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.schema import Channel, Fulfilment, Line
from omnisim.simulation import _loyalty as loyalty
from omnisim.simulation import _outcome as outcome
from omnisim.simulation import simulate
from omnisim.simulation.trip import STORE
from tests.reference.worlds import assert_same_bytes, new_world, of, small

PEOPLE = {"market.n_shoppers": 150, "segments.busy.p_loyalty": 1.0, "costs.points_share": 0.1}
BOTH = {"single_customer_view": 2, "unified_loyalty": 2}


def firm(days, **levels):
    changes = PEOPLE | {"costs.points_expire_days": days}
    return small(changes, capabilities=Capabilities(**levels))


def of_points(run):
    """Return time, journey and cents of the postings of points."""
    rows = of(run.postings, "line") == Line.POINTS
    return (of(run.postings, name)[rows] for name in ("time", "journey", "cents"))


def holders(world, days, online=7.5):
    """Give everybody points in both ledgers, last moved on `days`."""
    world.columns["points"][:] = [12.34, online]
    world.columns["points_day"][:] = days
    return world.columns["points"]


def test_points_lapse_on_the_day_and_not_before():
    world = new_world(firm(30.0))
    points = holders(world, [10, 20])
    loyalty.expire_points(world.state, 39)
    assert (points == [12.34, 7.5]).all()
    loyalty.expire_points(world.state, 40)
    assert (points == [0.0, 7.5]).all()
    _, line, channel, _, _, cents = map(np.concatenate, world.state.postings.columns())
    assert set(line) == {Line.POINTS}
    assert set(channel) == {Channel.STORE}
    assert cents.tolist() == [1234] * world.n_shoppers


@pytest.mark.parametrize("level", [0, 2])
def test_a_purchase_renews_the_ledgers_in_which_its_points_count(level):
    world = new_world(firm(30.0, single_customer_view=2, unified_loyalty=level))
    points = holders(world, [0, 0], online=0.02)
    world.state.params = world.state.params | {"card_shown": 1.0, "points_minimum": 1e6}
    for i in range(world.n_shoppers):
        outcome.buy(world.state, i, 0, 0, STORE, int(Fulfilment.IN_STORE), False, 25.0)
    loyalty.expire_points(world.state, 30)
    assert (points[:, 0] >= 12.34).all()
    assert (points[:, 1] > 0).all() == (level == 2)


def test_what_never_falls_due_changes_no_bit():
    assert_same_bytes(simulate(firm(0.0), seed=1), simulate(firm(3650.0), seed=1))


def test_breakage_is_a_gain_and_what_is_left_is_the_liability():
    run = simulate(firm(10.0), seed=1)
    _, journey, cents = of_points(run)
    assert cents[journey < 0].sum() > 0
    outstanding = run.final["points"].sum() * 100
    assert cents.sum() == pytest.approx(-outstanding, abs=len(run.population))
    assert run.ledger().sum() * 100 == pytest.approx(of(run.postings, "cents").sum())


def test_one_account_for_all_channels_loses_less():
    shares = []
    for levels in ({"single_customer_view": 2}, BOTH):
        cents = [tuple(of_points(simulate(firm(21.0, **levels), seed=k))) for k in (1, 2, 3)]
        lapsed = sum(c[(journey < 0) & (c > 0)].sum() for _, journey, c in cents)
        shares.append(lapsed / -sum(c[c < 0].sum() for _, _, c in cents))
    assert shares[1] < 0.97 * shares[0]


def test_nothing_moves_before_the_first_points_lapse():
    runs = [simulate(firm(days), seed=1) for days in (0.0, 20.0)]
    time, journey, _ = of_points(runs[1])
    first = time[journey < 0].min()
    early = [
        run.events.filter(of(run.events, "time") < first).drop_columns("propensity") for run in runs
    ]
    assert early[0].num_rows > 0
    assert early[0].equals(early[1])
