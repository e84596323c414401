"""What tells a shopper whether an item fits: where it is looked at."""

from omnisim.config.exposures import PLACES
from omnisim.simulation.trip import RIVAL_ONLINE, STORE
from omnisim.simulation.world import World


def resolved_by(world: World, place: int) -> float:
    """Return the share of the uncertainty about fit that a look at the item removes.

    Parameters
    ----------
    world : World
        The world at the moment.
    place : int
        STORE, with the item in hand; WEBSITE or APP; RIVAL_ONLINE, whose pages are as good as the
        plain website's. Interactive views on website and app remove a share of what these leave
        open (facts.md C1 and C3, K17). A look in an inert channel tells nothing.
    """
    own = world.scenario.channels
    if place == RIVAL_ONLINE:
        return own.website.risk_resolved
    if PLACES[place] in world.scenario.exposures.inert:
        return 0.0
    if place == STORE:
        return own.store.risk_resolved
    page = (own.website, own.app)[place - 1].risk_resolved
    return page + (1 - page) * world.primitives["fit_resolved"]
