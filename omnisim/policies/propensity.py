"""Contact those who will probably buy: the propensity model of the field."""

from dataclasses import dataclass

import numpy as np

from omnisim._validation import check_estimator, check_probability
from omnisim.policies.choosing import drawn, mixed, uniform_share
from omnisim.policies.context import NONE, Context, Floats
from omnisim.policies.effects import Estimator, Trial, fitted, predicted
from omnisim.policies.fitted import FittedPolicy
from omnisim.policies.outcome import Action


@dataclass(kw_only=True)
class Propensity(FittedPolicy):
    """Contact the records that are most likely to bring a reward, contacted or not.

    It ranks by the chance of a reward, not by what a contact changes; that is its known weakness,
    and why `Uplift` exists.

    Parameters
    ----------
    action : str, default="email:profile"
        What is done.
    share : float, default=0.3
        Share of the rows learned from that would be contacted, in [0, 1].
    estimator : scikit-learn classifier, optional
        Model of a reward above 0; logistic regression on standardised features by default.
    features, epsilon, min_rows, refit_rows, window
        See `FittedPolicy`.

    Attributes
    ----------
    model_ : scikit-learn classifier
        The fitted model.
    threshold_ : float
        Chance from which on a record is contacted.
    """

    action: str = "email:profile"
    share: float = 0.3
    estimator: Estimator = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_probability("share", self.share)
        if self.estimator is not None:
            check_estimator("estimator", self.estimator)

    def fit_models(self, trial: Trial, cost: Floats) -> None:
        """Fit the chance of a reward, and the threshold that the share asks for."""
        bought = (trial.reward > 0).astype(np.float64)
        if bought.min() == bought.max():
            self.model_, self.threshold_ = None, 0.0
            return
        estimator = default_classifier() if self.estimator is None else self.estimator
        self.model_ = fitted(estimator, trial.x, bought)
        chance = predicted(self.model_, trial.x)
        self.threshold_ = float(np.quantile(chance, 1 - self.share, method="higher"))

    def gains(self, x: Floats) -> Floats:
        """Return the chance of a reward, the same for every action."""
        chance = np.ones(len(x)) if self.model_ is None else predicted(self.model_, x)
        return np.repeat(chance[:, None], len(self.tried_), axis=1)

    def decide(self, context: Context) -> Action:
        """Return who is likely enough to buy."""
        if not hasattr(self, "tried_"):
            return drawn(uniform_share(context.eligible), context.u)
        action, none = context.action_number(self.action), context.action_number(NONE)
        likely = self.gains(self._inputs(context))[:, 0] >= self.threshold_
        index = np.where(likely & context.eligible[:, action], action, none)
        return mixed(context, index, self.epsilon)


def default_classifier() -> Estimator:
    """Return what stands in where no estimator is given."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression())
