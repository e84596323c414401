"""Models of the mean reward of every action given the context."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from omnisim._validation import check_estimator
from omnisim.evaluation.feedback import LoggedFeedback
from omnisim.exceptions import ParameterError

Floats = npt.NDArray[np.float64]


class RewardModel(Protocol):
    """Anything that learns from a log and predicts for other contexts, holding no state."""

    def fit_predict(self, log: LoggedFeedback, context: Floats) -> Floats:
        """Return the predicted mean reward of every action, (n_rows, n_actions).

        NaN for an action of which the log has no row.
        """
        ...


@dataclass(frozen=True)
class LinearRewards:
    """A ridge regression of reward on context, apart for each action.

    Features are standardised over the log, those that do not vary are left out, and the intercept
    is not shrunk: minimise ``sum (r - a - b z) ** 2 + ridge * sum b ** 2`` in a and b [1]_. Without
    features it is the mean reward of each action.

    Parameters
    ----------
    ridge : float, default=1.0
        In squared units of the reward; at least 0. With 0, ties go to the smallest coefficients.

    References
    ----------
    .. [1] Hoerl and Kennard (1970). Ridge regression: biased estimation for nonorthogonal problems.
       Technometrics 12(1), 55–67. doi:10.1080/00401706.1970.10488634
    """

    ridge: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.ridge, Real) or not 0 <= self.ridge < float("inf"):
            raise ParameterError(f"ridge must be finite and >= 0. Got {self.ridge!r}.")

    def fit_predict(self, log: LoggedFeedback, context: Floats) -> Floats:
        """Return the predicted mean reward of every action, (n_rows, n_actions)."""
        mean, spread = log.context.mean(axis=0), log.context.std(axis=0)
        varies = spread > 1e-12 * (1 + np.abs(mean))
        seen = (log.context[:, varies] - mean[varies]) / spread[varies]
        asked = (context[:, varies] - mean[varies]) / spread[varies]
        predicted = np.full((len(context), log.n_actions), np.nan)
        for action in range(log.n_actions):
            rows = log.action == action
            if rows.any():
                predicted[:, action] = self._regress(seen[rows], log.reward[rows], asked)
        return predicted

    def _regress(self, seen: Floats, reward: Floats, asked: Floats) -> Floats:
        center, level = seen.mean(axis=0), reward.mean()
        z = seen - center
        gram = z.T @ z + self.ridge * np.eye(z.shape[1])
        coefficient = np.linalg.lstsq(gram, z.T @ (reward - level), rcond=None)[0]
        return np.asarray(level + (asked - center) @ coefficient)


@dataclass(frozen=True)
class SklearnRewards:
    """A scikit-learn regressor or classifier as a model of the reward.

    Parameters
    ----------
    estimator : scikit-learn estimator
        Cloned before each fit. A classifier predicts the mean of its classes, weighted by
        ``predict_proba``: for rewards that are 0 or 1 and such. Give it a ``random_state``.
    per_action : bool, default=True
        Whether each action has a model of its own (T-learner), or one model sees indicators of the
        action beside the context (S-learner).

    References
    ----------
    .. [1] Künzel, Sekhon, Bickel and Yu (2019). Metalearners for estimating heterogeneous treatment
       effects. PNAS 116(10), 4156–4165. doi:10.1073/pnas.1804597116
    """

    estimator: Any
    per_action: bool = True

    def __post_init__(self) -> None:
        check_estimator("estimator", self.estimator)

    def fit_predict(self, log: LoggedFeedback, context: Floats) -> Floats:
        """Return the predicted mean reward of every action, (n_rows, n_actions)."""
        seen = np.bincount(log.action, minlength=log.n_actions) > 0
        predicted = np.full((len(context), log.n_actions), np.nan)
        marks = np.eye(log.n_actions)
        shared = None
        if not self.per_action:
            shared = self._fit(np.hstack([log.context, marks[log.action]]), log.reward)
        for action in np.flatnonzero(seen):
            if shared is not None:
                mark = np.broadcast_to(marks[action], (len(context), log.n_actions))
                predicted[:, action] = _mean(shared, np.hstack([context, mark]))
            else:
                rows = log.action == action
                model = self._fit(log.context[rows], log.reward[rows])
                predicted[:, action] = _mean(model, context)
        return predicted

    def _fit(self, features: Floats, reward: Floats) -> Any:
        from sklearn.base import clone

        try:
            return clone(self.estimator).fit(features, reward)
        except (TypeError, ValueError) as error:
            raise ParameterError(
                f"{type(self.estimator).__name__} cannot be fitted to these rewards: {error!s:.300}"
            ) from error


def _mean(model: Any, features: Floats) -> Floats:
    """Return the predicted mean of a fitted scikit-learn model."""
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(features) @ model.classes_)
    return np.asarray(model.predict(features), dtype=np.float64)
