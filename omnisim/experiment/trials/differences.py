"""Difference-in-differences around a launch: a store opens, or click-and-collect starts."""

import numpy as np

from omnisim._validation import check_choice
from omnisim.evaluation.field import difference_in_means
from omnisim.experiment.trials.panel import mean_over, panel_result
from omnisim.experiment.trials.regions import Regions
from omnisim.experiment.trials.result import FieldExperiment

WAYS = ("random", "strongest")


def difference_in_differences(
    regions: Regions, *, chosen: str = "random", confidence: float = 0.95
) -> FieldExperiment:
    """Launch in half of the regions in the middle of the horizon; compare the changes.

    Each region's change is the mean of its periods after the launch less that of those before. The
    estimate is the mean change of the regions with the launch less that of the others, with Welch's
    interval over regions. The truth is the mean effect over the treated cells.

    Parameters
    ----------
    regions : Regions
        The panel. ``Change(opens="store")`` is a store opening; a change of the capability
        ``visible_stock`` a launch of click-and-collect.
    chosen : {"random", "strongest"}, default="random"
        Which regions get the launch. The strongest are those that sold most before it, as firms
        choose; their luck was good, and is not in the periods that follow.
    confidence : float, default=0.95
        Coverage of the interval, in (0, 1).
    """
    check_choice("chosen", chosen, WAYS)
    n, periods = regions.n_regions, regions.n_periods
    launch = periods // 2
    never = regions.outcome(np.zeros((n, periods), dtype=np.bool_))
    order = regions.order()
    if chosen == "strongest":
        order = np.argsort(-never[:, :launch].sum(axis=1), kind="stable")
    treated = np.zeros((n, periods), dtype=np.bool_)
    treated[order[: n // 2], launch:] = True
    outcome = regions.outcome(treated)
    change = outcome[:, launch:].mean(axis=1) - outcome[:, :launch].mean(axis=1)
    group = treated.any(axis=1)
    found = difference_in_means(change[group], change[~group], confidence=confidence)
    return panel_result(
        f"difference-in-differences, {chosen} regions", regions, found,
        mean_over(treated, outcome - never), outcome, treated,
    )  # fmt: skip
