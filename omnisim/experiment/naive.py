"""Naive comparisons: what a firm reports of groups that chose themselves, beside what is true."""

import dataclasses
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from omnisim._validation import check_count, check_probability
from omnisim.config.scenario import Scenario
from omnisim.evaluation import mean_interval
from omnisim.experiment.attributed import LEVELS, observed_log
from omnisim.experiment.runner import run_tasks
from omnisim.experiment.shoppers import SegmentShoppers, Shoppers
from omnisim.policies import Policy
from omnisim.population import Population
from omnisim.provenance import record
from omnisim.random import fresh_seed
from omnisim.schema import Channel, Event
from omnisim.simulation import SimulationResult, simulate
from omnisim.simulation.engine import default_policy

Groups = NDArray[np.bool_]

COMPARISONS = {
    "loyalty members": "buyers known by a card, against other known visitors",
    "app adopters": "visitors seen in the app, against other known visitors",
    "e-mail openers": "those who open, against others who are written to",
    "exposed to display": "visitors seen with an impression, against other known visitors",
}
"""Groups that firms compare, as they see them."""


@dataclass(frozen=True, repr=False)
class NaiveAudit:
    """What the firm would report, and the causal effect on the same group.

    Attributes
    ----------
    values : DataFrame
        One row a comparison and level: naive, naive_low, naive_high (mean revenue of the group less
        that of the others, as seen), ratio (of the two means), truth, truth_low, truth_high (mean
        effect on the members of the group of what makes them members); EUR per person and year.
    samples : DataFrame
        The same by replication.
    confidence : float
        Coverage of the intervals over replications.
    provenance : dict
        How the result was made.
    """

    values: pd.DataFrame
    samples: pd.DataFrame
    confidence: float
    provenance: dict[str, Any]

    def __repr__(self) -> str:
        """Return the comparison that is farthest from the truth."""
        gap = (self.values["naive"] - self.values["truth"]).abs()
        if gap.isna().all():
            return "NaiveAudit without any group to compare"
        row = self.values.loc[gap.idxmax()]
        return (
            f"NaiveAudit of {len(self.values)} comparisons, EUR per person and year\n"
            f"worst: {row['comparison']} at {row['level']}, naive {row['naive']:+.2f}, "
            f"truth {row['truth']:+.2f}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return `values` as a new frame."""
        return self.values.copy()


@dataclass(frozen=True)
class NaiveTask:
    """One replication: the firm as it is, and the worlds without what makes each group."""

    scenario: Scenario
    shoppers: Shoppers
    policy: Policy | None
    seed: int
    replication: int


def naive_comparisons(
    scenario: Scenario,
    *,
    n_replications: int = 12,
    seed: int | None = None,
    shoppers: Shoppers | None = None,
    policy: Policy | None = None,
    confidence: float = 0.95,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> NaiveAudit:
    """Compare groups as firms do, at each tracking level, and find the causal effect beside it.

    The truth is an intervention under the same luck: the members' cards are taken away, adopters
    lose the app, e-mail or display is made inert. It is the mean change in all that the group's
    members spend, seen or not.

    Parameters
    ----------
    scenario : Scenario
        The firm.
    n_replications : int, default=12
        At least 2.
    seed : int, optional
        Seed of the study; drawn and recorded if absent.
    shoppers : Shoppers, optional
        Where shoppers come from; the scenario's segments by default.
    policy : Policy, optional
        Contact policy; the scenario's own rule by default.
    confidence : float, default=0.95
        Coverage of the intervals, in (0, 1).
    executor : concurrent.futures.Executor, optional
        Where replications run; in this process by default. It changes no number.
    on_wait : callable, optional
        Called with the number of finished replications.
    """
    check_count("n_replications", n_replications, minimum=2)
    check_probability("confidence", confidence)
    seed = fresh_seed() if seed is None else check_count("seed", seed, minimum=0)
    shoppers = shoppers or SegmentShoppers()
    tasks = [NaiveTask(scenario, shoppers, policy, seed, k) for k in range(n_replications)]
    found = run_tasks(compare_groups, tasks, executor=executor, on_wait=on_wait)
    samples = pd.concat(
        [frame.assign(replication=k) for k, frame in enumerate(found)], ignore_index=True
    )
    made = record(
        scenario=scenario, seed=seed, replication=None, policy=policy or default_policy(scenario),
        shoppers=repr(shoppers), n_replications=n_replications, confidence=confidence,
    )  # fmt: skip
    return NaiveAudit(_summary(samples, confidence), samples, confidence, made)


def compare_groups(task: NaiveTask) -> pd.DataFrame:
    """Return naive difference, ratio and truth of every comparison in one replication."""
    people = task.shoppers.draw(task.scenario, seed=task.seed, replication=task.replication)

    def lived(scenario: Scenario, who: Population) -> SimulationResult:
        return simulate(
            scenario, population=who, policy=task.policy, seed=task.seed,
            replication=task.replication,
        )  # fmt: skip

    run = lived(task.scenario, people)
    nobody = np.zeros(len(people), dtype=np.uint8)
    without = {
        "loyalty members": lived(task.scenario, dataclasses.replace(people, has_card=nobody)),
        "app adopters": lived(task.scenario, dataclasses.replace(people, has_app=nobody)),
        "e-mail openers": lived(_inert(task.scenario, "email"), people),
        "exposed to display": lived(_inert(task.scenario, "display"), people),
    }
    spent, years = revenue_by_shopper(run), run.shopper_years / len(people)
    truth = {
        name: float((spent - revenue_by_shopper(world))[members].mean()) / years
        for name, world in without.items()
        if (members := members_of(run, name)).any()
    }
    rows = [
        (name, level, naive / years, ratio, truth.get(name, float("nan")))
        for level in LEVELS
        for name, (naive, ratio) in naive_differences(run, level).items()
    ]
    return pd.DataFrame(rows, columns=["comparison", "level", "naive", "ratio", "truth"])


def members_of(run: SimulationResult, comparison: str) -> Groups:
    """Return who truly belongs to a group, by shopper."""
    if comparison == "loyalty members":
        return run.population.has_card.astype(np.bool_)
    if comparison == "app adopters":
        return run.population.has_app.astype(np.bool_)
    email = comparison == "e-mail openers"
    channel, event = (Channel.EMAIL, Event.OPEN) if email else (Channel.DISPLAY, Event.IMPRESSION)
    log = run.counted_events
    rows = (log["channel"].to_numpy() == channel) & (log["event"].to_numpy() == event)
    members = np.zeros(len(run.population), dtype=np.bool_)
    members[log["shopper"].to_numpy()[rows]] = True
    return members


def revenue_by_shopper(run: SimulationResult) -> NDArray[np.float64]:
    """Return what each shopper paid to the firm, EUR over the counted days."""
    orders = run.orders
    return np.bincount(
        orders["shopper"].to_numpy(), weights=orders["value"].to_numpy(),
        minlength=len(run.population),
    ).astype(np.float64)  # fmt: skip


def naive_differences(run: SimulationResult, level: str) -> dict[str, tuple[float, float]]:
    """Return (difference, ratio) of mean revenue between each group and the others, as seen.

    A comparison that cannot be made at the level, for lack of one of the groups, is left out. Cards
    are seen in the store only, and so not at TL1.
    """
    log = observed_log(run, level)
    frame = log.select(["visitor", "channel", "event", "value"]).to_pandas()
    frame = frame[frame["visitor"] >= 0]
    sold = frame["event"] == Event.PURCHASE
    revenue = frame["value"].where(sold, 0.0).groupby(frame["visitor"]).sum()

    def who(rows: pd.Series) -> pd.Index:
        return pd.Index(frame.loc[rows, "visitor"].unique())

    channel, event = frame["channel"], frame["event"]
    mailed = who((channel == Channel.EMAIL) & (event == Event.MESSAGE))
    groups = {
        "loyalty members": (who(sold & (channel == Channel.STORE)), revenue.index),
        "app adopters": (who(channel == Channel.APP), revenue.index),
        "e-mail openers": (who((channel == Channel.EMAIL) & (event == Event.OPEN)), mailed),
        "exposed to display": (
            who((channel == Channel.DISPLAY) & (event == Event.IMPRESSION)), revenue.index,
        ),
    }  # fmt: skip
    found = {}
    for name, (members, base) in groups.items():
        others = base.difference(members)
        if len(members) and len(others):
            inside, outside = float(revenue[members].mean()), float(revenue[others].mean())
            found[name] = (inside - outside, inside / outside if outside else float("inf"))
    return found


def _inert(scenario: Scenario, medium: str) -> Scenario:
    return scenario.replace({"exposures.inert": (*scenario.exposures.inert, medium)})


def _summary(samples: pd.DataFrame, confidence: float) -> pd.DataFrame:
    rows = []
    for key, part in samples.groupby(["comparison", "level"], sort=False):
        naive = mean_interval(part["naive"], confidence=confidence)
        truth = mean_interval(part["truth"], confidence=confidence)
        rows.append((*key, *naive, float(part["ratio"].mean()), *truth))
    columns = ["comparison", "level", "naive", "naive_low", "naive_high", "ratio", "truth",
               "truth_low", "truth_high"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
