"""Outcomes without what was known before the trial."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def adjusted(outcome: Floats, features: Floats) -> Floats:
    """Return ``y - (x - mean(x)) theta`` with theta by least squares of y on x and an intercept.

    With one feature theta is ``cov(y, x) / var(x)``. All rows, of whatever arm, enter; the mean of
    the outcome over them stays as it is. Of redundant features the smallest theta is taken.

    Parameters
    ----------
    outcome : ndarray of shape (n,), float64
        y.
    features : ndarray of shape (n, n_features), float64
        x, known before randomisation.

    References
    ----------
    .. [1] Deng, Xu, Kohavi and Walker (2013). Improving the sensitivity of online controlled
       experiments by utilizing pre-experiment data. WSDM, 123–132. doi:10.1145/2433396.2433413
    """
    center = features - features.mean(axis=0)
    spread = center.std(axis=0)
    scaled = center[:, spread > 0] / spread[spread > 0]
    theta = np.linalg.lstsq(scaled, outcome - outcome.mean(), rcond=None)[0]
    return np.asarray(outcome - scaled @ theta)
