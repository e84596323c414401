"""What it is worth to see more: the same contact policy at each tracking level (facts.md D7.8)."""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import pandas as pd

from omnisim._validation import check_nonnegative
from omnisim.config.scenario import Scenario
from omnisim.evaluation import mean_interval
from omnisim.experiment.arm import ArmTask, run_arm, tidy
from omnisim.experiment.basis import study_basis
from omnisim.experiment.shoppers import Shoppers
from omnisim.experiment.tasks import run_addressed
from omnisim.policies import Policy
from omnisim.policies.blindfold import Blindfold
from omnisim.provenance import record
from omnisim.simulation.engine import default_policy
from omnisim.simulation.firm.capability_costs import n_payments

LEVELS = ("TL0", "TL1", "TL2")
IDENTIFIES = ("single_customer_view", "offline_capture")
"""Capabilities that TL2 is made of; what they cost is the cost of tracking at TL2."""

UNSEEN = ("card_shown", "match_recall", "false_merge")
"""Primitives that TL1 sets to zero: no store purchase is identified, no record is joined."""


@dataclass(frozen=True, repr=False)
class MeasurementValue:
    """Profit of one contact policy that sees more and more.

    Attributes
    ----------
    levels : DataFrame
        level, contribution, tracking_cost, profit: EUR per shopper and year. Contribution is before
        the cost of capabilities, the same in all levels but for what is tracked.
    steps : DataFrame
        step ("TL1 - TL0", "TL2 - TL1", "TL2 - TL0"), gross, ci_low, ci_high, cost, net, net_low,
        net_high: EUR per shopper and year.
    samples : DataFrame
        replication, level, contribution.
    confidence : float
        Coverage of every interval.
    provenance : mapping
        How the result was made.
    """

    levels: pd.DataFrame
    steps: pd.DataFrame
    samples: pd.DataFrame
    confidence: float
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the value of seeing all."""
        row = self.steps.iloc[-1]
        return (
            f"MeasurementValue of {row['step']}: {row['gross']:+.3f} EUR per shopper and year "
            f"({row['ci_low']:+.3f} to {row['ci_high']:+.3f}), {row['net']:+.3f} net of tracking"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return `steps` as a new frame."""
        return self.steps.copy()


def measurement_value(
    scenario: Scenario,
    *,
    digital_cost: float = 100_000.0,
    n_replications: int = 12,
    seed: int | None = None,
    shoppers: Shoppers | None = None,
    policy: Policy | None = None,
    confidence: float = 0.95,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> MeasurementValue:
    """Run one firm whose contact policy may see what each tracking level holds.

    TL2: the records of the scenario, from online orders and store purchases with the card shown,
    joined as far as its single customer view goes. TL1: digital only; no store purchase is
    identified and no records are joined (`UNSEEN` at 0). TL0: totals only; the policy decides as if
    every record were empty (`omnisim.policies.blindfold`). Loyalty points are off at every level,
    since they would vanish with identification in the store and be mistaken for its value. All
    else, the cost and accuracy of stock records included, is the same. What capabilities do with
    identified and joined records goes with these: answers to a price on the phone (K13) and what
    staff write (K11) fall silent below TL2, so that the step to it holds their worth, too. The
    policy is one rule at every level, not the best for what it sees.

    Parameters
    ----------
    scenario : Scenario
        The firm, with the capabilities that it has.
    digital_cost : float, default=100000
        What tracking at TL1 costs the whole firm more than TL0, EUR a year. Assumption: a suite for
        analytics and one analyst. TL2 costs in addition what the single customer view and offline
        capture of the scenario do, investments written off.
    n_replications, seed, shoppers, policy, confidence, folder, executor, on_wait
        As in `capability_values`.

    Raises
    ------
    ParameterError
        If an argument is out of range.
    RunError
        If a run fails.
    """
    seed, shoppers = study_basis(seed, shoppers, n_replications, confidence)
    check_nonnegative("digital_cost", digital_cost)
    decides = policy or default_policy(scenario)
    arms = {level: firm_at(scenario, level, decides) for level in LEVELS}
    tasks = [
        ArmTask(level, firm, shoppers, sees, seed, k)
        for k in range(n_replications)
        for level, (firm, sees) in arms.items()
    ]
    made = record(
        scenario=scenario, seed=seed, replication=None, policy=decides, shoppers=repr(shoppers)
    )
    outcomes = run_addressed(
        run_arm, tasks, folder=folder, study=made, executor=executor, on_wait=on_wait
    )
    made |= {
        "n_replications": n_replications, "confidence": confidence, "digital_cost": digital_cost,
    }  # fmt: skip
    rows = tidy(tasks, outcomes)
    kept = rows[(rows["metric"] == "contribution") & (rows["group"] == "")]
    samples = kept[["replication", "arm", "value"]].reset_index(drop=True)
    samples.columns = pd.Index(["replication", "level", "contribution"])
    return _summarise(samples, tracking_costs(scenario, digital_cost), confidence, made)


def firm_at(scenario: Scenario, level: str, policy: Policy) -> tuple[Scenario, Policy]:
    """Return the firm and its policy at a tracking level."""
    changes: dict[str, Any] = {"costs.points_share": 0.0}
    if level != "TL2":
        changes |= {f"primitives.{name}": (0.0, 0.0, 0.0) for name in UNSEEN}
    return scenario.replace(changes), Blindfold(policy) if level == "TL0" else policy


def tracking_costs(scenario: Scenario, digital_cost: float) -> dict[str, float]:
    """Return what tracking costs at each level, in EUR per shopper and year."""
    whole = 0.0
    for name in IDENTIFIES:
        level = getattr(scenario.capabilities, name)
        once = getattr(scenario.investments, name)[level] / scenario.costs.write_off_years
        yearly = getattr(scenario.capability_costs, name)[level] + once
        whole += yearly * n_payments(scenario, name)
    n = scenario.market.shoppers_per_region * scenario.market.n_regions
    return {"TL0": 0.0, "TL1": digital_cost / n, "TL2": (digital_cost + whole) / n}


def _summarise(
    samples: pd.DataFrame, cost: Mapping[str, float], confidence: float, made: Mapping[str, Any]
) -> MeasurementValue:
    wide = samples.pivot(index="replication", columns="level", values="contribution")
    levels = pd.DataFrame(
        [(level, wide[level].mean(), cost[level], wide[level].mean() - cost[level])
         for level in LEVELS],
        columns=["level", "contribution", "tracking_cost", "profit"],
    )  # fmt: skip
    steps = []
    for low, high in (("TL0", "TL1"), ("TL1", "TL2"), ("TL0", "TL2")):
        mean = mean_interval(wide[high] - wide[low], confidence=confidence)
        more = cost[high] - cost[low]
        steps.append((f"{high} - {low}", *mean, more, *(value - more for value in mean)))
    columns = ["step", "gross", "ci_low", "ci_high", "cost", "net", "net_low", "net_high"]
    return MeasurementValue(levels, pd.DataFrame(steps, columns=columns), samples, confidence, made)
