"""An encouragement trial: random invitations to the app, which everybody is free to follow."""

from collections.abc import Generator
from typing import Any

import numpy as np

from omnisim.random import Stream
from omnisim.schema import Channel, Event, Identity
from omnisim.simulation.firm.knowledge import STORE_TEAM
from omnisim.simulation.world import World

NOON = 0.5
"""Time of day of the invitations: campaigns go out at midnight, so that the firm tells them apart.
"""
TRIAL = 1
"""The draws of this trial, beside those of hold-outs: place `journey` of stream HOLDOUT."""


def invite(world: World) -> Generator[Any, Any, None]:
    """Invite at noon; whoever takes up the app opens it once, and has an account from then on.

    The same uniform decides with and without an invitation: nobody is kept from taking it up.
    """
    yield world.env.timeout(NOON)
    rules, columns, now = world.scenario.invitation, world.columns, float(world.env.now)
    known = (columns["has_account"] | columns["has_card"]) == 1
    lacks = (columns["has_app"] == 0) & (columns["subscribed"][:, 0] == 1)
    known &= bool(world.state.params["is_open"][Channel.APP])
    shoppers = np.flatnonzero(known & lacks)
    store_record = columns["record_of"][shoppers, STORE_TEAM]
    record = np.where(columns["has_account"][shoppers] == 1, shoppers, store_record)
    draw = world.draws.uniform
    invited = draw(Stream.HOLDOUT, record.astype(np.int64), journey=TRIAL, step=0) < rules.share
    chance = np.where(invited, rules.p_take_up, rules.p_unprompted)
    takes_up = draw(Stream.HOLDOUT, shoppers, journey=TRIAL, step=1) < chance
    for shopper, is_invited in zip(shoppers.tolist(), invited.tolist(), strict=True):
        event = Event.MESSAGE if is_invited else Event.WITHHELD
        world.state.note(now, shopper, -1, Channel.EMAIL, event, Identity.ACCOUNT)
    columns["has_app"][shoppers[takes_up]] = 1
    columns["has_account"][shoppers[takes_up]] = 1
    for shopper in shoppers[takes_up].tolist():
        world.state.note(now, shopper, -1, Channel.APP, Event.VISIT, Identity.ACCOUNT)
