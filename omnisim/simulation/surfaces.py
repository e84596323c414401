"""Decision points without a message: what site and app show, the store offers, the scheme gives."""

import numpy as np
from numpy.typing import NDArray

from omnisim.schema import Trigger
from omnisim.simulation.decisions import Batch, decide, items_shown
from omnisim.simulation.firm.knowledge import ONLINE_TEAM, STORE_TEAM, teams_at_work
from omnisim.simulation.world import World


def arrange_surfaces(world: World, day: int) -> None:
    """Decide again, on the days on which it is due, about every record that holds a purchase.

    A team without an open channel has nothing to show, to say or to reward; nor has the store where
    its screens are off.
    """
    surfaces, working = world.scenario.surfaces, teams_at_work(world.scenario)
    has_screens = "screen" not in world.scenario.exposures.off
    for trigger, team, days in (
        (Trigger.ONLINE, ONLINE_TEAM, surfaces.online_every_days),
        (Trigger.STORE, STORE_TEAM, surfaces.store_every_days * has_screens),
    ):
        if team in working and days and day % days == 0:
            _arrange(world, trigger, team, day)
    if (
        STORE_TEAM in working
        and surfaces.reward_every_days
        and day % surfaces.reward_every_days == 0
    ):
        _reward(world, day)


def _arrange(world: World, trigger: Trigger, team: int, day: int) -> None:
    """Choose the item that heads the site for a record, or that the store offers it."""
    batch, action = decide(world, _with_history(world, trigger, team, day))
    item = np.where(action.index > 0, items_shown(world, batch.records, action), -1)
    world.columns["record_shown"][batch.records, team] = item


def _reward(world: World, day: int) -> None:
    """Promise extra points to the card holders for whom the policy says so."""
    batch, action = decide(world, _with_history(world, Trigger.REWARD, STORE_TEAM, day))
    chosen = batch.shoppers[action.index > 0]
    surfaces = world.scenario.surfaces
    world.columns["bonus"][chosen] = surfaces.bonus, day + surfaces.bonus_days


def _with_history(world: World, trigger: Trigger, team: int, day: int) -> Batch:
    """Return the records of a team with a purchase, and of the store team with a card."""
    columns = world.columns
    records = columns["record_of"][:, team]
    known: NDArray[np.bool_] = columns["record_count"][records] > 0
    if team == STORE_TEAM:
        known = known & (columns["has_card"] == 1)
    shoppers = np.flatnonzero(known).astype(np.int32)
    return Batch(
        team, trigger, day, shoppers, records[shoppers], np.full(len(shoppers), team, np.int32)
    )
