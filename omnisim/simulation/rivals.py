"""Rivals that react: the online rival defends its share by price and by advertising (pitfall 7)."""

from collections.abc import Generator
from typing import Any

import numpy as np

from omnisim.simulation.firm.moves import refresh
from omnisim.simulation.firm.results import Reader
from omnisim.simulation.world import World

Steps = Generator[Any, Any, None]


def react(world: World) -> Steps:
    """Let each rival compare its share with its usual one, and answer a loss.

    The usual share is the scenario's, or that of the first review where it gives none. The online
    rival lowers its price by `rivals.reaction_price` a unit of share lost, and is seen by as many
    more as it has lost (advertising); the local rival makes its offer as much better. A rival that
    gains goes back to its usual terms, never beyond.
    """
    reader, usual = Reader(), None
    rules = world.scenario.rivals
    while True:
        yield world.env.timeout(rules.review_days)
        results = reader.read(world)
        if results is None:
            continue
        if usual is None:
            given = np.array([rules.online_usual_share, rules.local_usual_share])
            usual = np.where(given > 0, given, results.rival_share)
        lost = np.clip((usual - results.rival_share) / np.maximum(usual, 1e-9), 0.0, 1.0)
        world.conduct.rival_price_cut = (rules.reaction_price * lost).tolist()
        world.conduct.rival_advertising = float(lost[0])
        refresh(world)
