"""A journey: one need of one shopper, from the search to the evaluation."""

import numpy as np
from numpy.typing import NDArray
from simpy import Interrupt

import omnisim.simulation._journey as kernel
import omnisim.simulation._outcome as outcome
from omnisim.simulation.firm.knowledge import ONLINE_TEAM
from omnisim.simulation.fulfilment import sell_in_store, sell_online
from omnisim.simulation.in_store import meet
from omnisim.simulation.information import resolved_by
from omnisim.simulation.service import Reason, arises, ask
from omnisim.simulation.store import Steps, visit
from omnisim.simulation.trip import (
    AISLE,
    DELAY,
    NOWHERE,
    ONLINE,
    PHONE,
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
    if trip.searched == STORE:
        yield from _go_to_store(world, trip)
    elif trip.searched in ONLINE:
        yield from _inform_online(world, trip)
    elif trip.searched == SOCIAL:
        read_reviews(world, trip)
    elif trip.searched == PHONE:
        yield from _call(world, trip)
    while trip.step < MAX_STEPS and env.now <= expires:
        action = kernel.decide(
            state, shopper, need, trip.step, trip.searched, trip.item, trip.in_store,
            trip.inspected, trip.resolved, env.now,
        )  # fmt: skip
        trip.step += 1
        if action == STORE:
            if not trip.in_store:
                yield from _go_to_store(world, trip)
                continue
            helped = trip.advised * world.scenario.in_store.advice_on_substitute
            action, item = kernel.take(state, shopper, need, trip.step, trip.item, env.now, helped)
            trip.obstacle |= action != STORE or item != trip.item
            trip.item = item
        if action == STORE:
            yield from sell_in_store(world, trip)
            return
        if action == AISLE or action in ONLINE:
            if action == AISLE or not _abandon_cart(world, trip, action):
                yield from sell_online(world, trip, action)
                return
            yield from _put_off(world, trip)
        elif action == DELAY:
            yield from _put_off(world, trip)
        else:
            _lose(world, trip, action)
            return
    _lose(world, trip, NOWHERE)


def _inform_online(world: World, trip: Trip) -> Steps:
    """Let a shopper who searches on website or app read reviews, and ask the firm."""
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
    waited = yield from visit(world, trip.shopper, trip.need, trip.step)
    trip.step += 1
    if waited < 0:
        trip.obstacle = True
        trip.in_store = False
        yield from _put_off(world, trip)
        return
    trip.waited = waited
    trip.in_store = trip.been_in_store = True
    meet(world, trip)


def _abandon_cart(world: World, trip: Trip, action: int) -> bool:
    """Fill a cart; an abandoned one triggers a reminder if the firm knows whose it is."""
    state, now, channel = world.state, world.env.now, action % WITH_PICKUP
    if channel != trip.searched:
        kernel.session(state, trip.shopper, trip.need, channel, 2 + trip.step, now)
    left: int = kernel.abandons(state, trip.shopper, trip.need, trip.step, channel, now)
    if left == ABANDONED_AND_KNOWN:
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
    kernel.lose(world.state, trip.shopper, trip.need, where, world.env.now)
    if trip.obstacle:
        outcome.regret(world.state, trip.shopper)
