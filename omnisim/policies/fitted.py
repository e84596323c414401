"""Policies that fit models to a window of past decisions, and refit as outcomes come in."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Self

import numpy as np

from omnisim._validation import check_count, check_probability
from omnisim.exceptions import ParameterError
from omnisim.policies.base import Policy
from omnisim.policies.choosing import best, drawn, mixed, uniform_share
from omnisim.policies.context import NONE, Context, Floats, Ints
from omnisim.policies.effects import Trial
from omnisim.policies.features import check_features
from omnisim.policies.outcome import Action, Outcome

ROWS = ("x_", "index_", "reward_", "propensity_", "eligible_", "record_")
"""What is kept of each decision."""


@dataclass(kw_only=True)
class FittedPolicy(Policy):
    """What policies share that fit models to logged decisions.

    Before the first fit they decide uniformly at random: the trial that they learn from. Rows in
    which only one action was eligible decide nothing and are left out. An action is not taken, but
    by chance, unless it and the control (``"none"``, or the first action where there is none) were
    each tried in `min_rows` of the rows in which both were possible.

    Parameters
    ----------
    features : tuple of str, optional
        Columns that count; all by default.
    epsilon : float, default=0.0
        Share of decisions left to chance, in [0, 1].
    min_rows : int, default=50
        Rows in which an action must have been tried to be learned; at least 10.
    refit_rows : int, default=1000
        New rows after which `learn` fits again.
    window : int, default=100_000
        Latest rows that are kept.

    Attributes
    ----------
    x_, index_, reward_, propensity_, eligible_, record_ : ndarray
        The rows kept.
    tried_ : ndarray of shape (n_tried,), int64
        Actions learned.
    names_, actions_ : tuple of str
        Features and actions of the first outcomes, which all contexts must have.
    """

    features: tuple[str, ...] | None = None
    epsilon: float = 0.0
    min_rows: int = 50
    refit_rows: int = 1000
    window: int = 100_000

    def __post_init__(self) -> None:
        check_probability("epsilon", self.epsilon)
        check_count("min_rows", self.min_rows, minimum=10)
        check_count("refit_rows", self.refit_rows)
        check_count("window", self.window)
        if self.features is not None:
            check_features("features", self.features)

    @abstractmethod
    def fit_models(self, trial: Trial, cost: Floats) -> None:
        """Fit to a trial of the actions tried, whose costs are `cost`, and keep the models."""

    @abstractmethod
    def gains(self, x: Floats) -> Floats:
        """Return the expected gain of each action tried, before cost, (n, n_tried)."""

    def fit(self, outcome: Outcome) -> Self:
        """Forget all rows, fit to these, and return the policy.

        Raises
        ------
        ParameterError
            If the control or every other action was tried too rarely, or there is no feature.
        """
        for name in (*ROWS, "names_", "actions_"):
            vars(self).pop(name, None)
        self._keep(outcome)
        self._refit(outcome.context.cost)
        if not hasattr(self, "tried_"):
            counts = dict(zip(self.actions_, self._counts().tolist(), strict=True))
            raise ParameterError(
                f"The control and another action must have been tried in {self.min_rows} rows "
                f"each. Got {counts}; only rows count in which both were possible."
            )
        return self

    def learn(self, outcome: Outcome) -> None:
        """Keep the rows, and fit again when enough are new."""
        self._keep(outcome)
        if self.n_new_ >= self.refit_rows:
            self._refit(outcome.context.cost)

    def is_trained(self) -> bool:
        """Tell whether models were fitted; until then everything is left to chance."""
        return hasattr(self, "tried_")

    def decide(self, context: Context) -> Action:
        """Return the action that gains most after cost."""
        if not hasattr(self, "tried_"):
            return drawn(uniform_share(context.eligible), context.u)
        return mixed(context, best(context, self.scores(context)), self.epsilon)

    def scores(self, context: Context) -> Floats:
        """Return the expected gain of each action, before cost; -1e300 if it was not learned."""
        scores = np.full((len(context), len(context.actions)), -1e300)
        scores[:, self.tried_] = self.gains(self._inputs(context))
        return scores

    def _check_learned(self) -> None:
        """Refuse rows that are not complete, and actions that are none."""
        sizes = {name: len(getattr(self, name, ())) for name in ROWS}
        if len(set(sizes.values())) > 1:
            raise ParameterError(f"The rows kept must be of one number. Got {sizes}.")
        if not self.is_trained():
            return
        tried, n = np.asarray(self.tried_), len(self.learned().get("actions_", ()))
        if (
            tried.ndim != 1
            or tried.dtype.kind not in "iu"
            or not np.isin(tried, np.arange(n)).all()
        ):
            raise ParameterError(f"tried_ must number actions, below {n}. Got {tried.tolist()}.")

    def _inputs(self, context: Context) -> Floats:
        if (context.names, context.actions) != (self.names_, self.actions_):
            raise ParameterError(
                f"This {type(self).__name__} learned features {self.names_} and actions "
                f"{self.actions_}. Got {context.names} and {context.actions}."
            )
        if self.features is None:
            return context.features
        return context.features[:, [context.column_number(name) for name in self.features]]

    def _keep(self, outcome: Outcome) -> None:
        context, action = outcome.context, outcome.action
        if not hasattr(self, "x_"):
            if not len(context.names if self.features is None else self.features):
                raise ParameterError(
                    f"{type(self).__name__} learns from features, of which there must be one at "
                    f"least. The contexts have {context.names}, features are {self.features}."
                )
            self.names_, self.actions_ = context.names, context.actions
            self.n_new_ = 0
            self.x_, self.eligible_ = self._inputs(context)[:0], context.eligible[:0]
            self.index_, self.reward_ = np.empty(0, np.int64), np.empty(0)
            self.propensity_, self.record_ = np.empty(0), np.empty(0, np.int64)
        rows = context.eligible.sum(axis=1) > 1
        self.n_new_ += int(rows.sum())
        last = slice(-self.window, None)
        self.x_ = np.concatenate((self.x_, self._inputs(context)[rows]))[last]
        self.eligible_ = np.concatenate((self.eligible_, context.eligible[rows]))[last]
        self.index_ = np.concatenate((self.index_, action.index[rows]))[last]
        self.reward_ = np.concatenate((self.reward_, outcome.reward[rows]))[last]
        self.propensity_ = np.concatenate((self.propensity_, action.propensity[rows]))[last]
        self.record_ = np.concatenate((self.record_, context.record[rows]))[last]

    def _counts(self) -> Ints:
        return np.bincount(self.index_, minlength=len(self.actions_))

    def _pairs(self, control: int) -> Ints:
        """Return the rows of each action or the control, the fewer, where both were possible."""
        treated = np.bincount(self.index_[self.eligible_[:, control]], minlength=len(self.actions_))
        controls = self.eligible_[self.index_ == control].sum(axis=0)
        return np.asarray(np.minimum(treated, controls))

    def _refit(self, cost: Floats) -> None:
        self.n_new_ = 0
        control = self.actions_.index(NONE) if NONE in self.actions_ else 0
        tried = np.flatnonzero(self._pairs(control) >= self.min_rows)
        if control not in tried or len(tried) < 2:
            return
        place = np.full(len(self.actions_), -1)
        place[tried] = np.arange(len(tried))
        rows = place[self.index_] >= 0
        trial = Trial(
            self.x_[rows], place[self.index_[rows]], self.reward_[rows], self.propensity_[rows],
            self.eligible_[rows][:, tried], self.record_[rows], int(place[control]),
        )  # fmt: skip
        self.fit_models(trial, cost[tried])
        self.tried_ = tried
