"""A geofence around the local rival: who goes there may be called back on the way (K5, S0-20)."""

import omnisim.simulation._journey as _journey
import omnisim.simulation._near as _near
from omnisim.simulation.firm.following import follows
from omnisim.simulation.firm.knowledge import ONLINE_TEAM
from omnisim.simulation.messages import call
from omnisim.simulation.trip import APP, Trip
from omnisim.simulation.world import World

TAP_STEP = 2**18
"""Step of the session that a tap opens, plus that of the decision."""


def turns_round(world: World, trip: Trip) -> bool:
    """Tell whether a shopper who has just chosen the local rival is called back to the own store.

    The app may notice the trip, once a day, and the policy may send a push message at once. Who
    taps it decides again between the two stores, with what the message has changed: a coupon,
    goodwill. A rival that reacts defends itself at its door.
    """
    if not follows(world.scenario, ONLINE_TEAM):
        return False
    state, now, at = world.state, world.env.now, (trip.shopper, trip.need, trip.step)
    day = int(now)
    if world.noticed.get(trip.shopper) == day or not _near.near_rival(state, *at, now):
        return False
    world.noticed[trip.shopper] = day
    share, before = _near.at_decision(
        state, *at, trip.searched, trip.item, trip.in_store, trip.inspected, trip.resolved, now
    )
    if not call(world, trip.shopper, now):
        return False
    _journey.session(state, trip.shopper, trip.need, APP, TAP_STEP + trip.step, now)
    turns: bool = _near.turns_round(
        state, *at, trip.searched, share, before, trip.in_store, now
    )  # fmt: skip
    return turns
