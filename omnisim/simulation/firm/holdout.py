"""Who is held out of the firm's messages and display, for its own field trials.

Assignment is drawn, not chosen, by what the firm can tell apart: a record, or a cookie, or whom it
takes for a person. Drawn by the true person it is a benchmark that no firm has (TL*).
"""

import numpy as np
from numpy.typing import NDArray

from omnisim.observation.identity import COOKIE_LIFE_DAYS, cookies_at
from omnisim.random import Stream
from omnisim.schema import Channel
from omnisim.simulation.actions import MEDIUM_CHANNELS
from omnisim.simulation.firm.resolution import resolved
from omnisim.simulation.world import World

NOBODY = np.zeros(0, dtype=np.uint8)
FIRST_IMPRESSION = 2**62
"""Units above all cookies, accounts and cards: impressions that nothing is tied to."""
LAST_DAY = 2**20

Ints = NDArray[np.int64]


def messages_withheld(
    world: World, medium: int, shoppers: NDArray[np.int32], records: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Return which of `records`, kept of `shoppers`, get no message by a medium."""
    rules, channel = world.scenario.holdouts, MEDIUM_CHANNELS[medium]
    share: float = getattr(rules, channel.name.lower())
    if share <= 0:
        return np.zeros(len(shoppers), dtype=np.bool_)
    unit = shoppers if rules.message_unit == "omniscient" else records
    return _held(world, unit.astype(np.int64), channel, share)


def display_withheld(world: World, day: int) -> NDArray[np.uint8]:
    """Return 1 for each shopper who is shown no advertisement today; empty if nobody is held out.

    Held out by cookie, a shopper with several devices, or one who deletes cookies, meets both arms.
    Held out by whom the firm takes for a person, so does who has not logged in yet on a device.
    Those who refuse cookies are drawn anew for every impression, there is one at most a day.
    """
    rules = world.scenario.holdouts
    if rules.display <= 0:
        return NOBODY
    unit = np.arange(world.n_shoppers, dtype=np.int64)
    if rules.display_unit != "omniscient":
        unit = _device_units(world, unit, day)
    return _held(world, unit, Channel.DISPLAY, rules.display).astype(np.uint8)


def _device_units(world: World, shoppers: Ints, day: int) -> Ints:
    """Return what the firm can tell apart of those whom it could show something today."""
    columns = world.columns
    unit = cookies_at(shoppers, float(day), columns["n_devices"], world.draws, COOKIE_LIFE_DAYS)
    if world.scenario.holdouts.display_unit == "person":
        unit = resolved(world, unit, shoppers)
    nameless = FIRST_IMPRESSION + shoppers * LAST_DAY + day
    return np.where(columns["tracking_consent"] == 1, unit, nameless)


def _held(world: World, unit: Ints, channel: Channel, share: float) -> NDArray[np.bool_]:
    u = world.draws.uniform(Stream.HOLDOUT, unit, step=int(channel))
    return np.asarray(u < share)
