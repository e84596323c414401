"""From the features of a context to the inputs of a linear model."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

import omnisim.policies._bandit as _bandit
from omnisim.policies.context import Context, Floats, Ints
from omnisim.policies.features import NEVER_DAYS

SCALE = {
    "days_since_purchase": 365.0, "days_since_contact": 28.0, "days_since_trigger": 7.0,
    "n_purchases": 10.0, "mean_value": 50.0, "n_sent_this_week": 2.0,
}  # fmt: skip
"""Size at which a usual feature counts as 1; any other counts as it is. Assumption: round numbers
that bring columns near one, as a ridge penalty wants; they change nothing else."""

assert NEVER_DAYS / SCALE["days_since_purchase"] == 10.0


@dataclass(frozen=True)
class Encoding:
    """Which columns become inputs, and on which scale.

    Attributes
    ----------
    column : ndarray of shape (k,), int64
        Columns of the context.
    scale : ndarray of shape (k,), float64
        What each is divided by.
    intercept : bool
        Whether a constant 1 stands in front.
    as_it_is : bool
        Whether the inputs are the features themselves.
    """

    column: Ints
    scale: Floats
    intercept: bool
    as_it_is: bool

    @property
    def n_inputs(self) -> int:
        """Number of inputs."""
        return len(self.column) + self.intercept

    @cached_property
    def sources(self) -> tuple[Ints, Floats]:
        """Column of each input, -1 for the constant, and its scale; shape (n_inputs,) each."""
        first = int(self.intercept)
        return np.insert(self.column, 0, [-1] * first), np.insert(self.scale, 0, [1.0] * first)

    def used(self, context: Context) -> Ints:
        """Return the inputs that are not 0 in all rows; all of them if there is none.

        In a campaign half of the inputs, those of triggers, are 0 throughout.
        """
        used = np.ones(self.n_inputs, np.uint8)
        used[int(self.intercept) :] = 0
        _bandit.used_columns(context.features, self.column, used[int(self.intercept) :])
        found = np.flatnonzero(used)
        return found if len(found) else np.arange(len(used))

    @classmethod
    def of(
        cls, names: tuple[str, ...], wanted: tuple[str, ...] | None, intercept: bool
    ) -> "Encoding":
        """Return the encoding of the columns `wanted`, all by default, of those with `names`."""
        chosen = names if wanted is None else wanted
        column = np.array([names.index(name) for name in chosen], dtype=np.int64)
        scale = np.array([SCALE.get(name, 1.0) for name in chosen])
        as_it_is = not intercept and chosen == names and bool((scale == 1.0).all())
        return cls(column, scale, intercept, as_it_is)

    def inputs(self, context: Context) -> Floats:
        """Return the inputs of each decision, shape (n, n_inputs); not to be written to."""
        if self.as_it_is:
            return context.features
        x = np.empty((len(context), self.n_inputs))
        _bandit.encode(context.features, self.column, self.scale, x)
        return x
