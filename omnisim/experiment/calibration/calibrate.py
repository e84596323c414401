"""Put what the reference scenario gives beside what was published."""

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from omnisim._validation import check_count
from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.experiment.calibration.cohort import figures_of_cohort
from omnisim.experiment.calibration.one_run import Figures, figures_of
from omnisim.experiment.calibration.studies import STUDIES
from omnisim.experiment.calibration.targets import FOLLOWS, SET_FOR, TARGETS
from omnisim.experiment.runner import run_tasks
from omnisim.provenance import record
from omnisim.random import chosen_seed
from omnisim.simulation import simulate

COHORT = "cohort"
ONE_RUN = "one run"
N_PARTS = 2 + len(STUDIES)


@dataclass(frozen=True, repr=False)
class Calibration:
    """Simulated against published figures.

    Attributes
    ----------
    figures : mapping of (str, str) to sequence of float
        Simulated values by code and name of a target, one a replication; NaN where the model has no
        such thing.
    provenance : dict
        How the figures were made.
    """

    figures: Mapping[tuple[str, str], Sequence[float]]
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return how many targets are met, and which are not."""
        codes = self.by_code()
        missed = ", ".join(codes.index[~codes["inside"]])
        told = (f"{part['inside'].sum()} of {len(part)}" for part in self.shown())
        return (
            "Calibration: {} targets inside their tolerance, {} that are no inputs, {} that follow "
            "from none\noutside: {}".format(*told, missed or "none")
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a figure: published, tolerance, simulated, inside, and what was set.

        `simulated` is the mean over replications, `se` its standard error. `precise` tells whether
        that is below a quarter of half the tolerance, as the fact base asks.
        """
        rows = []
        for target in TARGETS:
            values = np.asarray(self.figures.get((target.code, target.name), [math.nan]))
            value, n = float(values.mean()), len(values)
            error = float(values.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan
            rows.append(
                {
                    "target": target.code,
                    "figure": target.name,
                    "published": target.published,
                    "low": target.low,
                    "high": target.high,
                    "simulated": value,
                    "se": error,
                    "precise": error <= (target.high - target.low) / 8,
                    "inside": target.low <= value <= target.high,
                    "input": target.is_input,
                    "follows": FOLLOWS.get(target.code, ""),
                    "set_for": SET_FOR.get(target.code, ""),
                    "source": target.source,
                }
            )
        return pd.DataFrame(rows)

    def by_code(self) -> pd.DataFrame:
        """Return by code whether all figures of a target are inside, inputs, or follow from them.

        Returns
        -------
        DataFrame
            Columns inside, input, follows (bool).
        """
        table = self.to_frame().assign(follows=lambda frame: frame["follows"] != "")
        return table.groupby("target", sort=False)[["inside", "input", "follows"]].all()

    def shown(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Return the rows of `by_code`: all, those that are no inputs, and those free of inputs."""
        codes = self.by_code()
        own = codes[~codes["input"]]
        return codes, own, own[~own["follows"]]


@dataclass(frozen=True)
class Part:
    """One part of the work: plain data, so that it travels to any worker."""

    name: str
    scenario: Scenario
    seed: int
    replication: int
    n_customers: int


def calibrate(
    scenario: Scenario | None = None,
    *,
    seed: int | None = None,
    n_customers: int = 20_000,
    n_replications: int = 4,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> Calibration:
    """Simulate the siloed firm and hold its figures against the published ones.

    Parameters
    ----------
    scenario : Scenario, optional
        The reference scenario by default; its capabilities are set to siloed.
    seed : int, optional
        Seed of the study; drawn and recorded if absent.
    n_customers : int, default=20_000
        New customers in the limit of BG/NBD; at least 100.
    n_replications : int, default=4
        Replications of every figure, at least 1; with one there is no standard error.
    executor : concurrent.futures.Executor, optional
        Where the parts run; in this process by default. It changes no number.
    on_wait : callable, optional
        Called with the number of finished parts.

    Returns
    -------
    Calibration
    """
    seed = chosen_seed(seed)
    check_count("n_customers", n_customers, minimum=100)
    check_count("n_replications", n_replications, minimum=1)
    siloed = (scenario or Scenario()).replace({"capabilities": Capabilities.siloed()})
    names = [ONE_RUN, COHORT, *(study.__name__ for study in STUDIES)]
    parts = [
        Part(name, siloed, seed, k, n_customers) for k in range(n_replications) for name in names
    ]
    found: dict[tuple[str, str], list[float]] = {}
    for figures in run_tasks(run_part, parts, executor=executor, on_wait=on_wait):
        for key, value in figures.items():
            found.setdefault(key, []).append(value)
    made = record(
        scenario=siloed, seed=seed, replication=None, policy=None, n_customers=n_customers,
        n_replications=n_replications,
    )  # fmt: skip
    return Calibration(found, made)


def run_part(part: Part) -> Figures:
    """Return the figures of one part of the work."""
    seed, k = part.seed, part.replication
    if part.name == ONE_RUN:
        return figures_of(simulate(part.scenario, seed=seed, replication=k, decisions="off"))
    if part.name == COHORT:
        return figures_of_cohort(
            part.scenario, n_customers=part.n_customers, seed=seed, replication=k
        )
    study = next(study for study in STUDIES if study.__name__ == part.name)
    return study(part.scenario, seed=seed, replication=k)
