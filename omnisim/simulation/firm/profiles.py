"""What the firm makes of the signals in a record: an estimate of taste."""

import numpy as np
from numpy.typing import NDArray

from omnisim.random import Draws, Stream

Floats = NDArray[np.float64]

THIRD_PARTY_WEIGHT = 1.0
"""Weight of bought data in a profile, in purchases (assumption)."""


def common_taste(attributes: Floats, popularity: Floats) -> Floats:
    """Return the mean attributes of what is sold, shape (n_attributes,)."""
    # einsum sums in one order whatever the number of BLAS threads
    return np.asarray(np.einsum("i,id->d", popularity / popularity.sum(), attributes))


def estimated_taste(profile: Floats, weight: Floats, common: Floats, corrected: float) -> Floats:
    """Return the estimate of taste behind profiles.

    What somebody buys is popular or to their taste. Taking out what everybody buys leaves taste, up
    to a factor that does not matter for the choice of content.

    Parameters
    ----------
    profile : ndarray of shape (n, n_attributes), float64
        Weighted mean attributes of what was bought, clicked or looked at.
    weight : ndarray of shape (n,), float64
        Weight of those signals; 0 where nothing is known.
    common : ndarray of shape (n_attributes,), float64
        From `common_taste`.
    corrected : float in [0, 1]
        Share of `common` that is taken out.
    """
    if corrected <= 0:
        return profile
    return np.where(weight[:, None] > 0, profile - corrected * common, 0.0)


def bought_profiles(
    taste: Floats, consent: NDArray[np.uint8], common: Floats, accuracy: float, draws: Draws
) -> tuple[Floats, Floats]:
    """Return (profile, weight) of the records of the online team before the first purchase.

    Bought data exist for those who accept cookies. Their error is normal, so that estimate and
    taste correlate as `accuracy` says.

    Parameters
    ----------
    taste : ndarray of shape (n, n_attributes), float64
        Unit vectors.
    consent : ndarray of shape (n,), uint8
        Whether the shopper accepts cookies.
    common : ndarray of shape (n_attributes,), float64
        From `common_taste`; a profile holds it, as purchases do.
    accuracy : float in [0, 1]
        Correlation with the true taste; 0 buys nothing.
    draws : Draws
        Uses `Stream.THIRD_PARTY`.
    """
    n, d = taste.shape
    if accuracy <= 0:
        return np.zeros((n, d)), np.zeros(n)
    noise = draws.normal(Stream.THIRD_PARTY, np.arange(n)[:, None], step=np.arange(d)) / np.sqrt(d)
    guess = accuracy * taste + np.sqrt(1 - accuracy**2) * noise
    has = consent == 1
    return np.where(has[:, None], common + guess, 0.0), np.where(has, THIRD_PARTY_WEIGHT, 0.0)
