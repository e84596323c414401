"""Who is held out of the firm's e-mail and display, for its own field trials.

Assignment is drawn, not chosen: by e-mail address, person or cookie, the same on every day.
"""

import numpy as np
from numpy.typing import NDArray

from omnisim.observation.identity import COOKIE_LIFE_DAYS, cookies_at
from omnisim.random import Stream
from omnisim.schema import Channel
from omnisim.simulation.world import World

NOBODY = np.zeros(0, dtype=np.uint8)


def email_withheld(world: World, shoppers: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which of `shoppers` get no e-mail, whichever team writes."""
    share = world.scenario.holdouts.email
    if share <= 0:
        return np.zeros(len(shoppers), dtype=np.bool_)
    drawn: NDArray[np.bool_] = _held(world, shoppers.astype(np.int64), Channel.EMAIL, share)
    return drawn


def display_withheld(world: World, day: int) -> NDArray[np.uint8]:
    """Return 1 for each shopper who is shown no advertisement today; empty if nobody is held out.

    Held out by cookie, a shopper with several devices, or one who deletes cookies, meets both arms.
    Those who refuse cookies are drawn by person.
    """
    rules = world.scenario.holdouts
    if rules.display <= 0:
        return NOBODY
    unit = np.arange(world.n_shoppers, dtype=np.int64)
    if rules.display_unit == "cookie":
        cookie = cookies_at(
            unit, float(day), world.columns["n_devices"], world.draws, COOKIE_LIFE_DAYS
        )
        unit = np.where(world.columns["tracking_consent"] == 1, world.n_shoppers + cookie, unit)
    return _held(world, unit, Channel.DISPLAY, rules.display).astype(np.uint8)


def _held(
    world: World, unit: NDArray[np.int64], channel: Channel, share: float
) -> NDArray[np.bool_]:
    u = world.draws.uniform(Stream.HOLDOUT, unit, step=int(channel))
    return np.asarray(u < share)
