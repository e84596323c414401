"""The runs of a league: logged ones under the behavior policy, and judged ones."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from omnisim.config.scenario import Scenario
from omnisim.experiment.progress import Ticker, worker_ticker
from omnisim.experiment.rewards import DecisionRewards, decision_rewards
from omnisim.experiment.shoppers import Shoppers
from omnisim.policies import Policy
from omnisim.schema import Event
from omnisim.simulation import SimulationResult, simulate

UNITS = {
    "profit": "EUR per shopper and year",
    "contacts": "messages per shopper and year",
    "opt_outs": "per shopper and year",
    "subscribed": "share of shoppers and media at the end",
    "fatigue": "recent messages at the end, older ones less",
    "engagement": "mean at the end",
    "reward": "EUR per decision, true margin after the cost of the action",
    "filed": "EUR per decision, margin filed under the record after the cost of the action",
}
"""What is measured of a judged run, and its unit."""


@dataclass(frozen=True)
class LeagueTask:
    """One run: plain data, so that it travels to any worker."""

    world: str
    name: str
    scenario: Scenario
    policy: Policy
    shoppers: Shoppers
    seed: int
    replication: int
    window_days: float

    @property
    def address(self) -> str:
        """World, policy and replication."""
        return f"{self.world}-{self.name}-r{self.replication}"


def run_logged(task: LeagueTask) -> DecisionRewards:
    """Simulate the behavior policy and join its decisions with the margin that the firm files."""
    return decision_rewards(simulate_task(task, "features"), window_days=task.window_days)


def run_judged(task: LeagueTask) -> dict[str, float]:
    """Simulate a policy that learns no more, and measure what it brought."""
    run = simulate_task(task, "log")
    return measure_policy(run, task.window_days)


def run_profit(task: LeagueTask) -> float:
    """Simulate a policy that learns no more, and return its profit per shopper and year."""
    return simulate_task(task, "off").profit_per_shopper_year


def measure_policy(run: SimulationResult, window_days: float) -> dict[str, float]:
    """Return the measures named in `UNITS`."""
    years = run.shopper_years
    counts = np.bincount(run.counted_events["event"].to_numpy(), minlength=len(Event)) / years
    found: dict[str, Any] = {
        "profit": run.profit_per_shopper_year,
        "contacts": counts[Event.MESSAGE],
        "opt_outs": counts[Event.UNSUBSCRIBE],
    }
    for name, margin in (("reward", "true"), ("filed", "filed")):
        rewards = decision_rewards(run, window_days=window_days, margin=margin)
        found[name] = rewards.net_reward.mean()
    found |= {name: run.final[name].mean() for name in ("subscribed", "fatigue", "engagement")}
    return {name: float(found[name]) for name in UNITS}


def simulate_task(task: LeagueTask, decisions: str) -> SimulationResult:
    """Simulate a copy of the policy; equal replications meet the same shoppers and luck."""
    ticker = worker_ticker()
    shoppers = task.shoppers.draw(task.scenario, seed=task.seed, replication=task.replication)
    return simulate(
        task.scenario, population=shoppers, policy=task.policy.copy(), seed=task.seed,
        replication=task.replication, decisions=decisions,
        progress=Ticker(ticker).tick if ticker is not None else None,
    )  # fmt: skip
