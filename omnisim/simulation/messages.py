"""E-mail: each team writes to the records it keeps, as the policy decides from what they hold."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

import omnisim.simulation._journey as _journey
import omnisim.simulation._market as _market
from omnisim.policies import Action, Context, Truth
from omnisim.policies.content import items_shown
from omnisim.policies.context import NONE
from omnisim.policies.features import as_matrix, days_since, profile_names
from omnisim.random import Stream
from omnisim.schema import Channel
from omnisim.simulation.firm.holdout import email_withheld
from omnisim.simulation.firm.knowledge import JOINT, ONLINE_TEAM, STORE_TEAM
from omnisim.simulation.world import Trigger, World

Rows = NDArray[np.int32]
CAMPAIGN, REMINDER, THANKS = range(3)
SESSION_STEP = 2**20
WEEK = 7
ACTIONS = (NONE, "email:popular", "email:profile")


def send_messages(world: World, day: int) -> int:
    """Send the day's campaign and the triggered messages that are due; return how many."""
    sent = 0
    if "email" in world.scenario.exposures.off:
        return sent
    if day % WEEK == 0:
        world.columns["record_sent"][:] = 0
    scale = world.scenario.messages.campaign_scale
    for team in _senders(world, day):
        if day % max(1, round(world.conduct.campaign_days[team] / scale)) == 0:
            sent += _send(world, team, _reachable(world, team), day, CAMPAIGN)
    sent += _send_due(world, world.reminders, day, REMINDER)
    sent += _send_due(world, world.thanks, day, THANKS)
    return sent


def _senders(world: World, day: int) -> tuple[int, ...]:
    """Return who writes today: both teams on their own, or the two as one."""
    channels = world.scenario.channels
    online = channels.website.is_open or channels.app.is_open
    working = ((ONLINE_TEAM, online), (STORE_TEAM, channels.store.is_open))
    teams = tuple(team for team, is_open in working if is_open)
    as_one = world.draws.uniform(Stream.JOINT, 0, journey=day) < world.primitives["joint_sending"]
    return (JOINT,) if bool(as_one) and len(teams) == 2 else teams


def _reachable(world: World, team: int, shoppers: Rows | slice = slice(None)) -> Rows:
    """Return where, among `shoppers`, the team has an address and e-mail is welcome."""
    has_account, has_card, subscribed = (
        world.columns[name][shoppers] for name in ("has_account", "has_card", "subscribed")
    )
    known = {ONLINE_TEAM: has_account, STORE_TEAM: has_card, JOINT: has_account | has_card}[team]
    return np.flatnonzero(known & subscribed).astype(np.int32)


def _records(world: World, team: int, shoppers: Rows) -> tuple[Rows, Rows, Rows]:
    """Return (shoppers, records, teams): a row for each record that the sender would write to.

    Sending as one, a shopper with two records that are not joined is still two to the firm.
    """
    record_of = world.columns["record_of"]
    if team != JOINT:
        records = np.ascontiguousarray(record_of[shoppers, team])
        return shoppers, records, np.full(len(shoppers), team, np.int32)
    has_account = world.columns["has_account"][shoppers] == 1
    has_card = world.columns["has_card"][shoppers] == 1
    joined = record_of[shoppers, STORE_TEAM] == shoppers
    first, second = has_account | joined, has_card & ~joined
    both = np.concatenate((shoppers[first], shoppers[second]))
    records = np.concatenate((shoppers[first], record_of[shoppers[second], STORE_TEAM]))
    teams = np.repeat([ONLINE_TEAM, STORE_TEAM], [first.sum(), second.sum()])
    return both, records.astype(np.int32), teams.astype(np.int32)


def _send(world: World, team: int, shoppers: Rows, day: int, kind: int) -> int:
    """Ask the policy, deliver, let those who click come to the website; return how many."""
    shoppers, records, teams = _records(world, team, shoppers)
    if not len(shoppers):
        return 0
    luck = world.draws.uniform(Stream.POLICY, shoppers, journey=day, step=2 * kind + teams)
    context = _context(world, team, records, day, kind, luck)
    if getattr(world.policy, "needs_truth", False):
        context = replace(context, truth=Truth(taste=world.columns["taste"][shoppers]))
    action = world.policy.decide(context)
    sent = _withhold(world, shoppers, records, teams, np.flatnonzero(action.index), day)
    item = _items(world, records[sent], action.take(sent))
    clicked = _market.deliver_messages(
        world.state, shoppers[sent], records[sent], item, action.propensity[sent], teams[sent],
        kind, day,
    )  # fmt: skip
    _bring(world, clicked, day)
    return len(sent)


def _withhold(
    world: World, shoppers: Rows, records: Rows, teams: Rows, sent: NDArray[np.int64], day: int
) -> NDArray[np.int64]:
    """Log the messages that a field trial keeps back; return the rows that are sent."""
    held = email_withheld(world, shoppers[sent])
    if held.any():
        kept = sent[held]
        _market.withhold_messages(world.state, shoppers[kept], records[kept], teams[kept], day)
    return sent[~held]


def _context(
    world: World, team: int, records: Rows, day: int, kind: int, luck: NDArray[np.float64]
) -> Context:
    """Return what the records hold; nothing else reaches the policy."""
    columns, n = world.columns, len(records)
    count, profile = columns["record_count"][records], columns["record_profile"][records]
    sent = columns["record_sent"][records]
    as_one = team == JOINT or world.primitives["joint_sending"] >= 1
    features = {
        "days_since_purchase": days_since(day, columns["record_last"][records]),
        "n_purchases": count,
        "mean_value": columns["record_value"][records] / np.maximum(count, 1),
        "n_sent_this_week": sent.sum(axis=1) if as_one else sent[:, team],
        "is_cart_abandoned": kind == REMINDER,
        "is_after_purchase": kind == THANKS,
    }
    cost = world.scenario.costs.message
    return Context(
        features=as_matrix([*features.values(), profile], n),
        names=(*features, *profile_names(profile.shape[1])),
        actions=ACTIONS,
        eligible=np.ones((n, len(ACTIONS)), dtype=np.bool_),
        cost=np.array([0.0, cost, cost]),
        u=luck,
        record=records.astype(np.int64),
        catalogue=columns["attributes"],
    )


def _items(world: World, records: Rows, action: Action) -> Rows:
    """Return the item that each message shows."""
    if action.item is not None:
        return action.item.astype(np.int32, copy=False)
    profile = world.columns["record_profile"][records]
    return items_shown(ACTIONS, action.index, profile, world.columns["attributes"])


def _send_due(world: World, triggers: list[Trigger], day: int, kind: int) -> int:
    """Send the triggered messages that are due and forget them; return how many were sent."""
    sent = 0
    for team in (ONLINE_TEAM, STORE_TEAM):
        due = {shopper for when, shopper, by in triggers if when <= day and by == team}
        wanted = np.array(sorted(due), dtype=np.int32)
        sent += _send(world, team, wanted[_reachable(world, team, wanted)], day, kind)
    triggers[:] = [trigger for trigger in triggers if trigger[0] > day]
    return sent


def _bring(world: World, clicked: Iterable[int], day: int) -> None:
    """Take up the journeys that wait, or log a session without a need."""
    takes_effect = "email" not in world.scenario.exposures.inert
    for shopper in dict.fromkeys(clicked):
        waiting = world.waiting.pop(shopper, None) if takes_effect else None
        if waiting is not None:
            waiting.interrupt("message")
        else:
            _journey.session(
                world.state, shopper, -1, Channel.WEBSITE, SESSION_STEP + day, float(day)
            )
