"""What tells a shopper whether an item fits: where it is looked at."""

from omnisim.config.exposures import PLACES
from omnisim.simulation.trip import PHONE, RIVAL_ONLINE, SOCIAL, STORE
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
        Interactive views on website and app remove a share of what these leave
        open (facts.md C1 and C3, K17). A look in an inert channel tells nothing.
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
    page = (own.website, own.app)[place - 1].risk_resolved
    return page + (1 - page) * world.primitives["fit_resolved"]
