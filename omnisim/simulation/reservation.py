"""Orders that take a unit of a day's capacity, and what shoppers do where all is taken."""

import math

import numpy as np
from numpy.typing import NDArray

from omnisim.random import Stream
from omnisim.schema import Channel, Event, Fulfilment, Identity
from omnisim.simulation.firm.capacity import Capacity
from omnisim.simulation.trip import DELAY, NOWHERE, RIVAL_ONLINE, WITH_PICKUP, Trip
from omnisim.simulation.world import World

AHEAD, CANCELS, WHEN, REACTION = range(4)
"""Decisions about a reservation; steps of `Stream.RESERVATION`, the last plus that of the trip."""


def reserve(world: World, trip: Trip, capacity: Capacity, action: int) -> int:
    """Take a unit of the day that an order online is for; return the order, or the reaction.

    A reservation is for a day to come, drawn once a need; any other order is for today. Where the
    item is taken, shoppers react as to a stock-out (T-38): another item of the same day, the rival,
    here the one online, a later try, or none.
    """
    trip.day = _day_of(world, trip)
    free = units(world, capacity, trip.day)[world.columns["home_store"][trip.shopper]]
    if free[trip.item] <= 0:
        _refuse(world, trip, action)
        action = _react(world, trip, free, action)
    if action not in (DELAY, NOWHERE, RIVAL_ONLINE):
        free[trip.item] -= 1
    return action


def cancelled_after(world: World, trip: Trip) -> float | None:
    """Return the days after which a reservation is cancelled, None if it is kept."""
    draw = world.state.draw
    if draw(Stream.RESERVATION, trip.shopper, trip.need, CANCELS) >= world.scenario.stock.p_cancel:
        return None
    share: float = draw(Stream.RESERVATION, trip.shopper, trip.need, WHEN)
    return share * max(0.0, trip.day - world.env.now)


def release(world: World, trip: Trip, capacity: Capacity) -> None:
    """Give a reserved unit back to its day."""
    units(world, capacity, trip.day)[world.columns["home_store"][trip.shopper], trip.item] += 1


def units(world: World, capacity: Capacity, day: int) -> NDArray[np.integer]:
    """Return what is still to be had of a day, today or later, shape (n_stores, n_items)."""
    if day <= math.floor(world.env.now):
        today: NDArray[np.integer] = world.columns["on_hand"][:-1]
        return today
    return capacity.of(day)


def _day_of(world: World, trip: Trip) -> int:
    stock, now = world.scenario.stock, world.env.now
    if not stock.is_reserved_ahead:
        return math.floor(now)
    u = world.state.draw(Stream.RESERVATION, trip.shopper, trip.need, AHEAD)
    return math.floor(now - math.log1p(-u) * stock.ahead_days)


def _refuse(world: World, trip: Trip, action: int) -> None:
    """Log that the item is taken."""
    trip.obstacle = True
    store = int(world.columns["home_store"][trip.shopper])
    world.state.note(
        world.env.now, trip.shopper, trip.need, Channel(action % WITH_PICKUP), Event.STOCKOUT,
        Identity.NONE, store, 0.0, trip.item, Fulfilment.RESERVED,
    )  # fmt: skip


def _react(world: World, trip: Trip, free: NDArray[np.integer], action: int) -> int:
    """Return what a shopper does instead, by the published shares; the item may change."""
    stock, attributes = world.scenario.stock, world.columns["attributes"]
    is_left = free > 0
    shares = np.array([
        stock.react_substitute * is_left.any(), stock.react_rival, stock.react_delay,
        stock.react_quit,
    ])  # fmt: skip
    u = world.state.draw(Stream.RESERVATION, trip.shopper, trip.need, REACTION + trip.step)
    chosen = int(np.searchsorted(np.cumsum(shares), u * shares.sum(), side="right"))
    if chosen > 0 or not is_left.any():
        return (NOWHERE, RIVAL_ONLINE, DELAY, NOWHERE)[min(chosen, 3)]
    likeness = np.where(is_left, attributes @ attributes[trip.item], -np.inf)
    trip.item = int(likeness.argmax())
    return action
