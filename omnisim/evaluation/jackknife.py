"""The jackknife: intervals of functions of means over replications."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from omnisim._validation import check_confidence

Floats = NDArray[np.float64]


def jackknife_interval(
    function: Callable[..., float], *samples: ArrayLike, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Return a function of means with its jackknife interval.

    Parameters
    ----------
    function : callable
        Of the mean of each sample; smooth near the means, or the interval is a rough one.
    *samples : array-like of shape (n_replications, ...), float
        Row k of all samples comes from replication k, and is left out together.
    confidence : float, default=0.95
        Coverage of the interval, in (0, 1).

    Returns
    -------
    (value, low, high)
        The ends are NaN where the function is not defined without some replication, or with fewer
        than two.

    Notes
    -----
    The variance is ``(n - 1) / n * sum_k (f_k - mean(f_k)) ** 2``, with f_k the function of the
    means without replication k; the interval is Student's t with n - 1 degrees of freedom [1]_. Of
    a mean it is the usual t interval.

    References
    ----------
    .. [1] Miller (1974). The jackknife: a review. Biometrika 61(1), 1-15.
       doi:10.1093/biomet/61.1.1

    Examples
    --------
    >>> value, low, high = jackknife_interval(lambda a, b: float(a / b), [1.0, 2.0], [1.0, 1.0])
    >>> value
    1.5
    """
    check_confidence("confidence", confidence)
    arrays = [np.asarray(sample, dtype=np.float64) for sample in samples]
    n = len(arrays[0])
    value = float(function(*(array.mean(axis=0) for array in arrays)))
    if n < 2:
        return value, float("nan"), float("nan")
    without = np.array([
        function(*((array.sum(axis=0) - array[k]) / (n - 1) for array in arrays)) for k in range(n)
    ])  # fmt: skip
    error = np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2))
    half = float(stdtrit(n - 1, 0.5 + confidence / 2) * error)
    return value, value - half, value + half
