"""Effects of actions given the features, learned from logged decisions by meta-learners.

Each learner is a pair of functions over any scikit-learn estimator: one fits models to a `Trial`,
the other predicts the effect of every action against the control. They follow Künzel, Sekhon,
Bickel and Yu (2019), Metalearners for estimating heterogeneous treatment effects, PNAS 116(10),
doi:10.1073/pnas.1804597116 (S, T, X), and Kennedy (2023), Towards optimal doubly robust estimation
of heterogeneous causal effects, EJS 17(2), doi:10.1214/23-EJS2157 (DR, here with the logged
propensities, which are exact).

Who may get an action differs from who may not: holders of the app buy more, whatever is pushed. The
effect of an action is therefore learned from the rows in which both it and the control were
possible, and those of the control are among them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from omnisim.exceptions import ParameterError
from omnisim.policies.context import Bools, Floats, Ints
from omnisim.policies.folds import dealt, units

Estimator = Any
"""A scikit-learn regressor, or a classifier where rewards are 0 and 1."""

Models = dict[str, list[Any]]
"""Fitted estimators and numbers by what they are for."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Logged decisions as learners read them.

    Attributes
    ----------
    x : ndarray of shape (n, n_features), float64
        Features.
    action : ndarray of shape (n,), int64, in [0, n_actions)
        What was done.
    reward : ndarray of shape (n,), float64, unit: EUR
        What followed, before cost.
    propensity : ndarray of shape (n,), float64, in (0, 1]
        Probability of what was done.
    eligible : ndarray of shape (n, n_actions), bool
        What could have been done.
    unit : ndarray of shape (n,), int64
        Record that a row is about; negative where that is unknown, and the row stands alone.
    control : int
        The action against which effects count.
    """

    x: Floats
    action: Ints
    reward: Floats
    propensity: Floats
    eligible: Bools
    unit: Ints
    control: int

    @property
    def n_actions(self) -> int:
        """Number of actions."""
        return int(self.eligible.shape[1])

    def take(self, rows: Any) -> "Trial":
        """Return the decisions of `rows` (indices or a mask)."""
        names = ("x", "action", "reward", "propensity", "eligible", "unit")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


@dataclass(frozen=True, slots=True)
class Makers:
    """How models are made: copies of the user's estimators.

    Attributes
    ----------
    outcome : estimator
        For rewards given features.
    effect : estimator
        For effects given features, a regressor; used by the X- and the DR-learner.
    n_folds : int
        Folds of cross-fitting; used by the DR-learner.
    """

    outcome: Estimator
    effect: Estimator
    n_folds: int = 5


def fit_s(trial: Trial, makers: Makers) -> Models:
    """Fit a model of the reward on features and action together, one for all who may get them."""

    def model(part: Trial) -> Estimator:
        x = np.hstack((part.x, np.eye(part.n_actions)[part.action]))
        return fitted(makers.outcome, x, part.reward)

    return {"outcome": alike(trial, np.ones(len(trial.x), dtype=np.bool_), model)}


def effects_s(models: Models, x: Floats, control: int, n_actions: int) -> Floats:
    """Return what each action's model predicts with it, less that with the control."""
    made, one_hot = np.zeros((len(x), n_actions)), np.eye(n_actions)
    others = [a for a in range(n_actions) if a != control]
    for a, model in zip(others, models["outcome"], strict=True):
        done, left = (
            predicted(model, np.hstack((x, np.tile(one_hot[k], (len(x), 1))))) for k in (a, control)
        )
        made[:, a] = done - left
    return made


def fit_t(trial: Trial, makers: Makers) -> Models:
    """Fit models of the reward with each action, and without it among those who may get it."""

    def model(part: Trial) -> Estimator:
        return fitted(makers.outcome, part.x, part.reward)

    others = [a for a in range(trial.n_actions) if a != trial.control]
    treated = [model(trial.take((trial.action == a) & both(trial, a))) for a in others]
    return {"treated": treated, "controls": alike(trial, trial.action == trial.control, model)}


def effects_t(models: Models, x: Floats, control: int, n_actions: int) -> Floats:
    """Return the prediction with each action, less that without."""
    made = np.zeros((len(x), n_actions))
    others = [a for a in range(n_actions) if a != control]
    for a, done, left in zip(others, models["treated"], models["controls"], strict=True):
        made[:, a] = predicted(done, x) - predicted(left, x)
    return made


def fit_x(trial: Trial, makers: Makers) -> Models:
    """Fit imputed effects of the treated and of the controls, for each action."""
    outcome = fit_t(trial, makers)
    others = [a for a in range(trial.n_actions) if a != trial.control]
    models: Models = {"treated": [], "controls": [], "share": []}
    for a, done, left in zip(others, outcome["treated"], outcome["controls"], strict=True):
        treated = trial.take((trial.action == a) & both(trial, a))
        controls = trial.take((trial.action == trial.control) & both(trial, a))
        gained = treated.reward - predicted(left, treated.x)
        missed = predicted(done, controls.x) - controls.reward
        models["treated"].append(fitted(makers.effect, treated.x, gained))
        models["controls"].append(fitted(makers.effect, controls.x, missed))
        models["share"].append(len(treated.x) / (len(treated.x) + len(controls.x)))
    return models


def effects_x(models: Models, x: Floats, control: int, n_actions: int) -> Floats:
    """Return share x (effect on controls) + (1 - share) x (effect on treated)."""
    made = np.zeros((len(x), n_actions))
    others = [a for a in range(n_actions) if a != control]
    parts = zip(others, models["treated"], models["controls"], models["share"], strict=True)
    for a, treated, controls, share in parts:
        made[:, a] = share * predicted(controls, x) + (1 - share) * predicted(treated, x)
    return made


def fit_dr(trial: Trial, makers: Makers) -> Models:
    """Fit the difference of doubly robust scores, where the action was possible."""
    score = doubly_robust_scores(trial, makers)
    models: Models = {"effect": []}
    for a in range(trial.n_actions):
        if a != trial.control:
            able = both(trial, a)
            gain = (score[:, a] - score[:, trial.control])[able]
            models["effect"].append(fitted(makers.effect, trial.x[able], gain))
    return models


def effects_dr(models: Models, x: Floats, control: int, n_actions: int) -> Floats:
    """Return the predicted differences of scores."""
    made = np.zeros((len(x), n_actions))
    others = [a for a in range(n_actions) if a != control]
    for a, model in zip(others, models["effect"], strict=True):
        made[:, a] = predicted(model, x)
    return made


LEARNERS: dict[str, tuple[Callable[..., Models], Callable[..., Floats]]] = {
    "S": (fit_s, effects_s),
    "T": (fit_t, effects_t),
    "X": (fit_x, effects_x),
    "DR": (fit_dr, effects_dr),
}


KEPT = {"S": ("outcome",), "T": ("controls", "treated"), "X": ("controls", "share", "treated"),
        "DR": ("effect",)}  # fmt: skip
"""What each learner keeps, one of each for every action but the control."""


def doubly_robust_scores(trial: Trial, makers: Makers) -> Floats:
    """Return mu_a(x) + 1{A = a} (r - mu_a(x)) / p for each row and action, cross-fitted.

    The model that judges a row has seen no row of the same record. Records are dealt to folds as
    shoppers are in off-policy evaluation (`omnisim.evaluation.CrossFitting`), in an order that is
    drawn once and for all. Logs of several runs number their records anew: records of one number
    share a fold, which leaks nothing.
    """
    n, unit = len(trial.x), units(trial.unit)
    fold = dealt(int(unit.max()) + 1, makers.n_folds, who="records")[unit]
    score = np.empty((n, trial.n_actions))
    for k in range(makers.n_folds):
        for a in range(trial.n_actions):
            part = trial.take((fold != k) & (trial.action == a))
            model = fitted(makers.outcome, part.x, part.reward)
            score[fold == k, a] = predicted(model, trial.x[fold == k])
    rows = np.arange(n)
    seen = score[rows, trial.action]
    score[rows, trial.action] += (trial.reward - seen) / trial.propensity
    return score


def both(trial: Trial, action: int) -> Bools:
    """Return where an action and the control were possible, (n,)."""
    return trial.eligible[:, action] & trial.eligible[:, trial.control]


def alike(trial: Trial, rows: Bools, model: Callable[[Trial], Estimator]) -> list[Estimator]:
    """Return for each action but the control a model of those `rows` in which both were possible.

    Actions possible in the same rows share one.
    """
    made: dict[bytes, Estimator] = {}
    found = []
    for a in range(trial.n_actions):
        if a != trial.control:
            able = rows & both(trial, a)
            key = able.tobytes()
            if key not in made:
                made[key] = model(trial.take(able))
            found.append(made[key])
    return found


def fitted(estimator: Estimator, x: Floats, y: Floats) -> Estimator:
    """Return a fitted copy of an estimator."""
    from sklearn.base import clone

    if not len(x):
        raise ParameterError("Each action must have been tried. At least one was not in a fold.")
    with one_thread().limit(limits=1):
        try:
            return clone(estimator).fit(x, y)
        except (TypeError, ValueError) as error:
            raise ParameterError(
                f"{type(estimator).__name__} cannot be fitted to these rewards: {error!s:.300}"
            ) from error


def predicted(model: Estimator, x: Floats) -> Floats:
    """Return predicted means: of a classifier, classes weighted by their probabilities."""
    if not len(x):
        return np.zeros(0)
    with one_thread().limit(limits=1):
        if hasattr(model, "predict_proba"):
            return np.asarray(model.predict_proba(x) @ model.classes_, dtype=np.float64)
        return np.asarray(model.predict(x), dtype=np.float64)


@cache
def one_thread() -> Any:
    """Return what holds estimators to one thread: batches are small, and replications run beside.

    scikit-learn, which loads the libraries that are held, must have been imported before.
    """
    import sklearn.ensemble  # noqa: F401  loads OpenMP
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
