"""Importance weights, and whether a log holds evidence about a target policy at all."""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from omnisim.evaluation.feedback import LoggedFeedback
from omnisim.evaluation.target import Target, target_probabilities
from omnisim.exceptions import OverlapError, OverlapWarning

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MIN_EFFECTIVE_ROWS = 100.0
"""Effective sample size below which a normal interval is doubtful. Assumption."""
MAX_WEIGHT_SHARE = 0.05
"""Share of all weight above which one row rules the estimate. Assumption."""
MAX_MEAN_DEVIATION = 5.0
"""Standard errors by which the mean weight may miss 1, its expectation under full support."""
CERTAIN = 1.0 - 1e-12
"""Propensity from which the behavior policy counts as having had no other choice."""


@dataclass(frozen=True)
class Overlap:
    """How much a log says about a target policy.

    Attributes
    ----------
    n : int
        Decisions of the log.
    n_matched : int
        Decisions whose logged action the target policy may take: those with weight above 0.
    effective_sample_size : float
        ``(sum w) ** 2 / sum(w ** 2)``, in rows; 0 if all weights are 0 (Kish 1965).
    max_weight, mean_weight : float
        Of ``w = target probability / propensity`` of the logged action. The mean is 1 in
        expectation if the log supports the target.
    max_weight_share : float in [0, 1]
        Largest weight over the sum of all.
    n_unsupported : int
        Decisions in which the target may take an action that the behavior policy could not.
    problem : str
        What is wrong, in words; empty if nothing is.
    """

    n: int
    n_matched: int
    effective_sample_size: float
    max_weight: float
    mean_weight: float
    max_weight_share: float
    n_unsupported: int
    problem: str

    def __repr__(self) -> str:
        return (
            f"Overlap: {self.effective_sample_size:,.1f} effective of {self.n:,} decisions, "
            f"largest weight {self.max_weight:.4g} ({self.max_weight_share:.1%} of all)\n"
            f"{self.problem or 'no problem found'}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row with the attributes as columns."""
        return pd.DataFrame([asdict(self)])


def importance_weights(log: LoggedFeedback, probabilities: Floats) -> Floats:
    """Return ``target probability / propensity`` of each logged action, (n,)."""
    return np.asarray(probabilities[np.arange(len(log)), log.action] / log.propensity)


def overlap(log: LoggedFeedback, target: Target) -> Overlap:
    """Measure how much a log says about a target policy, without a warning or refusal.

    Parameters
    ----------
    log : LoggedFeedback
        Decisions.
    target : Target
        As in `target_probabilities`.

    Returns
    -------
    Overlap
        With a problem if an action is unsupported, if the effective sample size is below 100 rows
        and half of the log, if one row has more than 5 % of the weight and four times the mean, or
        if the mean weight is more than 5 standard errors from 1.

    References
    ----------
    .. [1] Kish (1965). Survey Sampling. Wiley. (effective sample size)
    .. [2] Owen (2013). Monte Carlo theory, methods and examples, chapter 9.
    """
    probabilities = target_probabilities(log, target)
    return measure(log, probabilities, importance_weights(log, probabilities))


def measure(log: LoggedFeedback, probabilities: Floats, weight: Floats) -> Overlap:
    """Return the overlap for probabilities (n, n_actions) and weights (n,) at hand."""
    total, square = float(weight.sum()), float(np.square(weight).sum())
    effective = total**2 / square if square > 0 else 0.0
    share = float(weight.max()) / total if total > 0 else 0.0
    unsupported = unsupported_rows(log, probabilities)
    found = Overlap(
        n=len(log),
        n_matched=int(np.count_nonzero(weight)),
        effective_sample_size=effective,
        max_weight=float(weight.max()),
        mean_weight=total / len(log),
        max_weight_share=share,
        n_unsupported=int(unsupported.any(axis=1).sum()),
        problem=_describe_unsupported(log, probabilities, unsupported),
    )
    weak = _describe_weak(found, weight)
    return Overlap(**(asdict(found) | {"problem": found.problem or weak}))


def unsupported_rows(log: LoggedFeedback, probabilities: Floats) -> Flags:
    """Return where the target may take what the behavior policy could not, (n, n_actions).

    That is known where `eligible` says so, where the propensity of the logged action is 1, so that
    all others had 0, and where no row of the log has the action.
    """
    possible = np.bincount(log.action, minlength=log.n_actions) > 0
    impossible = np.broadcast_to(~possible, probabilities.shape)
    if log.eligible is not None:
        impossible = impossible | ~log.eligible
    certain = log.propensity >= CERTAIN
    if certain.any():
        other = log.action[:, None] != np.arange(log.n_actions)
        impossible = impossible | (certain[:, None] & other)
    return np.asarray(impossible & (probabilities > 0))


def _describe_unsupported(log: LoggedFeedback, probabilities: Floats, wrong: Flags) -> str:
    if not wrong.any():
        return ""
    rows, actions = np.nonzero(wrong)
    row, action = int(rows[0]), int(actions[0])
    n_rows = int(wrong[:, action].sum())
    return (
        f"target gives action {log.action_names[action]!r} probability "
        f"{probabilities[row, action]:.2f} where behavior gives 0, in {n_rows} "
        f"{'row' if n_rows == 1 else 'rows'} (first: {row})"
    )


def _describe_weak(found: Overlap, weight: Floats) -> str:
    """Return what is weak about the overlap, or an empty string."""
    problems = []
    effective, mean = found.effective_sample_size, found.mean_weight
    if effective < min(MIN_EFFECTIVE_ROWS, found.n / 2):
        problems.append(f"{effective:.1f} effective of {found.n:,} decisions")
    if found.max_weight_share > MAX_WEIGHT_SHARE and found.max_weight > 4 * mean:
        problems.append(f"one decision has {found.max_weight_share:.0%} of the weight")
    error = float(weight.std(ddof=1)) / len(weight) ** 0.5 if len(weight) > 1 else float("inf")
    if abs(mean - 1) > MAX_MEAN_DEVIATION * error + 1e-9:
        problems.append(f"the mean weight is {mean:.3f} (expected: 1)")
    return "; ".join(problems)


def refuse_or_warn(found: Overlap, *, stacklevel: int) -> None:
    """Raise where there is no support, warn where there is little.

    Raises
    ------
    OverlapError
        If the target may take an action that the behavior policy could not, or no logged action
        is one of the target's.
    """
    if found.n_unsupported:
        raise OverlapError(
            f"{found.problem}. The log holds no evidence there: restrict the target to actions "
            "that were possible, or use DirectMethod and trust its model."
        )
    if found.n_matched == 0:
        raise OverlapError(
            f"None of the {found.n} logged actions is one that the target takes. "
            "Evaluate a policy that agrees with the log somewhere."
        )
    if found.problem:
        warnings.warn(
            f"Poor overlap: {found.problem}. The interval may be far too short.",
            OverlapWarning,
            stacklevel=stacklevel + 1,
        )
