"""Groups of shoppers by which a value is told apart (facts.md D7.10)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnisim.population import Population


@dataclass(frozen=True)
class Bands:
    """Bands of one trait; a shopper is in the first band whose edge lies above the trait."""

    trait: str
    edges: tuple[float, ...]
    names: tuple[str, ...]


BANDS = (
    Bands("age", (35.0, 55.0), ("age below 35", "age 35 to 54", "age 55 and above")),
    Bands("distance_km", (4.0, 10.0),
          ("distance below 4 km", "distance 4 to 10 km", "distance above 10 km")),
    Bands("digital", (0.4, 0.7),
          ("digital nativity below 0.4", "digital nativity 0.4 to 0.7",
           "digital nativity above 0.7")),
    Bands("privacy", (0.2, 0.4),
          ("privacy concern below 0.2", "privacy concern 0.2 to 0.4",
           "privacy concern above 0.4")),
)  # fmt: skip
"""Fixed, so that groups mean the same in every study; the edges are a convention."""


def groupings(population: Population) -> Iterator[tuple[NDArray[Any], tuple[str, ...]]]:
    """Yield each way to group shoppers: (group of each shopper, names of the groups)."""
    yield population.segment, tuple(f"segment {name}" for name in population.segment_names)
    for bands in BANDS:
        trait = getattr(population, bands.trait)
        yield np.searchsorted(bands.edges, trait, side="right"), bands.names
