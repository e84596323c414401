"""Warnings that make strangers unaware (equation 15)."""

import numpy as np

from omnisim.schema import Event
from omnisim.simulation import _market as kernel
from omnisim.simulation import simulate
from tests.reference.worlds import new_world, of, small

STRANGERS = {"segments.busy.p_aware": 1.0, "segments.busy.p_account": 0.0,
             "segments.busy.p_loyalty": 0.0, "segments.busy.p_app": 0.0}  # fmt: skip
ATTENTIVE = {"word.p_heard": 1.0, "word.p_put_off": 1.0, "market.n_shoppers": 60}


def warned(changes=None):
    """Return a world of strangers in which shopper 0 has warned everybody who knows them."""
    world = new_world(small(STRANGERS | ATTENTIVE | dict(changes or {})))
    kernel.count_aware_neighbours(world.state)
    columns = world.columns
    friends = columns["indices"][columns["indptr"][0] : columns["indptr"][1]]
    return world, friends


def spread(world, sign):
    world.state.speakers.append((0, 0, 0, sign))
    kernel.spread_word(world.state, 1.0)


def test_a_warning_puts_off_strangers_and_nobody_else():
    world, friends = warned()
    customer, member = friends[:2]
    world.columns["habit"][customer, 1] = 0.2
    world.columns["has_account"][member] = 1
    spread(world, -1)
    unaware = np.flatnonzero(world.columns["aware"] == 0)
    assert set(unaware) == set(friends) - {customer, member}
    assert len(unaware) > 0
    assert (world.columns["satisfaction"][friends] < 0).all()
    counted = world.columns["n_aware_near"].copy()
    kernel.count_aware_neighbours(world.state)
    assert (world.columns["n_aware_near"] == counted).all()
    spread(world, 1)
    assert world.columns["aware"].all()


def test_without_the_chance_and_by_praise_nobody_is_put_off():
    for sign, changes in ((-1, {"word.p_put_off": 0.0}), (1, {})):
        world, _ = warned(changes)
        spread(world, sign)
        assert world.columns["aware"].all()


def test_a_run_is_the_same_until_somebody_is_put_off():
    angry = STRANGERS | ATTENTIVE | {"word.p_warn": 1.0, "experience.rating": -0.5,
                                     "market.n_shoppers": 200}  # fmt: skip
    runs = [simulate(small(angry | {"word.p_put_off": p}), seed=1) for p in (0.0, 0.3)]
    events, times = ([of(run.events, name) for run in runs] for name in ("event", "time"))
    assert not (events[0] == Event.UNAWARE).any()
    assert (events[1] == Event.UNAWARE).sum() > 10
    first = times[1][events[1] == Event.UNAWARE].min()
    for column in runs[0].events.column_names:
        before = [of(run.events, column)[time < first].tobytes()
                  for run, time in zip(runs, times, strict=True)]  # fmt: skip
        assert before[0] == before[1], column
    assert runs[1].final["aware"].mean() < runs[0].final["aware"].mean()
