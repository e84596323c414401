"""Target policies as probabilities of the actions of a log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from omnisim._validation import as_numbers, check_choice, check_instance
from omnisim.evaluation.feedback import LoggedFeedback
from omnisim.exceptions import ParameterError
from omnisim.policies import Policy, Truth

Floats = npt.NDArray[np.float64]

SUM_TOLERANCE = 1e-8
"""How far the probabilities of a row may be from summing to one: rounding, nothing else."""


@runtime_checkable
class HasProbabilities(Protocol):
    """A policy that can say how likely it takes each action."""

    def probabilities(self, context: Floats) -> npt.ArrayLike:
        """Return probabilities of shape (n, n_actions) for contexts of shape (n, n_features)."""
        ...


Target: TypeAlias = "str | Mapping[str, float] | Policy | HasProbabilities | npt.ArrayLike"
"""What an estimator takes as a target policy; see `target_probabilities`."""


def target_probabilities(log: LoggedFeedback, target: Target) -> Floats:
    """Return the probability with which the target policy takes each action in each row.

    Parameters
    ----------
    log : LoggedFeedback
        Decisions; n rows.
    target : str, mapping, array or object
        The name of an action, always taken; the probability of each action by name, the same in
        every row (those left out are 0); an integer array of shape (n,), the action taken in each
        row; a float array of shape (n, n_actions); an `omnisim.policies.Policy`, as it stands,
        over the features and actions of the log; or another object whose
        ``probabilities(context)`` returns such an array for the features (n, n_features).

    Returns
    -------
    ndarray of shape (n, n_actions), float64
        Non-negative; every row sums to 1.

    Raises
    ------
    ParameterError
        If it is none of these, or no distribution.
    """
    if isinstance(target, str):
        target = {check_choice("action", target, log.action_names): 1.0}
    if isinstance(target, Mapping):
        for name in target:
            check_choice("action", name, log.action_names)
        row = as_numbers("target", [target.get(name, 0.0) for name in log.action_names])
        return _checked(np.broadcast_to(row, (len(log), log.n_actions)), log)
    if isinstance(target, Policy):
        return _checked(_of_policy(target, log), log)
    if isinstance(target, type) and issubclass(target, Policy):
        check_instance("target", target, Policy)
    if isinstance(target, HasProbabilities):
        return _checked(as_numbers("target", target.probabilities(log.context)), log)
    try:
        array = np.asarray(target)
    except ValueError as error:
        raise ParameterError(f"target must be in rows of one length. {error}") from error
    if array.ndim == 1 and array.dtype.kind in "iu":
        return _of_actions(array, log)
    if array.dtype.kind not in "biuf":
        raise ParameterError(f"target must hold numbers. Got dtype {array.dtype}.")
    return _checked(array.astype(np.float64, copy=False), log)


def _of_policy(policy: Policy, log: LoggedFeedback) -> Floats:
    context = log.to_outcome().context
    if policy.needs_truth:
        if log.expected_reward is None:
            raise ParameterError(
                f"{type(policy).__name__} needs the truth: a log with expected_reward, as only a "
                "simulator can write it."
            )
        context = replace(context, truth=Truth(value=log.expected_reward))
    return np.asarray(policy.probabilities(context), dtype=np.float64)


def _of_actions(action: npt.NDArray[Any], log: LoggedFeedback) -> Floats:
    if action.shape != (len(log),):
        raise ParameterError(
            f"target must give one action to each of {len(log)} rows. Got shape {action.shape}."
        )
    if action.min() < 0 or action.max() >= log.n_actions:
        raise ParameterError(
            f"target must give one action in [0, {log.n_actions}) to each of {len(log)} rows. "
            f"Got values {action.min()} to {action.max()}."
        )
    return np.asarray(action[:, None] == np.arange(log.n_actions), dtype=np.float64)


def _checked(probabilities: Floats, log: LoggedFeedback) -> Floats:
    shape = (len(log), log.n_actions)
    if probabilities.shape != shape:
        raise ParameterError(
            f"target must have shape {shape}, one row a decision and one column an action. "
            f"Got {probabilities.shape}."
        )
    total = probabilities.sum(axis=1)
    wrong = ~((probabilities >= 0).all(axis=1) & (np.abs(total - 1) <= SUM_TOLERANCE))
    if wrong.any():
        row = int(wrong.argmax())
        raise ParameterError(
            "target must be >= 0 and sum to 1 in every row. "
            f"Got {probabilities[row].tolist()} in row {row}."
        )
    return probabilities
