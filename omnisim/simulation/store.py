"""A visit to a store: the way there, the queue for staff, the service."""

import math
from collections.abc import Generator
from typing import Any

import omnisim.simulation._journey as kernel
import omnisim.simulation._outcome as outcome
from omnisim.config.governance import Governance
from omnisim.config.operations import Stores
from omnisim.simulation.in_store import pace, skill
from omnisim.simulation.parameters import MINUTES_PER_DAY
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
    yield env.timeout(kernel.travel(state, shopper, need, step, env.now))
    while world.reopening is not None:
        if not patient:
            return -1.0
        yield world.reopening
        yield env.timeout(kernel.travel(state, shopper, need, step, env.now))
    kernel.enter(state, shopper, need, env.now)
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


def drop_in(world: World, shopper: int, step: int) -> Steps:
    """Come into the store without a need, called by the app or by staff."""
    yield from visit(world, shopper, -1, step)


def handle(world: World, shopper: int) -> Steps:
    """Let staff of the shopper's store work on an order, or on goods, of another channel.

    They do it in the opening hours, in their turn, and serve nobody meanwhile: picking a
    click-and-collect order, ordering what the store lacks, taking back what came by parcel.
    """
    minutes = minutes_each(world.scenario.governance, world.conduct.effort)
    if minutes == 0:
        return
    env = world.env
    yield env.timeout(_until_open(world.scenario.stores, env.now))
    while world.reopening is not None:
        yield world.reopening
    staff = world.staff[world.columns["home_store"][shopper]]
    yield from be_served(env, staff, patience=math.inf, service=minutes / MINUTES_PER_DAY)


def minutes_each(rules: Governance, effort: float) -> float:
    """Return the mean minutes of what staff take on: the more they take, the harder the last."""
    return float(rules.effort_minutes * effort**rules.effort_exponent)


def _until_open(stores: Stores, now: float) -> float:
    """Return the days until the stores open; 0 while they are open."""
    hour = now % 1 * 24
    if stores.opening_hour <= hour < stores.closing_hour:
        return 0.0
    return (stores.opening_hour - hour) % 24 / 24


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
