"""One run of one arm in one replication: the task from which larger studies are made."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from omnisim.config.scenario import Scenario
from omnisim.experiment.measures import account_of, measure
from omnisim.experiment.progress import Ticker, worker_ticker
from omnisim.experiment.shoppers import Shoppers
from omnisim.policies import Policy
from omnisim.simulation import SimulationResult, simulate

ArmMeasures = list[tuple[str, str, float]]
"""Rows (metric, group, value)."""


@dataclass(frozen=True)
class ArmTask:
    """What one run needs; plain data, so that it travels to any worker."""

    arm: str
    scenario: Scenario
    shoppers: Shoppers
    policy: Policy | None
    seed: int
    replication: int

    @property
    def address(self) -> str:
        """Arm and replication."""
        return f"{self.arm}-r{self.replication}"


def run_arm(task: ArmTask) -> ArmMeasures:
    """Simulate one arm and return what is measured of the whole firm, and its account."""
    run = simulate_arm(task)
    whole = [(metric, "", float(v)) for (metric, group), v in measure(run).items() if not group]
    return whole + [("account", line, value) for line, value in account_of(run).items()]


def simulate_arm(task: ArmTask) -> SimulationResult:
    """Simulate one arm; all arms of a replication meet the same shoppers and the same luck."""
    ticker = worker_ticker()
    return simulate(
        task.scenario,
        population=task.shoppers.draw(task.scenario, seed=task.seed, replication=task.replication),
        policy=task.policy,
        seed=task.seed,
        replication=task.replication,
        progress=Ticker(ticker).tick if ticker is not None else None,
    )


def tidy(tasks: Sequence[ArmTask], outcomes: Sequence[ArmMeasures]) -> pd.DataFrame:
    """Return outcomes as rows: replication, arm, metric, group, value."""
    rows = [
        (task.replication, task.arm, metric, group, value)
        for task, outcome in zip(tasks, outcomes, strict=True)
        for metric, group, value in outcome
    ]
    return pd.DataFrame(rows, columns=["replication", "arm", "metric", "group", "value"])
