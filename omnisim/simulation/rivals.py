"""Rivals that react: each defends its share by price and by advertising (pitfall 7)."""

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnisim.simulation.firm.moves import refresh
from omnisim.simulation.firm.results import Reader
from omnisim.simulation.world import World

Steps = Generator[Any, Any, None]
Floats = NDArray[np.float64]
Shares = list[Floats]
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

    What counts is a running mean of losses and gains, so that those of chance cancel. For each unit
    of share lost a rival lowers its price by `rivals.reaction_price` and reaches
    `rivals.reaction_advertising` of the shoppers by advertising, all at most. A rival that gains
    goes back to its usual terms, never beyond.
    """
    reader, rules = Reader(), world.scenario.rivals
    lost = np.zeros(2)
    for before in usual:
        yield world.env.timeout(rules.review_days)
        results = reader.read(world)
        if results is None:
            continue
        lost += rules.review_weight * (loss(before, results.rival_share) - lost)
        answered = np.maximum(lost, 0.0)
        world.conduct.rival_price_cut = (rules.reaction_price * answered).tolist()
        world.conduct.rival_advertising = np.minimum(
            rules.reaction_advertising * answered, 1.0
        ).tolist()
        refresh(world)


def loss(usual: Floats, share: Floats) -> Floats:
    """Return which part of its usual share each rival lacks, in [-1, 1]; 0 where it is unknown."""
    lost = np.nan_to_num((usual - share) / np.maximum(usual, 1e-9))
    return np.asarray(np.clip(lost, -1.0, 1.0))
