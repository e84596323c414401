"""A visit to a store: the way there, the queue for staff or a table, purchases on the side."""

import math
from collections.abc import Generator
from typing import Any

import omnisim.simulation._journey as kernel
import omnisim.simulation._outcome as outcome
from omnisim.config.governance import Governance
from omnisim.config.operations import Stores
from omnisim.simulation.by_store import reopening
from omnisim.simulation.in_store import pace, sense, skill
from omnisim.simulation.information import resolved_by
from omnisim.simulation.parameters import MINUTES_PER_DAY
from omnisim.simulation.trip import STORE, Trip
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
    if not (yield from _arrive(world, shopper, need, step, patient=patient, item=item)):
        return -1.0
    if world.scenario.service.seats > 0:
        return (yield from _look_in(world, shopper, need, step, patient))
    store = int(world.columns["home_store"][shopper])
    served = yield from be_served(
        env,
        world.staff[store],
        patience=math.inf if patient else kernel.patience(state, shopper, need, step),
        service=kernel.service(state, shopper, need, step) * pace(world, store),
    )
    if served < 0:
        kernel.walk_out(state, shopper, need, env.now)
    else:
        _buy_on_the_side(world, shopper, need, step, served, errand=patient)
    return served


def _buy_on_the_side(
    world: World, shopper: int, need: int, step: int, waited: float, *, errand: bool
) -> bool:
    """Let a visit end in an unplanned purchase too, which is judged like others (eq. 11)."""
    now, able = world.env.now, skill(world, int(world.columns["home_store"][shopper]))
    bought = outcome.buy_unplanned(world.state, shopper, need, step, now, able, errand)
    if bought is None:
        return False
    _judge(world, shopper, need, step, bought, waited)
    return True


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


def _arrive(
    world: World, shopper: int, need: int, step: int, *, patient: bool = False, item: int = -1
) -> Steps:
    """Go to the store; return whether the shopper is in it."""
    env, state, store = world.env, world.state, int(world.columns["home_store"][shopper])
    yield env.timeout(kernel.travel(state, shopper, need, step, env.now))
    while (opens := reopening(world, store)) is not None:
        if not patient:
            return False
        yield opens
        yield env.timeout(kernel.travel(state, shopper, need, step, env.now))
    kernel.enter(state, shopper, need, env.now)
    sense(world, shopper, item)
    return True


def sit_down(world: World, trip: Trip) -> Steps:
    """Go where one is seated; return the days waited for a table, held from then on, or -1.0."""
    env, shopper, need = world.env, trip.shopper, trip.need
    if not (yield from _arrive(world, shopper, need, trip.step, item=trip.item)):
        return -1.0
    arrival = env.now
    trip.seat = yield from _take_seat(world, shopper, need, trip.step)
    if trip.seat is None:
        return -1.0
    waited = env.now - arrival
    _buy_on_the_side(world, shopper, need, trip.step, waited, errand=False)
    return waited


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
        _buy_on_the_side(world, shopper, need, step, 0.0, errand=True)
        return 0.0
    arrival = env.now
    seat = yield from _take_seat(world, shopper, need, step)
    if seat is None:
        return -1.0
    waited = env.now - arrival
    if _buy_on_the_side(world, shopper, need, step, waited, errand=False):
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


def handle(world: World, shopper: int) -> Steps:
    """Let staff of the shopper's store work on an order, or on goods, of another channel.

    They do it in the opening hours, in their turn, and serve nobody meanwhile: picking a
    click-and-collect order, ordering what the store lacks, taking back what came by parcel. Where
    guests sit at tables, the counter takes no table.
    """
    minutes = minutes_each(world.scenario.governance, world.conduct.effort)
    if minutes == 0 or world.scenario.service.seats > 0:
        return
    env = world.env
    yield env.timeout(_until_open(world.scenario.stores, env.now))
    store = int(world.columns["home_store"][shopper])
    while (opens := reopening(world, store)) is not None:
        yield opens
    yield from be_served(
        env, world.staff[store], patience=math.inf, service=minutes / MINUTES_PER_DAY
    )


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
