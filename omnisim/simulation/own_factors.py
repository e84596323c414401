"""What makes a weight a shopper's own: multiples of mean 1 (facts.md D4: random effects)."""

import numpy as np
from numpy.typing import NDArray

from omnisim.config.heterogeneity import Heterogeneity
from omnisim.random import Draws, Stream


def draw_own_factors(spreads: Heterogeneity, n: int, draws: Draws) -> NDArray[np.float32]:
    """Return every shopper's own multiple of every weight.

    Parameters
    ----------
    spreads : Heterogeneity
        Standard deviations of the logs; the order of its fields is that of the columns.
    n : int
        Number of shoppers.
    draws : Draws
        Random numbers of the replication; each multiple has an address of its own.

    Returns
    -------
    ndarray of shape (n, n_weights), float32, > 0
        Lognormal of mean 1: exp(sd z - sd**2 / 2). Where no weight differs, a read-only view of a
        single 1 that takes no memory.
    """
    deviations = [getattr(spreads, name) for name in Heterogeneity.model_fields]
    if not any(deviations):
        return np.broadcast_to(np.float32(1.0), (n, len(deviations)))
    factors = np.ones((n, len(deviations)), np.float32)
    for step, sd in enumerate(deviations):
        if sd > 0:
            factors[:, step] = draws.lognormal(
                Stream.COEFFICIENT, np.arange(n), step=step, mean_log=-(sd**2) / 2, sd_log=sd
            )
    return factors
