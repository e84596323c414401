"""Standing offers of the channels, and how far the firm makes them one (K13)."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def align(promotion: Floats, share: float) -> Floats:
    """Return each channel's offer once it has gone a share of the way to the best of them.

    Parameters
    ----------
    promotion : ndarray of shape (n_channels,), float64
        Share off the price that each channel's manager has chosen.
    share : float in [0, 1]
        0 leaves every channel its own offer, 1 has all of them honour the best.

    Examples
    --------
    >>> align(np.array([0.05, 0.15, 0.15]), 0.5)
    array([0.1 , 0.15, 0.15])
    """
    aligned: Floats = promotion + share * (promotion.max() - promotion)
    return aligned
