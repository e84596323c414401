"""From the worlds without channels to what each channel contributes."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.evaluation import mean_interval
from omnisim.evaluation.contrasts import Contrast, shapley, worth
from omnisim.evaluation.precedence import Precedence
from omnisim.evaluation.sampled import coalitions_of, sampled_shapley
from omnisim.experiment.channel_worlds import METRICS, WAYS, World, lone_places, world_of

Orderings = NDArray[np.int64] | None
"""Sampled orderings of the players; None where every coalition was run."""

NOTHING = ""
"""Name of the firm without any sales channel, which sells nothing and costs nothing."""

COLUMNS = ["channel", "way", "kind", "metric"]


def truth_worlds(scenario: Scenario, game: Precedence, orderings: Orderings = None) -> list[World]:
    """Return every world of the study, the one with all channels first."""
    found = [
        world
        for way in WAYS
        for coalition in reversed(wanted(game, orderings))
        if (world := world_of(scenario, game, way, coalition)) is not None
    ]
    unique = {world.name: world for world in found}
    return [*unique.values(), *(world for _, world in lone_places(scenario, game))]


def wanted(game: Precedence, orderings: Orderings) -> list[int]:
    """Return the coalitions to run: all of them, or those that the estimands read."""
    if orderings is None:
        return list(game.coalitions)
    found = {int(c) for c in coalitions_of(orderings).ravel()}
    for k in range(len(game)):
        found |= worth(game, k, "remove last").keys() | worth(game, k, "add first").keys()
    return sorted(found)


def contributions(
    by_world: pd.DataFrame, scenario: Scenario, game: Precedence, orderings: Orderings = None
) -> pd.DataFrame:
    """Return what each channel contributes in each replication, from the metrics of each world."""
    rows = []
    for metric, value in _values(by_world):
        for channel, way, kind, weights in _estimands(scenario, game, orderings):
            found = sum(weight * value[name] for name, weight in weights.items())
            rows += [(k, channel, way, kind, metric, float(v)) for k, v in found.items()]
    return pd.DataFrame(rows, columns=["replication", *COLUMNS, "value"])


def summarise_channels(
    samples: pd.DataFrame,
    by_world: pd.DataFrame,
    scenario: Scenario,
    game: Precedence,
    orderings: Orderings,
    confidence: float,
) -> pd.DataFrame:
    """Return every contribution with its interval; with that of the orderings if they are few."""
    errors = _shapley_errors(by_world, scenario, game, orderings, confidence)
    rows = []
    for key, part in samples.groupby(COLUMNS, sort=False):
        value, low, high = mean_interval(part["value"], confidence=confidence)
        error = np.nan
        if key in errors:
            low, high, error = errors[key]
        rows.append((*key, METRICS[key[3]], value, low, high, error))
    return pd.DataFrame(rows, columns=[*COLUMNS, "unit", "value", "ci_low", "ci_high",
                                       "se_orderings"])  # fmt: skip


def _values(by_world: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each metric by replication (rows) and world (columns)."""
    wide = by_world.pivot(index="replication", columns="world", values=list(METRICS))
    for metric in METRICS:
        yield metric, wide[metric].assign(**{NOTHING: 0.0})


def _estimands(
    scenario: Scenario, game: Precedence, orderings: Orderings
) -> Iterator[tuple[str, str, str, dict[str, float]]]:
    """Yield (channel, way, kind, weight by world) of everything that is estimated."""
    for way in WAYS:
        for k, name in enumerate(game.players):
            contrasts = {
                "removed": worth(game, k, "remove last"),
                "alone": worth(game, k, "add first"),
                "Shapley": shapley(game, k) if orderings is None else _along(orderings, k),
            }
            for kind, contrast in contrasts.items():
                yield name, way, kind, _by_name(scenario, game, way, contrast)
    for name, world in lone_places(scenario, game):
        yield name, world.way, "removed", {"all": 1.0, world.name: -1.0}


def _along(orderings: NDArray[np.int64], player: int) -> Contrast:
    """Return the mean of what a player adds along the orderings."""
    found: Contrast = {}
    for ordering, path in zip(orderings, coalitions_of(orderings), strict=True):
        place = int(np.flatnonzero(ordering == player)[0])
        for coalition, sign in ((path[place + 1], 1.0), (path[place], -1.0)):
            found[int(coalition)] = found.get(int(coalition), 0.0) + sign / len(orderings)
    return found


def _by_name(
    scenario: Scenario, game: Precedence, way: str, contrast: Contrast
) -> dict[str, float]:
    found: dict[str, float] = {}
    for coalition, weight in contrast.items():
        name = _name(scenario, game, way, coalition)
        found[name] = found.get(name, 0.0) + weight
    return found


def _name(scenario: Scenario, game: Precedence, way: str, coalition: int) -> str:
    world = world_of(scenario, game, way, coalition)
    return NOTHING if world is None else world.name


def _shapley_errors(
    by_world: pd.DataFrame, scenario: Scenario, game: Precedence, orderings: Orderings,
    confidence: float,
) -> dict[tuple[str, ...], tuple[float, float, float]]:  # fmt: skip
    """Return (low, high, standard error of the orderings) of each sampled Shapley value."""
    if orderings is None:
        return {}
    found: dict[tuple[str, ...], tuple[float, float, float]] = {}
    for way in WAYS:
        names = [
            [_name(scenario, game, way, int(c)) for c in path] for path in coalitions_of(orderings)
        ]
        for metric, value in _values(by_world):
            along = np.stack([value[row].to_numpy() for row in names], axis=1)
            made = sampled_shapley(along, orderings, confidence=confidence)
            each = zip(made.ci_low, made.ci_high, made.se_orderings, strict=True)
            for name, (low, high, error) in zip(game.players, each, strict=True):
                found[name, way, "Shapley", metric] = (float(low), float(high), float(error))
    return found
