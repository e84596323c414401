"""Worlds without a channel, or with channels whose exposures do nothing: the truth to be found."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from omnisim.config.exposures import MEDIA
from omnisim.config.scenario import Scenario
from omnisim.evaluation.precedence import Precedence
from omnisim.experiment.arm import ArmTask, simulate_arm
from omnisim.schema import OWN_CHANNELS, Line
from omnisim.simulation import SimulationResult

METRICS = {
    "orders": "orders per shopper and year",
    "revenue": "EUR per shopper and year",
    "profit": "EUR per shopper and year",
}
"""What a channel contributes to, and in which unit."""

WAYS = {
    "off": "the channel does not run, and costs nothing",
    "inert": "it runs and costs as ever, but nobody is moved by it",
}
"""How a channel is taken away."""


@dataclass(frozen=True)
class World:
    """A scenario in which some channels are taken away; `name` is unique in a study."""

    name: str
    way: str
    coalition: int
    scenario: Scenario


def media_game(scenario: Scenario) -> Precedence:
    """Return the media that run in a scenario, as players without prerequisites."""
    return Precedence.of([m for m in MEDIA if _runs(scenario, m)], {})


def _runs(scenario: Scenario, medium: str) -> bool:
    """Return whether a medium is used under the scenario's own contact rule, which mails nobody."""
    is_used = {
        "social": scenario.media.social_per_week > 0,
        "broadcast": scenario.media.broadcast_contacts > 0,
        "push": scenario.capabilities.geofence > 0,
        "direct_mail": False,
    }
    return medium not in scenario.exposures.off and is_used.get(medium, True)


def media_world(scenario: Scenario, game: Precedence, way: str, coalition: int) -> World:
    """Return the world in which only the media of the coalition take effect."""
    absent = [name for k, name in enumerate(game.players) if not coalition >> k & 1]
    known = getattr(scenario.exposures, way)
    changed = scenario.replace(
        {f"exposures.{way}": tuple(m for m in MEDIA if m in known or m in absent)}
    )
    return World(f"{way}{coalition}" if absent else "all", way, coalition, changed)


def closed_worlds(scenario: Scenario) -> Iterator[tuple[str, World]]:
    """Yield, by name, each sales channel that can be closed and the world in which it is."""
    names = [code.name.lower() for code in OWN_CHANNELS]
    is_open = [name for name in names if getattr(scenario.channels, name).is_open]
    for name in is_open if len(is_open) > 1 else ():
        changed = scenario.replace({f"channels.{name}.is_open": False})
        yield name, World(f"without-{name}", "off", 0, changed)


def run_world(task: ArmTask) -> dict[str, float]:
    """Simulate one world and return `METRICS`."""
    return measure_world(simulate_arm(task))


def measure_world(run: SimulationResult) -> dict[str, float]:
    """Return orders, revenue (price of goods sold) and profit per shopper and year."""
    account = run.counted_postings
    sold = account["line"].to_numpy() == Line.REVENUE
    cents = int(np.sum(account["cents"].to_numpy()[sold]))
    years = run.shopper_years
    return {
        "orders": run.orders.num_rows / years,
        "revenue": cents / 100 / years,
        "profit": run.profit_per_shopper_year,
    }
