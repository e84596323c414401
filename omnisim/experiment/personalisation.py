"""What personalisation is worth: by world, and by how wrong the profiles are."""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from omnisim._validation import (
    as_numbers,
    check_choice,
    check_confidence,
    check_count,
    check_instance,
)
from omnisim.config.primitives import Primitives
from omnisim.config.scenario import Scenario
from omnisim.evaluation import mean_interval
from omnisim.exceptions import ParameterError
from omnisim.experiment.league_runs import LeagueTask, simulate_task
from omnisim.experiment.policy_worlds import PolicyWorlds, worlds_of
from omnisim.experiment.runner import run_tasks
from omnisim.experiment.shoppers import SegmentShoppers, Shoppers
from omnisim.policies import Impersonal, NoContact, Policy, RecencyCampaign
from omnisim.policies.context import NONE
from omnisim.random import chosen_seed
from omnisim.schema import Event
from omnisim.simulation import SimulationResult

MEASURES = ("gain", "personal", "profile_error", "contacts")
"""What is measured at each value of the primitive."""


@dataclass(frozen=True, repr=False)
class PersonalisationEffect:
    """What one policy earns by world, and with better or worse profiles.

    Attributes
    ----------
    table : DataFrame
        One row a world and value of the primitive; value is NaN where the world keeps its own:
        world, value; gain over no contact, personal (what the policy earns beyond writing to the
        same people with the most popular item: `omnisim.policies.Impersonal`), both EUR per shopper
        and year; profile_error (1 less the mean cosine of estimated and true taste over the
        contacts, 1 where nothing is known); contacts per shopper and year; each with its interval
        (``_low``, ``_high``).
    by_world : DataFrame
        world, value, measure ("gain" or "personal"), difference, ci_low, ci_high: less the same in
        the first world, paired.
    samples : DataFrame
        world, value, replication, gain, personal, profile_error, contacts.
    primitive : str
        What moves the error of profiles.
    confidence : float
        Coverage of the intervals.
    n_replications : int
        Replications.
    provenance : mapping
        How the result was made.
    """

    table: pd.DataFrame
    by_world: pd.DataFrame
    samples: pd.DataFrame
    primitive: str
    confidence: float
    n_replications: int
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the effect in every world as it is."""
        own = self.table[self.table["value"].isna()]
        worlds = "\n".join(
            f"{row.world}: {row.personal:+.3f} ({row.personal_low:+.3f} to "
            f"{row.personal_high:+.3f}) at error {row.profile_error:.2f}"
            for row in own.head(2).itertuples()
        )
        return f"PersonalisationEffect over {self.n_replications} replications, EUR\n{worlds}"

    def to_frame(self) -> pd.DataFrame:
        """Return `table` as a new frame."""
        return self.table.copy()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by name, as they are written to Parquet."""
        return {
            "personalisation": self.table, "personalisation_by_world": self.by_world,
            "personalisation_samples": self.samples,
        }  # fmt: skip


def personalisation_effect(
    scenario: Scenario | Mapping[str, Scenario],
    *,
    policy: Policy | None = None,
    primitive: str = "third_party_accuracy",
    values: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0),
    n_replications: int = 4,
    confidence: float = 0.95,
    shoppers: Shoppers | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> PersonalisationEffect:
    """Run one policy in several worlds, as they are and with better or worse profiles.

    Under the same luck the policy runs as it is, with the most popular item for everybody
    (`Impersonal`), and not at all. What the error of profiles is follows from the primitive and
    from all that the firm observes; it is measured, not set.

    Parameters
    ----------
    scenario : Scenario or mapping of str to Scenario
        Worlds, as in `evaluate_policies`.
    policy : Policy, optional
        Whose content follows profiles; `RecencyCampaign` by default. It does not learn.
    primitive : str, default="third_party_accuracy"
        A field of `Primitives`, set to the same value at every level of its capability: a world
        without the capability gets it too, so that worlds differ in all else.
    values : sequence of float, default=(0, 0.25, 0.5, 0.75, 1)
        Its values, all different; may be empty. Each world also runs with its own.
    n_replications : int, default=4
        Replications at each value; at least 2.
    confidence : float, default=0.95
        Coverage of the intervals.
    shoppers : Shoppers, optional
        Where shoppers come from; the segments of the scenario by default.
    seed : int, optional
        Seed of the study; drawn and recorded if absent.
    executor : concurrent.futures.Executor, optional
        Where runs are made; in this process by default. It changes no number.
    on_wait : callable, optional
        Called with the number of finished replications over all worlds and values.

    Returns
    -------
    PersonalisationEffect

    Raises
    ------
    ParameterError
        If the primitive is unknown, or an argument is out of range.
    ConfigError
        If a value is not allowed.
    RunError
        If a run fails.
    """
    check_choice("primitive", primitive, Primitives.model_fields)
    check_count("n_replications", n_replications, minimum=2)
    check_confidence("confidence", confidence)
    swept = as_numbers("values", values).tolist()
    if np.ndim(swept) != 1 or not np.isfinite(swept).all() or len(set(swept)) < len(swept):
        raise ParameterError(f"values must be finite numbers, all different. Got {values!r:.80}.")
    places = PolicyWorlds(
        worlds_of(scenario), shoppers or SegmentShoppers(), chosen_seed(seed), window_days=0.0
    )
    entrant = check_instance("policy", RecencyCampaign() if policy is None else policy, Policy)
    keys = [
        (name, value, k)
        for name in places.worlds
        for value in (float("nan"), *swept)
        for k in range(n_replications)
    ]
    tasks = [
        replace(places.task(name, "", entrant, k),
                scenario=with_primitive(places.worlds[name], primitive, value))
        for name, value, k in keys
    ]  # fmt: skip
    found = run_tasks(_run_three, tasks, executor=executor, on_wait=on_wait)
    rows = [(*key, *measures) for key, measures in zip(keys, found, strict=True)]
    samples = pd.DataFrame(rows, columns=["world", "value", "replication", *MEASURES])
    return PersonalisationEffect(
        table=_summary(samples, confidence),
        by_world=_by_world(samples, confidence),
        samples=samples,
        primitive=primitive,
        confidence=confidence,
        n_replications=n_replications,
        provenance=places.record(
            entrant, primitive=primitive, values=swept,
            n_replications=n_replications, confidence=confidence, worlds=places.described(),
        ),
    )  # fmt: skip


def profile_error(run: SimulationResult) -> float:
    """Return 1 less the mean cosine of estimated and true taste over the contacts of a run.

    A contact whose record holds no profile counts as a cosine of 0. The burn-in is left out.

    Parameters
    ----------
    run : SimulationResult
        Simulated with ``decisions="features"``.

    Returns
    -------
    float
        In [0, 2]; NaN if nobody was contacted.

    Raises
    ------
    ParameterError
        If the run kept no features.
    """
    table = run.decisions
    if table is None or "features" not in table.column_names:
        raise ParameterError(
            "run must hold what the policy saw. Got no features: simulate with "
            "decisions='features'."
        )
    names = {
        key: json.loads(table.schema.metadata[key.encode()]) for key in ("actions", "features")
    }
    rows = table["action"].to_numpy() != names["actions"].index(NONE)
    rows &= table["time"].to_numpy() >= run.scenario.market.burn_in_days
    if not rows.any():
        return float("nan")
    seen = pc.list_flatten(table["features"]).to_numpy().reshape(len(rows), -1)[rows]
    columns = [k for k, name in enumerate(names["features"]) if name.startswith("profile_")]
    guess = seen[:, columns].astype(np.float64)
    taste = run.population.taste[table["shopper"].to_numpy()[rows]]
    size = np.linalg.norm(guess, axis=1) * np.linalg.norm(taste, axis=1)
    cosine = np.einsum("nd,nd->n", guess, taste) / np.where(size > 0, size, 1.0)
    return float(1.0 - cosine.mean())


def _run_three(task: LeagueTask) -> tuple[float, float, float, float]:
    """Return the measures named in `MEASURES` of one replication."""
    own = simulate_task(task, "features")
    same = simulate_task(replace(task, policy=Impersonal(task.policy)), "off")
    nobody = simulate_task(replace(task, policy=NoContact()), "off")
    profits = [run.profit_per_shopper_year for run in (own, same, nobody)]
    is_message = own.counted_events["event"].to_numpy() == int(Event.MESSAGE)
    contacts = float(is_message.sum()) / own.shopper_years
    return profits[0] - profits[2], profits[0] - profits[1], profile_error(own), contacts


def with_primitive(world: Scenario, primitive: str, value: float) -> Scenario:
    """Return a world with a primitive at one value whatever the capabilities; NaN changes none."""
    if np.isnan(value):
        return world
    return world.replace({f"primitives.{primitive}": (float(value),) * 3})


def _summary(samples: pd.DataFrame, confidence: float) -> pd.DataFrame:
    rows = []
    for (world, value), part in samples.groupby(["world", "value"], sort=False, dropna=False):
        row: dict[str, Any] = {"world": world, "value": value}
        for name in MEASURES:
            ends = mean_interval(part[name], confidence=confidence)
            row |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
        rows.append(row)
    return pd.DataFrame(rows)


def _by_world(samples: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Return what a world adds to the first one at each value, replication by replication."""
    worlds = list(dict.fromkeys(samples["world"]))
    rows = []
    for value, part in samples.groupby("value", sort=False, dropna=False):
        for measure in ("gain", "personal"):
            wide = part.pivot(index="replication", columns="world", values=measure)
            rows += [
                (w, value, measure,
                 *mean_interval(wide[w] - wide[worlds[0]], confidence=confidence))
                for w in worlds[1:]
            ]  # fmt: skip
    columns = ["world", "value", "measure", "difference", "ci_low", "ci_high"]
    return pd.DataFrame(rows, columns=columns)
