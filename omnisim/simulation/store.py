"""A visit to a store: the way there, the queue for staff or for a table, the service."""

import math
from collections.abc import Generator
from typing import Any

import omnisim.simulation._journey as kernel
import omnisim.simulation._outcome as outcome
from omnisim.simulation.in_store import pace, skill
from omnisim.simulation.trip import Trip
from omnisim.simulation.world import World

Steps = Generator[Any, Any, Any]

DROP_IN_STEP, CLIENT_STEP = 2**12, 2**16
"""Steps of visits without a need, plus the day: by a call from the app, or from staff."""


def visit(world: World, shopper: int, need: int, step: int, *, patient: bool = False) -> Steps:
    """Go to the store and be served; return the days waited, or -1.0 if nothing came of it.

    Those who come for goods already paid for are `patient`: they do not walk out, and wait for a
    store that is shut for the time being. Others turn round at its door.
    """
    env, state = world.env, world.state
    if not (yield from _arrive(world, shopper, need, step, patient)):
        return -1.0
    if world.scenario.service.seats > 0:
        return (yield from _look_in(world, shopper, need, step, patient))
    staff = world.staff[world.columns["home_store"][shopper]]
    served = yield from be_served(
        env,
        staff,
        patience=math.inf if patient else kernel.patience(state, shopper, need, step),
        service=kernel.service(state, shopper, need, step) * pace(world),
    )
    if served < 0:
        kernel.walk_out(state, shopper, need, env.now)
    else:
        outcome.buy_unplanned(state, shopper, need, step, env.now, skill(world), patient)
    return served


def _arrive(world: World, shopper: int, need: int, step: int, patient: bool) -> Steps:
    """Go to the store; return whether the shopper is in it."""
    env, state = world.env, world.state
    yield env.timeout(kernel.travel(state, shopper, need, step, env.now))
    while world.reopening is not None:
        if not patient:
            return False
        yield world.reopening
        yield env.timeout(kernel.travel(state, shopper, need, step, env.now))
    kernel.enter(state, shopper, need, env.now)
    return True


def sit_down(world: World, trip: Trip) -> Steps:
    """Go where one is seated; return the days waited for a table, held from then on, or -1.0."""
    env, state, shopper, need = world.env, world.state, trip.shopper, trip.need
    if not (yield from _arrive(world, shopper, need, trip.step, False)):
        return -1.0
    arrival = env.now
    trip.seat = yield from _take_seat(world, shopper, need, trip.step)
    if trip.seat is None:
        return -1.0
    outcome.buy_unplanned(state, shopper, need, trip.step, env.now, skill(world), False)
    return env.now - arrival


def stay(world: World, trip: Trip) -> Steps:
    """Hold the table, if there is one, for the time of the service, and leave."""
    if trip.seat is not None:
        yield world.env.timeout(kernel.service(world.state, trip.shopper, trip.need, trip.step))
        trip.leave()


def _look_in(world: World, shopper: int, need: int, step: int, patient: bool) -> Steps:
    """Come without a need to a place with tables: to collect at the counter, or as one passes.

    Nobody holds a table who does not eat.
    """
    env, state = world.env, world.state
    if patient:
        outcome.buy_unplanned(state, shopper, need, step, env.now, skill(world), True)
        return 0.0
    arrival = env.now
    seat = yield from _take_seat(world, shopper, need, step)
    if seat is None:
        return -1.0
    waited = env.now - arrival
    if outcome.buy_unplanned(state, shopper, need, step, env.now, skill(world), False):
        yield env.timeout(kernel.service(state, shopper, need, step))
    seat.resource.release(seat)
    return waited


def _take_seat(world: World, shopper: int, need: int, step: int) -> Steps:
    """Queue for a table; return it, or None if patience ran out, which is logged."""
    env, state = world.env, world.state
    seat = world.staff[world.columns["home_store"][shopper]].request()
    if not seat.triggered:
        yield seat | env.timeout(kernel.patience(state, shopper, need, step))
        if not seat.triggered:
            seat.cancel()
            kernel.walk_out(state, shopper, need, env.now)
            return None
    return seat


def drop_in(world: World, shopper: int, step: int) -> Steps:
    """Come into the store without a need, called by the app or by staff."""
    yield from visit(world, shopper, -1, step)


def be_served(env: Any, staff: Any, *, patience: float, service: float) -> Steps:
    """Queue for one of the staff and hold them for the service (M/M/c+M in the store).

    Parameters
    ----------
    env : simpy.Environment
        The clock, in days.
    staff : simpy.Resource
        The staff of the store.
    patience, service : float, unit: days
        Longest wait, and length of the service.

    Returns
    -------
    float
        Days waited, or -1.0 if patience ran out first.
    """
    arrival = env.now
    with staff.request() as turn:
        if not turn.triggered:
            yield turn if patience == math.inf else turn | env.timeout(patience)
            if not turn.triggered:
                return -1.0
        waited = env.now - arrival
        yield env.timeout(service)
    return waited
