"""S4-12: moving the loyalty programme loses points of those whose records match nobody's."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.rollout import Introduction, Rollout
from omnisim.schema import EVENTS, POSTINGS, Channel, Event, Line
from omnisim.simulation import simulate
from omnisim.simulation.firm.migration import migrate_points
from tests.reference.worlds import assert_same_bytes, new_world, of, small

PEOPLE = {"market.n_shoppers": 150, "segments.busy.p_loyalty": 1.0, "costs.points_share": 0.1,
          "primitives.card_shown": (1.0, 1.0, 1.0)}  # fmt: skip
LIVE = 28.0


def holding(loss, **changes):
    """Return a world in which everybody has 3 EUR in the store and 2 EUR online; some match."""
    world = new_world(small(PEOPLE | {"rollout.migration_loss": loss} | changes))
    n = world.n_shoppers
    world.columns["points"][:] = 3.0, 2.0
    world.columns["record_of"][: n // 2, 1] = np.arange(n // 2)  # joined, rightly
    world.columns["record_of"][0, 1] = 5  # joined to another's
    return world


def posted(world):
    names = ("line", "channel", "shopper", "cents")
    parts = world.state.postings.columns()
    return [np.concatenate([[], *parts[POSTINGS.names.index(name)]]) for name in names]


@pytest.mark.parametrize("loss", [0.0, 0.4, 1.0])
def test_the_liability_falls_by_what_is_lost(loss):
    world = holding(loss)
    n, points = world.n_shoppers, world.columns["points"]
    migrate_points(world)
    lost = points[:, 0] == 0
    joined = np.arange(n) < n // 2
    joined[0] = False
    assert not lost[joined].any()
    assert lost[~joined].mean() == pytest.approx(loss, abs=0.25)  # four standard errors
    assert (points[:, 1] == 2.0).all()
    line, channel, shopper, cents = posted(world)
    assert shopper.tolist() == np.flatnonzero(lost).tolist()
    assert (cents == 300).all()
    assert set(line) <= {Line.POINTS}
    assert set(channel) <= {Channel.STORE}


def test_only_who_loses_points_feels_it_and_some_complain():
    world = holding(0.5, **{"voice.p_complain": 1.0, "word.detractor_below": 0.0})
    before = world.columns["satisfaction"].copy()
    migrate_points(world)
    lost = world.columns["points"][:, 0] == 0
    assert (world.columns["satisfaction"][lost] < before[lost]).all()
    np.testing.assert_array_equal(world.columns["satisfaction"][~lost], before[~lost])
    world.env.run(until=0.5)
    log = world.state.log.columns()
    events = np.concatenate([[], *log[EVENTS.names.index("event")]])
    assert (events == Event.COMPLAINT).sum() == lost.sum() > 10


def test_a_larger_chance_loses_what_a_smaller_one_loses():
    few, many = holding(0.2), holding(0.6)
    for world in (few, many):
        migrate_points(world)
    gone = [world.columns["points"][:, 0] == 0 for world in (few, many)]
    assert 0 < gone[0].sum() < gone[1].sum()
    assert not (gone[0] & ~gone[1]).any()


def rolled(loss, level=2, **changes):
    way = Introduction(delay_weeks=LIVE / 7, ramp_weeks=1.0, p_partial=0.0, outage_days=0.0)
    ways = dict.fromkeys(Capabilities.model_fields, way)
    firm = Capabilities(single_customer_view=level, unified_loyalty=level)
    fields = {"rollout": Rollout(is_simulated=True, migration_loss=loss, **ways)}
    return simulate(small(PEOPLE | fields | {"capabilities": firm} | changes), seed=3)


def test_a_roll_out_loses_points_on_the_day_it_goes_live_and_the_books_hold():
    kept, lossy = rolled(0.0), rolled(1.0)
    for name in ("events", "postings"):
        tables = getattr(kept, name), getattr(lossy, name)
        first = [table.filter(of(table, "time") < LIVE) for table in tables]
        assert first[0].to_pandas().equals(first[1].to_pandas())
    line, time, cents = (of(lossy.postings, name) for name in ("line", "time", "cents"))
    on_day = (line == Line.POINTS) & (time == LIVE) & (of(lossy.postings, "journey") == -1)
    assert cents[on_day].sum() > 0
    owed = -cents[line == Line.POINTS].sum()
    assert owed == pytest.approx(100 * lossy.final["points"].sum(), abs=1e-6)


def test_a_firm_that_has_or_gets_no_unified_loyalty_loses_nothing():
    unified = Capabilities(single_customer_view=2, unified_loyalty=2)
    for changes in ({"capabilities": unified}, {"rollout.is_simulated": True}):
        runs = [
            simulate(small(PEOPLE | {"rollout.migration_loss": loss} | changes), seed=3)
            for loss in (0.0, 1.0)
        ]
        assert_same_bytes(*runs)
