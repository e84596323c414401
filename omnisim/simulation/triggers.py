"""What makes the firm act on a day, besides campaigns, carts and purchases."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

import omnisim.simulation._near as _near
from omnisim.schema import Channel, Trigger
from omnisim.simulation.firm.following import follows
from omnisim.simulation.firm.knowledge import ONLINE_TEAM, teams_at_work
from omnisim.simulation.world import World

Rows = NDArray[np.int32]
WEEK = 7


def of_the_day(world: World, day: int) -> Iterator[tuple[Trigger, int, Rows]]:
    """Yield (trigger, team, shoppers) of the day; nothing where the firm has not the capability.

    Nothing either where it follows nobody: it cannot act on what it does not see. Near the store,
    if the firm has one open: what the app notices. At risk and promoters: once a week, from what
    each team's records hold. Trips to the local rival are noticed when they begin (`geofence`).
    """
    if not follows(world.scenario, ONLINE_TEAM):
        return
    shut = world.reopening is not None or not world.state.params["is_open"][Channel.STORE]
    found = [] if shut else _near.near_store(world.state, day)
    if found:
        yield Trigger.NEAR_STORE, ONLINE_TEAM, np.array(found, np.int32)
    if day % WEEK:
        return
    for team in teams_at_work(world.scenario):
        if world.scenario.messages.at_risk_factor > 0:
            yield Trigger.AT_RISK, team, _at_risk(world, team, day)
        if world.primitives["recommend_factor"] > 1:
            yield Trigger.PROMOTER, team, _promoters(world, team, day)


def _at_risk(world: World, team: int, day: int) -> Rows:
    """Return whose record is silent for longer than its own rhythm; each silence counts once."""
    columns = world.columns
    records = columns["record_of"][:, team]
    count, last = columns["record_count"][records], columns["record_last"][records]
    with np.errstate(invalid="ignore"):  # never bought: -inf less -inf
        rhythm = (last - columns["record_first"][records]) / np.maximum(count - 1, 1)
    silent = (count >= 2) & (day - last > world.scenario.messages.at_risk_factor * rhythm)
    is_new = columns["record_warned"][records] < last
    found = np.flatnonzero(silent & is_new & _known(world, team))
    columns["record_warned"][records[found]] = day
    return found.astype(np.int32)


def _promoters(world: World, team: int, day: int) -> Rows:
    """Return whose record foretells a promoter, if not asked within the life of an invitation."""
    columns, offers = world.columns, world.scenario.offers
    records = columns["record_of"][:, team]
    often = columns["record_count"][records] >= offers.promoter_purchases
    free = day - columns["record_asked"][records] > offers.nurture_days
    found = np.flatnonzero(often & free & _known(world, team))
    columns["record_asked"][records[found]] = day
    return found.astype(np.int32)


def _known(world: World, team: int) -> NDArray[np.bool_]:
    """Return whom the team has an address of."""
    known: NDArray[np.bool_] = (
        world.columns["has_account" if team == ONLINE_TEAM else "has_card"] == 1
    )
    return known
