"""The ratio of two means over paired replications, by Fieller's theorem."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from omnisim._validation import as_numbers, check_confidence
from omnisim.exceptions import ParameterError


def ratio_interval(
    numerator: ArrayLike, denominator: ArrayLike, *, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Return (ratio of means, low, high) of paired values.

    Parameters
    ----------
    numerator, denominator : array-like of shape (n_replications,), float
        Values of each replication; at least 2.
    confidence : float, default=0.95
        Coverage, in (0, 1).

    Returns
    -------
    tuple of float
        The ends are NaN where the mean of the denominator does not differ from zero at this
        confidence: no bounded interval has the coverage then. All are NaN if that mean is zero.

    Raises
    ------
    ParameterError
        If lengths differ or there are fewer than two values.

    References
    ----------
    .. [1] Fieller (1954). Some problems in interval estimation. Journal of the Royal Statistical
       Society B 16(2), 175-185. doi:10.1111/j.2517-6161.1954.tb00159.x
    """
    found = ratio_set(numerator, denominator, confidence=confidence)
    if found.kind == "interval":
        return found.ratio, found.low, found.high
    return found.ratio, math.nan, math.nan


@dataclass(frozen=True)
class RatioSet:
    """The ratio of two means, and all values of it that the data do not refuse.

    Attributes
    ----------
    ratio : float
        Of the means; NaN if the denominator's is zero.
    low, high : float
        The ends, as `kind` says; the widest ones that hold the whole set.
    kind : {"interval", "outside", "all", "none"}
        "interval": from low to high. "outside": all values but those between `gap`. "all": every
        value. "none": nothing can be said, since both are zero throughout.
    gap : tuple of float
        What "outside" leaves out; NaN otherwise.
    """

    ratio: float
    low: float
    high: float
    kind: str
    gap: tuple[float, float] = (math.nan, math.nan)


def ratio_set(
    numerator: ArrayLike, denominator: ArrayLike, *, confidence: float = 0.95
) -> RatioSet:
    """Return Fieller's set for the ratio of two means of paired values.

    Parameters, errors and source are those of `ratio_interval`. With an instrument's effects on
    outcome and uptake it is the set of Anderson and Rubin [1]_: it has its coverage however weak
    the denominator is, and is unbounded where that does not differ from zero.

    References
    ----------
    .. [1] Anderson and Rubin (1949). Estimation of the parameters of a single equation in a
       complete system of stochastic equations. Annals of Mathematical Statistics 20(1), 46-63.
       doi:10.1214/aoms/1177730090
    """
    check_confidence("confidence", confidence)
    a, b = as_numbers("numerator", numerator), as_numbers("denominator", denominator)
    if a.shape != b.shape or a.ndim != 1 or len(a) < 2:
        raise ParameterError(
            "numerator and denominator must be one-dimensional, of one length of at least 2. "
            f"Got {a.shape} and {b.shape}."
        )
    top, bottom = float(a.mean()), float(b.mean())
    ratio = top / bottom if bottom else math.nan
    cov = np.cov(a, b) / len(a)
    t = float(stdtrit(len(a) - 1, 0.5 + confidence / 2))
    # Values x of the ratio for which mean(a - x b) is within t standard errors of zero.
    square = bottom**2 - t**2 * cov[1, 1]
    linear = top * bottom - t**2 * cov[0, 1]
    constant = top**2 - t**2 * cov[0, 0]
    inside = linear**2 - square * constant
    if bottom == 0 and cov[1, 1] == 0:
        return RatioSet(ratio, math.nan, math.nan, "none")
    if square > 0 and inside >= 0:
        half = math.sqrt(inside) / square
        return RatioSet(ratio, linear / square - half, linear / square + half, "interval")
    if square < 0 and inside > 0:
        half = math.sqrt(inside) / -square
        gap = (linear / square - half, linear / square + half)
        return RatioSet(ratio, -math.inf, math.inf, "outside", gap)
    return RatioSet(ratio, -math.inf, math.inf, "all")
