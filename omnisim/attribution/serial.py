"""Linear algebra whose last digits do not depend on the number of threads.

BLAS shares large products and factorisations out among its threads, and then adds up in another
order. OpenBLAS works on a product of at most 64 x 64 x 64 with one thread; sums of `numpy.einsum`
and `numpy.sum` never leave theirs.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["dot", "inverse"]

BLOCK = 64

Floats = npt.NDArray[np.float64]


def dot(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Any:
    """Return ``a @ b`` where either is a vector or `b` is narrow, without BLAS."""
    subscripts = {
        (1, 1): "i,i->", (1, 2): "i,ij->j", (2, 1): "ij,j->i", (2, 2): "ij,jk->ik",
    }[a.ndim, b.ndim]  # fmt: skip
    return np.einsum(subscripts, a, b)


def inverse(matrix: Floats) -> Floats:
    """Return the inverse of ``I - Q``, Q substochastic, or of a principal block of such an inverse.

    Gauss-Jordan elimination by blocks [1]_ without pivoting between them, which neither needs:
    Schur complements of M-matrices are M-matrices, and those of their inverses such inverses [2]_.

    Parameters
    ----------
    matrix : ndarray of shape (n, n), float64

    References
    ----------
    .. [1] Golub and Van Loan (2013). Matrix computations, 4th edition, section 3.2.
    .. [2] Johnson (1982). Inverse M-matrices. Linear Algebra and its Applications 47, 195–216.
    """
    n = len(matrix)
    out = matrix.astype(np.float64)
    if n <= BLOCK:
        out[:] = np.linalg.inv(out)
        return out
    blocks = [slice(low, min(low + BLOCK, n)) for low in range(0, n, BLOCK)]
    for pivot in blocks:
        corner = np.linalg.inv(out[pivot, pivot])
        out[pivot, pivot] = np.eye(len(corner))
        for columns in blocks:
            out[pivot, columns] = corner @ out[pivot, columns]
        for rows in blocks:
            if rows == pivot:
                continue
            left = out[rows, pivot].copy()
            out[rows, pivot] = 0.0
            for columns in blocks:
                out[rows, columns] -= left @ out[pivot, columns]
    return out
