"""Messages: each team contacts the records it keeps, as the policy decides from what they hold."""

import numpy as np
from numpy.typing import NDArray

import omnisim.simulation._journey as _journey
import omnisim.simulation._messages as _messages
from omnisim.policies import Action
from omnisim.population.layout import ONLINE_ONLY
from omnisim.random import Stream
from omnisim.schema import Channel, Event, Identity, Trigger
from omnisim.simulation import triggers
from omnisim.simulation.actions import MEDIUM_CHANNELS
from omnisim.simulation.decisions import PUSH, WEEK, Batch, any_of, decide, items_shown
from omnisim.simulation.firm.holdout import messages_withheld
from omnisim.simulation.firm.knowledge import JOINT, ONLINE_TEAM, STORE_TEAM, teams_at_work
from omnisim.simulation.store import DROP_IN_STEP, drop_in
from omnisim.simulation.surfaces import arrange_surfaces
from omnisim.simulation.world import Due, World

Rows = NDArray[np.int32]
Counts = NDArray[np.int64]
Places = NDArray[np.int64]
Floats = NDArray[np.float64]
SESSION_STEP = 2**20
N_MEDIA = 3
BEST_SELLER = 0
"""The item that content shows which follows no profile."""


def send_messages(world: World, day: int) -> Counts:
    """Learn, send the day's campaign and what is triggered.

    Returns how many, by medium, with those sent at once since the last morning.
    """
    sent = world.unpaid.copy()
    world.unpaid[:] = world.sent_today[:] = 0
    if world.lessons is not None:
        world.lessons.tell(world, day)
    if day % WEEK == 0:
        world.columns["record_sent"][:] = 0
        world.spent_this_week[:] = 0
    scale = world.scenario.messages.campaign_scale
    for team in _senders(world, day):
        if day % max(1, round(world.conduct.campaign_days[team] / scale)) == 0:
            sent += _send(world, team, _reachable(world, team), day, Trigger.CAMPAIGN)
    sent += _send_due(world, world.reminders, day, Trigger.CART_ABANDONED)
    sent += _send_due(world, world.thanks, day, Trigger.AFTER_PURCHASE)
    arrange_surfaces(world, day)
    for trigger, team, shoppers in triggers.of_the_day(world, day):
        sent += _send_triggered(world, team, shoppers, day, trigger)
    sent += _ask_again(world, day)
    return sent


def _senders(world: World, day: int) -> tuple[int, ...]:
    """Return who writes today: both teams on their own, or the two as one."""
    teams = teams_at_work(world.scenario)
    as_one = world.draws.uniform(Stream.JOINT, 0, journey=day) < world.primitives["joint_sending"]
    return (JOINT,) if bool(as_one) and len(teams) == 2 else teams


def _reachable(world: World, team: int, shoppers: Rows | slice = slice(None)) -> Rows:
    """Return where, among `shoppers`, the team knows somebody who has not opted out of all."""
    account, card, app = (world.columns[name][shoppers] == 1 for name in
                          ("has_account", "has_card", "has_app"))  # fmt: skip
    online = account | app
    known = {ONLINE_TEAM: online, STORE_TEAM: card, JOINT: online | card}[team]
    welcome = any_of(world.columns["subscribed"][shoppers] == 1)
    return np.flatnonzero(known & welcome).astype(np.int32)


def _records(world: World, team: int, shoppers: Rows) -> tuple[Rows, Rows, Rows]:
    """Return (shoppers, records, teams): a row for each record that the sender would write to.

    Sending as one, a shopper with two records that are not joined is still two to the firm.
    """
    columns = world.columns
    record_of = columns["record_of"]
    if team != JOINT:
        records = np.ascontiguousarray(record_of[shoppers, team])
        return shoppers, records, np.full(len(shoppers), team, np.int32)
    online = (columns["has_account"][shoppers] | columns["has_app"][shoppers]) == 1
    has_card = columns["has_card"][shoppers] == 1
    joined = record_of[shoppers, STORE_TEAM] == shoppers
    first, second = online | joined, has_card & ~joined
    both = np.concatenate((shoppers[first], shoppers[second]))
    records = np.concatenate((shoppers[first], record_of[shoppers[second], STORE_TEAM]))
    teams = np.repeat([ONLINE_TEAM, STORE_TEAM], [first.sum(), second.sum()])
    return both, records.astype(np.int32), teams.astype(np.int32)


def call(world: World, shopper: int, now: float) -> bool:
    """Let the policy write at once to one on the way to the local rival; tell of a tap."""
    rows = np.array([shopper], np.int32)
    sent, tapped, _ = _deliver(world, ONLINE_TEAM, rows, now, Trigger.NEAR_RIVAL)
    world.unpaid += sent
    return len(tapped) > 0


def _send(
    world: World, team: int, shoppers: Rows, day: int, trigger: Trigger,
    happened: Floats | None = None,
) -> Counts:  # fmt: skip
    """Let the policy decide, deliver, let those who click come; return how many, by medium."""
    if not len(shoppers):
        return np.zeros(N_MEDIA, np.int64)
    count, clicked, medium = _deliver(world, team, shoppers, float(day), trigger, happened)
    _bring(world, clicked, medium, day, trigger)
    return count


def _deliver(
    world: World, team: int, shoppers: Rows, now: float, trigger: Trigger,
    happened: Floats | None = None,
) -> tuple[Counts, Rows, Rows]:  # fmt: skip
    """Let the policy decide, and deliver; return how many, by medium, who clicks, and in which."""
    day, nobody = int(now), np.empty(0, np.int32)
    records = _records(world, team, shoppers)
    batch, action = decide(world, Batch(team, trigger, day, *records, happened))
    acted = np.flatnonzero(action.index)
    if trigger not in (Trigger.CAMPAIGN, Trigger.NEAR_RIVAL):  # a trip does not wait
        _postpone(world, team, shoppers, day, trigger, happened, batch.shoppers[acted])
    world.columns["record_written"][batch.records[acted], batch.teams[acted]] = day
    sent = _not_held_out(world, batch, action, acted) if len(acted) else acted
    if not len(sent):
        return np.zeros(N_MEDIA, np.int64), nobody, nobody
    batch, action = batch.take(sent), action.take(sent)
    if trigger == Trigger.CAMPAIGN and world.scenario.governance.managers_decide:
        world.mailings.append((batch.day, batch.sender, batch.shoppers, batch.teams))
    medium, item = world.actions.medium[action.index], items_shown(world, batch.records, action)
    errand = world.scenario.push.errand_odds if trigger == Trigger.NEAR_RIVAL else 0.0
    personal = world.actions.is_personal[action.index] | (item != BEST_SELLER)
    clicked = _messages.deliver_messages(
        world.state, batch.shoppers, batch.records, item, action.propensity, batch.teams, medium,
        world.actions.depth[action.index], personal.view(np.uint8), int(trigger), now,
        errand,
    )  # fmt: skip
    count = np.bincount(medium, minlength=N_MEDIA)
    world.sent_today += count
    world.spent_this_week += np.bincount(
        medium, weights=world.actions.cost[action.index], minlength=N_MEDIA
    )
    return count, batch.shoppers[clicked], medium[clicked]


def _not_held_out(world: World, batch: Batch, action: Action, sent: Places) -> Places:
    """Log the messages that a field trial keeps back; return the rows that are sent."""
    medium = world.actions.medium[action.index[sent]]
    held = np.zeros(len(sent), np.bool_)
    for by in range(N_MEDIA):
        rows = np.flatnonzero(medium == by)
        to = batch.take(sent[rows])
        held[rows] = messages_withheld(world, by, to.shoppers, to.records)
        kept = to.take(np.flatnonzero(held[rows]))
        _withhold(world, kept, by)
    return sent[~held]


def _withhold(world: World, kept: Batch, medium: int) -> None:
    """Log messages that are kept back; they count towards the cap as if sent."""
    np.add.at(world.columns["record_sent"], (kept.records, kept.teams), 1)
    channel = MEDIUM_CHANNELS[medium]
    for shopper in kept.shoppers.tolist():
        world.state.note(float(kept.day), shopper, -1, channel, Event.WITHHELD, Identity.ACCOUNT)


def _send_due(world: World, due: list[Due], day: int, trigger: Trigger) -> Counts:
    """Send the triggered messages that are due and forget them; return how many, by medium."""
    sent = np.zeros(N_MEDIA, np.int64)
    for team in (ONLINE_TEAM, STORE_TEAM):
        now = {shopper: event for when, shopper, by, event in due if when <= day and by == team}
        if not now:
            continue
        wanted = np.array(sorted(now), dtype=np.int32)
        happened = np.array([now[shopper] for shopper in wanted.tolist()], np.float64)
        rows = _reachable(world, team, wanted)
        sent += _send_triggered(world, team, wanted[rows], day, trigger, happened[rows])
    due[:] = [entry for entry in due if entry[0] > day]
    return sent


def _send_triggered(
    world: World, team: int, shoppers: Rows, day: int, trigger: Trigger,
    happened: Floats | None = None,
) -> Counts:  # fmt: skip
    """Send what events trigger; whoever waits for an earlier one stays with that."""
    waiting = world.postponed.get((trigger, team))
    if waiting:
        is_new = ~np.isin(shoppers, list(waiting))
        shoppers, happened = shoppers[is_new], None if happened is None else happened[is_new]
    return _send(world, team, shoppers, day, trigger, happened)


def _ask_again(world: World, day: int) -> Counts:
    """Ask again about those of earlier days whom a policy waits with."""
    sent = np.zeros(N_MEDIA, np.int64)
    for trigger, team in sorted(world.postponed):
        waiting = world.postponed[trigger, team]
        earlier = {shopper: event for shopper, (event, asked) in waiting.items() if asked < day}
        if not earlier:
            continue
        for shopper in earlier:
            del waiting[shopper]
        shoppers = np.array(list(earlier), np.int32)
        happened = np.array(list(earlier.values()), np.float64)
        sent += _send(world, team, shoppers, day, trigger, happened)
    return sent


def _postpone(
    world: World, team: int, shoppers: Rows, day: int, trigger: Trigger,
    happened: Floats | None, acted: Rows,
) -> None:  # fmt: skip
    """Note whom the policy left alone, and may still want to write to when its wait is over."""
    longest = world.policy.longest_wait(trigger.name.lower())
    if longest <= 0 or not len(shoppers):
        return
    events = np.full(len(shoppers), float(day)) if happened is None else happened
    kept = ~np.isin(shoppers, acted) & (day - events < longest)
    waiting = world.postponed.setdefault((trigger, team), {})
    for shopper, event in zip(shoppers[kept].tolist(), events[kept].tolist(), strict=True):
        waiting[shopper] = event, day


def _bring(world: World, clicked: Rows, medium: Rows, day: int, trigger: Trigger) -> None:
    """Take up the journeys that wait, or let those without a need look in.

    Who is called near the store comes in; everybody else opens the website or the app.
    """
    near = trigger == Trigger.NEAR_STORE and world.scenario.channels.store.is_open
    may_come = world.columns["held_to"] != ONLINE_ONLY
    for shopper, by in dict(zip(clicked.tolist(), medium.tolist(), strict=True)).items():
        takes_effect = MEDIUM_CHANNELS[by].name.lower() not in world.scenario.exposures.inert
        waiting = world.waiting.pop(shopper, None) if takes_effect else None
        if waiting is not None:
            waiting.interrupt("near" if near and may_come[shopper] else "message")
        elif near and takes_effect and may_come[shopper]:
            world.env.process(drop_in(world, shopper, DROP_IN_STEP + day))
        else:
            channel = Channel.APP if by == PUSH else Channel.WEBSITE
            _journey.session(world.state, shopper, -1, channel, SESSION_STEP + day, float(day))
