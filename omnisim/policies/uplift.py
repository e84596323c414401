"""Contact those whom it changes: effects learned by S-, T-, X- and DR-learners."""

from dataclasses import dataclass

from omnisim._validation import check_choice, check_count, check_estimator
from omnisim.exceptions import ParameterError
from omnisim.policies.context import Floats
from omnisim.policies.effects import KEPT, LEARNERS, Estimator, Makers, Trial
from omnisim.policies.fitted import FittedPolicy


def default_regressor() -> Estimator:
    """Return what stands in where no estimator is given: gradient boosting of shallow trees."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    return HistGradientBoostingRegressor(
        max_iter=100, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=40, random_state=0
    )


@dataclass(kw_only=True)
class Uplift(FittedPolicy):
    """Take the action whose effect against leaving alone is worth most after cost.

    Parameters
    ----------
    learner : {"DR", "S", "T", "X"}, default="DR"
        How effects are learned; see `omnisim.policies.effects`.
    estimator : scikit-learn regressor or classifier, optional
        Model of the reward; a classifier where rewards are 0 and 1. Gradient boosting of 100
        small trees by default.
    effect_estimator : scikit-learn regressor, optional
        Model of the effect, for the X- and the DR-learner; gradient boosting by default.
    n_folds : int, default=5
        Folds of cross-fitting, for the DR-learner; at least 2. Rows of one record share a fold.
    features, epsilon, min_rows, refit_rows, window
        See `FittedPolicy`.

    Attributes
    ----------
    models_ : dict of str to list
        Fitted estimators.
    """

    learner: str = "DR"
    estimator: Estimator = None
    effect_estimator: Estimator = None
    n_folds: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("learner", self.learner, LEARNERS)
        check_count("n_folds", self.n_folds, minimum=2)
        for name in ("estimator", "effect_estimator"):
            if getattr(self, name) is not None:
                check_estimator(name, getattr(self, name))

    def fit_models(self, trial: Trial, cost: Floats) -> None:
        """Fit the models of the learner."""
        makers = Makers(
            default_regressor() if self.estimator is None else self.estimator,
            default_regressor() if self.effect_estimator is None else self.effect_estimator,
            self.n_folds,
        )
        self.models_ = LEARNERS[self.learner][0](trial, makers)
        self.control_ = trial.control

    def _check_learned(self) -> None:
        """Refuse, beside rows that are not complete, models that are not the learner's."""
        super()._check_learned()
        if "tried_" not in self.learned():
            return
        models, n = self.learned().get("models_", {}), len(self.tried_) - 1
        if {name: len(some) for name, some in models.items()} != dict.fromkeys(
            KEPT[self.learner], n
        ):
            raise ParameterError(
                f"models_ of learner {self.learner!r} must hold {n} each of "
                f"{' and '.join(KEPT[self.learner])}. Got {list(models)}."
            )

    def gains(self, x: Floats) -> Floats:
        """Return the effect of each action tried against the control."""
        effects = LEARNERS[self.learner][1]
        return effects(self.models_, x, self.control_, len(self.tried_))
