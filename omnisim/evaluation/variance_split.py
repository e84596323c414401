"""How much of what differs is due to the group, and how much to chance within it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtri

from omnisim._validation import as_numbers, check_confidence
from omnisim.exceptions import ParameterError


@dataclass(frozen=True)
class VarianceSplit:
    """Variance of one value in two parts.

    Attributes
    ----------
    mean : float
        Mean of all values.
    between, within : float
        Variance of the means of groups, and of a value about the mean of its group.
    share, share_low, share_high : float, in [0, 1]
        Between over both, with its interval; NaN where nothing differs.
    is_clipped : bool
        Whether the estimate of `between` was below zero, and was set to zero: the groups differ by
        less than chance would let them.
    """

    mean: float
    between: float
    within: float
    share: float
    share_low: float
    share_high: float
    is_clipped: bool


def split_variance(values: ArrayLike, *, confidence: float = 0.95) -> VarianceSplit:
    """Split variance by the one-way random-effects model, from the mean squares.

    Parameters
    ----------
    values : array-like of shape (n_groups, n_each), float
        At least 2 groups of at least 2 values, independent of each other within and between groups.
    confidence : float, default=0.95
        Coverage of the interval of the share, in (0, 1); exact where both parts are normal.

    Notes
    -----
    With mean squares B between and W within groups of n values, the variance between is estimated
    by (B - W) / n, which may be negative: it is then set to zero, and `is_clipped` says so.

    References
    ----------
    .. [1] Searle, Casella and McCulloch (1992). Variance Components, sections 3.5 and 3.6.
    """
    check_confidence("confidence", confidence)
    x = as_numbers("values", values)
    if x.ndim != 2 or min(x.shape) < 2:
        raise ParameterError(
            f"values must be at least 2 groups of at least 2 values each. Got shape {x.shape}."
        )
    n_groups, n = x.shape
    means = x.mean(axis=1)
    mean_square = n * float(means.var(ddof=1))
    within = float(x.var(axis=1, ddof=1).mean())
    between = (mean_square - within) / n
    is_clipped = between < 0
    between = max(between, 0.0)
    whole = between + within
    share = between / whole if whole > 0 else float("nan")
    low, high = _ends(mean_square, within, n_groups, n, confidence)
    return VarianceSplit(float(x.mean()), between, within, share, low, high, is_clipped)


def _ends(
    mean_square: float, within: float, n_groups: int, n: int, confidence: float
) -> tuple[float, float]:
    """Return the interval of the share; (B / W) / (1 + n between / within) is F-distributed."""
    if mean_square == 0 and within == 0:
        return float("nan"), float("nan")
    if within == 0:
        return 1.0, 1.0
    freedom = n_groups - 1, n_groups * (n - 1)
    tails = (0.5 + confidence / 2, 0.5 - confidence / 2)
    ratio = (mean_square / within / float(fdtri(*freedom, p)) for p in tails)
    low, high = (max((r - 1) / n, 0.0) for r in ratio)
    return float(low / (1 + low)), float(high / (1 + high))


def shrunk_means(values: ArrayLike) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the means of groups, drawn together until they vary as `split_variance` says.

    The spread of raw means holds chance too. These keep mean and order, and have the variance
    between groups (ddof 1) that is estimated to be there without it: all equal where it is clipped.
    """
    x = as_numbers("values", values)
    found = split_variance(x)
    means = x.mean(axis=1)
    raw = float(means.var(ddof=1))
    factor = (found.between / raw) ** 0.5 if raw > 0 else 0.0
    return np.asarray(found.mean + factor * (means - found.mean))
