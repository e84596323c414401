"""From a panel of regions to the result of an experiment."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from omnisim.evaluation.field import Estimate
from omnisim.experiment.trials.regions import Floats, Regions
from omnisim.experiment.trials.result import FieldExperiment
from omnisim.provenance import record
from omnisim.simulation.engine import default_policy


def panel_result(
    design: str,
    regions: Regions,
    estimate: Estimate,
    truth: float,
    outcome: Floats,
    treated: NDArray[np.bool_],
) -> FieldExperiment:
    """Return the result of a design on regions; totals hide nothing, so all the truth is seen."""
    region, period = np.indices(outcome.shape)
    table = pd.DataFrame({
        "region": region.ravel(), "period": period.ravel(), "treated": treated.ravel(),
        "revenue": outcome.ravel(),
    })  # fmt: skip
    scenario = regions.scenario
    made = record(
        scenario=scenario, seed=regions.seed, replication=None, policy=default_policy(scenario),
        change=repr(regions.change), n_regions=regions.n_regions, period_days=regions.period_days,
        washout_days=regions.washout_days, panel=regions.replication,
    )  # fmt: skip
    quantity = f"EUR per region and {regions.period_days - regions.washout_days} days"
    return FieldExperiment(design, quantity, estimate, truth, truth, table, made)


def mean_over(cells: NDArray[np.bool_], gap: Floats) -> float:
    """Return the mean of `gap` over chosen cells."""
    return float(gap[cells].mean()) if cells.any() else 0.0
