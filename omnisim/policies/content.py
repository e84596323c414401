"""What a message shows: the item that a named content picks for a record."""

import numpy as np
from numpy.typing import NDArray

POPULAR, PROFILE = "popular", "profile"


def nearest_item(profile: NDArray[np.float64], catalogue: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the item with the largest inner product with each profile, the first on a tie.

    Parameters
    ----------
    profile : ndarray of shape (n, n_attributes), float64
        What is known of each taste.
    catalogue : ndarray of shape (n_items, n_attributes), float64
        Attributes of the items, the most popular first.
    """
    # einsum sums in one order whatever the number of BLAS threads
    likeness = np.einsum("nd,id->ni", profile, catalogue)
    nearest: NDArray[np.int64] = np.argmax(likeness, axis=1)
    return nearest


def items_shown(
    actions: tuple[str, ...],
    index: NDArray[np.int64],
    profile: NDArray[np.float64],
    catalogue: NDArray[np.float64],
) -> NDArray[np.int32]:
    """Return the row of the catalogue that each action shows.

    An action whose content is ``profile`` shows the item nearest to it; any other, and a record
    whose profile is unknown (all zero), the most popular item.

    Parameters
    ----------
    actions : tuple of str
        Names like ``"email:profile"``.
    index : ndarray of shape (n,), int64
        Number of each row's action.
    profile : ndarray of shape (n, n_attributes), float64
        The firm's estimate of taste.
    catalogue : ndarray of shape (n_items, n_attributes), float64
        Attributes of the items, the most popular first.
    """
    item = np.zeros(len(index), dtype=np.int32)
    fitting = np.array([name.partition(":")[2] == PROFILE for name in actions])
    wanted = np.flatnonzero(fitting[index])
    if len(wanted):
        item[wanted] = nearest_item(profile[wanted], catalogue)
    return item
