"""What the usual columns of a context mean."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnisim._validation import as_names
from omnisim.exceptions import ParameterError

NEVER_DAYS = 3650.0
"""Days since an event that the record does not hold; ten years, longer than any run."""

ROWS = 4096
"""Rows that `as_matrix` fills together."""

CAMPAIGN = "campaign"
"""What a decision follows that nothing has triggered."""

TRIGGERS = (
    "cart_abandoned", "after_purchase", "near_store", "near_rival", "at_risk", "promoter",
)  # fmt: skip
"""What can trigger a decision; the column ``is_<trigger>`` is 1 where it did."""

MEANING = {
    "days_since_purchase": "days since the last purchase filed here; 3650 where there is none",
    "n_purchases": "purchases filed under the record",
    "mean_value": "their mean, EUR; 0 where there is none",
    "n_sent_this_week": "messages sent to the record in this week of the run, by those who share "
    "a cap with the sender",
    "days_since_contact": "days since the last message to the record, by those who share a cap "
    "with the sender; 3650 where there is none",
    "days_since_trigger": "days since the event that triggered the decision; 0 for a campaign",
    "profile_0": "mean first attribute of the items bought, and so on: the firm's estimate of "
    "taste; 0 where unknown",
    "is_cart_abandoned": "1 if an abandoned basket triggered the decision, else 0",
    "is_after_purchase": "1 if a purchase triggered the decision, else 0",
    "days_since_first": "days since the first purchase filed here; 3650 where there is none",
    "is_joined": "1 if the record holds what both teams saw, else 0",
    "is_store_team": "1 if the record is filed with the store team, else 0",
    "is_near_store": "1 if the app noticed its owner near the own store, else 0",
    "is_near_rival": "1 if the app noticed its owner on a trip to the local rival, else 0",
    "is_at_risk": "1 if the record is silent for longer than its own rhythm, else 0",
    "is_online_surface": "1 if the decision is what site and app show first, else 0",
    "is_store_surface": "1 if the decision is what screens and staff offer, else 0",
    "is_reward": "1 if the decision is whether to promise extra points, else 0",
    "is_promoter": "1 if the record foretells one who recommends, else 0",
}
"""Usual columns. Which of them a context has, its `names` tell."""


def check_features(name: str, value: Any) -> None:
    """Raise ParameterError unless `value` is a sequence of names of features."""
    if isinstance(value, str):
        raise ParameterError(f"{name} must be a sequence of names. Got {value!r}: put it in one.")
    as_names(name, value, minimum=0)


def days_since(day: float, last: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return whole or part days from `last` to `day`, at most 3650; `last` is -inf for never."""
    return np.minimum(day - last, NEVER_DAYS)


def profile_names(n_attributes: int) -> tuple[str, ...]:
    """Return the names of the columns that hold a profile."""
    return tuple(f"profile_{k}" for k in range(n_attributes))


def as_matrix(columns: Iterable[Any], n: int) -> NDArray[np.float64]:
    """Return columns, of shape (n,), (n, k) or single values, side by side as float64."""
    parts = [np.asarray(column) for column in columns]
    widths = [part.shape[1] if part.ndim == 2 else 1 for part in parts]
    out = np.zeros((n, sum(widths)))
    for first in range(0, n, ROWS):  # few enough to stay in the cache while columns are filled
        rows, start = slice(first, first + ROWS), 0
        for part, width in zip(parts, widths, strict=True):
            if part.ndim or part != 0:  # most single values are 0 already
                block = part[rows] if part.ndim else part
                out[rows, start : start + width] = block[:, None] if part.ndim == 1 else block
            start += width
    return out
