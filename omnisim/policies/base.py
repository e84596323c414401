"""The interface between a firm's records and the policy that acts on them."""

import copy
import pathlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from omnisim._validation import check_choice
from omnisim.exceptions import ParameterError
from omnisim.policies.saving import described, policy_to_dict, write_policy

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
        The firm's number of each record.
    catalogue : ndarray of shape (n_items, n_attributes), float64, optional
        Attributes of the items that content may show, the most popular first.
    truth : Truth, optional
        Set only for a policy whose `needs_truth` is True.

    Raises
    ------
    ParameterError
        If shapes do not fit together.
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


@dataclass(frozen=True, slots=True)
class Action:
    """What a policy decided for each record of a `Context`.

    Attributes
    ----------
    index : ndarray of shape (n,), int64
        Number of the action in ``context.actions``.
    propensity : ndarray of shape (n,), float64, in (0, 1]
        Probability with which the policy takes this action in this context, exactly.
    probabilities : ndarray of shape (n, n_actions), float64, optional
        Probability of every action; rows sum to one.
    item : ndarray of shape (n,), int32, optional
        Row of the catalogue to show, from a policy that chooses it; otherwise the content named by
        the action decides.
    """

    index: Ints
    propensity: Floats
    probabilities: Floats | None = None
    item: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        """Return the number of decisions."""
        return len(self.index)

    def __repr__(self) -> str:
        """Say how many decisions there are."""
        return f"Action({len(self)} decisions)"

    def take(self, rows: NDArray[Any]) -> "Action":
        """Return the decisions of `rows` (indices or a mask)."""
        return Action(
            self.index[rows],
            self.propensity[rows],
            None if self.probabilities is None else self.probabilities[rows],
            None if self.item is None else self.item[rows],
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a batch of decisions, once it is known.

    Attributes
    ----------
    context : Context
        The decisions, as they stood when they were made.
    action : Action
        What was decided, by this policy or by another one (the behavior policy).
    reward : ndarray of shape (n,), float64, unit: EUR
        What followed within the window of the log, before the cost of the action.
    """

    context: Context
    action: Action
    reward: Floats

    def __post_init__(self) -> None:
        if not len(self.context) == len(self.action) == len(self.reward):
            raise ParameterError(
                "context, action and reward must have the same length. Got "
                f"{len(self.context)}, {len(self.action)} and {len(self.reward)}."
            )

    def __len__(self) -> int:
        """Return the number of decisions."""
        return len(self.reward)

    def __repr__(self) -> str:
        """Say how many decisions there are and what they earned."""
        mean = float(self.reward.mean()) if len(self) else 0.0
        return f"Outcome({len(self)} decisions, mean reward {mean:.4g} EUR)"

    def take(self, rows: NDArray[Any]) -> "Outcome":
        """Return the outcomes of `rows` (indices or a mask)."""
        return Outcome(self.context.take(rows), self.action.take(rows), self.reward[rows])


class Policy(ABC):
    """Decides a batch of contexts, and learns from a batch of outcomes.

    A policy is a dataclass of its parameters; what it learns it keeps in attributes whose names end
    in ``_``. The same policy runs in the siloed and in the integrated firm: only what its contexts
    hold differs.
    """

    needs_truth: ClassVar[bool] = False
    """Whether contexts must carry what no firm can observe; True for an oracle only."""

    @abstractmethod
    def decide(self, context: Context) -> Action:
        """Return one action a row of `context`, each with its exact propensity."""

    def learn(self, outcome: Outcome) -> None:
        """Take up what came of earlier decisions, in the order given; by default nothing."""
        return

    def copy(self) -> Self:
        """Return an independent copy: what it learns leaves this policy as it is."""
        return copy.deepcopy(self)

    def describe(self) -> dict[str, Any]:
        """Return name, parameters and a digest of what was learned, as plain JSON."""
        return described(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the policy as plain JSON; `policy_from_dict` makes it again, bit by bit."""
        return policy_to_dict(self)

    def save(self, path: str | pathlib.Path) -> None:
        """Write the policy to a JSON file; `load_policy` reads it."""
        write_policy(self, path)


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Return outcomes of the same features and actions as one batch, in the order given.

    Raises
    ------
    ParameterError
        If there are none, or their features or actions differ.
    """
    if not outcomes:
        raise ParameterError("outcomes must hold at least one batch. Got none.")
    first = outcomes[0].context
    for other in (outcome.context for outcome in outcomes):
        if (other.names, other.actions) != (first.names, first.actions):
            raise ParameterError(
                "Outcomes can be joined if features and actions are the same. Got "
                f"{first.names}, {first.actions} and {other.names}, {other.actions}."
            )
    stacked: dict[str, Any] = {
        name: np.concatenate([getattr(outcome.context, name) for outcome in outcomes])
        for name in ("features", "eligible", "u", "record")
    }
    action = Action(
        np.concatenate([outcome.action.index for outcome in outcomes]),
        np.concatenate([outcome.action.propensity for outcome in outcomes]),
    )
    context = replace(first, truth=None, **stacked)
    return Outcome(context, action, np.concatenate([outcome.reward for outcome in outcomes]))
