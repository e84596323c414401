"""The ratio of two means over paired replications, by Fieller's theorem."""

import math

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
    check_confidence("confidence", confidence)
    a, b = as_numbers("numerator", numerator), as_numbers("denominator", denominator)
    if a.shape != b.shape or a.ndim != 1 or len(a) < 2:
        raise ParameterError(
            "numerator and denominator must be one-dimensional, of one length of at least 2. "
            f"Got {a.shape} and {b.shape}."
        )
    top, bottom = float(a.mean()), float(b.mean())
    if bottom == 0:
        return (math.nan,) * 3
    cov = np.cov(a, b) / len(a)
    t = float(stdtrit(len(a) - 1, 0.5 + confidence / 2))
    # Values x of the ratio for which mean(a - x b) is within t standard errors of zero.
    square = bottom**2 - t**2 * cov[1, 1]
    linear = top * bottom - t**2 * cov[0, 1]
    constant = top**2 - t**2 * cov[0, 0]
    inside = linear**2 - square * constant
    if square <= 0 or inside < 0:
        return top / bottom, math.nan, math.nan
    half = math.sqrt(inside) / square
    return top / bottom, linear / square - half, linear / square + half
