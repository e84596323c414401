"""Rivals that react: the online rival defends its share by price and by advertising (pitfall 7)."""

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnisim.simulation.firm.moves import refresh
from omnisim.simulation.firm.results import Reader
from omnisim.simulation.world import World

Steps = Generator[Any, Any, None]
Shares = list[NDArray[np.float64]]
"""Shares of the online and of the local rival by review; NaN where no need ended."""


def watch(world: World, shares: Shares) -> Steps:
    """Note the rivals' shares between two reviews in `shares`."""
    reader = Reader()
    while True:
        yield world.env.timeout(world.scenario.rivals.review_days)
        results = reader.read(world)
        shares.append(np.full(2, np.nan) if results is None else results.rival_share)


def react(world: World, usual: Shares) -> Steps:
    """Let each rival compare its share with the `usual` one, review by review, and answer a loss.

    The online rival lowers its price by `rivals.reaction_price` a unit of share lost, and is seen
    by as many more as it has lost (advertising); the local rival makes its offer as much better. A
    rival that gains goes back to its usual terms, never beyond.
    """
    reader, rules = Reader(), world.scenario.rivals
    for before in usual:
        yield world.env.timeout(rules.review_days)
        results = reader.read(world)
        if results is None:
            continue
        lost = np.nan_to_num((before - results.rival_share) / np.maximum(before, 1e-9))
        lost = np.clip(lost, 0.0, 1.0)
        world.conduct.rival_price_cut = (rules.reaction_price * lost).tolist()
        world.conduct.rival_advertising = float(lost[0])
        refresh(world)
