"""Points that get lost when a loyalty programme moves to the unified one (K10, S4-12)."""

import numpy as np

import omnisim.simulation._outcome as outcome
from omnisim.random import Stream
from omnisim.schema import Channel, Line
from omnisim.simulation.firm.knowledge import STORE_TEAM
from omnisim.simulation.voice import may_complain
from omnisim.simulation.world import World

NO_NEED = -1
STORE_LEDGER = 0


def migrate_points(world: World) -> None:
    """Move the store's ledger into the unified one; lose some accounts that match nobody's.

    Only who has points and whose record of the store is not joined to the own one, or to another's,
    can lose them: `rollout.migration_loss` of them do, all that the store's ledger holds. The
    liability falls by what is lost, as where points lapse. Who loses points meets an obstacle,
    and feels it the more the larger the part of a usual basket that the points would have paid;
    some complain in public.
    """
    columns, now = world.columns, world.env.now
    shoppers = np.arange(world.n_shoppers)
    unmatched = columns["record_of"][:, STORE_TEAM] != shoppers
    unlucky = world.draws.uniform(Stream.MIGRATION, shoppers) < (
        world.scenario.rollout.migration_loss
    )
    points = columns["points"][:, STORE_LEDGER]
    for shopper in np.flatnonzero(unmatched & unlucky & (points > 0)).tolist():
        euros = float(points[shopper])
        points[shopper] = 0.0
        world.state.book(now, shopper, NO_NEED, Channel.STORE, Line.POINTS, round(100 * euros))
        _mind(world, shopper, euros)


def _mind(world: World, shopper: int, euros: float) -> None:
    """Let a shopper feel the loss, and perhaps complain of it."""
    felt = world.scenario.experience
    share = min(1.0, euros / float(world.columns["mean_basket"][shopper]))
    outcome.live(world.state, shopper, max(-1.0, felt.rating_obstacle - felt.frustration * share))
    may_complain(world, shopper, NO_NEED)
