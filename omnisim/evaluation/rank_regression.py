"""Which inputs of a simulation matter: standardised regression of ranks on ranks."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from omnisim._validation import as_numbers, check_confidence
from omnisim.exceptions import ParameterError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RankRegression:
    """How the rank of the output moves with that of each input, all others held.

    Attributes
    ----------
    coefficient, ci_low, ci_high : ndarrays of shape (n_inputs,), float64
        Standard deviations of the output's rank per standard deviation of the input's; the
        intervals hold at once for all inputs. NaN where the output never differs.
    r_squared : float, in [0, 1]
        Share of the variance of the output's ranks that the inputs explain.
    """

    coefficient: Floats
    ci_low: Floats
    ci_high: Floats
    r_squared: float


def rank_regression(
    inputs: ArrayLike, output: ArrayLike, *, confidence: float = 0.95
) -> RankRegression:
    """Regress the ranks of an output on those of its inputs.

    Parameters
    ----------
    inputs : array-like of shape (n_draws, n_inputs), float
        Inputs that differ, of at least n_inputs + 3 draws.
    output : array-like of shape (n_draws,), float
        What came of them.
    confidence : float, default=0.95
        Coverage of all intervals at once, in (0, 1), by Bonferroni's inequality.

    Notes
    -----
    Right for outputs that rise or fall with each input, however curved; a share r_squared of the
    variance is told, the rest is chance, interaction, or an effect that turns.

    References
    ----------
    .. [1] Saltelli et al. (2008). Global Sensitivity Analysis: The Primer, section 1.2.5.
    .. [2] Iman and Conover (1979). The use of the rank transform in regression. Technometrics
       21(4), 499-509. doi:10.2307/1268289
    """
    check_confidence("confidence", confidence)
    x, y = as_numbers("inputs", inputs), as_numbers("output", output)
    if x.ndim != 2 or y.shape != x.shape[:1] or len(x) < x.shape[1] + 3:
        raise ParameterError(
            "inputs must have a row for each value of output, and at least 3 rows more than "
            f"columns. Got shapes {x.shape} and {y.shape}."
        )
    n, p = x.shape
    if np.ptp(y) == 0:
        nothing = np.full(p, np.nan)
        return RankRegression(nothing, nothing, nothing, float("nan"))
    design, target = _standard_ranks(x), _standard_ranks(y[:, None])[:, 0]
    inverse = np.linalg.pinv(design.T @ design)
    coefficient = inverse @ (design.T @ target)
    left = target - design @ coefficient
    freedom = n - p - 1
    error = np.sqrt(float(left @ left) / freedom * np.diag(inverse))
    half = float(stdtrit(freedom, 1 - (1 - confidence) / (2 * p))) * error
    explained = 1 - float(left @ left) / float(target @ target)
    return RankRegression(coefficient, coefficient - half, coefficient + half, explained)


def _standard_ranks(columns: Floats) -> Floats:
    """Return the ranks of each column, ties at their mean, with mean 0 and variance 1."""
    ranks = pd.DataFrame(columns).rank().to_numpy(dtype=np.float64)
    spread = ranks.std(axis=0)
    return np.asarray((ranks - ranks.mean(axis=0)) / np.where(spread > 0, spread, 1.0))
