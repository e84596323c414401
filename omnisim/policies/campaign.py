"""The contact rule of the field: write to recent buyers, show what fits their profile."""

from dataclasses import dataclass

import numpy as np

from omnisim._validation import check_count, check_positive
from omnisim.policies.base import Policy
from omnisim.policies.choosing import certain
from omnisim.policies.context import NONE, Context
from omnisim.policies.features import NEVER_DAYS
from omnisim.policies.outcome import Action

ACTION = "email:profile"

SHOWN = "is_online_surface"
NEAR_STORE, NEAR_RIVAL = "is_near_store", "is_near_rival"
ANSWERS = {
    NEAR_STORE: "push:profile",
    NEAR_RIVAL: "push:offer",
    "is_promoter": "email:referral",
    SHOWN: "show:profile",
}
"""How what is done begins where the app notices somebody, the record foretells a promoter, or site
and app ask what to show first."""


@dataclass(frozen=True)
class RecencyCampaign(Policy):
    """Write to records with a recent purchase, within a weekly cap.

    The content is the item nearest to the profile of the record; a record without profile gets the
    most popular item. Near the store the app calls; near a rival it offers the first of the
    scenario's discounts; both to whoever carries it, whatever the last purchase. A promoter is
    asked to recommend. Site and app show a recent buyer first what fits, where the scenario lets a
    policy decide about them.

    Parameters
    ----------
    recent_days : float, default=365.0
        Days within which the last purchase must lie; above 0.
    cap_per_week : int, default=2
        Messages a team sends to one record in a week; at least 0.
    """

    recent_days: float = 365.0
    cap_per_week: int = 2

    def __post_init__(self) -> None:
        check_positive("recent_days", self.recent_days)
        check_count("cap_per_week", self.cap_per_week, minimum=0)

    def decide(self, context: Context) -> Action:
        """Return who is written to."""
        days = context.column("days_since_purchase")
        send = (days <= self.recent_days) & (days < NEVER_DAYS)
        for trigger in (NEAR_STORE, NEAR_RIVAL):
            if trigger in context.names:
                send |= context.column(trigger) == 1
        capped = context.column("n_sent_this_week") >= self.cap_per_week
        if SHOWN in context.names:
            capped &= context.column(SHOWN) == 0  # nothing is sent
        send &= ~capped
        contact = np.full(len(context), context.action_number(ACTION))
        for trigger, start in ANSWERS.items():
            answer = next((k for k, a in enumerate(context.actions) if a.startswith(start)), None)
            if trigger in context.names and answer is not None:
                contact[context.column(trigger) == 1] = answer
        send &= context.eligible[np.arange(len(context)), contact]
        return certain(np.where(send, contact, context.action_number(NONE)))
