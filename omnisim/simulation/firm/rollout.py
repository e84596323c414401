"""Roll-out: capabilities come in one by one, late, by a ramp, with outages, and not always fully.

Effects are those of the primitives only: each moves from its siloed value to that of the level
reached, in proportion to the time since the capability went live (facts.md D5, cost dynamics).
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from omnisim.config.capabilities import NEEDS, Capabilities
from omnisim.config.primitives import MOVES
from omnisim.config.rollout import Introduction
from omnisim.config.scenario import Scenario
from omnisim.random import Draws, Stream
from omnisim.schema import Channel, Line
from omnisim.simulation.firm.capability_costs import investment, running_cost
from omnisim.simulation.firm.ledger import post_cost
from omnisim.simulation.firm.migration import migrate_points
from omnisim.simulation.firm.moves import close, move_primitives, reopen
from omnisim.simulation.parameters import DAYS_PER_WEEK
from omnisim.simulation.world import World

Steps = Generator[Any, Any, None]

OUTAGE_OF = {
    "offline_capture": Channel.STORE,
    "single_customer_view": Channel.WEBSITE,
    "visible_stock": Channel.WEBSITE,
    "unified_loyalty": Channel.WEBSITE,
}
"""The channel that stands still with a capability, where there is one."""

ACROSS = (
    "single_customer_view", "coordinated_automation", "visible_stock", "endless_aisle",
    "cross_channel_returns", "unified_loyalty", "price_coherence",
)  # fmt: skip
"""Capabilities that need the people of several channels: governance (K15) brings them in faster."""

LOYALTY = "unified_loyalty"
GOVERNANCE = "cross_functional_governance"


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a capability comes in, at which level, and how long it and its channel stand still."""

    capability: str
    level: int
    start: float
    live: float
    ramp_days: float
    outage_days: float

    @property
    def running(self) -> float:
        """Day on which it runs: when it has gone live and its outage is over."""
        return self.live + self.outage_days

    def share(self, day: float) -> float:
        """Return how much of the effect is there, in [0, 1]; it grows when the outage ends."""
        if day < self.running:
            return 0.0
        return 1.0 if self.ramp_days == 0 else min(1.0, (day - self.running) / self.ramp_days)


def plan(scenario: Scenario, draws: Draws) -> list[Arrival]:
    """Return how the scenario's capabilities come in under the luck of one replication.

    A capability that needs others goes live when they run, and reaches no level for which theirs
    is too low.
    """
    arrivals: dict[str, Arrival] = {}
    for number, name in enumerate(Capabilities.model_fields):
        _arrive(scenario, draws, name, number, arrivals)
    return list(arrivals.values())


def _arrive(
    scenario: Scenario, draws: Draws, name: str, number: int, arrivals: dict[str, Arrival]
) -> None:
    level: int = getattr(scenario.capabilities, name)
    if level == 0 or name in arrivals:
        return
    way: Introduction = getattr(scenario.rollout, name)
    partial, outage = draws.uniform(Stream.ROLLOUT, number, step=np.arange(2))
    start = scenario.market.burn_in_days + way.start_week * DAYS_PER_WEEK
    live = start + way.delay_weeks * DAYS_PER_WEEK
    level -= int(partial < way.p_partial)
    for need in NEEDS.get(name, ()):
        first = _first(scenario, draws, need.capability, arrivals)
        reached = first.level if first else 0
        level = max(k for k in range(level + 1) if reached >= need.least[k])
        if first and need.least[level]:
            live = max(live, first.running)
    outage_days = float(-np.log1p(-outage) * way.outage_days)
    ramp_days = way.ramp_weeks * DAYS_PER_WEEK
    if name in ACROSS:
        governance = _first(scenario, draws, GOVERNANCE, arrivals)
        ramp_days *= _moved(scenario, "ramp_share", governance, live + outage_days)
    arrivals[name] = Arrival(name, level, start, live, ramp_days, outage_days)


def _first(
    scenario: Scenario, draws: Draws, name: str, arrivals: dict[str, Arrival]
) -> Arrival | None:
    """Return how a capability comes in that another depends on; None if it does not."""
    _arrive(scenario, draws, name, list(Capabilities.model_fields).index(name), arrivals)
    return arrivals.get(name)


def _moved(scenario: Scenario, primitive: str, arrival: Arrival | None, day: float) -> float:
    """Return a primitive on a day, given how the capability that moves it comes in."""
    values: tuple[float, ...] = getattr(scenario.primitives, primitive)
    if arrival is None:
        return values[0]
    return values[0] + arrival.share(day) * (values[arrival.level] - values[0])


def roll_out(world: World) -> Steps:
    """Bring the capabilities in: pay, wait, go live, and let the effect grow week by week."""
    arrivals = plan(world.scenario, world.draws)
    siloed = world.scenario.primitives.at(Capabilities.siloed())
    move_primitives(world, siloed)
    for arrival in arrivals:
        world.env.process(_introduce(world, arrival, arrivals))
    while True:
        move_primitives(world, primitives_on(world.scenario, arrivals, world.env.now))
        yield world.env.timeout(DAYS_PER_WEEK)


def primitives_on(scenario: Scenario, arrivals: list[Arrival], day: float) -> dict[str, float]:
    """Return every primitive on a day of the roll-out."""
    by_name = {arrival.capability: arrival for arrival in arrivals}
    return {name: _moved(scenario, name, by_name.get(owner), day) for name, owner in MOVES.items()}


def _introduce(world: World, arrival: Arrival, arrivals: list[Arrival]) -> Steps:
    """Post the investment when the project starts, its running cost from then on; go live."""
    env, scenario = world.env, world.scenario
    planned = getattr(scenario.capabilities, arrival.capability)
    sample = world.n_shoppers / scenario.market.shoppers_per_region
    yield env.timeout(arrival.start - env.now)
    once = sample * investment(scenario, arrival.capability, planned)
    post_cost(world, Line.INVESTMENT, Channel.NONE, once)
    env.process(_run(world, sample * running_cost(scenario, arrival.capability, planned)))
    yield env.timeout(arrival.live - env.now)
    if arrival.outage_days > 0:
        yield env.process(_stand_still(world, arrival))
        move_primitives(world, primitives_on(scenario, arrivals, arrival.running))
    if arrival.capability == LOYALTY and arrival.level > 0:
        migrate_points(world)


def _stand_still(world: World, arrival: Arrival) -> Steps:
    """Wait for the end of the outage; close the channel that the capability touches, if any."""
    channel = OUTAGE_OF.get(arrival.capability)
    if channel is None or not _is_run(world, channel):
        yield world.env.timeout(arrival.outage_days)
        return
    close(world, channel)
    yield world.env.timeout(arrival.outage_days)
    reopen(world, channel)


def _is_run(world: World, channel: Channel) -> bool:
    """Return whether the firm has the channel at all."""
    own = world.scenario.channels
    return {Channel.STORE: own.store, Channel.WEBSITE: own.website}[channel].is_open


def _run(world: World, euros_a_day: float) -> Steps:
    while True:
        post_cost(world, Line.CAPABILITIES, Channel.NONE, euros_a_day)
        yield world.env.timeout(1)
