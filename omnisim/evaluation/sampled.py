"""Shapley values from sampled orderings, with both errors: of the orderings and of the luck."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from omnisim._validation import check_confidence

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SampledShapley:
    """Estimates of every player.

    Attributes
    ----------
    value : ndarray of shape (n_players,), float64
        Mean of what the player adds, over orderings and replications.
    se_orderings : ndarray of shape (n_players,), float64
        Standard error that is due to the sample of orderings alone; NaN with one ordering.
    ci_low, ci_high : ndarrays of shape (n_players,), float64
        Interval for both errors; NaN with one ordering or one replication.
    """

    value: Floats
    se_orderings: Floats
    ci_low: Floats
    ci_high: Floats


def coalitions_of(orderings: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the coalitions that orderings pass through, shape (n_orderings, n_players + 1)."""
    start = np.zeros((len(orderings), 1), dtype=np.int64)
    return np.hstack([start, np.cumsum(np.int64(1) << orderings, axis=1)])


def sampled_shapley(
    along: Floats, orderings: NDArray[np.int64], *, confidence: float = 0.95
) -> SampledShapley:
    """Average what each player adds along the orderings.

    Parameters
    ----------
    along : ndarray of shape (n_replications, n_orderings, n_players + 1), float64
        Value of each coalition of `coalitions_of(orderings)` in each replication.
    orderings : ndarray of shape (n_orderings, n_players), int64
        Players in the order in which they are added.
    confidence : float, default=0.95
        Coverage of the intervals, in (0, 1).

    Notes
    -----
    Every ordering meets every replication, a crossed design. The variance of the grand mean is at
    most s_o^2 / n_o + s_r^2 / n_r, with s_o^2 the variance of the means by ordering and s_r^2 that
    of the means by replication; the interaction is counted in both, so the interval is
    conservative. Its t has as many degrees of freedom as the smaller of the two allows.

    References
    ----------
    .. [1] Castro, Gomez and Tejada (2009). Polynomial calculation of the Shapley value based on
       sampling. Computers & Operations Research 36(5), 1726-1730. doi:10.1016/j.cor.2008.04.004
    .. [2] Searle, Casella and McCulloch (1992). Variance Components, section 4.3 (crossed design).
    """
    check_confidence("confidence", confidence)
    n_replications, n_orderings, _ = along.shape
    added = np.diff(along, axis=2)
    by_player = np.empty_like(added)
    rows = np.arange(n_orderings)[:, None]
    by_player[:, rows, orderings] = added
    value = by_player.mean(axis=(0, 1))
    se_orderings = _standard_error(by_player.mean(axis=0))
    se_luck = _standard_error(by_player.mean(axis=1))
    freedom = min(n_replications, n_orderings) - 1
    t = float(stdtrit(freedom, 0.5 + confidence / 2)) if freedom > 0 else float("nan")
    half = t * np.hypot(se_orderings, se_luck)
    return SampledShapley(value, se_orderings, value - half, value + half)


def _standard_error(means: Floats) -> Floats:
    if len(means) < 2:
        return np.full(means.shape[1], np.nan)
    return np.asarray(means.std(axis=0, ddof=1) / np.sqrt(len(means)))
