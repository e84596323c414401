"""Several policies by several estimators on one log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from omnisim._validation import check_instances
from omnisim.evaluation.cross_fit import CrossFitting
from omnisim.evaluation.feedback import LoggedFeedback
from omnisim.evaluation.interval import Interval, NormalInterval, Terms
from omnisim.evaluation.off_policy import (
    IPS,
    SNIPS,
    DoublyRobust,
    Evidence,
    ModelEstimator,
    OffPolicyEstimator,
)
from omnisim.evaluation.overlap import refuse_or_warn
from omnisim.evaluation.policy_value import PolicyValue
from omnisim.evaluation.target import Target
from omnisim.exceptions import ParameterError

Floats = npt.NDArray[np.float64]

DEFAULT_ESTIMATORS: tuple[OffPolicyEstimator, ...] = (IPS(), SNIPS(), DoublyRobust())
COMPARED = {"value": "difference", "std_error": "difference_error",
            "ci_low": "difference_low", "ci_high": "difference_high"}  # fmt: skip


@dataclass(frozen=True, repr=False)
class PolicyValues:
    """Values of several policies on one log.

    Attributes
    ----------
    values : dict of (str, str) to PolicyValue
        By policy and estimator.
    differences : dict of (str, str) to PolicyValue
        The same, each minus the reference policy; empty without one.
    reference : str or None
        Name of the policy that the others are compared with.
    """

    values: dict[tuple[str, str], PolicyValue]
    differences: dict[tuple[str, str], PolicyValue]
    reference: str | None

    def __repr__(self) -> str:
        (name, estimator), best = max(self.values.items(), key=lambda item: item[1].value)
        n_policies = len({policy for policy, _ in self.values})
        return (
            f"PolicyValues: {n_policies} policies, {len(self.values) // n_policies} estimators, "
            f"{best.n:,} decisions\n"
            f"highest: {name!r} at {best.value:.6g} by {estimator}; best of several, so flattered"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a policy and estimator; differences from the reference if there is one."""
        rows = []
        for (policy, name), value in self.values.items():
            row = {"policy": policy, **value.to_frame().iloc[0].to_dict(), "estimator": name}
            gap = self.differences.get((policy, name))
            if gap is not None:
                row |= {new: getattr(gap, old) for old, new in COMPARED.items()}
            rows.append(row)
        return pd.DataFrame(rows)


def policy_values(
    log: LoggedFeedback,
    targets: Mapping[str, Target],
    *,
    estimators: Sequence[OffPolicyEstimator] = DEFAULT_ESTIMATORS,
    reference: str | None = None,
    interval: Interval | None = None,
) -> PolicyValues:
    """Estimate the value of every policy by every estimator.

    Estimators that predict rewards alike share their predictions.

    Parameters
    ----------
    log : LoggedFeedback
        Decisions of the behavior policy.
    targets : mapping of str to Target
        Policies by name, at least one.
    estimators : sequence of OffPolicyEstimator, default=(IPS(), SNIPS(), DoublyRobust())
        Of different kinds, or of one kind with different parameters: then results carry the
        parameters in their name.
    reference : str, optional
        One of the policies, from which differences are taken.
    interval : Interval, optional
        `NormalInterval` by default, or `BootstrapInterval`.

    Returns
    -------
    PolicyValues

    Raises
    ------
    OverlapError
        If a target may take an action where the behavior policy could not.
    ParameterError
        If there is no target or the reference is none of them.

    Warns
    -----
    OverlapWarning
        Once a target, if few rows carry its estimates.
    """
    if not isinstance(targets, Mapping):
        raise ParameterError(f"targets must be policies by name. Got {targets!r:.60}.")
    if not targets or (reference is not None and reference not in targets):
        raise ParameterError(
            f"reference must be one of the targets, of which there must be one at least. "
            f"Got {reference!r} and targets {list(targets)}."
        )
    method = interval or NormalInterval()
    names = check_estimators(estimators)
    if not names:
        raise ParameterError("estimators must hold one at least. Got none.")
    predicted = _predict(log, estimators)
    evidence = {policy: Evidence.of(log, target) for policy, target in targets.items()}
    values, differences = {}, {}
    for policy, ours in evidence.items():
        if any(estimator.needs_overlap for estimator in estimators):
            refuse_or_warn(ours.overlap, stacklevel=2)
        for name, estimator, q in zip(names, estimators, predicted, strict=True):
            terms = estimator.terms(ours, q)
            values[policy, name] = estimator.value_of([terms], ours, method)
            if reference is not None and policy != reference:
                other = estimator.terms(evidence[reference], q)
                both = [terms, Terms(other.base, other.numerator, other.denominator, -1.0)]
                differences[policy, name] = estimator.value_of(both, ours, method)
    return PolicyValues(values, differences, reference)


def _predict(log: LoggedFeedback, estimators: Sequence[OffPolicyEstimator]) -> list[Floats | None]:
    """Return the predictions of each estimator, made once for equal settings."""
    made: list[tuple[CrossFitting, Floats | None]] = []
    found: list[Floats | None] = []
    for estimator in estimators:
        if not isinstance(estimator, ModelEstimator):
            found.append(None)
            continue
        known = [q for settings, q in made if settings == estimator.rewards]
        if not known:
            known = [estimator.predict(log)]
            made.append((estimator.rewards, known[0]))
        found.append(known[0])
    return found


def check_estimators(estimators: Sequence[OffPolicyEstimator]) -> list[str]:
    """Return names that tell the estimators apart.

    Raises
    ------
    ParameterError
        If they are no estimators, or two are equal.
    """
    check_instances("estimators", estimators, OffPolicyEstimator)
    names = [estimator.name for estimator in estimators]
    names = [
        repr(estimator) if names.count(name) > 1 else name
        for estimator, name in zip(estimators, names, strict=True)
    ]
    if len(set(names)) < len(names):
        raise ParameterError(f"estimators must be different. Got {names}.")
    return names
