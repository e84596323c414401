"""Shock: all stores close for a time; what that leaves behind is habit, accounts and goodwill."""

from omnisim.schema import Channel
from omnisim.simulation.firm.moves import close, reopen
from omnisim.simulation.store import Steps
from omnisim.simulation.world import World


def shut_stores(world: World) -> Steps:
    """Close the stores of the firm and of the local rival, and open them again (S4-24)."""
    shock = world.scenario.shock
    shut = [Channel.RIVAL_LOCAL]
    if world.scenario.channels.store.is_open:
        shut.append(Channel.STORE)
    if shock.first_day > 0:  # a timeout of 0 would let the first day begin before it
        yield world.env.timeout(shock.first_day)
    for channel in shut:
        close(world, channel)
    yield world.env.timeout(shock.closed_days)
    for channel in shut:
        reopen(world, channel)


def staff_paid(world: World) -> float:
    """Return the share of the store staff's pay that the firm bears at the moment."""
    shock = world.scenario.shock
    is_on = 0 <= world.env.now - shock.first_day < shock.closed_days
    return shock.staff_paid if is_on else 1.0
