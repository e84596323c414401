"""Interventions: what the firm changes while the clock runs, on a given day."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from omnisim._validation import check_choice
from omnisim.config.capabilities import Capabilities
from omnisim.exceptions import ParameterError
from omnisim.schema import OWN_CHANNELS, Channel
from omnisim.simulation.firm.moves import move_primitives, set_open
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
    """

    day: int
    capabilities: Capabilities | None = None
    is_open: Mapping[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.day < 0:
            raise ParameterError(f"day must be >= 0. Got {self.day}.")
        for name in self.is_open:
            check_choice("sales channel", name, SALES_CHANNELS)


def intervene(world: World, interventions: Sequence[Intervention]) -> Generator[Any, Any, None]:
    """Carry out interventions, each before anything else happens on its day."""
    for what in sorted(interventions, key=lambda what: what.day):
        if what.day > world.env.now:
            yield world.env.timeout(what.day - world.env.now)
        if what.capabilities is not None:
            move_primitives(world, world.scenario.primitives.at(what.capabilities))
        for name, is_open in what.is_open.items():
            set_open(world, int(Channel[name.upper()]), is_open)
