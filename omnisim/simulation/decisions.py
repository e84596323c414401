"""A decision point: what a sender may do with each record, what it knows, what is decided."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import omnisim.policies._bandit as _bandit
from omnisim.exceptions import ParameterError
from omnisim.policies import Action, Context, Policy
from omnisim.policies.content import nearest_item
from omnisim.policies.context import Truth
from omnisim.policies.features import as_matrix, days_since, profile_names
from omnisim.random import Stream
from omnisim.schema import Trigger
from omnisim.simulation.actions import MEDIA, MEDIUM_CHANNELS, SURFACES
from omnisim.simulation.firm.knowledge import JOINT, ONLINE_TEAM, STORE_TEAM
from omnisim.simulation.firm.profiles import estimated_taste
from omnisim.simulation.world import World

Rows = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
WEEK = 7
ROWS = 4096
"""Rows that a policy which decides row by row is asked about together: few enough for the cache."""
EMAIL, PUSH, MAIL = range(3)
ADVICE = 4
SURFACE_OF = {Trigger.ONLINE: 3, Trigger.STORE: ADVICE, Trigger.REWARD: 5}
"""Where each of the decision points without a message acts: its place after the media."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that one sender decides about at the same time, for the same reason.

    Attributes
    ----------
    sender : int
        ONLINE_TEAM, STORE_TEAM or JOINT.
    trigger : Trigger
        Why.
    day : int
        When.
    shoppers, records, teams : ndarrays of shape (n,), int32
        The persons behind the records, the records, and the team that each is filed under.
    happened : ndarray of shape (n,), float64, unit: days, optional
        When the event behind each row happened; on the day itself, or nothing did, if left out.
    """

    sender: int
    trigger: Trigger
    day: int
    shoppers: Rows
    records: Rows
    teams: Rows
    happened: Floats | None = None

    def take(self, rows: NDArray[np.int64] | Bools | slice) -> "Batch":
        """Return part of the batch."""
        return Batch(
            self.sender, self.trigger, self.day, self.shoppers[rows], self.records[rows],
            self.teams[rows], None if self.happened is None else self.happened[rows],
        )  # fmt: skip


def decide(world: World, batch: Batch) -> tuple[Batch, Action]:
    """Ask the policy about the rows with something to decide, and log the decisions.

    Returns
    -------
    batch : Batch
        Rows for which an action was eligible.
    action : Action
        What was decided for each of them.
    """
    eligible = eligible_actions(world, batch)
    open_rows = np.flatnonzero(any_of(eligible[:, 1:]))
    if len(open_rows) < len(eligible):
        batch, eligible = batch.take(open_rows), eligible[open_rows]
    if not len(open_rows):
        return batch, Action(np.empty(0, np.int64), np.empty(0))
    size = ROWS if getattr(world.policy, "by_row", False) else len(open_rows)
    parts = [
        _decided(world, batch.take(slice(k, k + size)), eligible[k : k + size])
        for k in range(0, len(open_rows), size)
    ]
    return batch, parts[0] if len(parts) == 1 else _put_together(parts)


def _decided(world: World, batch: Batch, eligible: Bools) -> Action:
    """Ask the policy about a batch, and log what it answers."""
    step = 2 * batch.trigger + batch.teams
    luck = world.draws.uniform(Stream.POLICY, batch.shoppers, journey=batch.day, step=step)
    context = _context(world, batch, eligible, luck)
    action = world.policy.decide(context)
    _check(world.policy, context, action)
    if world.decisions is not None:
        world.decisions.add(batch, context, action)
    if world.lessons is not None:
        world.lessons.note(world, batch, context, action)
    return action


def _put_together(parts: list[Action]) -> Action:
    """Return the answers to parts of a batch as one; nobody reads all probabilities any more."""
    items = [part.item for part in parts if part.item is not None]
    return Action(
        np.concatenate([part.index for part in parts]),
        np.concatenate([part.propensity for part in parts]),
        item=np.concatenate(items) if items else None,
    )


def eligible_actions(world: World, batch: Batch) -> Bools:
    """Return what may be done: address, consent, the reason, caps, budgets and capacity.

    Returns
    -------
    ndarray of shape (n, n_actions), bool
        The first action, to do nothing, is always eligible.
    """
    actions = world.actions
    reach = np.zeros((len(batch.shoppers), len(MEDIA + SURFACES)), np.bool_)
    if batch.trigger in SURFACE_OF:
        reach[:, SURFACE_OF[batch.trigger]] = True
        if batch.trigger == Trigger.STORE:
            _ration(world, batch, reach, ADVICE)
    else:
        reach[:, : len(MEDIA)] = _reach(world, batch)
        reach &= within_cap(world, batch, any_of(reach))[:, None]
        for medium in range(len(MEDIA)):
            _ration(world, batch, reach, medium)
    eligible = np.ones((len(batch.shoppers), len(actions.names)), np.bool_)
    for action, medium in enumerate(actions.medium[1:], start=1):
        eligible[:, action] = reach[:, medium]
    if batch.trigger != Trigger.PROMOTER:
        eligible[:, actions.is_referral] = False
    return eligible


def any_of(columns: Bools) -> Bools:
    """Return whether any of a few columns is true, shape (n,); `any` is slow on short rows."""
    found: Bools = columns[:, 0].copy()
    for k in range(1, columns.shape[1]):
        found |= columns[:, k]
    return found


def _reach(world: World, batch: Batch) -> Bools:
    """Return by which media each record can be reached, shape (n, 3).

    Each team has the addresses that it was given, the joint sender those of both for a record that
    is joined. The app belongs to the online team; goods are sent, so letters can be, to those with
    an account.
    """
    columns, shoppers = world.columns, batch.shoppers
    account, card, app = (columns[name][shoppers] == 1 for name in
                          ("has_account", "has_card", "has_app"))  # fmt: skip
    is_online = batch.teams == ONLINE_TEAM
    address = np.where(is_online, account, card)
    if batch.sender == JOINT:
        joined = columns["record_of"][shoppers, STORE_TEAM] == batch.records
        address |= is_online & joined & card
    address &= world.scenario.records.keeps_addresses
    reach: Bools = columns["subscribed"][shoppers] == 1
    reach[:, EMAIL] &= address
    reach[:, PUSH] &= app & is_online & world.scenario.channels.app.is_open
    reach[:, MAIL] &= address
    off = world.scenario.exposures.off
    reach[:, [code.name.lower() in off for code in MEDIUM_CHANNELS]] = False
    if batch.trigger in (Trigger.NEAR_STORE, Trigger.NEAR_RIVAL):
        reach[:, [EMAIL, MAIL]] = False
    if batch.trigger == Trigger.PROMOTER:
        reach[:, [PUSH, MAIL]] = False
    return reach


def sent_this_week(world: World, batch: Batch) -> Rows:
    """Return the messages sent to each record this week, by those who share a cap."""
    sent = np.take(world.columns["record_sent"], batch.records, axis=0)
    count: Rows = sent[:, 0] + sent[:, 1] if _as_one(world, batch) else sent[:, batch.sender]
    return count


def within_cap(world: World, batch: Batch, able: Bools) -> Bools:
    """Return which rows leave their record within the cap of the week, shape (n,).

    A record that stands in the batch more than once, as one joined by mistake, is written to at
    most as often as the cap allows: the first of its rows that are `able` to be reached.
    """
    cap = world.scenario.limits.cap_per_week
    sent = sent_this_week(world, batch)
    within: Bools = sent < cap
    rows = np.flatnonzero(within & able)
    records = batch.records[rows]
    again = np.bincount(records)[records] > 1
    if again.any():
        rows = rows[again]
        rows = rows[np.argsort(batch.records[rows], kind="stable")]
        _, first, times = np.unique(batch.records[rows], return_index=True, return_counts=True)
        earlier = np.arange(len(rows)) - np.repeat(first, times)
        within[rows] = sent[rows] + earlier < cap
    return within


def _last_written(world: World, batch: Batch) -> Floats:
    """Return the day of the last message to each record, by those who share a cap."""
    written = np.take(world.columns["record_written"], batch.records, axis=0).astype(np.float64)
    if _as_one(world, batch):
        return np.maximum(written[:, 0], written[:, 1])
    last: Floats = written[:, batch.sender]
    return last


def _as_one(world: World, batch: Batch) -> bool:
    """Return whether the teams count the messages of both."""
    return bool(batch.sender == JOINT or world.primitives["joint_sending"] >= 1)


def _ration(world: World, batch: Batch, reach: Bools, medium: int) -> None:
    """Leave a medium to as many rows, at random, as its budget and its capacity have room for."""
    room = _room(world, medium)
    if room >= len(reach):
        return
    rows = np.flatnonzero(reach[:, medium])
    if room >= len(rows):
        return
    # advice, which is no message, takes the place that push has for messages
    step = 3 * (2 * batch.trigger + batch.teams[rows]) + medium % 3
    luck = world.draws.uniform(Stream.RATION, batch.shoppers[rows], journey=batch.day, step=step)
    left_out = rows[np.argsort(luck, kind="stable")[max(0, int(room)) :]]
    reach[left_out, medium] = False


def _room(world: World, medium: int) -> float:
    """Return how many actions the budget of the week and the capacity of the day still allow."""
    limits, n = world.scenario.limits, world.n_shoppers
    if medium == ADVICE:
        return limits.advice_per_day * n / 1000
    capacity = limits.capacity_per_day[medium] * n / 1000 - world.sent_today[medium]
    cost = world.actions.cost[world.actions.medium == medium][0]
    if cost <= 0:
        return float(capacity)
    budget = limits.budget_per_week[medium] * n / 1000
    return float(min(capacity, (budget - world.spent_this_week[medium]) / cost))


def _context(world: World, batch: Batch, eligible: Bools, luck: Floats) -> Context:
    """Return what the records hold; nothing else reaches a policy that does not ask for truth."""
    columns, n, records, day = world.columns, len(batch.records), batch.records, batch.day
    count, taste = columns["record_count"][records], taste_of(world, records)
    kind = batch.trigger
    features = {
        "days_since_purchase": days_since(day, columns["record_last"][records]),
        "n_purchases": count,
        "mean_value": columns["record_value"][records] / np.maximum(count, 1),
        "n_sent_this_week": sent_this_week(world, batch),
        "days_since_contact": days_since(day, _last_written(world, batch)),
        "days_since_trigger": 0 if batch.happened is None else day - batch.happened,
        "days_since_first": days_since(day, columns["record_first"][records]),
        "is_joined": columns["record_teams"][records] == 3,
        "is_store_team": batch.teams == STORE_TEAM,
        "is_cart_abandoned": kind == Trigger.CART_ABANDONED,
        "is_after_purchase": kind == Trigger.AFTER_PURCHASE,
        "is_near_store": kind == Trigger.NEAR_STORE,
        "is_near_rival": kind == Trigger.NEAR_RIVAL,
        "is_at_risk": kind == Trigger.AT_RISK,
        "is_promoter": kind == Trigger.PROMOTER,
        "is_online_surface": kind == Trigger.ONLINE,
        "is_store_surface": kind == Trigger.STORE,
        "is_reward": kind == Trigger.REWARD,
    }
    truth = None
    if getattr(world.policy, "needs_truth", False):
        truth = Truth(taste=columns["taste"][batch.shoppers])
    return Context(
        features=as_matrix([*features.values(), taste], n),
        names=(*features, *profile_names(taste.shape[1])),
        actions=world.actions.names,
        eligible=eligible,
        cost=world.actions.cost,
        u=luck,
        record=records.astype(np.int64),
        catalogue=columns["attributes"],
        truth=truth,
    )


def feature_names(world: World) -> tuple[str, ...]:
    """Return the names of what every context tells."""
    nobody = np.empty(0, np.int32)
    batch = Batch(ONLINE_TEAM, Trigger.CAMPAIGN, 0, nobody, nobody, nobody)
    nothing = np.empty((0, len(world.actions.names)), np.bool_)
    return _context(world, batch, nothing, np.empty(0)).names


def taste_of(world: World, records: Rows) -> Floats:
    """Return the firm's estimate of the taste behind each record."""
    columns = world.columns
    return estimated_taste(
        columns["record_profile"][records],
        columns["record_weight"][records],
        columns["common_taste"],
        world.primitives["popularity_corrected"],
    )


def items_shown(world: World, records: Rows, action: Action) -> Rows:
    """Return the item that each action shows."""
    if action.item is not None:
        return action.item.astype(np.int32, copy=False)
    item = np.zeros(len(records), np.int32)
    personal = np.flatnonzero(world.actions.is_personal[action.index])
    if len(personal):
        taste = taste_of(world, records[personal])
        item[personal] = nearest_item(taste, world.columns["attributes"])
    return item


def _check(policy: Policy, context: Context, action: Action) -> None:
    """Refuse an answer that is none, or does what may not be done."""
    who = f"The policy {type(policy).__name__}"
    if not isinstance(action, Action):
        raise ParameterError(f"{who} must decide by an Action. Got {action!r:.60}.")
    try:
        sound = _bandit.is_sound(
            action.index, action.propensity, action.propensity, len(context.actions)
        ) and len(action) == len(context)
    except (TypeError, ValueError):  # no arrays, or of other types
        sound = False
    if not sound:
        _check_answer(who, context, action)
    if action.item is not None:
        _check_items(who, context, action.index, action.item)
    allowed = context.eligible[np.arange(len(context)), action.index]
    if not allowed.all():
        row = int(np.argmin(allowed))
        raise ParameterError(
            f"{who} must choose among the eligible actions. Got "
            f"{context.actions[int(action.index[row])]!r} in row {row}, where "
            f"{[a for a, e in zip(context.actions, context.eligible[row], strict=True) if e]} are."
        )


def _check_answer(who: str, context: Context, action: Action) -> None:
    """Refuse lengths, actions and propensities that cannot be, if any; slower than compiled."""
    n, n_actions = len(context), len(context.actions)
    _check_array(f"{who}: action.index", action.index, n, "iu")
    _check_array(f"{who}: action.propensity", action.propensity, n, "f")
    bad = (action.index < 0) | (action.index >= n_actions)
    if bad.any():
        row = int(bad.argmax())
        raise ParameterError(
            f"{who}: action.index must lie in [0, {n_actions}): {context.actions}. Got "
            f"{action.index[row]} in row {row}."
        )
    bad = ~((action.propensity > 0) & (action.propensity <= 1))
    if bad.any():
        row = int(bad.argmax())
        raise ParameterError(
            f"{who}: action.propensity must lie in (0, 1]. Got {action.propensity[row]} in row "
            f"{row}."
        )


def _check_items(who: str, context: Context, index: NDArray[np.int64], item: Rows) -> None:
    """Refuse items that the catalogue does not have, where something is done."""
    _check_array(f"{who}: action.item", item, len(context), "iu")
    n_items = 0 if context.catalogue is None else len(context.catalogue)
    bad = ((item < 0) | (item >= n_items)) & (index > 0)
    if bad.any():
        row = int(bad.argmax())
        raise ParameterError(
            f"{who}: action.item must lie in [0, {n_items}), the rows of the catalogue. Got "
            f"{item[row]} in row {row}."
        )


def _check_array(name: str, value: Any, n: int, kinds: str) -> None:
    """Refuse what is no array with a number a row."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in kinds:
        kind = "whole numbers" if kinds == "iu" else "fractions"
        raise ParameterError(f"{name} must be an array of {kind}. Got {value!r:.60}.")
    if value.shape != (n,):
        raise ParameterError(f"{name} must have the shape ({n},) of the batch. Got {value.shape}.")
