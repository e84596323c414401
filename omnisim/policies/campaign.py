"""The contact rule of the field: write to recent buyers, show what fits their profile."""

from dataclasses import dataclass

import numpy as np

from omnisim.policies.base import Action, Context


@dataclass(frozen=True)
class RecencyCampaign:
    """Write to records with a recent purchase, within a weekly cap.

    The content is the item nearest to the profile of the record; a record without profile gets the
    most popular item.

    Parameters
    ----------
    recent_days : float, default=365.0
        Days within which the last purchase must lie; above 0.
    cap_per_week : int, default=2
        Messages a team sends to one record in a week; at least 0.
    """

    recent_days: float = 365.0
    cap_per_week: int = 2

    def decide(self, context: Context) -> Action:
        """Return who is written to and what is shown."""
        recent = context.days_since_purchase <= self.recent_days
        send = recent & (context.n_sent_this_week < self.cap_per_week)
        item = np.zeros(len(context), dtype=np.int32)
        known = send & (context.n_purchases > 0)
        if known.any():
            # einsum sums in one order whatever the number of BLAS threads
            likeness = np.einsum("nd,id->ni", context.profile[known], context.catalogue)
            item[known] = np.argmax(likeness, axis=1)
        return Action(send=send, item=item, propensity=np.ones(len(context)))
