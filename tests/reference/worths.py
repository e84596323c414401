"""Capability values made by hand: coalitions with invented values, the real aggregation."""

import numpy as np
import pandas as pd

from omnisim.experiment.capability_values import METRICS, capability_game
from omnisim.experiment.capability_worth import coalition_name, summarise_worth


def made_values(baseline, variant, worth, *, orderings=None, n_replications=5, noise=0.0):
    """Return values in which a coalition of members m is worth ``worth(m)`` in every metric.

    `noise` is the standard deviation of what each replication adds to every coalition apart from
    the baseline, common to all metrics. All is earned in one line of the account, revenue.
    """
    game = capability_game(baseline, variant)
    rng = np.random.default_rng(3)
    shifts = rng.normal(0, noise, n_replications)
    rows = [
        (k, coalition_name(game, c), metric, worth(game.members(c)) + (c > 0) * shifts[k])
        for k in range(n_replications)
        for c in game.coalitions
        for metric in METRICS
    ]
    samples = pd.DataFrame(rows, columns=["replication", "coalition", "metric", "value"])
    earned = samples[samples["metric"] == "contribution"].drop(columns="metric")
    account = earned.assign(line="revenue")[["replication", "coalition", "line", "value"]]
    return summarise_worth(
        game, orderings, samples, account, confidence=0.9, n_shoppers=1_000, made={"seed": 3}
    )
