"""What differs between the stores of one world: shoppers, primitives set apart, closures."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from omnisim.random import Draws, Stream

if TYPE_CHECKING:
    from omnisim.simulation.world import World

STORE_CAPABILITIES = ("in_store_digital", "endless_aisle", "staff_training")
"""Capabilities that live in a store: one may have them and another not (K6, K8, K11)."""


def home_stores(n_shoppers: int, n_stores: int, draws: Draws) -> NDArray[np.int16]:
    """Return the store that each shopper visits: any with the same chance."""
    home = draws.uniform(Stream.HOME_STORE, np.arange(n_shoppers)) * n_stores
    return np.minimum(home, n_stores - 1).astype(np.int16)


def at_store(world: "World", primitive: str, store: int) -> float:
    """Return a primitive of `STORE_CAPABILITIES` as it is in a store at the moment."""
    return world.by_store.get(store, world.primitives)[primitive]


def mean_at_stores(world: "World", primitive: str) -> float:
    """Return the mean of such a primitive over the stores."""
    usual = world.primitives[primitive]
    return usual + sum(own[primitive] - usual for own in world.by_store.values()) / world.n_stores


def reopening(world: "World", store: int) -> Any:
    """Return what happens when a store that is shut opens again; None if it is not shut."""
    return world.reopening or world.shut.get(store)
