"""What integration is worth where rivals stand still, and where they react (pitfall 7)."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from omnisim.config.scenario import Scenario
from omnisim.evaluation import mean_interval
from omnisim.experiment.basis import study_basis
from omnisim.experiment.compare import compare
from omnisim.experiment.comparison import Comparison
from omnisim.experiment.intervals import INTERVAL
from omnisim.experiment.measures import UNITS
from omnisim.experiment.shoppers import Shoppers
from omnisim.policies import Policy

KEYS = ["metric", "group"]


@dataclass(frozen=True, repr=False)
class ReactionGains:
    """Two firms compared twice under the same luck: rivals stand still, rivals react.

    Attributes
    ----------
    still, reacting : Comparison
        The comparison in each of the two worlds.
    gains : DataFrame
        One row a metric and group: metric, group, unit, still, reacting (the differences between
        the firms), difference (what the reaction takes, below 0, or adds), ci_low, ci_high.
    """

    still: Comparison
    reacting: Comparison
    gains: pd.DataFrame

    def __repr__(self) -> str:
        """Return both headlines."""
        row = self.gains.set_index(KEYS).loc[("profit", "")]
        return (
            f"ReactionGains: profit {row['still']:+.2f} EUR per shopper and year where rivals "
            f"stand still, {row['reacting']:+.2f} where they react\n"
            f"difference {row['difference']:+.2f} ({self.still.confidence:.0%} interval "
            f"{row['ci_low']:+.2f} to {row['ci_high']:+.2f})"
        )

    @property
    def provenance(self) -> Mapping[str, Any]:
        """How the result was made: that of the world in which rivals react."""
        return self.reacting.provenance

    def to_frame(self) -> pd.DataFrame:
        """Return `gains` as a new frame."""
        return self.gains.copy()


def gains_under_reaction(
    baseline: Scenario,
    variant: Scenario,
    *,
    n_replications: int = 12,
    seed: int | None = None,
    shoppers: Shoppers | None = None,
    policy: Policy | None = None,
    confidence: float = 0.95,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> ReactionGains:
    """Compare two firms where rivals stand still and where they react, over the same luck.

    ``rivals.react`` of both scenarios is set by each world; all else is theirs.

    Parameters
    ----------
    baseline, variant : Scenario
        The two firms, as in `compare`.
    n_replications : int, default=12
        Replications of each world; at least 2.
    seed : int, optional
        Seed of the study; drawn and recorded if absent. Both worlds share it.
    shoppers : Shoppers, optional
        Where shoppers come from; the baseline's segments by default.
    policy : Policy, optional
        Contact policy of both firms; each scenario's own rule by default.
    confidence : float, default=0.95
        Coverage of the intervals, in (0, 1).
    executor : concurrent.futures.Executor, optional
        Where replications run; in this process by default. It changes no number.
    on_wait : callable, optional
        Called with the number of finished replications of the world at hand.

    Returns
    -------
    ReactionGains

    Raises
    ------
    ParameterError
        If the arms differ in shoppers or horizon, or an argument is out of range.
    RunError
        If a replication fails.
    """
    seed, shoppers = study_basis(seed, shoppers, n_replications, confidence)
    still, reacting = (
        compare(
            baseline.replace({"rivals.react": react}), variant.replace({"rivals.react": react}),
            n_replications=n_replications, seed=seed, shoppers=shoppers, policy=policy,
            confidence=confidence, executor=executor, on_wait=on_wait,
        )
        for react in (False, True)
    )  # fmt: skip
    return ReactionGains(still, reacting, _gains(still, reacting, confidence))


def _gains(still: Comparison, reacting: Comparison, confidence: float) -> pd.DataFrame:
    """Return the paired differences of the two worlds' gains."""
    before, after = _by_replication(still), _by_replication(reacting)
    rows = []
    for key in before.columns:
        pair = before[key].to_numpy(), after[key].to_numpy()
        found = mean_interval(pair[1] - pair[0], confidence=confidence)
        rows.append((*key, UNITS[key[0]], pair[0].mean(), pair[1].mean(), *found))
    names = [*KEYS, "unit", "still", "reacting", "difference", *INTERVAL]
    return pd.DataFrame(rows, columns=names)


def _by_replication(world: Comparison) -> pd.DataFrame:
    """Return what the variant has beyond the baseline: replications by (metric, group)."""
    table = world.samples.pivot_table(
        index="replication", columns=[*KEYS, "arm"], values="value", sort=False, dropna=False,
        aggfunc="first",
    )  # fmt: skip
    arms = (table.xs(arm, axis=1, level="arm") for arm in ("variant", "baseline"))
    gains: pd.DataFrame = np.subtract(*arms)
    return gains
