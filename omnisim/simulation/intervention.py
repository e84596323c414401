"""Interventions: what the firm changes while the clock runs, on a given day."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from omnisim._validation import check_choice
from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ParameterError
from omnisim.schema import OWN_CHANNELS, Channel
from omnisim.simulation.by_store import STORE_CAPABILITIES
from omnisim.simulation.firm.moves import (
    move_in_stores,
    move_primitives,
    set_open,
    set_store_open,
)
from omnisim.simulation.world import World

SALES_CHANNELS = tuple(channel.name.lower() for channel in OWN_CHANNELS)


@dataclass(frozen=True)
class Intervention:
    """What changes at the start of a day of the run, burn-in included.

    Parameters
    ----------
    day : int
        Day of the run, at least 0.
    capabilities : Capabilities, optional
        Levels from that day on: primitives move at once. Their yearly costs are those of the
        scenario throughout; an intervention is for finding effects, a roll-out for finding costs.
    is_open : mapping of str to bool, optional
        Sales channels (store, website, app) that open or close.
    stores : tuple of int, default=()
        Rows of the stores concerned; the whole firm without any. Only what lives in a store can
        differ between them: in-store digital, the endless aisle and staff training (K6, K8, K11),
        which are then theirs whatever the firm does later, and whether the store is open.
    """

    day: int
    capabilities: Capabilities | None = None
    is_open: Mapping[str, bool] = field(default_factory=dict)
    stores: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.day < 0:
            raise ParameterError(f"day must be >= 0. Got {self.day}.")
        for name in self.is_open:
            check_choice("sales channel", name, SALES_CHANNELS)
        if self.stores and set(self.is_open) - {"store"}:
            raise ParameterError(f"stores cannot open or close {', '.join(self.is_open)}.")


def check_interventions(scenario: Scenario, interventions: Sequence[Intervention]) -> None:
    """Refuse interventions in stores that are not there, or that move what is not in a store."""
    n = scenario.stores.n_stores
    usual = scenario.capabilities.model_dump()
    for what in interventions:
        if what.stores and not (0 <= min(what.stores) and max(what.stores) < n):
            raise ParameterError(f"stores must lie in [0, {n}). Got {what.stores}.")
        if what.stores and what.capabilities is not None:
            levels = what.capabilities.model_dump()
            wrong = [k for k in usual if levels[k] != usual[k] and k not in STORE_CAPABILITIES]
            if wrong:
                raise ParameterError(
                    f"capabilities of single stores may differ from the scenario's in "
                    f"{', '.join(STORE_CAPABILITIES)} only. Got {', '.join(wrong)}."
                )


def intervene(world: World, interventions: Sequence[Intervention]) -> Generator[Any, Any, None]:
    """Carry out interventions, each before anything else happens on its day."""
    for what in sorted(interventions, key=lambda what: what.day):
        if what.day > world.env.now:
            yield world.env.timeout(what.day - world.env.now)
        if what.stores:
            _in_stores(world, what)
            continue
        if what.capabilities is not None:
            move_primitives(world, world.scenario.primitives.at(what.capabilities))
        for name, is_open in what.is_open.items():
            set_open(world, int(Channel[name.upper()]), is_open)


def _in_stores(world: World, what: Intervention) -> None:
    if what.capabilities is not None:
        move_in_stores(world, what.stores, what.capabilities)
    for is_open in what.is_open.values():
        for store in what.stores:
            set_store_open(world, store, is_open)
