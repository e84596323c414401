"""Capacity: what a store can sell of each day, sold for the day or ahead, and gone with it."""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.simulation.firm.stock import popularity

if TYPE_CHECKING:
    from omnisim.simulation.world import World

Ints = NDArray[np.int64]


@dataclass(slots=True)
class Capacity:
    """What is still to be had of the days to come.

    Attributes
    ----------
    per_day : ndarray of shape (n_items,), int64
        Units of each item that one store has each day.
    n_stores : int
        Stores.
    ahead : dict of int to ndarray of shape (n_stores, n_items)
        What is not reserved of the days to come, by day, as soon as something is.
    """

    per_day: Ints
    n_stores: int
    ahead: dict[int, Ints] = field(default_factory=dict)

    def of(self, day: int) -> Ints:
        """Return what is not reserved of a day to come; writing to it reserves."""
        if day not in self.ahead:
            self.ahead[day] = np.tile(self.per_day, (self.n_stores, 1))
        return self.ahead[day]


def capacity_of(scenario: Scenario, n_shoppers: int) -> Capacity | None:
    """Return the capacity of a scenario, None for goods that are stocked.

    A population is a sample of the region, and has that share of its capacity, at least one unit a
    store. Items share it by popularity, what is left over by the largest remainders.
    """
    stock, market = scenario.stock, scenario.market
    if stock.capacity_per_day == 0:
        return None
    total = max(1, round(stock.capacity_per_day * n_shoppers / market.shoppers_per_region))
    exact = total * popularity(stock)
    units = np.floor(exact).astype(np.int64)
    left = np.argsort(units - exact, kind="stable")[: total - units.sum()]
    units[left] += 1
    return Capacity(units, scenario.stores.n_stores)


def open_days(world: "World", capacity: Capacity) -> Generator[Any, Any, None]:
    """Begin every day with what is not reserved of it; what was left of the day before is lost."""
    on_hand, day = world.columns["on_hand"], 0
    while True:
        on_hand[:-1] = capacity.of(day)
        del capacity.ahead[day]
        day += 1
        yield world.env.timeout(1)
