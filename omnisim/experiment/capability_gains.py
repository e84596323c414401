"""Tell reallocation from creation for each capability (facts.md D7.7)."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from omnisim._validation import check_choice
from omnisim.config.scenario import Scenario
from omnisim.evaluation import Precedence
from omnisim.evaluation.contrasts import worth
from omnisim.exceptions import ParameterError
from omnisim.experiment.arm import ArmTask, simulate_arm
from omnisim.experiment.basis import study_basis
from omnisim.experiment.capability_values import capability_game, coalition_scenario
from omnisim.experiment.capability_worth import ALONE
from omnisim.experiment.intervals import mean_by
from omnisim.experiment.shoppers import Shoppers
from omnisim.experiment.split import MARGIN_SOURCES, MOVED, SOURCES, split_gain
from omnisim.experiment.tasks import run_addressed
from omnisim.policies import Policy
from omnisim.provenance import record
from omnisim.simulation.engine import default_policy

ALL = "all"
"""The row of all capabilities together."""

SUM = "sum"
"""The row of all sources together."""

MEASURES = {"revenue": (*SOURCES, MOVED), "profit": tuple(MARGIN_SOURCES)}
"""By what is split, the sources; `MOVED` is none of the sum."""


@dataclass(frozen=True, repr=False)
class CapabilityGains:
    """Where the revenue and the profit that each capability brings come from.

    Attributes
    ----------
    gains : DataFrame
        capability ("all" for all together), kind ("add first" or "remove last"), measure
        ("revenue" or "profit"), source, difference, ci_low, ci_high (EUR per shopper and year).
        Sources are those of `omnisim.experiment.split`: `SOURCES` of revenue, `MARGIN_SOURCES` of
        profit; "sum" is theirs, and "revenue that changed own channel" is no gain.
    samples : DataFrame
        replication, capability, kind, measure, source, difference.
    confidence : float
        Coverage of every interval.
    provenance : mapping
        How the result was made.
    """

    gains: pd.DataFrame
    samples: pd.DataFrame
    confidence: float
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return what was split."""
        n = self.samples["replication"].nunique()
        names = self.gains["capability"].unique()
        return f"CapabilityGains of {len(names) - 1} capabilities, {n} replications"

    def to_frame(self) -> pd.DataFrame:
        """Return `gains` as a new frame."""
        return self.gains.copy()

    def of(
        self, capability: str, kind: str = "add first", measure: str = "revenue"
    ) -> pd.DataFrame:
        """Return the rows of one capability, kind and measure."""
        wanted = {"capability": capability, "kind": kind, "measure": measure}
        kept = (self.gains[list(wanted)] == pd.Series(wanted)).all(axis=1)
        return self.gains[kept].reset_index(drop=True)


@dataclass(frozen=True)
class GainTask:
    """A pair of coalitions in one replication."""

    capability: str
    kind: str
    before: ArmTask
    after: ArmTask

    @property
    def address(self) -> str:
        """Capability, kind and replication."""
        return f"{self.capability}-{self.kind.replace(' ', '_')}-r{self.before.replication}"


def run_gain(task: GainTask) -> dict[str, dict[str, float]]:
    """Simulate both coalitions and return the differences in revenue and profit by source."""
    found = split_gain(simulate_arm(task.before), simulate_arm(task.after))
    return {
        measure: {source: float(found.loc[source, measure]) for source in sources}
        for measure, sources in MEASURES.items()
    }


def capability_gains(
    baseline: Scenario,
    variant: Scenario,
    *,
    kinds: Sequence[str] = ("add first", "remove last"),
    n_replications: int = 12,
    seed: int | None = None,
    shoppers: Shoppers | None = None,
    policy: Policy | None = None,
    confidence: float = 0.95,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> CapabilityGains:
    """Follow every need through the firm without and with each capability.

    Parameters
    ----------
    baseline, variant : Scenario
        Two firms that differ in capabilities only, as in `capability_values`.
    kinds : sequence of str
        One or more pairs of coalitions: "add first", "add with needs", "remove last" or "remove
        with dependents" (`omnisim.evaluation.contrasts.worth`).
    n_replications, seed, shoppers, policy, confidence, folder, executor, on_wait
        As in `capability_values`; each (capability, kind, replication) is a task of two runs.

    Raises
    ------
    ParameterError
        If the firms differ in something else, or an argument is out of range.
    RunError
        If a run fails.
    """
    seed, shoppers = study_basis(seed, shoppers, n_replications, confidence)
    kinds = _checked(kinds)
    game = capability_game(baseline, variant)
    arms = {
        (name, kind, sign): coalition_scenario(baseline, variant, game.members(coalition))
        for name, kind, pair in _pairs(game, kinds)
        for coalition, sign in pair.items()
    }
    tasks = [
        GainTask(name, kind, *(
            ArmTask(f"{name}{sign:+.0f}", arms[name, kind, sign], shoppers, policy, seed, k)
            for sign in (-1.0, 1.0)
        ))
        for k in range(n_replications)
        for name, kind, _ in _pairs(game, kinds)
    ]  # fmt: skip
    made = record(
        scenario=baseline, seed=seed, replication=None, policy=policy or default_policy(baseline),
        variant=variant.model_dump(mode="json"), shoppers=repr(shoppers),
    )  # fmt: skip
    outcomes = run_addressed(
        run_gain, tasks, folder=folder, study=made, executor=executor, on_wait=on_wait
    )
    made |= {"n_replications": n_replications, "confidence": confidence, "kinds": list(kinds)}
    rows = [
        (task.before.replication, task.capability, task.kind, measure, source, value)
        for task, outcome in zip(tasks, outcomes, strict=True)
        for measure, parts in outcome.items()
        for source, value in _with_sum(parts).items()
    ]
    keys = ["capability", "kind", "measure", "source"]
    samples = pd.DataFrame(rows, columns=["replication", *keys, "difference"])
    table = mean_by(samples, keys, "difference", confidence=confidence)
    return CapabilityGains(table, samples, confidence, made)


def gains_size(
    baseline: Scenario, variant: Scenario, kinds: Sequence[str] = ("add first", "remove last")
) -> int:
    """Return how many pairs of runs `capability_gains` takes in each replication."""
    return len(_pairs(capability_game(baseline, variant), kinds))


def _checked(kinds: Sequence[str]) -> Sequence[str]:
    if isinstance(kinds, str) or not kinds or len(set(kinds)) < len(kinds):
        raise ParameterError(
            f"kinds must be a sequence of at least one name, each once; known: {ALONE}. "
            f"Got {kinds!r}."
        )
    return [check_choice("kind", kind, ALONE) for kind in kinds]


def _pairs(game: Precedence, kinds: Sequence[str]) -> list[tuple[str, str, dict[int, float]]]:
    pairs = [
        (name, kind, worth(game, k, kind)) for k, name in enumerate(game.players) for kind in kinds
    ]
    return [*pairs, (ALL, kinds[0], {0: -1.0, game.all: 1.0})]


def _with_sum(parts: Mapping[str, float]) -> dict[str, float]:
    total = float(np.sum([value for source, value in parts.items() if source != MOVED]))
    return {**parts, SUM: total}
