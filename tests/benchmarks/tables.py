"""Seeded synthetic tables of paths for timings and for measured comparisons."""

from itertools import pairwise

import numpy as np
import pandas as pd


def synthetic_paths(n_rows, n_channels, seed=0):
    """Return a table of paths in the columns of the ChannelAttribution package.

    Journeys have 1 + geometric touchpoints (mean 6); a few channels carry most of the traffic; one
    row in ten converts, more often after the channels that are late in the alphabet.
    """
    rng = np.random.default_rng(seed)
    length = rng.geometric(1 / 6, size=n_rows)
    offset = np.concatenate(([0], np.cumsum(length)))
    weight = 1.0 / np.arange(1, n_channels + 1)
    channel = rng.choice(n_channels, size=offset[-1], p=weight / weight.sum())
    names = [f"channel_{i:02d}" for i in range(n_channels)]
    flat = [names[c] for c in channel.tolist()]
    last = channel[offset[1:] - 1]
    converted = rng.random(n_rows) < 0.05 + 0.1 * last / n_channels
    n_conversions = np.where(converted, 1 + rng.poisson(0.3, size=n_rows), 0)
    return pd.DataFrame({
        "path": [" > ".join(flat[a:b]) for a, b in pairwise(offset)],
        "total_conversions": n_conversions,
        "total_conversion_value": n_conversions * rng.exponential(40.0, size=n_rows).round(2),
        "total_null": np.where(converted, 0, 1 + rng.poisson(0.5, size=n_rows)),
    })  # fmt: skip
