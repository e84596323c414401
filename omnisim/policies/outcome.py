"""What was decided, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import omnisim.policies._bandit as _bandit
from omnisim.exceptions import ParameterError
from omnisim.policies.context import Context, Floats, Ints


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
    reward : ndarray of shape (n,), float64, unit: EUR, finite
        What followed within the window of the log, before the cost of the action.

    Raises
    ------
    ParameterError
        If lengths differ, an action is none of the context's, a propensity is outside (0, 1], or a
        reward is not finite.
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
        try:
            if _bandit.is_sound(
                self.action.index, self.action.propensity, self.reward, len(self.context.actions)
            ):
                return
        except (TypeError, ValueError):  # no arrays, or of other types
            pass
        self._refuse()

    def _refuse(self) -> None:
        """Raise ParameterError for what is not sound, if anything."""
        if not len(self.reward):
            return
        index, n_actions = self.action.index, len(self.context.actions)
        for name, value, kinds in (("action.index", index, "iu"), ("reward", self.reward, "iuf")):
            if not isinstance(value, np.ndarray) or value.dtype.kind not in kinds:
                kind = "whole numbers" if kinds == "iu" else "numbers"
                raise ParameterError(f"{name} must be an array of {kind}. Got {value!r:.60}.")
        propensity = self.action.propensity
        if not len(index) == len(propensity) == len(self.reward):
            raise ParameterError(
                f"action must have one index and one propensity a row. Got {len(index)} and "
                f"{len(propensity)} for {len(self.reward)} rows."
            )
        low, high = index.min(), index.max()
        if low < 0 or high >= n_actions:
            raise ParameterError(
                f"action.index must lie in [0, {n_actions}): {self.context.actions}. Got "
                f"{low if low < 0 else high}."
            )
        if not (propensity.min() > 0 and propensity.max() <= 1):
            row = int((~((propensity > 0) & (propensity <= 1))).argmax())
            raise ParameterError(
                f"action.propensity must lie in (0, 1]. Got {propensity[row]} in row {row}."
            )
        if not np.isfinite(self.reward).all():
            row = int(np.isfinite(self.reward).argmin())
            raise ParameterError(f"reward must be finite. Got {self.reward[row]} in row {row}.")

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
