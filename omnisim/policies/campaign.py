"""The contact rule of the field: write to recent buyers, show what fits their profile."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnisim._validation import check_count, check_nonnegative, check_positive
from omnisim.policies.base import Policy
from omnisim.policies.choosing import certain
from omnisim.policies.context import NONE, Context
from omnisim.policies.features import NEVER_DAYS
from omnisim.policies.outcome import Action

Bools = NDArray[np.bool_]
Places = NDArray[np.int64]

ACTION = "email:profile"

NEAR_STORE, NEAR_RIVAL = "is_near_store", "is_near_rival"
SURFACES = {
    "is_online_surface": "show:profile",
    "is_store_surface": "advise:profile",
    "is_reward": "reward:bonus",
}
"""Decision points where nothing is sent, and what is done there."""

ANSWERS = {
    NEAR_STORE: "push:profile",
    NEAR_RIVAL: "push:offer",
    "is_promoter": "email:referral",
    **SURFACES,
}
"""How what is done begins where the app notices somebody, the record foretells a promoter, or site,
app, store and loyalty scheme ask what to do."""

QUIET_DAYS = 60.0
"""Silence from which extra points are promised."""


@dataclass(frozen=True)
class RecencyCampaign(Policy):
    """Write to records with a recent purchase, within a weekly cap.

    The content is the item nearest to the profile of the record; a record without profile gets the
    most popular item. The app, where it may, reminds of an abandoned cart and calls near the store;
    near a rival it offers the first of the scenario's discounts; both to whoever carries it,
    whatever the last purchase. The best records of the store are thanked for a purchase by letter;
    a promoter is asked to recommend. Site and app show a recent buyer first what fits, and the
    store offers it; extra points go to those silent for two months. All this where the scenario
    lets a policy decide about it.

    Parameters
    ----------
    recent_days : float, default=365.0
        Days within which the last purchase must lie; above 0.
    cap_per_week : int, default=2
        Messages a team sends to one record in a week; at least 0.
    letter_value : float, default=200.0
        Value of the purchases filed in a record of the store from which letters are written, EUR;
        at least 0.
    """

    recent_days: float = 365.0
    cap_per_week: int = 2
    letter_value: float = 200.0

    def __post_init__(self) -> None:
        check_positive("recent_days", self.recent_days)
        check_count("cap_per_week", self.cap_per_week, minimum=0)
        check_nonnegative("letter_value", self.letter_value)

    def decide(self, context: Context) -> Action:
        """Return who is written to."""
        days = context.column("days_since_purchase")
        send = (days <= self.recent_days) & (days < NEVER_DAYS)
        for trigger in (NEAR_STORE, NEAR_RIVAL):
            if trigger in context.names:
                send |= context.column(trigger) == 1
        capped = context.column("n_sent_this_week") >= self.cap_per_week
        for surface in SURFACES:
            capped &= ~_holds(context, surface)  # nothing is sent
        send &= ~capped & (~_holds(context, "is_reward") | (days >= QUIET_DAYS))
        contact = np.full(len(context), context.action_number(ACTION))
        for trigger, start in ANSWERS.items():
            answer = _first(context, start)
            if answer is not None:
                contact[_holds(context, trigger)] = answer
        _where_possible(context, contact, "push:profile", _holds(context, "is_cart_abandoned"))
        _where_possible(context, contact, "mail:profile", self._deserves_a_letter(context))
        send &= context.eligible[np.arange(len(context)), contact]
        return certain(np.where(send, contact, context.action_number(NONE)))

    def _deserves_a_letter(self, context: Context) -> Bools:
        """Return which records of the store have just bought and are worth a letter."""
        rows = _holds(context, "is_after_purchase") & _holds(context, "is_store_team")
        if rows.any():
            value = context.column("mean_value") * context.column("n_purchases")
            rows &= value >= self.letter_value
        return rows


def _holds(context: Context, name: str) -> Bools:
    """Return where a flag of the context is up; nowhere if the context does not tell."""
    if name not in context.names:
        return np.zeros(len(context), dtype=np.bool_)
    holds: Bools = context.column(name) == 1
    return holds


def _first(context: Context, start: str) -> int | None:
    """Return the first action whose name begins so."""
    return next((k for k, name in enumerate(context.actions) if name.startswith(start)), None)


def _where_possible(context: Context, contact: Places, start: str, rows: Bools) -> None:
    """Choose an action in some rows, where it is eligible."""
    action = _first(context, start)
    if action is not None:
        contact[rows & context.eligible[:, action]] = action
