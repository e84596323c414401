"""What a shopper meets in the store besides the shelf: advice, screens, sensors and coupons.

Each informs or lowers the price; what the shopper then buys is decided as ever.
"""

import math

from omnisim.random import Stream
from omnisim.schema import Channel, Event, Identity, Line
from omnisim.simulation.by_store import at_store, mean_at_stores
from omnisim.simulation.firm.following import follows
from omnisim.simulation.firm.knowledge import STORE_TEAM
from omnisim.simulation.firm.ledger import post_cost
from omnisim.simulation.information import resolved_by
from omnisim.simulation.parameters import DAYS_PER_YEAR, MINUTES_PER_DAY
from omnisim.simulation.trip import STORE, Trip
from omnisim.simulation.world import World

ADVICE, SCREEN, COUPON, ITEM = range(4)
"""Decisions of one visit; steps of `Stream.IN_STORE`, four to a visit."""

NOTICED_STEP = 2**16
"""Whether the shopper looks at a coupon that is shown: a step of its own, plus the visit's."""


def meet(world: World, trip: Trip) -> None:
    """Look at the shelf, be advised, be told by a reader of tags or a screen, be shown a coupon.

    Only an item that is on the shelf can be inspected, and noticed by a reader, which then tells on
    the screen beside it what other screens would.
    """
    store = world.columns["home_store"][trip.shopper]
    is_there = world.columns["on_hand"][store, trip.item] > 0
    if is_there:
        trip.inspect(resolved_by(world, STORE))
    rules = world.scenario.in_store
    off, inert = world.scenario.exposures.off, world.scenario.exposures.inert
    trip.advised = _happens(world, trip, ADVICE, skill(world, store)) and "staff" not in off
    if trip.advised:
        trip.advised = "staff" not in inert
        trip.inform(rules.advice_resolves * trip.advised)
        _note(world, trip, Channel.STAFF)
    noticed = is_there and _happens(world, trip, ITEM, world.primitives["item_noticed"])
    if noticed and "reader" not in off:
        _tell(world, trip, Channel.READER)
    elif "screen" not in off and _happens(
        world, trip, SCREEN, at_store(world, "screens_used", store)
    ):
        _tell(world, trip, Channel.SCREEN)
    if world.columns["has_app"][trip.shopper]:
        _show_coupon(world, trip, store)


def _tell(world: World, trip: Trip, channel: Channel) -> None:
    """Tell about the item on a screen; from an inert one nothing is learnt."""
    if channel.name.lower() not in world.scenario.exposures.inert:
        trip.inform(world.scenario.in_store.screen_resolves)
    _note(world, trip, channel)


def sense(world: World, shopper: int, item: int) -> None:
    """File what a shopper whom a beacon knows comes for: a look, like one online (K2 with K3).

    The draw is the one by which analysts see the visit at TL2 (`omnisim.observation.sense_visits`).
    A firm that does not follow stores files none.
    """
    noticed, columns = world.primitives["visits_sensed"], world.columns
    if item < 0 or noticed == 0 or world.primitives["content_signals"] == 0:
        return
    if not follows(world.scenario, STORE_TEAM):
        return
    if not (columns["has_app"][shopper] and columns["location_consent"][shopper]):
        return
    minute = int(world.env.now * MINUTES_PER_DAY)
    if world.state.draw(Stream.SENSOR, shopper, 0, minute) < noticed:
        world.state.file_look(shopper, item)


def _show_coupon(world: World, trip: Trip, store: int) -> None:
    """Show a coupon on the phone; who looks at it has it for a while."""
    rules = world.scenario.in_store
    if not _happens(world, trip, COUPON, at_store(world, "coupons_shown", store)):
        return
    _note(world, trip, Channel.APP, Event.COUPON_SHOWN, Identity.ACCOUNT)
    step = NOTICED_STEP + trip.step
    if world.state.draw(Stream.IN_STORE, trip.shopper, trip.need, step) < rules.p_coupon_noticed:
        offer(world, trip.shopper, rules.coupon_depth)


def offer(world: World, shopper: int, share: float) -> None:
    """Take a share off the price for a while, unless the shopper holds a coupon worth as much."""
    coupon, until = world.columns["coupon"], world.columns["coupon_until"]
    now = world.env.now
    if until[shopper] < now or coupon[shopper] < share:
        coupon[shopper] = share
        until[shopper] = now + world.scenario.in_store.offer_hours / 24


def skill(world: World, store: int) -> float:
    """Return the share of a store's visits that meet well-trained staff.

    Training lifts it to its primitive; until the next one, trained staff leave at the rate of
    turnover and untrained ones follow (facts.md C3, K11).
    """
    trained, rules = at_store(world, "staff_skill", store), world.scenario.in_store
    if trained == 0:
        return 0.0
    since = world.env.now % rules.training_every_days
    return trained * math.exp(-rules.turnover_per_year * since / DAYS_PER_YEAR)


def pace(world: World, store: int) -> float:
    """Return the length of a service in a store as a share of that by untrained staff."""
    return 1 - world.scenario.in_store.time_saved * skill(world, store)


def train(world: World, day: int) -> None:
    """Pay for the hours of training, on the days on which there is one."""
    hours = mean_at_stores(world, "training_hours")
    every = world.scenario.in_store.training_every_days
    if hours == 0 or day % every >= 1 or not world.scenario.channels.store.is_open:
        return
    posts = world.n_stores * world.scenario.service.staff_per_store
    sample = world.n_shoppers / world.scenario.market.shoppers_per_region
    euros = sample * posts * hours * world.scenario.costs.staff_per_hour
    post_cost(world, Line.STAFF, Channel.STORE, euros)


def _happens(world: World, trip: Trip, decision: int, p: float) -> bool:
    if p == 0:
        return False
    step = 4 * trip.step + decision
    return bool(world.state.draw(Stream.IN_STORE, trip.shopper, trip.need, step) < p)


def _note(
    world: World, trip: Trip, channel: Channel, event: Event = Event.ADVISED,
    identity: Identity = Identity.NONE,
) -> None:  # fmt: skip
    store = int(world.columns["home_store"][trip.shopper])
    world.state.note(world.env.now, trip.shopper, trip.need, channel, event, identity, store)
