"""Linear bandits: each action's reward is a linear function of the features, learned on the way."""

from dataclasses import dataclass
from functools import cache, cached_property
from typing import ClassVar

import numpy as np

import omnisim.policies._bandit as _bandit
from omnisim._validation import check_choice, check_instance, check_positive, check_probability
from omnisim.exceptions import ParameterError
from omnisim.policies.base import Policy
from omnisim.policies.choosing import best, certain, drawn, mixed
from omnisim.policies.context import Context, Floats
from omnisim.policies.encoding import Encoding
from omnisim.policies.features import check_features
from omnisim.policies.outcome import Action, Outcome

MOST = 256
"""Inputs and actions that the kernels take."""

REFRESH_EVERY = 1024
"""Updates of an action after which its inverse is computed afresh, so that rounding stays small."""

FEW = 256
"""Rows below which it does not pay to look for what can be left out."""

PER_UNIT = 256
"""Entries a unit of the table of the normal distribution; cubic interpolation errs by 1e-12."""


@dataclass(kw_only=True)
class LinearBandit(Policy):
    """The ridge regression of each action that the linear bandits share; decides greedily.

    For each action a, with the rows x in which it was taken and their rewards r:
    precision = ridge I + sum x x', moment = sum r x, theta = precision^-1 moment. The score of an
    action is x' theta less its cost. Outcomes may come late and in batches: rows are added in the
    order given, and the order of batches alone decides.

    The reward is modelled given the features, and eligibility enters the choice alone. Where it
    tells something of people (holders of the app buy more, whatever is pushed), it must be among
    the features; otherwise what sets them apart is taken for an effect of the action.

    Parameters
    ----------
    ridge : float, default=1.0
        Weight of the penalty; above 0.
    features : tuple of str, optional
        Columns that count; all by default. At most 255.
    intercept : bool, default=True
        Whether a constant is an input too.

    Attributes
    ----------
    theta_ : ndarray of shape (n_inputs, n_actions), float64
        Coefficients.
    precision_ : ndarray of shape (n_actions, n_inputs, n_inputs), float64
        Penalty plus sum of squares and products; only the lower triangles are kept up to date.
    inverse_ : ndarray of shape (n_actions, n_inputs, n_inputs), float64
        Its inverse.
    moment_ : ndarray of shape (n_actions, n_inputs), float64
        Sum of reward times input.
    n_updates_ : ndarray of shape (n_actions,), int64
        Outcomes learned from.
    names_, actions_ : tuple of str
        Features and actions of the first context, which all others must have.
    """

    by_row: ClassVar[bool] = True
    ridge: float = 1.0
    features: tuple[str, ...] | None = None
    intercept: bool = True

    def __post_init__(self) -> None:
        check_positive("ridge", self.ridge)
        if self.features is not None:
            check_features("features", self.features)

    def decide(self, context: Context) -> Action:
        """Return the action with the highest expected reward after cost."""
        return certain(best(context, self._scores(context)))

    def learn(self, outcome: Outcome) -> None:
        """Add the outcomes, row by row."""
        x = self._inputs(check_instance("outcome", outcome, Outcome).context)
        index = np.ascontiguousarray(outcome.action.index, dtype=np.int64)
        reward = np.ascontiguousarray(outcome.reward, dtype=np.float64)
        _bandit.update(
            x, index, reward, REFRESH_EVERY, self.precision_, self.inverse_, self.moment_,
            self.theta_, self.n_updates_,
        )  # fmt: skip

    def _inputs(self, context: Context) -> Floats:
        """Return the inputs of a context, after making room for what the first one brings."""
        self._check(context)
        return self._encoding.inputs(context)

    def _check(self, context: Context) -> None:
        check_instance("context", context, Context)
        if not hasattr(self, "theta_"):
            self._begin(context)
        names, actions = context.names, context.actions
        if names != self.names_ or actions != self.actions_:
            raise ParameterError(
                f"This {type(self).__name__} learned features {self.names_} and actions "
                f"{self.actions_}. Got {names} and {actions}."
            )

    @cached_property
    def _encoding(self) -> Encoding:
        return Encoding.of(self.names_, self.features, self.intercept)

    def _begin(self, context: Context) -> None:
        for name in self.features or ():
            context.column_number(name)
        d = Encoding.of(context.names, self.features, self.intercept).n_inputs
        k = len(context.actions)
        if not 0 < d <= MOST or k > MOST:
            raise ParameterError(
                f"A linear bandit takes 1 to {MOST} inputs and up to {MOST} actions. Got {d} and "
                f"{k}."
            )
        self.names_, self.actions_ = context.names, context.actions
        self.precision_ = np.tile(np.eye(d) * self.ridge, (k, 1, 1))
        self.inverse_ = np.tile(np.eye(d) / self.ridge, (k, 1, 1))
        self.moment_, self.theta_ = np.zeros((k, d)), np.zeros((d, k))
        self.n_updates_ = np.zeros(k, dtype=np.int64)

    def _check_learned(self) -> None:
        """Refuse arrays other than features and actions give: kernels do not look."""
        learned = self.learned()
        if not learned:
            return
        for name in self.features or ():
            check_choice("feature", name, learned.get("names_", ()))
        k = len(learned.get("actions_", ()))
        d = Encoding.of(learned.get("names_", ()), self.features, self.intercept).n_inputs
        wanted = {
            "precision_": (k, d, d), "inverse_": (k, d, d), "moment_": (k, d), "theta_": (d, k),
            "n_updates_": (k,),
        }  # fmt: skip
        for name, shape in wanted.items():
            value = np.asarray(learned.get(name, 0.0))
            if value.shape != shape or max(d, k) > MOST:
                raise ParameterError(
                    f"{name} must have shape {shape}: at most {MOST} inputs and actions. Got "
                    f"{value.shape}."
                )
            dtype = np.dtype(np.int64 if name == "n_updates_" else np.float64)
            if value.dtype != dtype or not np.isfinite(value).all():
                raise ParameterError(f"{name} must hold finite numbers of dtype {dtype}.")
            setattr(self, name, np.ascontiguousarray(value))

    def _scores(self, context: Context, *, share: float = 1.0, alpha: float = 0.0) -> Floats:
        """Return `share` times expected rewards plus `alpha` standard deviations.

        Returns
        -------
        ndarray of shape (n, n_actions), float64
            0 for an action that is eligible in no row.
        """
        self._check(context)
        score = np.empty((len(context), len(self.actions_)))
        wanted = np.arange(len(self.actions_))
        (column, scale), theta, inverse = self._encoding.sources, self.theta_, self.inverse_
        if len(context) >= FEW:
            wanted = np.flatnonzero([any_row.any() for any_row in context.eligible.T])
            used = self._encoding.used(context)
            if len(used) < len(column):
                column, scale, theta = column[used], scale[used], theta[used]
                inverse = np.ascontiguousarray(inverse[:, used[:, None], used])
        features = context.features if context.names else np.zeros((len(context), 1))
        _bandit.scores(features, column, scale, theta, inverse, wanted, share, alpha, score)
        return score


@dataclass(kw_only=True)
class LinUCB(LinearBandit):
    """Take the action that could be best: expected reward plus `alpha` standard deviations.

    Disjoint model: x' theta + alpha sqrt(x' precision^-1 x), less the cost. It draws nothing, so
    every propensity is one. Eligibility that tells of people must be a feature, see `LinearBandit`.

    Parameters
    ----------
    alpha : float, default=1.0, unit: EUR
        Width of the bound, in standard deviations of noise of 1 EUR; above 0.
    ridge, features, intercept
        See `LinearBandit`, also for what is learned.

    References
    ----------
    .. [1] Li, Chu, Langford and Schapire (2010). A contextual-bandit approach to personalized news
       article recommendation. WWW, algorithm 1. doi:10.1145/1772690.1772758
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("alpha", self.alpha)

    def decide(self, context: Context) -> Action:
        """Return the action with the highest upper bound after cost."""
        return certain(best(context, self._scores(context, alpha=self.alpha)))


@dataclass(kw_only=True)
class LinearThompson(LinearBandit):
    """Take each action as often as it is likely to be the best one.

    With independent coefficients theta ~ N(theta, alpha**2 precision^-1) of each action, the scores
    of one context are independent normals. Their chances to be the highest are integrated, and the
    action is drawn from them with the one uniform of the decision; the propensity is therefore
    exact for what is done, and within 1e-8 of sampling every theta.

    Parameters
    ----------
    alpha : float, default=1.0, unit: EUR
        Standard deviation of the noise that the posterior assumes; above 0.
    ridge, features, intercept
        See `LinearBandit`, also for what is learned.

    References
    ----------
    .. [1] Agrawal and Goyal (2013). Thompson sampling for contextual bandits with linear payoffs.
       ICML, algorithm 1 with v = alpha, one set of coefficients for each action.
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("alpha", self.alpha)

    def decide(self, context: Context) -> Action:
        """Return a draw from the chances of each eligible action to be the best after cost."""
        mean = self._scores(context)
        mean -= context.cost
        width, chance = self._scores(context, share=0.0, alpha=self.alpha), np.empty_like(mean)
        np.maximum(width, 1e-12, out=width)  # a row of zeros has no spread
        eligible = np.ascontiguousarray(context.eligible).view(np.uint8)
        _bandit.thompson(mean, width, eligible, normal_table(), PER_UNIT, chance)
        return drawn(chance, context.u)


@dataclass(kw_only=True)
class EpsilonGreedy(LinearBandit):
    """Take the best action by a linear model, or with a small probability any eligible one.

    Eligibility that tells of people must be a feature, see `LinearBandit`.

    Parameters
    ----------
    epsilon : float, default=0.1
        Share of decisions left to chance, in [0, 1].
    ridge, features, intercept
        See `LinearBandit`, also for what is learned.
    """

    epsilon: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_probability("epsilon", self.epsilon)

    def decide(self, context: Context) -> Action:
        """Return the best action after cost, or a random one."""
        index = best(context, self._scores(context))
        return mixed(context, index, self.epsilon)


@cache
def normal_table() -> Floats:
    """Return distribution function and density of the standard normal from -6.5 to 6.5."""
    from scipy.special import ndtr

    z = np.arange(13 * PER_UNIT + 2) / PER_UNIT - 6.5
    table = np.column_stack((ndtr(z), np.exp(-z * z / 2) / np.sqrt(2 * np.pi)))
    table[0], table[-2:] = (0.0, 0.0), (1.0, 0.0)  # no mass beyond: 4e-11 on either side
    return table
