"""What each channel truly contributes: worlds without it, under the same luck (facts.md D7)."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import pandas as pd

from omnisim._validation import check_choice, check_count, check_probability
from omnisim.config.scenario import Scenario
from omnisim.evaluation import mean_interval
from omnisim.evaluation.contrasts import Contrast, shapley, worth
from omnisim.evaluation.precedence import Precedence
from omnisim.experiment.arm import ArmTask
from omnisim.experiment.channel_worlds import (
    METRICS,
    WAYS,
    World,
    closed_worlds,
    media_game,
    media_world,
    run_world,
)
from omnisim.experiment.shoppers import SegmentShoppers, Shoppers
from omnisim.experiment.tasks import run_addressed
from omnisim.policies import Policy
from omnisim.provenance import record
from omnisim.random import fresh_seed
from omnisim.simulation.engine import default_policy

KINDS = {
    "removed": "all channels, less all but this one",
    "alone": "this medium alone, less no medium at all",
    "Shapley": "mean of what the medium adds, over all orders of the media; sums to what all add",
}
"""Kinds of contribution; sales channels have the first only."""


@dataclass(frozen=True, repr=False)
class ChannelTruth:
    """The causal contribution of every channel, per shopper and year.

    Attributes
    ----------
    values : DataFrame
        One row a channel, way (`WAYS`), kind (`KINDS`) and metric (`METRICS`): unit, value, ci_low,
        ci_high (Student's t over paired replications).
    samples : DataFrame
        The same by replication: replication, channel, way, kind, metric, value.
    confidence : float
        Coverage of every interval.
    n_replications, n_shoppers : int
        Size of the study.
    provenance : dict
        How the result was made.

    Notes
    -----
    Interference through stock, queues and word of mouth is part of the truth: a channel is taken
    from everybody at once. Burn-in runs without it too, so this is what it contributes for good.
    """

    values: pd.DataFrame
    samples: pd.DataFrame
    confidence: float
    n_replications: int
    n_shoppers: int
    provenance: dict[str, Any]

    def __repr__(self) -> str:
        """Return the headline: Shapley values of the media in orders."""
        found = self.of("orders")
        listed = ", ".join(f"{name} {value:+.3f}" for name, value in found.items())
        return (
            f"ChannelTruth of {self.n_replications} replications of {self.n_shoppers:,} shoppers\n"
            f"orders per shopper and year: {listed}"
        )

    def of(self, metric: str, *, way: str = "off", kind: str = "Shapley") -> pd.Series:
        """Return the mean contribution by channel."""
        check_choice("metric", metric, METRICS)
        check_choice("way", way, WAYS)
        check_choice("kind", kind, KINDS)
        rows = self.values[
            (self.values["metric"] == metric)
            & (self.values["way"] == way)
            & (self.values["kind"] == kind)
        ]
        return rows.set_index("channel")["value"]

    def to_frame(self) -> pd.DataFrame:
        """Return `values` as a new frame."""
        return self.values.copy()


def channel_truth(
    scenario: Scenario,
    *,
    n_replications: int = 12,
    seed: int | None = None,
    shoppers: Shoppers | None = None,
    policy: Policy | None = None,
    confidence: float = 0.95,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> ChannelTruth:
    """Take every channel away, in turn and in every combination of media, under the same luck.

    Media are switched off, and made inert, in all combinations: 2 (2^k - 1) + 1 worlds for k media.
    Each sales channel (store, website, app) is closed by itself.

    Parameters
    ----------
    scenario : Scenario
        The firm.
    n_replications : int, default=12
        Paired replications of every world; at least 2.
    seed : int, optional
        Seed of the study; drawn and recorded if absent.
    shoppers : Shoppers, optional
        Where shoppers come from; the scenario's segments by default.
    policy : Policy, optional
        Contact policy; the scenario's own rule by default.
    confidence : float, default=0.95
        Coverage of the intervals, in (0, 1).
    folder : path, optional
        Where finished runs are kept, so that a killed study goes on.
    executor : concurrent.futures.Executor, optional
        Where runs are done; in this process by default. It changes no number.
    on_wait : callable, optional
        Called with the number of finished runs.

    Returns
    -------
    ChannelTruth

    Raises
    ------
    ParameterError
        If an argument is out of range.
    RunError
        If a run fails.
    """
    check_count("n_replications", n_replications, minimum=2)
    check_probability("confidence", confidence)
    seed = fresh_seed() if seed is None else check_count("seed", seed, minimum=0)
    shoppers = shoppers or SegmentShoppers()
    game = media_game(scenario)
    worlds = truth_worlds(scenario, game)
    tasks = [
        ArmTask(world.name, world.scenario, shoppers, policy, seed, k)
        for k in range(n_replications)
        for world in worlds
    ]
    made = record(
        scenario=scenario, seed=seed, replication=None, policy=policy or default_policy(scenario),
        shoppers=repr(shoppers),
    )  # fmt: skip
    outcomes = run_addressed(
        run_world, tasks, folder=folder, study=made, executor=executor, on_wait=on_wait
    )
    made |= {"n_replications": n_replications, "confidence": confidence}
    by_world = pd.DataFrame(
        [{"replication": t.replication, "world": t.arm} | o
         for t, o in zip(tasks, outcomes, strict=True)]
    )  # fmt: skip
    samples = contributions(by_world, scenario, game)
    return ChannelTruth(
        values=_summary(samples, confidence), samples=samples, confidence=confidence,
        n_replications=n_replications, n_shoppers=scenario.market.n_shoppers, provenance=made,
    )  # fmt: skip


def truth_worlds(scenario: Scenario, game: Precedence) -> list[World]:
    """Return every world of the study, the one with all channels first."""
    media = [media_world(scenario, game, way, c) for way in WAYS for c in reversed(game.coalitions)]
    unique = {world.name: world for world in media}
    return [*unique.values(), *(world for _, world in closed_worlds(scenario))]


def contributions(by_world: pd.DataFrame, scenario: Scenario, game: Precedence) -> pd.DataFrame:
    """Return what each channel contributes in each replication, from the metrics of each world."""
    wide = by_world.pivot(index="replication", columns="world", values=list(METRICS))
    rows = []
    for metric in METRICS:
        value = wide[metric]
        for channel, way, kind, weights in _estimands(scenario, game):
            found = sum(weight * value[name] for name, weight in weights.items())
            rows += [(k, channel, way, kind, metric, float(v)) for k, v in found.items()]
    names = ["replication", "channel", "way", "kind", "metric", "value"]
    return pd.DataFrame(rows, columns=names)


def _estimands(
    scenario: Scenario, game: Precedence
) -> Sequence[tuple[str, str, str, dict[str, float]]]:
    """Return (channel, way, kind, weight by world) of everything that is estimated."""
    found = []
    for way in WAYS:
        for k, name in enumerate(game.players):
            contrasts = {
                "removed": worth(game, k, "remove last"),
                "alone": worth(game, k, "add first"),
                "Shapley": shapley(game, k),
            }
            found += [
                (name, way, kind, _by_name(game, way, contrast))
                for kind, contrast in contrasts.items()
            ]
    found += [
        (name, "off", "removed", {"all": 1.0, world.name: -1.0})
        for name, world in closed_worlds(scenario)
    ]
    return found


def _by_name(game: Precedence, way: str, contrast: Contrast) -> dict[str, float]:
    return {("all" if c == game.all else f"{way}{c}"): weight for c, weight in contrast.items()}


def _summary(samples: pd.DataFrame, confidence: float) -> pd.DataFrame:
    keys = ["channel", "way", "kind", "metric"]
    rows = [
        (*key, METRICS[key[3]], *mean_interval(part["value"], confidence=confidence))
        for key, part in samples.groupby(keys, sort=False)
    ]
    return pd.DataFrame(rows, columns=[*keys, "unit", "value", "ci_low", "ci_high"])
