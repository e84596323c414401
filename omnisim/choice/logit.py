"""Multinomial logit choices and nests of two, as the kernels of the simulation make them."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

import omnisim.choice._logit as _logit
from omnisim._validation import check_probability
from omnisim.exceptions import ParameterError

Floats = NDArray[np.float64]


def choose(utilities: ArrayLike, u: ArrayLike) -> NDArray[np.int64]:
    """Choose one alternative a row, with multinomial logit shares, by one uniform.

    The alternatives divide (0, 1) in their order, each in proportion to its exponentiated utility;
    the one that `u` falls on is chosen.

    Parameters
    ----------
    utilities : array of shape (n, n_alternatives), float64, unit: utils
        Finite, or ``-inf`` for an alternative that cannot be chosen; at least one finite a row.
    u : array of shape (n,), float64, in (0, 1)
        One uniform a row.

    Returns
    -------
    ndarray of shape (n,), int64, in [0, n_alternatives)

    Raises
    ------
    ParameterError
        If a shape, a utility or a uniform is not as above.

    See Also
    --------
    nest : The utility of two alternatives that are alike, to choose among others.

    References
    ----------
    .. [1] Train (2009). Discrete Choice Methods with Simulation, 2nd edition, chapter 3.
       Cambridge University Press. doi:10.1017/CBO9780511805271

    Examples
    --------
    >>> choose([[0.0, 0.0], [0.0, -np.inf]], [0.7, 0.7])
    array([1, 0])
    """
    rows = _check_utilities(utilities)
    uniforms = np.ascontiguousarray(u, dtype=np.float64)
    if uniforms.shape != rows.shape[:1]:
        raise ParameterError(f"u must have shape {rows.shape[:1]}. Got {uniforms.shape}.")
    outside = ~((uniforms > 0) & (uniforms < 1))
    if outside.any():
        row = int(outside.argmax())
        raise ParameterError(f"u must lie in (0, 1). Got {uniforms[row]} in row {row}.")
    chosen = np.empty(len(rows), dtype=np.int64)
    if len(rows):
        _logit.choose_rows(rows, uniforms, chosen)
    return chosen


def nest(utilities: ArrayLike, scale: float) -> tuple[Floats, Floats]:
    """Return what nests of two alternatives are worth, and the share of the first within each.

    Parameters
    ----------
    utilities : array of shape (n, 2), float64, unit: utils
        Finite, or ``-inf`` for an alternative that cannot be chosen; at least one finite a row.
    scale : float in (0, 1]
        Dissimilarity: 1 for alternatives that have nothing in common (multinomial logit); near 0
        for alternatives that differ in nothing but their utility.

    Returns
    -------
    value : ndarray of shape (n,), float64, unit: utils
        Inclusive value, ``scale * log(exp(first / scale) + exp(second / scale))``.
    share : ndarray of shape (n,), float64, in [0, 1]
        Probability of the first alternative, given that the nest is chosen.

    Raises
    ------
    ParameterError
        If a shape, a utility or the scale is not as above.

    References
    ----------
    .. [1] Train (2009). Discrete Choice Methods with Simulation, 2nd edition, chapter 4.
       Cambridge University Press. doi:10.1017/CBO9780511805271

    Examples
    --------
    >>> value, share = nest([[1.0, 1.0]], 0.5)
    >>> float(value[0].round(4)), float(share[0])
    (1.3466, 0.5)
    """
    rows = _check_utilities(utilities)
    if rows.shape[1] != 2:
        raise ParameterError(f"utilities must have shape (n, 2). Got {rows.shape}.")
    if check_probability("scale", scale) == 0:
        raise ParameterError(f"scale must lie in (0, 1]. Got {scale!r}.")
    value, share = np.empty(len(rows)), np.empty(len(rows))
    if len(rows):
        _logit.nest_rows(rows, scale, value, share)
    return value, share


def _check_utilities(utilities: ArrayLike) -> Floats:
    """Return utilities as C-contiguous floats, with something to choose in each row."""
    rows = np.ascontiguousarray(utilities, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ParameterError(
            f"utilities must have shape (n, n_alternatives), n_alternatives >= 1. "
            f"Got shape {rows.shape}."
        )
    wrong = np.isnan(rows) | (rows == np.inf)
    if wrong.any():
        row, column = np.unravel_index(int(wrong.argmax()), rows.shape)
        raise ParameterError(
            f"utilities must be finite or -inf. Got {rows[row, column]} at [{row}, {column}]."
        )
    nothing = ~np.isfinite(rows).any(axis=1)
    if nothing.any():
        raise ParameterError(
            f"utilities must hold a finite value in every row. "
            f"Row {int(nothing.argmax())} has none."
        )
    return rows
