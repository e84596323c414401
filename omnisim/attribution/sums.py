"""Sums by group that no order of their terms changes.

A double has 53 binary digits, and a plain sum of many loses some with every term, others in another
order. These sums keep 106 until they are done, so they are the doubles nearest to the exact ones,
save where that lies within some n_terms * 2**-104 of halfway between two.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from omnisim.exceptions import BuildError

try:
    import omnisim.attribution._sums as _sums
except ImportError as error:
    raise BuildError(
        f"The compiled part of omnisim.attribution is missing ({error}). Run: pip install -e .  "
        "(or: python setup.py build_ext --inplace)"
    ) from error

__all__ = ["sum_by", "sum_of"]

Ints = npt.NDArray[np.int32] | npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[Any]


def sum_by(group: Ints, n_groups: int, a: Numbers, b: Numbers) -> Floats:
    """Return the sums of ``a * b`` by group, float64, shape (n_groups,).

    Parameters
    ----------
    group : ndarray of shape (n,), int32 or int64
        In [0, n_groups).
    n_groups : int
    a, b : ndarray of shape (n,)
        Finite; integers below 2**53. Their products are exact.

    References
    ----------
    .. [1] Ogita, Rump and Oishi (2005). Accurate sum and dot product. SIAM Journal on Scientific
       Computing 26(6), 1955–1988. doi:10.1137/030601818
    """
    total = np.zeros(n_groups)
    factors = (np.ascontiguousarray(x, dtype=np.float64) for x in (a, b))
    _sums.sum_products(np.ascontiguousarray(group), *factors, total, np.zeros(n_groups))
    return total


def sum_of(a: Numbers, b: Numbers) -> float:
    """Return the sum of ``a * b``, as `sum_by` does."""
    return float(sum_by(np.zeros(len(a), dtype=np.int32), 1, a, b)[0])
