"""Predictions of the reward for rows that the model has not seen."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from omnisim._validation import check_count
from omnisim.evaluation.feedback import LoggedFeedback
from omnisim.evaluation.reward_model import LinearRewards, RewardModel
from omnisim.exceptions import ParameterError
from omnisim.policies.folds import dealt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CrossFitting:
    """How the mean reward of each action is predicted.

    Each fold is predicted by a model fitted to the others, so that no row's own reward is in its
    prediction [1]_. Rows of one shopper share a fold.

    Folds are drawn by `seed`, over shoppers in the order of their ids or, without shoppers, over
    rows in the order of the log. Another seed or order gives another prediction, and moves an
    estimate by far less than its standard error. To be free of it, average the predictions of
    several seeds and give them to the estimator:
    ``np.mean([CrossFitting(seed=k).predict(log) for k in range(10)], axis=0)`` as `predicted`.

    Parameters
    ----------
    model : RewardModel, default=LinearRewards()
        What learns.
    n_folds : int, default=5
        At least 1; with 1 the model predicts the rows that it was fitted to.
    seed : int, default=0
        Of the folds.

    References
    ----------
    .. [1] Chernozhukov, Chetverikov, Demirer, Duflo, Hansen, Newey and Robins (2018).
       Double/debiased machine learning. Econometrics Journal 21(1), C1–C68.
       doi:10.1111/ectj.12097
    """

    model: RewardModel = field(default_factory=LinearRewards)
    n_folds: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        check_count("n_folds", self.n_folds)
        check_count("seed", self.seed, minimum=0)
        if not hasattr(self.model, "fit_predict"):
            raise ParameterError(
                "model must have fit_predict, as LinearRewards or SklearnRewards have. "
                f"Got {self.model!r}."
            )

    def predict(self, log: LoggedFeedback) -> Floats:
        """Return the predicted mean reward of every action in every row.

        Returns
        -------
        ndarray of shape (n, n_actions), float64
            NaN where the other folds have no row of the action.

        Raises
        ------
        ParameterError
            If there are fewer shoppers (or rows) than folds.
        """
        if self.n_folds == 1:
            return self.model.fit_predict(log, log.context)
        fold = assign_folds(log, self.n_folds, seed=self.seed)
        predicted = np.empty((len(log), log.n_actions))
        for k in range(self.n_folds):
            held = fold == k
            predicted[held] = self.model.fit_predict(log.take(~held), log.context[held])
        return predicted


def assign_folds(log: LoggedFeedback, n_folds: int, *, seed: int) -> Ints:
    """Return the fold of each row, (n,), in [0, n_folds).

    Shoppers (rows, where there are none) are put in random order and dealt to the folds in turn,
    so that folds differ by one shopper at most.
    """
    unit = np.arange(len(log)) if log.shopper is None else clusters(log.shopper)
    who = "rows" if log.shopper is None else "shoppers"
    return np.asarray(dealt(int(unit.max()) + 1, n_folds, who=who, seed=seed)[unit])


def clusters(shopper: Ints) -> Ints:
    """Return shoppers numbered without gaps, in the order of their ids."""
    return np.asarray(np.unique(shopper, return_inverse=True)[1], dtype=np.int64)
