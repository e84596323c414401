"""Off-policy estimators: what a policy would have earned, from the log of another.

With w the target's probability of the logged action over its propensity, r the reward, q the
predicted mean reward of an action and V(q) its mean over the target's actions in a row:

===================  ==============================================================
`DirectMethod`       ``mean(V(q))``
`IPS`                ``mean(w r)``
`SNIPS`              ``sum(w r) / sum(w)``
`DoublyRobust`       ``mean(V(q)) + mean(w (r - q))``
`SelfNormalisedDR`   ``mean(V(q)) + sum(w (r - q)) / sum(w)``
`SwitchDR`           as `DoublyRobust`, with w = 0 where it is above a threshold
`ShrinkageDR`        as `DoublyRobust`, with w replaced by ``c w / (w ** 2 + c)``
===================  ==============================================================
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from numbers import Real
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from omnisim._validation import as_numbers, check_instance
from omnisim.evaluation.cross_fit import CrossFitting, clusters
from omnisim.evaluation.feedback import LoggedFeedback
from omnisim.evaluation.interval import Interval, NormalInterval, Terms
from omnisim.evaluation.overlap import Overlap, importance_weights, measure, refuse_or_warn
from omnisim.evaluation.policy_value import PolicyValue
from omnisim.evaluation.target import Target, target_probabilities
from omnisim.exceptions import OverlapError, OverlapWarning, ParameterError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Evidence:
    """A log seen from one target policy: probabilities, weights and overlap."""

    log: LoggedFeedback
    probabilities: Floats
    weight: Floats
    overlap: Overlap

    @classmethod
    def of(cls, log: LoggedFeedback, target: Target) -> Evidence:
        """Weigh a log for a target policy."""
        if not isinstance(log, LoggedFeedback):
            raise ParameterError(
                "log must be LoggedFeedback; LoggedFeedback.from_table makes one of a table. "
                f"Got {type(log).__name__}."
            )
        probabilities = target_probabilities(log, target)
        weight = importance_weights(log, probabilities)
        return cls(log, probabilities, weight, measure(log, probabilities, weight))


class OffPolicyEstimator:
    """What all estimators share: from the terms of each row to a value with its interval."""

    needs_overlap: ClassVar[bool] = True
    """Whether a target without support is refused."""

    def estimate(
        self,
        log: LoggedFeedback,
        target: Target,
        *,
        predicted: npt.ArrayLike | None = None,
        interval: Interval | None = None,
    ) -> PolicyValue:
        """Estimate the mean reward of a decision under the target policy.

        Parameters
        ----------
        log : LoggedFeedback
            Decisions of the behavior policy.
        target : Target
            An action's name, a mapping of names to probabilities, actions (n,), probabilities
            (n, n_actions), or a policy; see `target_probabilities`.
        predicted : array-like of shape (n, n_actions), optional
            Predicted mean rewards, if known already; by default from the estimator's `rewards`.
            Estimators without a model ignore them.
        interval : Interval, optional
            `NormalInterval` by default, or `BootstrapInterval`; clustered by ``log.shopper``.

        Returns
        -------
        PolicyValue

        Raises
        ------
        OverlapError
            If the target may take an action where the behavior policy could not.

        Warns
        -----
        OverlapWarning
            If few rows carry the estimate; see `overlap`.
        """
        evidence = Evidence.of(log, target)
        self._vet(evidence)
        q = self.predict(log) if predicted is None else predicted
        return self.value_of([self.terms(evidence, q)], evidence, interval or NormalInterval())

    def difference(
        self,
        log: LoggedFeedback,
        target: Target,
        reference: Target,
        *,
        predicted: npt.ArrayLike | None = None,
        interval: Interval | None = None,
    ) -> PolicyValue:
        """Estimate by how much one target policy beats another on the same rows.

        Parameters are those of `estimate`; weights and effective sample size of the result are
        those of `target`. The interval allows for both estimates sharing their rows.
        """
        ours, other = Evidence.of(log, target), Evidence.of(log, reference)
        for evidence in (ours, other):
            self._vet(evidence)
        q = self.predict(log) if predicted is None else predicted
        second = self.terms(other, q)
        minus = Terms(second.base, second.numerator, second.denominator, sign=-1.0)
        return self.value_of([self.terms(ours, q), minus], ours, interval or NormalInterval())

    @property
    def name(self) -> str:
        """Name of the estimator in results."""
        return type(self).__name__

    def predict(self, log: LoggedFeedback) -> Floats | None:
        """Return predicted mean rewards, (n, n_actions); None without a model."""
        return None

    def _vet(self, evidence: Evidence) -> None:
        """Refuse a target without support; warn the caller's caller of one with little."""
        if self.needs_overlap:
            refuse_or_warn(evidence.overlap, stacklevel=3)

    def terms(self, evidence: Evidence, predicted: npt.ArrayLike | None) -> Terms:
        """Return what each row adds to the estimate."""
        raise NotImplementedError

    def value_of(self, terms: list[Terms], evidence: Evidence, interval: Interval) -> PolicyValue:
        """Return the value of a sum of terms with its interval."""
        if not hasattr(interval, "around"):
            raise ParameterError(
                f"interval must be NormalInterval() or BootstrapInterval(). Got {interval!r}."
            )
        log, seen = evidence.log, evidence.overlap
        cluster = None if log.shopper is None else clusters(log.shopper)
        error, low, high = interval.around(terms, cluster)
        if np.isnan(error):
            warnings.warn(
                f"{self.name}: all the evidence is that of one "
                f"{'row' if cluster is None else 'shopper'}, so that there is no interval.",
                OverlapWarning,
                stacklevel=3,
            )
        return PolicyValue(
            estimator=self.name,
            value=sum(part.value for part in terms),
            std_error=error,
            ci_low=low,
            ci_high=high,
            confidence=interval.confidence,
            interval=interval.method,
            n=len(log),
            n_clusters=len(log) if cluster is None else int(cluster.max()) + 1,
            effective_sample_size=seen.effective_sample_size,
            max_weight=seen.max_weight,
            settings={"estimator": repr(self), "interval": repr(interval)},
        )


@dataclass(frozen=True)
class IPS(OffPolicyEstimator):
    """Inverse propensity scoring: ``mean(w r)``, unbiased under exact propensities.

    Parameters
    ----------
    max_weight : float, default=inf
        Larger weights are cut to this, which trades variance for bias.

    References
    ----------
    .. [1] Horvitz and Thompson (1952). A generalization of sampling without replacement from a
       finite universe. JASA 47(260), 663–685.
    .. [2] Strehl, Langford, Li and Kakade (2010). Learning from logged implicit exploration data.
       NeurIPS 23.
    """

    max_weight: float = float("inf")

    def __post_init__(self) -> None:
        _check_above_zero("max_weight", self.max_weight)

    def terms(self, evidence: Evidence, predicted: npt.ArrayLike | None) -> Terms:
        """Return what each row adds to the estimate."""
        weight = np.minimum(evidence.weight, self.max_weight)
        zero = np.zeros(len(weight))
        return Terms(zero, weight * evidence.log.reward, np.ones(len(weight)))


@dataclass(frozen=True)
class SNIPS(OffPolicyEstimator):
    """Self-normalised IPS: ``sum(w r) / sum(w)``; a constant added to rewards adds to the value.

    References
    ----------
    .. [1] Swaminathan and Joachims (2015). The self-normalized estimator for counterfactual
       learning. NeurIPS 28.
    """

    def terms(self, evidence: Evidence, predicted: npt.ArrayLike | None) -> Terms:
        """Return what each row adds to the estimate."""
        weight = evidence.weight
        return Terms(np.zeros(len(weight)), weight * evidence.log.reward, weight)


@dataclass(frozen=True)
class ModelEstimator(OffPolicyEstimator):
    """An estimator that predicts rewards.

    Parameters
    ----------
    rewards : CrossFitting, default=CrossFitting()
        How the reward is predicted.
    """

    rewards: CrossFitting = field(default_factory=CrossFitting)

    def __post_init__(self) -> None:
        check_instance("rewards", self.rewards, CrossFitting)

    def predict(self, log: LoggedFeedback) -> Floats | None:
        """Return cross-fitted mean rewards, (n, n_actions)."""
        return self.rewards.predict(log)


@dataclass(frozen=True)
class DirectMethod(ModelEstimator):
    """The mean of predicted rewards over the target's actions; as right as its model.

    The interval holds the model as given: it allows for other contexts, not for another model, and
    is too short.

    Parameters
    ----------
    rewards : CrossFitting, default=CrossFitting()
        How the reward is predicted.

    References
    ----------
    .. [1] Beygelzimer and Langford (2009). The offset tree for learning with partial labels. KDD.
    """

    needs_overlap: ClassVar[bool] = False

    def terms(self, evidence: Evidence, predicted: npt.ArrayLike | None) -> Terms:
        """Return what each row adds to the estimate."""
        base, _ = _model_terms(evidence, predicted)
        return Terms(base, np.zeros(len(base)), np.ones(len(base)))


@dataclass(frozen=True)
class DoublyRobust(ModelEstimator):
    """Predicted rewards, corrected by weighted residuals: right if weights or model are.

    The value moves a little with the draw of the folds, that is with ``rewards.seed`` and, without
    shoppers, with the order of the rows; see `CrossFitting`.

    Parameters
    ----------
    rewards : CrossFitting, default=CrossFitting()
        How the reward is predicted.

    References
    ----------
    .. [1] Dudík, Erhan, Langford and Li (2014). Doubly robust policy evaluation and optimization.
       Statistical Science 29(4), 485–511. doi:10.1214/14-STS500
    """

    def terms(self, evidence: Evidence, predicted: npt.ArrayLike | None) -> Terms:
        """Return what each row adds to the estimate."""
        base, residual = _model_terms(evidence, predicted)
        weight = self.weigh(evidence.weight)
        return Terms(base, weight * residual, np.ones(len(weight)))

    def weigh(self, weight: Floats) -> Floats:
        """Return the weights of the residuals."""
        return weight


@dataclass(frozen=True)
class SelfNormalisedDR(DoublyRobust):
    """Doubly robust with weights of mean one: ``mean(V(q)) + sum(w (r - q)) / sum(w)``.

    Parameters
    ----------
    rewards : CrossFitting, default=CrossFitting()
        How the reward is predicted.

    References
    ----------
    .. [1] Robins, Sued, Lei-Gomez and Rotnitzky (2007). Comment: performance of double-robust
       estimators when inverse probability weights are highly variable. Statistical Science 22(4).
    """

    def terms(self, evidence: Evidence, predicted: npt.ArrayLike | None) -> Terms:
        """Return what each row adds to the estimate."""
        base, residual = _model_terms(evidence, predicted)
        return Terms(base, evidence.weight * residual, evidence.weight)


@dataclass(frozen=True)
class SwitchDR(DoublyRobust):
    """Doubly robust where weights are small, the direct method where they are large.

    Parameters
    ----------
    rewards : CrossFitting, default=CrossFitting()
        How the reward is predicted.
    threshold : float, default=10.0
        Weights above it do not correct the prediction; above 0. Infinite: doubly robust. The
        default is an assumption.

    References
    ----------
    .. [1] Wang, Agarwal and Dudík (2017). Optimal and adaptive off-policy evaluation in contextual
       bandits. ICML, PMLR 70, 3589–3597.
    """

    threshold: float = 10.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_above_zero("threshold", self.threshold)

    def weigh(self, weight: Floats) -> Floats:
        """Return the weights, 0 above the threshold."""
        return np.where(weight <= self.threshold, weight, 0.0)


@dataclass(frozen=True)
class ShrinkageDR(DoublyRobust):
    """Doubly robust with optimistic shrinkage: w becomes ``c w / (w ** 2 + c)``.

    Parameters
    ----------
    rewards : CrossFitting, default=CrossFitting()
        How the reward is predicted.
    shrinkage : float, default=100.0
        The constant c, above 0: towards 0 the direct method, infinite doubly robust. No weight
        exceeds ``sqrt(c) / 2``. The default is an assumption.

    References
    ----------
    .. [1] Su, Dimakopoulou, Krishnamurthy and Dudík (2020). Doubly robust off-policy evaluation
       with shrinkage. ICML, PMLR 119, 9167–9176.
    """

    shrinkage: float = 100.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_above_zero("shrinkage", self.shrinkage)

    def weigh(self, weight: Floats) -> Floats:
        """Return the shrunk weights."""
        if self.shrinkage == float("inf"):
            return weight
        return np.asarray(self.shrinkage * weight / (np.square(weight) + self.shrinkage))


def _check_above_zero(name: str, value: float) -> None:
    if not isinstance(value, Real) or not value > 0:
        raise ParameterError(f"{name} must be > 0; infinity is allowed. Got {value!r}.")


def _model_terms(evidence: Evidence, predicted: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    """Return V(q) and the residual of the logged action, both (n,)."""
    log, probabilities = evidence.log, evidence.probabilities
    q = as_numbers("predicted", predicted)
    if q.shape != probabilities.shape:
        raise ParameterError(
            f"predicted must have shape {probabilities.shape}, one row a decision and one column "
            f"an action. Got {q.shape}."
        )
    used = probabilities > 0
    lacking = used & ~np.isfinite(q)
    if lacking.any():
        row, action = (int(k[0]) for k in np.nonzero(lacking))
        raise OverlapError(
            f"There is no predicted reward for action {log.action_names[action]!r} in "
            f"{int(lacking[:, action].sum())} rows (first: {row}): the model saw it in no row that "
            "it may learn from. Use fewer folds, or a target without the action."
        )
    base = np.where(used, probabilities * np.where(used, q, 0.0), 0.0).sum(axis=1)
    residual = log.reward - q[np.arange(len(log)), log.action]
    return base, np.where(evidence.weight > 0, residual, 0.0)
