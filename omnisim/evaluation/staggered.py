"""Staggered treatment: units start one after the other, and effects may grow with time."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from omnisim._validation import check_confidence
from omnisim.evaluation.field import Estimate
from omnisim.exceptions import ParameterError
from omnisim.random import Draws, Stream

Floats = NDArray[np.float64]
Cells = NDArray[np.bool_]

N_ASSIGNMENTS = 999


def comparable(treated: ArrayLike) -> Cells:
    """Return the treated cells of periods in which somebody is untreated, (n_units, n_periods)."""
    d = np.asarray(treated, dtype=np.bool_)
    cells: Cells = d & ~d.all(axis=0)
    return cells


def imputation_weights(treated: ArrayLike) -> Floats:
    """Return the weights of all cells whose sum is the mean effect on `comparable` cells [1]_.

    Constants of units and periods are fitted to untreated cells alone and foretell what treated
    cells would be without treatment; the effect is the mean of what is above it. Unlike least
    squares over all cells it stays the mean effect if effects differ by unit or grow with time.

    Parameters
    ----------
    treated : array-like of shape (n_units, n_periods), bool

    Raises
    ------
    ParameterError
        If no cell can be compared, or a unit is never untreated.

    References
    ----------
    .. [1] Borusyak, Jaravel and Spiess (2024). Revisiting event-study designs: robust and efficient
       estimation. Review of Economic Studies 91(6), 3253-3285. doi:10.1093/restud/rdae007
    """
    d = np.asarray(treated, dtype=np.bool_)
    cells = comparable(d)
    if not cells.any() or d.all(axis=1).any():
        raise ParameterError("treatment must start later in some units. It does not.")
    n, periods = d.shape
    unit, period = np.indices(d.shape)
    design = np.hstack([
        unit.reshape(-1, 1) == np.arange(n), period.reshape(-1, 1) == np.arange(periods)
    ]).astype(np.float64)  # fmt: skip
    target = cells.ravel() / cells.sum()
    free = ~d.ravel()
    weights = target.copy()
    weights[free] -= np.linalg.pinv(design[free]).T @ (design.T @ target)
    shaped: Floats = weights.reshape(d.shape)
    return shaped


def staggered_effect(
    outcome: ArrayLike, treated: ArrayLike, *, draws: Draws, confidence: float = 0.95
) -> Estimate:
    """Return the mean effect on `comparable` cells, with an interval by randomisation inference.

    Starting times were given to units at random. The interval holds every effect, the same in all
    cells, under which the estimate is not among the largest that other assignments of the same
    starting times would have given [1]_. It needs no large number of units and no distribution.

    Parameters
    ----------
    outcome : array-like of shape (n_units, n_periods), float
    treated : array-like of shape (n_units, n_periods), bool
    draws : Draws
        Other assignments; stream PERMUTE.
    confidence : float, default=0.95
        Coverage, in (0, 1).

    Raises
    ------
    ParameterError
        If shapes differ, nothing can be compared, or there are too few ways to assign.

    Notes
    -----
    With weights w, own estimate a = w.y, and a_p = w_p.y and b_p = w_p.d under assignment p, an
    effect t is as extreme as under p if |a - t| <= |a_p - t b_p|: between (a - a_p) / (1 - b_p) and
    (a + a_p) / (1 + b_p). Of these intervals the limits leave the wanted share outside.

    References
    ----------
    .. [1] Imbens and Rubin (2015). Causal Inference for Statistics, Social, and Biomedical
       Sciences, chapter 5. doi:10.1017/CBO9781139025751
    """
    check_confidence("confidence", confidence)
    y, d = np.asarray(outcome, dtype=np.float64), np.asarray(treated, dtype=np.bool_)
    if y.shape != d.shape or y.ndim != 2:
        raise ParameterError(
            f"outcome and treated must be (n_units, n_periods). Got {y.shape} and {d.shape}."
        )
    weights = imputation_weights(d)
    trial, unit = np.indices((N_ASSIGNMENTS, len(y)))
    order = np.argsort(draws.uniform(Stream.PERMUTE, unit, step=trial), axis=1, kind="stable")
    order = np.vstack([np.arange(len(y)), order])
    value = float((weights * y).sum())
    other = np.einsum("pit,it->p", weights[order], y)
    shared = np.einsum("pit,it->p", weights[order], d.astype(np.float64))
    low, high = _limits(value, other, shared, 1 - confidence)
    spread = float(np.sqrt(np.mean((other - value * shared) ** 2)))
    return Estimate(value, spread, low, high, np.inf)


def _limits(value: float, other: Floats, shared: Floats, alpha: float) -> tuple[float, float]:
    """Return the interval of the effects that are not refused at the level `alpha`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack([(value - other) / (1 - shared), (value + other) / (1 + shared)])
    same = np.abs(shared) > 1 - 1e-9  # the assignment itself, or its mirror image: never refused
    high, low = np.where(same, np.inf, ends.max(axis=0)), np.where(same, -np.inf, ends.min(axis=0))
    k = int(alpha * len(other))  # so many other assignments may be less extreme
    low, high = np.sort(low)[k], np.sort(high)[::-1][k]
    if not np.isfinite([low, high]).all():
        raise ParameterError(
            f"too few units, or starting times, to assign treatment in {1 / alpha:.0f} ways that "
            f"differ. Take more regions or periods."
        )
    return float(low), float(high)
