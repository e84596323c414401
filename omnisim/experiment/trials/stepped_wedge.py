"""A stepped wedge: regions get a capability one group after the other, in random order."""

import numpy as np

from omnisim.evaluation.field import panel_effect
from omnisim.experiment.trials.panel import mean_over, panel_result
from omnisim.experiment.trials.regions import Regions
from omnisim.experiment.trials.result import FieldExperiment


def stepped_wedge(regions: Regions, *, confidence: float = 0.95) -> FieldExperiment:
    """Treat regions in steps until all are treated, and estimate the effect [1]_.

    No region is treated in the first period and all are in the last one. In between, the regions
    in random order start as evenly as they can be spread. The estimate has constants for regions
    and periods (`omnisim.evaluation.field.panel_effect`); the truth is the mean effect over the
    treated cells. They agree if the effect does not change with time since the start.

    Parameters
    ----------
    regions : Regions
        The panel; at least 3 periods.
    confidence : float, default=0.95
        Coverage of the interval, in (0, 1).

    References
    ----------
    .. [1] Hussey and Hughes (2007). Design and analysis of stepped wedge cluster randomized trials.
       Contemporary Clinical Trials 28(2), 182-191. doi:10.1016/j.cct.2006.05.007
    """
    n, periods = regions.n_regions, regions.n_periods
    start = np.empty(n, dtype=np.int64)
    start[regions.order()] = 1 + np.arange(n) * (periods - 1) // n
    treated = np.arange(periods)[None, :] >= start[:, None]
    outcome = regions.outcome(treated)
    never = regions.outcome(np.zeros_like(treated))
    return panel_result(
        "stepped wedge", regions, panel_effect(outcome, treated, confidence=confidence),
        mean_over(treated, outcome - never), outcome, treated,
    )  # fmt: skip
