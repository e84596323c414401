"""The interface between a firm's records and the policy that acts on them."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Context:
    """What a team knows about the records it may write to.

    Attributes
    ----------
    days_since_purchase : ndarray of shape (n,), float64, unit: days
        Infinite where the record holds no purchase.
    n_purchases : ndarray of shape (n,), int32
        Purchases filed under the record.
    mean_value : ndarray of shape (n,), float64, unit: EUR
        Their mean; 0 where there is none.
    profile : ndarray of shape (n, n_attributes), float64
        Mean attributes of the items bought: the firm's estimate of taste; 0 where unknown.
    n_sent_this_week : ndarray of shape (n,), int32
        Messages the team has sent to the record in this week of the run.
    catalogue : ndarray of shape (n_items, n_attributes), float64
        Attributes of the items that a message may show, the most popular first.
    after_purchase : bool
        True for messages that a purchase triggers, False for campaigns and reminders.
    """

    days_since_purchase: NDArray[np.float64]
    n_purchases: NDArray[np.int32]
    mean_value: NDArray[np.float64]
    profile: NDArray[np.float64]
    n_sent_this_week: NDArray[np.int32]
    catalogue: NDArray[np.float64]
    after_purchase: bool

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.days_since_purchase)


@dataclass(frozen=True, slots=True)
class Action:
    """What to do with each record of a `Context`.

    Attributes
    ----------
    send : ndarray of shape (n,), bool
        Whether a message goes out.
    item : ndarray of shape (n,), int32
        Row of the catalogue that it shows.
    propensity : ndarray of shape (n,), float64, in (0, 1]
        Probability with which the policy takes this action.
    """

    send: NDArray[np.bool_]
    item: NDArray[np.int32]
    propensity: NDArray[np.float64]


class Policy(Protocol):
    """Anything that answers a batch of contexts."""

    def decide(self, context: Context) -> Action:
        """Return one action a row of `context`."""
        ...
