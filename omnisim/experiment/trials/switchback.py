"""A switchback: every region is switched on and off at random, period by period."""

import numpy as np

from omnisim.evaluation.field import panel_effect
from omnisim.experiment.trials.panel import mean_over, panel_result
from omnisim.experiment.trials.regions import Regions
from omnisim.experiment.trials.result import FieldExperiment
from omnisim.random import Stream


def switchback(regions: Regions, *, confidence: float = 0.95) -> FieldExperiment:
    """Switch a capability on and off at random in every region, and estimate the effect [1]_.

    In each period half of the regions, drawn anew, are on. The estimate compares them within
    regions and periods. The truth is the effect of being on throughout against being off
    throughout. What carries over from one period to the next, such as habits, goodwill and records,
    draws the estimate away from it; the days of `Regions.washout_days` at the start of each period
    are not counted, so that what fades by then does not.

    Parameters
    ----------
    regions : Regions
        The panel.
    confidence : float, default=0.95
        Coverage of the interval, in (0, 1).

    References
    ----------
    .. [1] Bojinov, Simchi-Levi and Zhao (2023). Design and analysis of switchback experiments.
       Management Science 69(7), 3759-3777. doi:10.1287/mnsc.2022.4583
    """
    shape = (regions.n_regions, regions.n_periods)
    region, period = np.indices(shape)
    u = regions.draws.uniform(Stream.ASSIGNMENT, region, step=1 + period)
    treated = np.argsort(np.argsort(u, axis=0), axis=0) < regions.n_regions // 2
    outcome = regions.outcome(treated)
    always = regions.outcome(np.ones(shape, dtype=np.bool_))
    never = regions.outcome(np.zeros(shape, dtype=np.bool_))
    return panel_result(
        "switchback", regions, panel_effect(outcome, treated, confidence=confidence),
        mean_over(np.ones(shape, dtype=np.bool_), always - never), outcome, treated,
    )  # fmt: skip
