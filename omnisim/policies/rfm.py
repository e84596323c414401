"""Recency, frequency, money: the contact rule of the mail-order trade."""

from dataclasses import dataclass

import numpy as np

from omnisim._validation import as_numbers, check_count
from omnisim.exceptions import ParameterError
from omnisim.policies.base import Policy
from omnisim.policies.choosing import certain
from omnisim.policies.context import NONE, Context, Ints
from omnisim.policies.features import NEVER_DAYS
from omnisim.policies.outcome import Action

COLUMNS = ("days_since_purchase", "n_purchases", "mean_value")


@dataclass
class RFM(Policy):
    """Contact records whose points for recency, frequency and money add up to enough.

    Each measure gives one point, plus one for every limit that it passes: recency by being at most
    the limit, frequency and money by being above it. With the four limits of quintiles points run
    from 3 to 15. A record without a purchase has none.

    Parameters
    ----------
    min_points : int, default=9
        Points from which on a record is contacted; at least 0.
    action : str, default="email:profile"
        What is done with it.
    recency_days : tuple of float, default=(30, 90, 180, 365), unit: days
        Limits for the days since the last purchase. Assumption: round numbers; `with_quantiles`
        takes those of a firm's own records.
    frequency : tuple of float, default=(1, 2, 4, 8)
        Limits for the number of purchases. Assumption, as above.
    money : tuple of float, default=(20, 40, 60, 100), unit: EUR
        Limits for the mean value. Assumption, as above.

    References
    ----------
    .. [1] Hughes (1994). Strategic Database Marketing. Probus: quintiles of recency, frequency and
       monetary value.
    """

    min_points: int = 9
    action: str = "email:profile"
    recency_days: tuple[float, ...] = (30.0, 90.0, 180.0, 365.0)
    frequency: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)
    money: tuple[float, ...] = (20.0, 40.0, 60.0, 100.0)

    def __post_init__(self) -> None:
        check_count("min_points", self.min_points, minimum=0)
        for name in ("recency_days", "frequency", "money"):
            limits = getattr(self, name)
            numbers = as_numbers(name, limits)
            is_text = np.asarray(limits).dtype.kind not in "iuf" and numbers.size > 0
            if is_text or numbers.ndim != 1 or np.isnan(numbers).any():
                raise ParameterError(f"{name} must be a sequence of numbers. Got {limits!r}.")
            if (numbers[1:] < numbers[:-1]).any():
                raise ParameterError(f"{name} must not decrease. Got {limits}.")

    def with_quantiles(self, context: Context, n_groups: int = 5) -> "RFM":
        """Return the same rule with limits at the quantiles of the buyers in `context`."""
        bought = context.column("days_since_purchase") < NEVER_DAYS
        if not bought.any():
            raise ParameterError("context must hold at least one record with a purchase. Got none.")
        shares = np.arange(1, n_groups) / n_groups
        recency, frequency, money = (
            tuple(np.quantile(context.column(name)[bought], shares).tolist()) for name in COLUMNS
        )
        return RFM(self.min_points, self.action, recency, frequency, money)

    def points(self, context: Context) -> Ints:
        """Return the points of each record, shape (n,)."""
        days, count, value = (context.column(name) for name in COLUMNS)
        recency = len(self.recency_days) - np.searchsorted(self.recency_days, days)
        points = 3 + recency + np.searchsorted(self.frequency, count)
        points = points + np.searchsorted(self.money, value)
        made: Ints = np.where(days < NEVER_DAYS, points, 0)
        return made

    def decide(self, context: Context) -> Action:
        """Return who has points enough."""
        action, none = context.action_number(self.action), context.action_number(NONE)
        wanted = (self.points(context) >= self.min_points) & context.eligible[:, action]
        return certain(np.where(wanted, action, none))
