"""A visit to a store: the way there, the queue for staff, the service, purchases on the side."""

import math
from collections.abc import Generator
from typing import Any

import omnisim.simulation._journey as kernel
import omnisim.simulation._outcome as outcome
from omnisim.simulation.in_store import pace, sense, skill
from omnisim.simulation.information import resolved_by
from omnisim.simulation.parameters import MINUTES_PER_DAY
from omnisim.simulation.trip import STORE
from omnisim.simulation.world import World

Steps = Generator[Any, Any, Any]

DROP_IN_STEP, CLIENT_STEP = 2**12, 2**16
"""Steps of visits without a need, plus the day: by a call from the app, or from staff."""

SIDE_STEP = 2**24
"""Added to the step of a visit for the one that brings back what was bought on its side."""


def visit(
    world: World, shopper: int, need: int, step: int, *, patient: bool = False, item: int = -1
) -> Steps:
    """Go to the store and be served; return the days waited, or -1.0 if nothing came of it.

    Those who come for goods already paid for are `patient`: they do not walk out, and wait for a
    store that is shut for the time being. Others turn round at its door. `item` is what they come
    to look at, if anything.
    """
    env, state = world.env, world.state
    yield env.timeout(kernel.travel(state, shopper, need, step, env.now))
    while world.reopening is not None:
        if not patient:
            return -1.0
        yield world.reopening
        yield env.timeout(kernel.travel(state, shopper, need, step, env.now))
    kernel.enter(state, shopper, need, env.now)
    sense(world, shopper, item)
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
        bought = outcome.buy_unplanned(state, shopper, need, step, env.now, skill(world), patient)
        if bought is not None:
            _judge(world, shopper, need, step, bought, served)
    return served


def _judge(
    world: World, shopper: int, need: int, step: int, bought: tuple[int, ...], waited: float
) -> None:
    """Judge what was bought on the side, and bring it back if it does not fit (eq. 11)."""
    draws, item, *_ = bought
    hassle, resolved = world.scenario.fulfilment.hassle_store, resolved_by(world, STORE)
    returns = outcome.evaluate(
        world.state, shopper, need, item, STORE, resolved, hassle, rate_queue(world, waited),
        False, 0.0, 0.0, world.env.now, draws,
    )  # fmt: skip
    if returns:
        world.env.process(_bring_back(world, shopper, need, step, bought))


def _bring_back(world: World, shopper: int, need: int, step: int, bought: tuple[int, ...]) -> Steps:
    """Bring back, by a visit of its own, what was bought on the side of another."""
    draws, item, *paid = bought
    yield world.env.timeout(world.scenario.fulfilment.return_days)
    yield from visit(world, shopper, need, step + SIDE_STEP, patient=True)
    outcome.give_back(world.state, shopper, need, item, STORE, False, *paid, world.env.now, draws)


def rate_queue(world: World, waited: float) -> float:
    """Return how a wait of so many days in the store is felt, in [-1, 1]."""
    patience = world.scenario.service.patience_minutes
    return max(-1.0, world.scenario.experience.rating - waited * MINUTES_PER_DAY / patience)


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
