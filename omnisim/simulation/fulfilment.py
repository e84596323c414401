"""From the purchase to the evaluation: hand-over, delivery, click-and-collect, returns."""

from typing import Any

import omnisim.simulation._journey as kernel
import omnisim.simulation._outcome as outcome
from omnisim.schema import Channel, Fulfilment
from omnisim.simulation.firm.knowledge import ONLINE_TEAM, STORE_TEAM
from omnisim.simulation.parameters import MINUTES_PER_DAY
from omnisim.simulation.store import Steps, visit
from omnisim.simulation.trip import Trip
from omnisim.simulation.world import World

AISLE = 7
WITH_PICKUP = 8
NO_WAIT = 0.8
"""Rating of being served at once; 1 would leave no room for delight. Assumption."""
ON_TIME = 0.6
"""Rating of a parcel on the promised day: the experience expected at the start. Assumption."""
STORE, IN_STORE = int(Channel.STORE), int(Fulfilment.IN_STORE)


def sell_in_store(world: World, trip: Trip) -> Steps:
    """Sell over the counter; the shopper has the goods at once."""
    now = world.env.now
    sold = outcome.buy(world.state, trip.shopper, trip.need, trip.item, STORE, IN_STORE, now)
    _thank(world, trip.shopper, STORE_TEAM, sold)
    yield from evaluate(world, trip, STORE, rate_queue(world, trip.waited), sold)


def rate_queue(world: World, waited: float) -> float:
    """Return how a wait of so many days in the store is felt, in [-1, 1]."""
    return max(-1.0, NO_WAIT - waited * MINUTES_PER_DAY / world.scenario.service.patience_minutes)


def sell_online(world: World, trip: Trip, action: int) -> Steps:
    """Sell through website or app, or through staff in the store, and bring the goods."""
    if action == AISLE:
        channel, fulfilment = STORE, Fulfilment.ENDLESS_AISLE
    else:
        channel = action % WITH_PICKUP
        fulfilment = Fulfilment.PICKUP if action >= WITH_PICKUP else Fulfilment.DELIVERY
    state, now = world.state, world.env.now
    if fulfilment == Fulfilment.PICKUP and not kernel.pick(
        state, trip.shopper, trip.item, trip.need, now
    ):
        trip.obstacle = True
        fulfilment = Fulfilment.DELIVERY
    sold = outcome.buy(state, trip.shopper, trip.need, trip.item, channel, int(fulfilment), now)
    _thank(world, trip.shopper, STORE_TEAM if channel == STORE else ONLINE_TEAM, sold)
    speed = yield from receive(world, trip, channel, fulfilment == Fulfilment.PICKUP)
    yield from evaluate(world, trip, channel, speed, sold)


def receive(world: World, trip: Trip, channel: int, pickup: bool) -> Steps:
    """Wait for the goods; return how the wait compares with the promise, in [-1, 1]."""
    env, state = world.env, world.state
    if pickup:
        yield env.timeout(world.scenario.fulfilment.pick_hours / 24)
        waited = yield from visit(world, trip.shopper, trip.need, trip.step + 1, patient=True)
        outcome.hand_over(state, trip.shopper, trip.need, trip.item, channel, True, env.now)
        outcome.buy_unplanned(state, trip.shopper, trip.need, trip.item, env.now)
        return rate_queue(world, waited)
    days, promised = kernel.ship(state, trip.shopper, trip.need, trip.item)
    yield env.timeout(days)
    outcome.hand_over(state, trip.shopper, trip.need, trip.item, channel, False, env.now)
    late = max(0.0, days - promised)
    return max(-1.0, ON_TIME - late / max(promised, 1.0))


def evaluate(world: World, trip: Trip, channel: int, speed: float, sold: Any) -> Steps:
    """Judge the purchase, and bring or send the goods back if they do not fit."""
    env, state = world.env, world.state
    returns = outcome.evaluate(
        state, trip.shopper, trip.need, channel, trip.inspected, trip.searched, speed,
        trip.obstacle, env.now,
    )  # fmt: skip
    if not returns:
        return
    yield env.timeout(world.scenario.fulfilment.return_days)
    goods, earned, _ = sold
    outcome.give_back(state, trip.shopper, trip.need, trip.item, channel, goods, earned, env.now)
    if channel == STORE:
        outcome.buy_unplanned(state, trip.shopper, trip.need, trip.item, env.now)


def _thank(world: World, shopper: int, team: int, sold: Any) -> None:
    """Let a purchase trigger a message, if the firm knows whose purchase it is.

    Online orders reach the e-mail system at once; what the till knows takes its time.
    """
    _, _, identified = sold
    if identified:
        own = world.scenario.messages.own_trigger_days
        days = world.primitives["trigger_days"] if team == STORE_TEAM else own
        world.thanks.append((world.env.now + days, shopper, team))
