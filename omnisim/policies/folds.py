"""Folds of cross-fitting: who is judged by a model that has not seen them."""

import numpy as np

from omnisim.exceptions import ParameterError
from omnisim.policies.context import Ints
from omnisim.random import Draws, Stream


def dealt(n_units: int, n_folds: int, *, who: str, seed: int = 0) -> Ints:
    """Return the fold of each unit, (n_units,), in [0, n_folds).

    Units are put in random order and dealt to the folds in turn, so that folds differ by one at
    most. The order is drawn by address: the same units and seed always get the same folds.

    Raises
    ------
    ParameterError
        If there are fewer units, called `who`, than folds.
    """
    if n_units < n_folds:
        raise ParameterError(f"n_folds must be at most {n_units}, the {who}. Got {n_folds}.")
    order = np.argsort(Draws(seed).uniform(Stream.FOLD, np.arange(n_units)), kind="stable")
    fold = np.empty(n_units, dtype=np.int64)
    fold[order] = np.arange(n_units) % n_folds
    return fold


def units(record: Ints) -> Ints:
    """Return the unit of each row, numbered without gaps: its record, or itself where that is < 0.

    Parameters
    ----------
    record : ndarray of shape (n,), int64
        Whom a row is about; negative where nobody knows.
    """
    apart = np.where(record < 0, -1 - np.arange(len(record)), record)
    return np.asarray(np.unique(apart, return_inverse=True)[1], dtype=np.int64)
