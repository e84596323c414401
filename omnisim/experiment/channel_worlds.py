"""Worlds without a channel, or with channels whose exposures do nothing: the truth to be found."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from omnisim.config.exposures import CHANNELS, INFORMING, MEDIA, PLACES
from omnisim.config.scenario import Scenario
from omnisim.evaluation.precedence import Precedence
from omnisim.experiment.arm import ArmTask, simulate_arm
from omnisim.policies import Policy
from omnisim.schema import Line
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

PLAYERS = {
    "media": "the media that run; each sales channel is taken away by itself only",
    "channels": "media and sales channels alike",
    "touchpoints": "media and what informs or helps; each sales channel by itself only",
}
"""Who divides what all add, by Shapley value."""


@dataclass(frozen=True)
class World:
    """A scenario in which some channels are taken away; `name` is unique in a study."""

    name: str
    way: str
    coalition: int
    scenario: Scenario


def channel_game(
    scenario: Scenario, players: str = "media", *, policy: Policy | None = None
) -> Precedence:
    """Return the channels that run in a scenario, as players without prerequisites.

    A policy other than the scenario's own rule may send whatever can be sent.
    """
    media = [m for m in MEDIA if _runs(scenario, m, is_ruled=policy is None)]
    others = {"channels": places_of, "touchpoints": informing_of}.get(players)
    return Precedence.of([*media, *(others(scenario) if others else ())], {})


def places_of(scenario: Scenario) -> list[str]:
    """Return the sales channels that are open."""
    return [name for name in PLACES if getattr(scenario.channels, name).is_open]


def informing_of(scenario: Scenario) -> list[str]:
    """Return the touchpoints that run and inform or help, all of which can get credit."""
    primitives, desk = scenario.primitives.at(scenario.capabilities), scenario.service_desk.is_open
    has_store, surfaces = scenario.channels.store.is_open, scenario.surfaces
    runs = {
        "contact_centre": desk,
        "chatbot": desk and primitives["bot_first"] > 0,
        "screen": has_store and (primitives["screens_used"] > 0 or surfaces.store_every_days > 0),
        "reader": has_store and primitives["item_noticed"] > 0,
        "reviews": scenario.voice.p_read > 0,
    }
    return [name for name in INFORMING if runs[name] and name not in scenario.exposures.off]


def _runs(scenario: Scenario, medium: str, *, is_ruled: bool) -> bool:
    """Return whether a medium is used; the scenario's own rule writes letters from the store."""
    media, primitives = scenario.media, scenario.primitives.at(scenario.capabilities)
    is_used = {
        "social": media.social_per_week > 0 or scenario.channels.social.is_open,
        "broadcast": media.broadcast_contacts > 0,
        "push": scenario.channels.app.is_open,
        "direct_mail": scenario.records.keeps_addresses
        and not (is_ruled and not scenario.channels.store.is_open),
        "staff": scenario.channels.store.is_open
        and max(primitives["clients_written"], primitives["staff_skill"]) > 0,
    }
    return medium not in scenario.exposures.off and is_used.get(medium, True)


def world_of(scenario: Scenario, game: Precedence, way: str, coalition: int) -> World | None:
    """Return the world in which only the channels of the coalition take effect.

    None where no sales channel is left: there is no such firm, and it sells nothing.
    """
    absent = [name for k, name in enumerate(game.players) if not coalition >> k & 1]
    if not absent:
        return World("all", way, coalition, scenario)
    left = scenario
    if way == "off":
        closed = [name for name in absent if name in PLACES]
        if closed == places_of(scenario):
            return None
        left = scenario.without(*closed)
    known = getattr(scenario.exposures, way)
    exposures = tuple(n for n in CHANNELS[way] if n in known or n in absent)
    changed = left.replace({f"exposures.{way}": exposures})
    return World(f"{way}{coalition}", way, coalition, changed)


def lone_places(scenario: Scenario, game: Precedence) -> Iterator[tuple[str, World]]:
    """Yield, by name, worlds without one sales channel that is no player, off and inert."""
    names = [name for name in places_of(scenario) if name not in game.players]
    for name in names:
        if len(names) > 1:
            closed = scenario.without(name)
            yield name, World(f"without-{name}", "off", 0, closed)
        inert = (*scenario.exposures.inert, name)
        changed = scenario.replace({"exposures.inert": inert})
        yield name, World(f"inert-{name}", "inert", 0, changed)


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
