"""A stepped wedge over the stores of one world, and how much of its effect spills over."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from omnisim.evaluation.staggered import comparable, staggered_effect
from omnisim.experiment.trials.panel import mean_over
from omnisim.experiment.trials.regions import Floats, Ints
from omnisim.experiment.trials.result import FieldExperiment
from omnisim.experiment.trials.stepped_wedge import starts
from omnisim.experiment.trials.stores import Cells, Stores
from omnisim.provenance import record
from omnisim.simulation.engine import default_policy


@dataclass(frozen=True, repr=False)
class StoreWedge(FieldExperiment):
    """A stepped wedge over stores, with what is true of stores that share a world.

    `truth` is the global effect, all stores treated against none, on all that the shoppers of a
    store spend with the firm; `truth_seen` is that on its tills.

    Attributes
    ----------
    on_treated : float
        True effect of the trial as it was on the tills of the stores treated: only some are.
    on_waiting : float
        The same on the tills of the stores that still wait; 0 if nothing spills over.
    """

    on_treated: float = 0.0
    on_waiting: float = 0.0

    @property
    def spill_over(self) -> float:
        """The effect on treated stores less the global one: what others' treatment takes away."""
        return self.on_treated - self.truth_seen

    def to_frame(self) -> pd.DataFrame:
        """Return the row of a field experiment, with on_treated, on_waiting and spill_over."""
        return (
            super()
            .to_frame()
            .assign(
                on_treated=self.on_treated, on_waiting=self.on_waiting, spill_over=self.spill_over
            )
        )


def store_wedge(stores: Stores, *, confidence: float = 0.95) -> StoreWedge:
    """Treat the stores of one world in steps, and estimate the effect from totals of their tills.

    As `stepped_wedge`, but the stores that wait, with which the treated ones are compared, share
    a world with them: their shoppers know each other, goods come from one warehouse, and all can
    buy online. The estimate is then of the effect on the treated less that on those who wait; what
    a firm wants to know is the effect of treating all stores [1]_. That is found by simulation:
    for each step, a world in which all stores start with it, over the same cells.

    Parameters
    ----------
    stores : Stores
        The panel; at least 3 periods, and enough stores and periods for 20 orders (at 95 %).
    confidence : float, default=0.95
        Coverage of the interval where nothing spills over, in (0, 1).

    References
    ----------
    .. [1] Hudgens and Halloran (2008). Toward causal inference with interference. Journal of the
       American Statistical Association 103(482), 832-842. doi:10.1198/016214508000000292
    """
    start = starts(stores.order(), stores.n_periods)
    treated = np.arange(stores.n_periods)[None, :] >= start[:, None]
    tills, _ = stores.outcome(start)
    never_tills, never = stores.outcome(np.full_like(start, stores.n_periods))
    all_tills, everything = _everywhere(stores, start)
    cells = comparable(treated)
    waiting = ~treated & treated.any(axis=0)
    return StoreWedge(
        "stepped wedge over stores",
        f"EUR per store and {stores.period_days} days",
        staggered_effect(tills, treated, draws=stores.draws, confidence=confidence),
        mean_over(cells, everything - never),
        mean_over(cells, all_tills - never_tills),
        _table(tills, treated),
        record(
            scenario=stores.scenario, seed=stores.seed, replication=stores.world,
            policy=default_policy(stores.scenario), change=repr(stores.change),
            period_days=stores.period_days, panel=stores.replication,
        ),
        on_treated=mean_over(cells, tills - never_tills),
        on_waiting=mean_over(waiting, tills - never_tills),
    )  # fmt: skip


def _everywhere(stores: Stores, start: Ints) -> tuple[Floats, Floats]:
    """Return what each store would sell if all had started with it: as long, but everywhere."""
    tills, everything = (np.zeros((stores.n_stores, stores.n_periods)) for _ in range(2))
    for step in np.unique(start).tolist():
        rows = start == step
        in_tills, in_all = stores.outcome(np.full_like(start, step))
        tills[rows], everything[rows] = in_tills[rows], in_all[rows]
    return tills, everything


def _table(tills: Floats, treated: Cells) -> pd.DataFrame:
    store, period = np.indices(tills.shape)
    return pd.DataFrame({
        "store": store.ravel(), "period": period.ravel(), "treated": treated.ravel(),
        "revenue": tills.ravel(),
    })  # fmt: skip
