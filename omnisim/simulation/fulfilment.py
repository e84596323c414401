"""From the purchase to the evaluation: hand-over, delivery, click-and-collect, returns."""

from dataclasses import dataclass

import omnisim.simulation._coherence as coherence
import omnisim.simulation._journey as kernel
import omnisim.simulation._outcome as outcome
from omnisim.schema import Fulfilment
from omnisim.simulation.firm.following import follows
from omnisim.simulation.firm.knowledge import ONLINE_TEAM, STORE_TEAM
from omnisim.simulation.in_store import skill
from omnisim.simulation.information import resolved_by
from omnisim.simulation.reservation import cancelled_after, release
from omnisim.simulation.returns import way_back
from omnisim.simulation.service import Reason, arises, pursue
from omnisim.simulation.sign_ups import ask_to_sign_up
from omnisim.simulation.store import Steps, handle, rate_queue, stay, visit
from omnisim.simulation.trip import AISLE, STORE, WITH_PICKUP, Trip
from omnisim.simulation.voice import speak_up
from omnisim.simulation.world import World

RETURN_STEP = 2**10
"""Step of the visit that brings goods back; a journey has fewer steps."""


@dataclass(frozen=True, slots=True)
class Sale:
    """What was sold, and how: money in cents.

    `gap` is what the shopper paid beyond a price of the firm seen elsewhere, and `lost` what points
    that do not count in the channel would have paid, as shares of the list price.
    """

    channel: int
    fulfilment: Fulfilment
    goods: int
    off: int
    spent: int
    earned: int
    identified: bool
    gap: float
    lost: float

    @property
    def by_parcel(self) -> bool:
        """Whether the goods came, and would go back, by parcel."""
        return self.channel != STORE or self.fulfilment == Fulfilment.ENDLESS_AISLE


def sell_in_store(world: World, trip: Trip) -> Steps:
    """Sell over the counter, or at the table; the shopper has the goods at once."""
    trip.inspect(resolved_by(world, STORE))
    sale = _sell(world, trip, STORE, Fulfilment.IN_STORE)
    yield from stay(world, trip)
    yield from evaluate(world, trip, sale, rate_queue(world, trip.waited))


def sell_online(world: World, trip: Trip, action: int) -> Steps:
    """Sell through website or app, or through staff in the store, and bring the goods."""
    if action == AISLE:
        channel, fulfilment = STORE, Fulfilment.ENDLESS_AISLE
    else:
        channel = action % WITH_PICKUP
        fulfilment = Fulfilment.PICKUP if action >= WITH_PICKUP else Fulfilment.DELIVERY
    picks = fulfilment == Fulfilment.PICKUP and world.capacity is None
    failed = picks and not kernel.pick(
        world.state, trip.shopper, trip.item, trip.need, world.env.now
    )
    if failed:
        trip.obstacle = True
        fulfilment = Fulfilment.DELIVERY
        _may_ask(world, trip, Reason.WRONG_PICKUP)
    sale = _sell(world, trip, channel, fulfilment, free=failed)
    if fulfilment != Fulfilment.DELIVERY:
        world.env.process(handle(world, trip.shopper))
    speed = yield from receive(world, trip, sale)
    yield from evaluate(world, trip, sale, speed)


def sell_ahead(world: World, trip: Trip, action: int) -> Steps:
    """Sell a reservation; the shopper comes to the store on its day, or cancels before."""
    env, state = world.env, world.state
    sale = _sell(world, trip, action, Fulfilment.RESERVED)
    cancelled = cancelled_after(world, trip)
    if cancelled is not None:
        yield env.timeout(cancelled)
        if world.capacity is not None:
            release(world, trip, world.capacity)
        outcome.give_back(
            state, trip.shopper, trip.need, trip.item, sale.channel, True, sale.goods, sale.off,
            sale.spent, sale.earned, env.now,
        )  # fmt: skip
        return
    yield env.timeout(max(0.0, trip.day - env.now))
    waited = yield from visit(world, trip.shopper, trip.need, trip.step + 1, patient=True)
    outcome.hand_over(
        state, trip.shopper, trip.need, trip.item, sale.channel, int(sale.fulfilment), env.now
    )
    yield from evaluate(world, trip, sale, rate_queue(world, waited))


def _sell(
    world: World, trip: Trip, channel: int, fulfilment: Fulfilment, *, free: bool = False
) -> Sale:
    """Book the sale; let it trigger a message, if the firm follows whose purchase it is.

    Online orders reach the e-mail system at once; what the till knows takes its time.
    """
    now = world.env.now
    gap: float = coherence.conflict(
        world.state, trip.shopper, trip.need, trip.step - 1, trip.searched, trip.been_in_store,
        channel, now,
    )  # fmt: skip
    stranded: float = coherence.stranded_points(world.state, trip.shopper, channel)
    goods, off, spent, earned, identified = outcome.buy(
        world.state, trip.shopper, trip.need, trip.item, channel, int(fulfilment), free, now,
        skill(world, int(world.columns["home_store"][trip.shopper])) if channel == STORE else 0.0,
    )  # fmt: skip
    team = STORE_TEAM if channel == STORE else ONLINE_TEAM
    if identified and follows(world.scenario, team):
        own = world.scenario.messages.own_trigger_days
        days = world.primitives["trigger_days"] if team == STORE_TEAM else own
        world.thanks.append((now + days, trip.shopper, team, now))
    ask_to_sign_up(world, trip.shopper, trip.need, channel)
    lost = min(100 * stranded, goods - off - spent) / max(goods, 1)
    return Sale(channel, fulfilment, goods, off, spent, earned, identified, gap, lost)


def receive(world: World, trip: Trip, sale: Sale) -> Steps:
    """Wait for the goods; return how the wait compares with the promise, in [-1, 1]."""
    env, state = world.env, world.state
    if sale.fulfilment == Fulfilment.PICKUP:
        yield env.timeout(world.scenario.fulfilment.pick_hours / 24)
        waited = yield from visit(world, trip.shopper, trip.need, trip.step + 1, patient=True)
        speed = rate_queue(world, waited)
    else:
        by_staff = sale.fulfilment == Fulfilment.ENDLESS_AISLE
        days, promised = kernel.ship(state, trip.shopper, trip.need, trip.item, env.now, by_staff)
        late = max(0.0, days - promised)
        yield from _travel(world, trip, days, promised)
        speed = max(-1.0, world.scenario.experience.rating - late / max(promised, 1.0))
    outcome.hand_over(
        state, trip.shopper, trip.need, trip.item, sale.channel, int(sale.fulfilment), env.now
    )
    return speed


def _travel(world: World, trip: Trip, days: float, promised: float) -> Steps:
    """Let a parcel travel; one that is late is asked for."""
    asked = promised + world.scenario.service_desk.late_days
    if days > asked:
        yield world.env.timeout(asked)
        _may_ask(world, trip, Reason.LATE)
        days -= asked
    yield world.env.timeout(days)


def _may_ask(world: World, trip: Trip, reason: Reason) -> None:
    """Let the shopper ask for service while the order goes its way."""
    if arises(world, trip.shopper, trip.need, reason):
        world.env.process(pursue(world, trip.shopper, trip.need, reason))


def evaluate(world: World, trip: Trip, sale: Sale, speed: float) -> Steps:
    """Judge the purchase, and bring or send the goods back if they do not fit."""
    env, state = world.env, world.state
    _may_ask(world, trip, Reason.DEFECT)
    by_parcel, hassle = way_back(world, trip.shopper, trip.need, by_parcel=sale.by_parcel)
    resolved = trip.in_hand if sale.channel == STORE else trip.resolved
    returns = outcome.evaluate(
        state, trip.shopper, trip.need, trip.item, sale.channel, resolved, hassle, speed,
        trip.obstacle, sale.gap, sale.lost, env.now,
    )  # fmt: skip
    speak_up(world, trip.shopper, trip.need)
    if not returns:
        return
    _may_ask(world, trip, Reason.RETURN)
    yield env.timeout(world.scenario.fulfilment.return_days)
    if not by_parcel:
        yield from visit(world, trip.shopper, trip.need, RETURN_STEP, patient=True)
        if sale.by_parcel:
            env.process(handle(world, trip.shopper))
    outcome.give_back(
        state, trip.shopper, trip.need, trip.item, sale.channel, by_parcel, sale.goods,
        sale.off, sale.spent, sale.earned, env.now,
    )  # fmt: skip
