"""Costs that belong to no shopper."""

from typing import TYPE_CHECKING

from omnisim.schema import Channel, Line

if TYPE_CHECKING:
    from omnisim.simulation.world import World


def post_cost(world: "World", line: Line, channel: Channel, euros: float) -> None:
    """Post a cost, rounded to whole cents; nothing if it rounds to zero."""
    cents = round(euros * 100)
    if cents:
        world.state.postings.post(world.env.now, int(line), int(channel), -cents)
