"""Media-mix regression: what totals alone say about media (facts.md D6, level TL0)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnisim.exceptions import ParameterError

Floats = NDArray[np.float64]
PERIODS_PER_YEAR = 365.0 / 7.0
KEPT = tuple(k / 20 for k in range(19))
"""Shares of the stock left after a week that are tried where none is given: 0 to 0.9."""


def media_mix_credit(
    outcome: ArrayLike,
    exposures: ArrayLike,
    *,
    kept: float | None = 0.0,
    carried: ArrayLike | None = None,
) -> Floats:
    """Return the outcome credited to each medium by least squares on weekly totals.

    The outcome is regressed on the stock of each medium's exposures, a yearly sine and cosine and
    a constant. A medium is credited with its coefficient times all its stock, and with nothing
    where the coefficient is negative.

    Parameters
    ----------
    outcome : array-like of shape (n_weeks,), float
        For example orders of each week.
    exposures : array-like of shape (n_weeks, n_media), float
        Exposures of each week, >= 0.
    kept : float or None, default=0.0
        Share of the stock that is left after a week, in [0, 1): geometric adstock [1]_. None takes
        the one of `KEPT` that leaves the least squares, since totals do not tell it.
    carried : array-like of shape (n_media,), optional
        Stock before the first week; nothing by default.

    Returns
    -------
    ndarray of shape (n_media,), float64, >= 0
        In the unit of the outcome. A medium without variation gets nothing: it cannot be told from
        the constant.

    Raises
    ------
    ParameterError
        If shapes differ, or there are no more weeks than coefficients.

    References
    ----------
    .. [1] Broadbent (1979). One way TV advertisements work. Journal of the Market Research Society
       21(3), 139-166.
    """
    y = np.asarray(outcome, dtype=np.float64)
    x = np.asarray(exposures, dtype=np.float64)
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise ParameterError(
            f"outcome must be (n_weeks,) and exposures (n_weeks, n_media). "
            f"Got {y.shape} and {x.shape}."
        )
    n_weeks, n_media = x.shape
    if n_weeks <= n_media + 3:
        raise ParameterError(
            f"a regression on {n_media} media needs more than {n_media + 3} weeks. Got {n_weeks}."
        )
    level = np.zeros(n_media) if carried is None else np.asarray(carried, dtype=np.float64)
    fits = [_fit(y, x, share, level) for share in (KEPT if kept is None else (kept,))]
    return min(fits, key=lambda fit: fit[0])[1]


def _fit(y: Floats, x: Floats, kept: float, level: Floats) -> tuple[float, Floats]:
    """Return the sum of squares that is left, and the credit of each medium."""
    n_weeks, n_media = x.shape
    stock = np.empty_like(x)
    for week in range(n_weeks):
        level = kept * level + x[week]
        stock[week] = level
    phase = 2 * np.pi * np.arange(n_weeks) / PERIODS_PER_YEAR
    others = np.column_stack([np.ones(n_weeks), np.sin(phase), np.cos(phase)])
    spread = stock.std(axis=0)
    usable = spread > 1e-9 * np.maximum(stock.mean(axis=0), 1e-300)
    scale = np.where(usable, spread, 1.0)
    design = np.column_stack([np.where(usable, stock / scale, 0.0), others])
    found = np.linalg.lstsq(design, y, rcond=None)[0]
    beta = found[:n_media] / scale
    credit: Floats = np.where(usable, np.maximum(beta, 0.0), 0.0) * stock.sum(axis=0)
    return float(np.sum((y - design @ found) ** 2)), credit
