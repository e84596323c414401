"""A batch of decisions to make: what the firm knows and what it may do."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnisim._validation import as_numbers, check_choice
from omnisim.exceptions import ParameterError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

NONE = "none"
"""Name of the action that contacts nobody."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What no firm can observe; handed only to a policy whose `needs_truth` is True.

    Attributes
    ----------
    taste : ndarray of shape (n, n_attributes), float64, optional
        True taste of the person behind each record.
    value : ndarray of shape (n, n_actions), float64, unit: EUR, optional
        Expected reward of each action, before its cost.
    """

    taste: Floats | None = None
    value: Floats | None = None

    def take(self, rows: NDArray[Any]) -> "Truth":
        """Return the truth about `rows` (indices or a mask)."""
        taste = None if self.taste is None else self.taste[rows]
        return Truth(taste, None if self.value is None else self.value[rows])


@dataclass(frozen=True, slots=True)
class Context:
    """A batch of decisions to make: what the firm has observed, and what it may do.

    Attributes
    ----------
    features : ndarray of shape (n, n_features), float64, C-contiguous, finite
        One row a record of the firm; without a single customer view a shopper may stand behind two
        rows, and neither holds what the other saw.
    names : tuple of str
        Name of each column; `omnisim.policies.features` says what the usual ones mean.
    actions : tuple of str
        What can be done: ``"none"`` and names like ``"email:profile"``, medium and content.
    eligible : ndarray of shape (n, n_actions), bool
        What may be done with each record: consent, address, caps and capacity. Each row allows at
        least one action.
    cost : ndarray of shape (n_actions,), float64, unit: EUR
        Cost of each action, known beforehand.
    u : ndarray of shape (n,), float64, in (0, 1)
        Uniform draw of each decision; the only luck a policy may use.
    record : ndarray of shape (n,), int64
        The firm's number of each record; negative where a row is about nobody known.
    catalogue : ndarray of shape (n_items, n_attributes), float64, optional
        Attributes of the items that content may show, the most popular first.
    truth : Truth, optional
        Set only for a policy whose `needs_truth` is True.

    Raises
    ------
    ParameterError
        If `features` or `eligible` are of another kind, shapes do not fit together, or a row
        allows no action. `of` takes whatever can be read as such.
    """

    features: Floats
    names: tuple[str, ...]
    actions: tuple[str, ...]
    eligible: Bools
    cost: Floats
    u: Floats
    record: Ints
    catalogue: Floats | None = None
    truth: Truth | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not (
            isinstance(self.features, np.ndarray) and isinstance(self.eligible, np.ndarray)
            and self.features.dtype.char == "d" and self.eligible.dtype.char == "?"
            and self.features.ndim == 2 and self.features.flags.c_contiguous
        ):  # fmt: skip
            raise ParameterError(
                "features must be a C-contiguous array (n, n_features) of float64, eligible an "
                "array of bool. Use Context.of, which makes them so."
            )
        n, d = self.features.shape
        k = len(self.actions)
        if (
            d != len(self.names)
            or self.eligible.shape != (n, k)
            or self.cost.shape != (k,)
            or not len(self.u) == len(self.record) == n
        ):
            raise ParameterError(
                f"features {self.features.shape}, eligible {self.eligible.shape}, cost "
                f"{self.cost.shape}, u {self.u.shape} and record {self.record.shape} must have n "
                f"rows, {len(self.names)} features and {k} actions."
            )
        # mostly the first action is to do nothing, which is always allowed: one look at a column
        if not self.eligible[:, :1].all() and not self.eligible.any(axis=1).all():
            row = int(self.eligible.any(axis=1).argmin())
            raise ParameterError(
                f"eligible must allow an action in every row, of {self.actions}. Row {row} allows "
                f"nothing: leave it out, or allow {NONE!r}."
            )

    @classmethod
    def of(
        cls,
        features: Any,
        actions: Sequence[str],
        *,
        names: Sequence[str] | None = None,
        eligible: Any = None,
        cost: Any = None,
        u: Any = None,
        record: Any = None,
    ) -> "Context":
        """Return a context from a matrix, as a table gives it; `names` are x0, x1 … by default.

        Parameters
        ----------
        features : array-like of shape (n, n_features)
            Finite numbers.
        actions : sequence of str
            What can be done.
        eligible : array-like of shape (n, n_actions), optional
            Everything may be done by default.
        cost : array-like of shape (n_actions,), optional
            Free by default.
        u : array-like of shape (n,), optional
            Uniform draws; one half by default, which is enough for policies without luck.
        record : array-like of shape (n,), optional
            Whole number of the record, customer or unit behind each row; -1 by default: unknown.
            Learners that cross-fit keep rows of one record together.

        Raises
        ------
        ParameterError
            If shapes do not fit together, a number is not finite, a draw is outside (0, 1),
            `eligible` holds others than 0 and 1, a record is no whole number, names repeat, or a
            row allows no action.
        """
        x = np.ascontiguousarray(as_numbers("features", features))
        if x.ndim != 2 or not np.isfinite(x).all():
            raise ParameterError(f"features must be finite, (n, n_features). Got {x.shape}.")
        columns = [f"x{j}" for j in range(x.shape[1])] if names is None else names
        n, k = len(x), len(_different("actions", actions))
        price = np.zeros(k) if cost is None else as_numbers("cost", cost).copy()
        luck = np.full(n, 0.5) if u is None else as_numbers("u", u).copy()
        able = np.ones((n, k)) if eligible is None else as_numbers("eligible", eligible)
        who = np.full(n, -1) if record is None else _whole("record", record)
        if not np.isfinite(price).all() or not ((luck > 0) & (luck < 1)).all():
            raise ParameterError(f"cost must be finite, u in (0, 1). Got {price} and {luck}.")
        if not ((able == 0) | (able == 1)).all():
            raise ParameterError(f"eligible must be True or False, or 1 or 0. Got {able}.")
        return cls(
            features=x, names=_different("names", columns), actions=_different("actions", actions),
            eligible=able.astype(np.bool_), cost=price, u=luck, record=who,
        )  # fmt: skip

    def __len__(self) -> int:
        """Return the number of decisions."""
        return len(self.features)

    def __repr__(self) -> str:
        """Say how large the batch is and what can be done."""
        return f"Context({len(self)} records, {len(self.names)} features, actions {self.actions})"

    def column(self, name: str) -> Floats:
        """Return the feature `name`, a view of shape (n,)."""
        return self.features[:, self.column_number(name)]

    def column_number(self, name: str) -> int:
        """Return where the feature `name` stands."""
        return self.names.index(check_choice("feature", name, self.names))

    def action_number(self, name: str) -> int:
        """Return where the action `name` stands."""
        return self.actions.index(check_choice("action", name, self.actions))

    def take(self, rows: NDArray[Any]) -> "Context":
        """Return the decisions of `rows` (indices or a mask) as a batch of their own."""
        return replace(
            self,
            features=self.features[rows],
            eligible=self.eligible[rows],
            u=self.u[rows],
            record=self.record[rows],
            truth=None if self.truth is None else self.truth.take(rows),
        )


def _whole(name: str, values: Any) -> Ints:
    """Return whole numbers, those beyond 2**53 exactly where they came as integers."""
    numbers = as_numbers(name, values)
    if not ((numbers == np.floor(numbers)) & (np.abs(numbers) < 2.0**63)).all():
        raise ParameterError(f"{name} must be whole numbers of 64 bits. Got {numbers}.")
    made = np.asarray(values)
    return (made if made.dtype.kind in "iu" else numbers).astype(np.int64)


def _different(name: str, values: Sequence[str]) -> tuple[str, ...]:
    """Return names of which there is one at least, and none twice."""
    is_list = np.iterable(values) and not isinstance(values, str)
    made = tuple(values) if is_list else ()
    if not is_list or not all(isinstance(value, str) for value in made):
        raise ParameterError(f"{name} must be a sequence of text. Got {values!r}.")
    if len(set(made)) < len(made) or (name == "actions" and not made):
        raise ParameterError(f"{name} must be different, at least one action. Got {made}.")
    return made
