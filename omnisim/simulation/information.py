"""What tells a shopper whether an item fits: where it is looked at, and interactive views (K17)."""

import omnisim.simulation._journey as kernel
from omnisim.config.exposures import PLACES
from omnisim.simulation.trip import PHONE, RIVAL_ONLINE, SOCIAL, STORE, Trip
from omnisim.simulation.world import World


def resolved_by(world: World, place: int) -> float:
    """Return the share of the uncertainty about fit that a look at the item removes.

    Parameters
    ----------
    world : World
        The world at the moment.
    place : int
        STORE, with the item in hand; WEBSITE or APP; RIVAL_ONLINE, whose pages are as good as the
        plain website's; SOCIAL; PHONE, where nothing is seen, and an answer still to come.
        A look in an inert channel tells nothing.
    """
    own, inert = world.scenario.channels, world.scenario.exposures.inert
    if place == RIVAL_ONLINE:
        return own.website.risk_resolved
    if place == PHONE:
        return 0.0
    if place == SOCIAL:
        return 0.0 if "social" in inert else own.social.risk_resolved
    if PLACES[place] in inert:
        return 0.0
    if place == STORE:
        return own.store.risk_resolved
    return (own.website, own.app)[place - 1].risk_resolved


def try_on(world: World, trip: Trip) -> None:
    """Let a search on website or app use an interactive view (AR, VR, AI), if one is offered.

    Who uses it learns a share of what the page leaves open (facts.md C1 and C3, K17); nobody tries
    on what is certain to fit, and in an inert channel it tells nothing.
    """
    offered = world.primitives["views_offered"]
    if offered == 0 or trip.resolved >= 1:
        return
    used = kernel.view(world.state, trip.shopper, trip.need, trip.searched, offered, world.env.now)
    if used and PLACES[trip.searched] not in world.scenario.exposures.inert:
        trip.inform(world.primitives["fit_resolved"])
