"""A journey: one need of one shopper, from the search to the evaluation."""

import numpy as np
from numpy.typing import NDArray
from simpy import Interrupt

import omnisim.simulation._journey as kernel
import omnisim.simulation._outcome as outcome
from omnisim.simulation.by_store import at_store
from omnisim.simulation.firm.following import follows
from omnisim.simulation.firm.knowledge import ONLINE_TEAM
from omnisim.simulation.fulfilment import sell_ahead, sell_in_store, sell_online
from omnisim.simulation.geofence import turns_round
from omnisim.simulation.in_store import meet
from omnisim.simulation.information import resolved_by, try_on
from omnisim.simulation.reservation import reserve
from omnisim.simulation.service import Reason, arises, ask
from omnisim.simulation.store import Steps, sit_down, visit
from omnisim.simulation.trip import (
    AISLE,
    DELAY,
    NOWHERE,
    ONLINE,
    PHONE,
    RIVAL_LOCAL,
    SOCIAL,
    STORE,
    WEBSITE,
    WITH_PICKUP,
    Trip,
)
from omnisim.simulation.voice import read_reviews
from omnisim.simulation.world import World

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

ABANDONED_AND_KNOWN = 2
MAX_STEPS = 12
"""Decisions in one journey; `need_open_days` ends nearly all before."""


def begin_journeys(world: World, shoppers: Ints, needs: Ints, times: Floats) -> Steps:
    """Start the journeys of a day, each when its need arises; only the next one is on the clock.

    They start at exactly `times`, whatever others do in between: the difference of two floats
    within a factor of two of each other is exact (Sterbenz's lemma).
    """
    env = world.env
    order = np.argsort(times, kind="stable")
    columns = (column[order].tolist() for column in (shoppers, needs, times))
    for shopper, need, time in zip(*columns, strict=True):
        if env.now < time / 2:
            yield env.timeout(0.75 * time - env.now)
        yield env.timeout(time - env.now)
        env.process(journey(world, shopper, need))


def journey(world: World, shopper: int, need: int) -> Steps:
    """Follow a need that has arisen until it is met, lost or given up."""
    env, state = world.env, world.state
    item = kernel.want(state, shopper, need, env.now)
    searched = kernel.search(state, shopper, need, env.now)
    trip = Trip(
        shopper, need, item, searched, resolved_by(world, searched),
        world.scenario.choice.knowledge_across,
    )  # fmt: skip
    if world.primitives["content_signals"] > 0 and searched in ONLINE:
        kernel.look(state, shopper, need, item, searched)
    expires = env.now + world.scenario.market.need_open_days
    yield from _begin(world, trip)
    while trip.step < MAX_STEPS and env.now <= expires:
        action = kernel.decide(
            state, shopper, need, trip.step, trip.searched, trip.item, trip.in_store,
            trip.inspected, trip.resolved, env.now,
        )  # fmt: skip
        if action == RIVAL_LOCAL and turns_round(world, trip):
            action, trip.in_store = STORE, False
        trip.step += 1
        if action == STORE:
            if not trip.in_store:
                yield from _go_to_store(world, trip)
                continue
            helped = trip.advised * world.scenario.in_store.advice_on_substitute
            action, item = kernel.take(
                state, shopper, need, trip.step, trip.item, env.now, helped, _aisle(world, shopper)
            )
            trip.obstacle |= action != STORE or item != trip.item
            trip.item = item
        if action == STORE:
            yield from sell_in_store(world, trip)
            return
        trip.leave()
        if action in ONLINE:
            action = _order(world, trip, action)
        if action == AISLE or action in ONLINE:
            ahead = world.scenario.stock.is_reserved_ahead
            yield from (sell_ahead if ahead else sell_online)(world, trip, action)
            return
        if action == DELAY:
            yield from _put_off(world, trip)
        else:
            _lose(world, trip, action)
            return
    _lose(world, trip, NOWHERE)


def _aisle(world: World, shopper: int) -> float:
    """Return the chance that the staff of the shopper's store offer to order an item (K8)."""
    store = int(world.columns["home_store"][shopper])
    return at_store(world, "aisle_offered", store) * world.conduct.effort


def _begin(world: World, trip: Trip) -> Steps:
    """Search where the need began: go to the store, read, or ask."""
    if trip.searched == STORE:
        yield from _go_to_store(world, trip)
    elif trip.searched in ONLINE:
        yield from _inform_online(world, trip)
    elif trip.searched == SOCIAL:
        read_reviews(world, trip)
    elif trip.searched == PHONE:
        yield from _call(world, trip)


def _inform_online(world: World, trip: Trip) -> Steps:
    """Let a shopper who searches on website or app try items on, read reviews, ask the firm."""
    try_on(world, trip)
    read_reviews(world, trip)
    if arises(world, trip.shopper, trip.need, Reason.QUESTION):
        if (yield from ask(world, trip.shopper, trip.need, Reason.QUESTION)):
            trip.inform(world.scenario.service_desk.answer_resolves)


def _call(world: World, trip: Trip) -> Steps:
    """Let a shopper who begins by telephone ask; who gets no answer decides without one."""
    if (yield from ask(world, trip.shopper, trip.need, Reason.SEARCH)):
        trip.inform(world.scenario.channels.phone.risk_resolved)


def _go_to_store(world: World, trip: Trip) -> Steps:
    """Visit the store; after walking out the shopper is back outside it."""
    if world.scenario.service.seats > 0:
        waited = yield from sit_down(world, trip)
    else:
        waited = yield from visit(world, trip.shopper, trip.need, trip.step, item=trip.item)
    trip.step += 1
    if waited < 0:
        trip.obstacle = True
        trip.in_store = False
        yield from _put_off(world, trip)
        return
    trip.waited = waited
    trip.in_store = trip.been_in_store = True
    meet(world, trip)


def _order(world: World, trip: Trip, action: int) -> int:
    """Fill a cart and pay for it; return the order, or what is done instead."""
    if _abandon_cart(world, trip, action):
        return DELAY
    if world.capacity is None:
        return action
    return reserve(world, trip, world.capacity, action)


def _abandon_cart(world: World, trip: Trip, action: int) -> bool:
    """Fill a cart; an abandoned one triggers a reminder if the firm follows whose it is."""
    state, now, channel = world.state, world.env.now, action % WITH_PICKUP
    if channel != trip.searched:
        kernel.session(state, trip.shopper, trip.need, channel, 2 + trip.step, now)
    left: int = kernel.abandons(state, trip.shopper, trip.need, trip.step, channel, now)
    if left == ABANDONED_AND_KNOWN and follows(world.scenario, ONLINE_TEAM):
        due = now + world.scenario.messages.own_trigger_days
        world.reminders.append((due, trip.shopper, ONLINE_TEAM, now))
    return left > 0


def _put_off(world: World, trip: Trip) -> Steps:
    """Wait until the shopper takes the need up again, or a message brings it back."""
    trip.in_store = False
    here = world.env.active_process
    world.waiting[trip.shopper] = here
    try:
        yield world.env.timeout(kernel.delay(world.state, trip.shopper, trip.need, trip.step))
    except Interrupt as call:
        if call.cause == "near":
            world.waiting.pop(trip.shopper, None)
            yield from _go_to_store(world, trip)
            return
        kernel.session(world.state, trip.shopper, trip.need, WEBSITE, 2 + trip.step, world.env.now)
    if world.waiting.get(trip.shopper) is here:
        del world.waiting[trip.shopper]


def _lose(world: World, trip: Trip, where: int) -> None:
    """End the journey without a sale of the firm."""
    trip.leave()
    kernel.lose(world.state, trip.shopper, trip.need, where, world.env.now)
    if trip.obstacle:
        outcome.regret(world.state, trip.shopper)
