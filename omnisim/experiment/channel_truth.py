"""What each channel truly contributes: worlds without it, under the same luck (facts.md D7)."""

import os
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import pandas as pd

from omnisim._validation import check_choice
from omnisim.config.scenario import Scenario
from omnisim.evaluation.precedence import Precedence
from omnisim.experiment.arm import ArmTask
from omnisim.experiment.basis import study_basis
from omnisim.experiment.channel_sums import (
    Orderings,
    contributions,
    summarise_channels,
    truth_worlds,
)
from omnisim.experiment.channel_worlds import METRICS, PLAYERS, WAYS, channel_game, run_world
from omnisim.experiment.shoppers import Shoppers
from omnisim.experiment.tasks import run_addressed
from omnisim.policies import Policy
from omnisim.provenance import record
from omnisim.random import Draws
from omnisim.simulation.engine import default_policy

KINDS = {
    "removed": "all channels, less all but this one",
    "alone": "this one alone, less none of the players at all",
    "Shapley": "mean of what it adds, over all orders of the players; sums to what all add",
}
"""Kinds of contribution; channels that are no players have the first only."""


MOST_EXACT = 64
"""Combinations of players that all run by default; of more, some are sampled."""

SAMPLED = 32
"""Orderings sampled then."""


@dataclass(frozen=True, repr=False)
class ChannelTruth:
    """The causal contribution of every channel, per shopper and year.

    Attributes
    ----------
    values : DataFrame
        One row a channel, way (`WAYS`), kind (`KINDS`) and metric (`METRICS`): unit, value, ci_low,
        ci_high (Student's t over paired replications), se_orderings (standard error of the sample
        of orderings, which the interval holds too; NaN where nothing was sampled).
    samples : DataFrame
        The same by replication: replication, channel, way, kind, metric, value.
    confidence : float
        Coverage of every interval.
    n_replications, n_shoppers : int
        Size of the study.
    n_orderings : int
        Orderings that were sampled for the Shapley values; 0 if they are exact.
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
    n_orderings: int = 0

    def __repr__(self) -> str:
        """Return the headline: Shapley values of the media in orders."""
        found = self.of("orders")
        listed = ", ".join(f"{name} {value:+.3f}" for name, value in found.items())
        return (
            f"ChannelTruth of {self.n_replications} replications of {self.n_shoppers:,} shoppers\n"
            f"orders per shopper and year: {listed}"
        )

    def of(
        self, metric: str, *, way: str = "off", kind: str = "Shapley", without: int | None = None
    ) -> pd.Series:
        """Return the mean contribution by channel; over all replications but one if told so."""
        check_choice("metric", metric, METRICS)
        check_choice("way", way, WAYS)
        check_choice("kind", kind, KINDS)
        rows = self.values
        if without is not None:
            rows = self.samples[self.samples["replication"] != without]
        rows = rows[(rows["metric"] == metric) & (rows["way"] == way) & (rows["kind"] == kind)]
        return rows.groupby("channel", sort=False)["value"].mean()

    def to_frame(self) -> pd.DataFrame:
        """Return `values` as a new frame."""
        return self.values.copy()


def channel_truth(
    scenario: Scenario,
    *,
    players: str = "media",
    n_orderings: int | None = None,
    n_replications: int = 12,
    seed: int | None = None,
    shoppers: Shoppers | None = None,
    policy: Policy | None = None,
    confidence: float = 0.95,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> ChannelTruth:
    """Take every channel away, in turn and in combinations, under the same luck.

    Players are switched off, and made inert, in all combinations: 2 (2^k - 1) + 1 worlds for k
    players; of more than six, along sampled orderings. A sales channel (store, website, app) that
    is no player is closed, and made inert, by itself.

    Parameters
    ----------
    scenario : Scenario
        The firm.
    players : {"media", "channels", "touchpoints"}, default="media"
        Whether sales channels, or the touchpoints that inform or help (contact centre, chatbot,
        screens, readers, reviews), divide what all add with the media. Without any sales channel
        the firm sells nothing and costs nothing.
    n_orderings : int, optional
        Orderings to sample for the Shapley values, with replacement [1]_; 0 runs all combinations,
        so that the values are exact. By default they are up to 64 combinations, and of more
        players 32 orderings are sampled; `truth_size` says how many runs that takes.
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

    References
    ----------
    .. [1] Castro, Gomez and Tejada (2009). Polynomial calculation of the Shapley value based on
       sampling. Computers & Operations Research 36(5), 1726-1730. doi:10.1016/j.cor.2008.04.004
    """
    check_choice("players", players, PLAYERS)
    seed, shoppers = study_basis(seed, shoppers, n_replications, confidence)
    game = channel_game(scenario, players, policy=policy)
    orderings = orderings_of(game, n_orderings, seed)
    worlds = truth_worlds(scenario, game, orderings)
    tasks = [
        ArmTask(world.name, world.scenario, shoppers, policy, seed, k)
        for k in range(n_replications)
        for world in worlds
    ]
    made = record(
        scenario=scenario, seed=seed, replication=None, policy=policy or default_policy(scenario),
        shoppers=repr(shoppers), players=list(game.players),
    )  # fmt: skip
    outcomes = run_addressed(
        run_world, tasks, folder=folder, study=made, executor=executor, on_wait=on_wait
    )
    n_sampled = 0 if orderings is None else len(orderings)
    made |= {"n_replications": n_replications, "confidence": confidence, "n_orderings": n_sampled}
    by_world = pd.DataFrame(
        [{"replication": t.replication, "world": t.arm} | o
         for t, o in zip(tasks, outcomes, strict=True)]
    )  # fmt: skip
    samples = contributions(by_world, scenario, game, orderings)
    return ChannelTruth(
        values=summarise_channels(samples, by_world, scenario, game, orderings, confidence),
        samples=samples, confidence=confidence, n_replications=n_replications,
        n_shoppers=scenario.market.n_shoppers, provenance=made,
        n_orderings=n_sampled,
    )  # fmt: skip


def truth_size(
    scenario: Scenario, *, players: str = "media", n_orderings: int | None = None, seed: int = 0
) -> int:
    """Return how many worlds `channel_truth` would run in each replication."""
    game = channel_game(scenario, players)
    return len(truth_worlds(scenario, game, orderings_of(game, n_orderings, seed)))


def orderings_of(game: Precedence, n: int | None, seed: int) -> Orderings:
    """Return `n` sampled orderings, None for all combinations; by default as many as pays."""
    if n is None:
        n = SAMPLED if len(game.coalitions) > MOST_EXACT else 0
    return game.sample_orderings(n, draws=Draws(seed)) if n != 0 else None
