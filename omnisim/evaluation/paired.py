"""Paired comparison of two arms that share their luck."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from omnisim._validation import as_numbers, check_confidence
from omnisim.exceptions import ParameterError


@dataclass(frozen=True)
class PairedDifference:
    """A mean difference with its t interval.

    Attributes
    ----------
    baseline, variant : float
        Means of the two arms.
    difference : float
        Variant minus baseline.
    ci_low, ci_high : float
        Student's t interval of the difference over paired replications.
    variance_reduction : float
        Variance of the difference of two unpaired runs over that of the pairs; 1 means that
        pairing gained nothing. Infinite if the pairs never differ from each other. NaN, as the
        rest, where a value is.
    """

    baseline: float
    variant: float
    difference: float
    ci_low: float
    ci_high: float
    variance_reduction: float


def paired_difference(
    baseline: ArrayLike, variant: ArrayLike, *, confidence: float = 0.95
) -> PairedDifference:
    """Return the mean difference of paired values with its t interval.

    Parameters
    ----------
    baseline, variant : array-like of shape (n_replications,), float
        Value of each replication in the two arms; replication k shares its luck.
    confidence : float, default=0.95
        Coverage of the interval, in (0, 1).

    Raises
    ------
    ParameterError
        If lengths differ or there are fewer than two replications.

    References
    ----------
    .. [1] Law (2015), Simulation Modeling and Analysis, 5th edition, section 10.2.1 (paired t) and
       11.2 (common random numbers).
    """
    check_confidence("confidence", confidence)
    a, b = as_numbers("baseline", baseline), as_numbers("variant", variant)
    if a.shape != b.shape or a.ndim != 1:
        raise ParameterError(
            f"baseline and variant must be one-dimensional and of one length. "
            f"Got {a.shape} and {b.shape}."
        )
    if len(a) < 2:
        raise ParameterError(f"a t interval needs at least 2 replications. Got {len(a)}.")
    gap = b - a
    mean, spread = float(gap.mean()), float(gap.std(ddof=1))
    half = float(stdtrit(len(gap) - 1, 0.5 + confidence / 2)) * spread / len(gap) ** 0.5
    apart = float(a.var(ddof=1) + b.var(ddof=1))
    paired = float(gap.var(ddof=1))
    if np.isnan(paired):
        reduction = float("nan")
    elif paired > 0:
        reduction = apart / paired
    else:
        reduction = 1.0 if apart == 0 else float("inf")
    return PairedDifference(
        float(a.mean()), float(b.mean()), mean, mean - half, mean + half, reduction
    )


def mean_interval(values: ArrayLike, *, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return (mean, low, high) of a t interval over replications; NaN values are left out."""
    check_confidence("confidence", confidence)
    kept = as_numbers("values", values)
    kept = kept[np.isfinite(kept)]
    if len(kept) < 2:
        mean = float(kept[0]) if len(kept) else float("nan")
        return mean, float("nan"), float("nan")
    zero = np.zeros(len(kept))
    pair = paired_difference(zero, kept, confidence=confidence)
    return pair.difference, pair.ci_low, pair.ci_high


def joint_confidence(confidence: float, n: int) -> float:
    """Return the coverage of each of n intervals that all hold at once with `confidence`.

    By Bonferroni's inequality: right however the estimates depend on each other, and with any
    number of replications. A quantile of the largest |t| would be shorter, but needs the
    correlation of n contrasts, which a dozen replications do not tell.

    References
    ----------
    .. [1] Law (2015), Simulation Modeling and Analysis, 5th edition, section 9.7.

    Examples
    --------
    >>> round(joint_confidence(0.95, 5), 6)
    0.99
    """
    check_confidence("confidence", confidence)
    return 1 - (1 - confidence) / max(n, 1)
