"""A stepped wedge: regions get a capability one group after the other, in random order."""

import numpy as np

from omnisim.evaluation.staggered import comparable, staggered_effect
from omnisim.experiment.trials.panel import mean_over, panel_result
from omnisim.experiment.trials.regions import Ints, Regions
from omnisim.experiment.trials.result import FieldExperiment


def starts(order: Ints, n_periods: int) -> Ints:
    """Return the period, 1 or later, in which each unit starts: in this order, in even steps."""
    start = np.empty(len(order), dtype=np.int64)
    start[order] = 1 + np.arange(len(order)) * (n_periods - 1) // len(order)
    return start


def stepped_wedge(regions: Regions, *, confidence: float = 0.95) -> FieldExperiment:
    """Treat regions in steps until all are treated, and estimate the effect [1]_.

    No region is treated in the first period and all are in the last one. In between, the regions
    in random order start as evenly as they can be spread. Regions that wait tell what those treated
    would sell without, so that effects may grow with time since the start, and the interval comes
    from the other orders that the firm could have drawn
    (`omnisim.evaluation.staggered.staggered_effect`). Estimate and truth are the mean effect over
    the treated cells of periods in which somebody still waits.

    Parameters
    ----------
    regions : Regions
        The panel; at least 3 periods, and enough regions and periods for 20 orders (at 95 %).
    confidence : float, default=0.95
        Coverage of the interval, in (0, 1).

    References
    ----------
    .. [1] Hussey and Hughes (2007). Design and analysis of stepped wedge cluster randomized trials.
       Contemporary Clinical Trials 28(2), 182-191. doi:10.1016/j.cct.2006.05.007
    """
    start = starts(regions.order(), regions.n_periods)
    treated = np.arange(regions.n_periods)[None, :] >= start[:, None]
    outcome = regions.outcome(treated)
    never = regions.outcome(np.zeros_like(treated))
    return panel_result(
        "stepped wedge", regions,
        staggered_effect(outcome, treated, draws=regions.draws, confidence=confidence),
        mean_over(comparable(treated), outcome - never), outcome, treated,
    )  # fmt: skip
