"""Estimators of field experiments: groups, encouragement, and panels of units over time."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from omnisim._validation import check_confidence
from omnisim.exceptions import ParameterError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """An estimate with its t interval.

    Attributes
    ----------
    value, standard_error, ci_low, ci_high : float
    degrees : float
        Degrees of freedom of the t distribution.
    """

    value: float
    standard_error: float
    ci_low: float
    ci_high: float
    degrees: float


def difference_in_means(
    treated: ArrayLike, control: ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """Return the mean of the treated less that of the controls, with Welch's interval.

    Variances have denominator n - 1, degrees of freedom are Satterthwaite's [1]_.

    References
    ----------
    .. [1] Welch (1947). The generalization of 'Student's' problem. Biometrika 34, 28-35.
       doi:10.1093/biomet/34.1-2.28
    """
    a, b = _sample("treated", treated), _sample("control", control)
    error, degrees = welch(a.var(ddof=1), len(a), b.var(ddof=1), len(b))
    return _interval(float(a.mean() - b.mean()), float(error), float(degrees), confidence)


def welch(
    variance: ArrayLike, n: ArrayLike, other_variance: ArrayLike, other_n: ArrayLike
) -> tuple[Floats, Floats]:
    """Return the standard error of a difference of two means, and its degrees of freedom.

    Parameters
    ----------
    variance, n, other_variance, other_n : array-like, of shapes that fit together
        Variance (ddof 1) and size of both groups; sizes of at least 2.

    Returns
    -------
    ndarray, ndarray
        Without any variance degrees of freedom are infinite.
    """
    m, k = np.asarray(n, dtype=np.float64), np.asarray(other_n, dtype=np.float64)
    own, base = np.asarray(variance) / m, np.asarray(other_variance) / k
    with np.errstate(invalid="ignore", divide="ignore"):
        below = own**2 / (m - 1) + base**2 / (k - 1)
        degrees = np.where(below > 0, (own + base) ** 2 / below, np.inf)
    return np.sqrt(own + base), degrees


def encouragement_effect(
    outcome: ArrayLike, taken: ArrayLike, encouraged: ArrayLike, *, confidence: float = 0.95
) -> Estimate:
    """Return the effect on those whom the encouragement makes take up: Wald's ratio.

    The difference in the outcome over the difference in take-up between those encouraged and the
    others: the local average treatment effect [1]_ if encouragement is random, acts only through
    take-up and keeps nobody from it. The standard error is that of two-stage least squares with
    heteroscedastic errors.

    Parameters
    ----------
    outcome, taken, encouraged : array-like of shape (n,)
        `taken` and `encouraged` are 0 or 1.

    References
    ----------
    .. [1] Imbens and Angrist (1994). Identification and estimation of local average treatment
       effects. Econometrica 62(2), 467-475. doi:10.2307/2951620
    """
    y, d = np.asarray(outcome, dtype=np.float64), np.asarray(taken, dtype=np.float64)
    z = np.asarray(encouraged, dtype=np.float64)
    if not y.shape == d.shape == z.shape or y.ndim != 1:
        raise ParameterError("outcome, taken and encouraged must have one length.")
    _sample("encouraged", y[z == 1])
    _sample("not encouraged", y[z == 0])
    instrument = z - z.mean()
    strength = float(instrument @ d)
    if strength == 0:
        raise ParameterError("encouragement must change take-up. It does not.")
    effect = float(instrument @ y) / strength
    residual = (y - y.mean()) - effect * (d - d.mean())
    error = float(np.sqrt(((instrument * residual) ** 2).sum())) / abs(strength)
    return _interval(effect, error, float(len(y) - 2), confidence)


def fieller_set(
    outcome: ArrayLike, taken: ArrayLike, encouraged: ArrayLike, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Return the effects of take-up that the data do not refuse, after Fieller [1]_.

    An effect is kept if what it leaves of the outcome differs between those encouraged and the
    others by less than sampling allows. It covers however little encouragement changes take-up;
    where the change itself could be nil, every effect is possible and the limits are infinite.

    References
    ----------
    .. [1] Fieller (1954). Some problems in interval estimation. Journal of the Royal Statistical
       Society B 16(2), 175-185. doi:10.1111/j.2517-6161.1954.tb00159.x
    """
    check_confidence("confidence", confidence)
    z = np.asarray(encouraged) == 1
    both = np.column_stack([outcome, taken]).astype(np.float64)
    gap = both[z].mean(axis=0) - both[~z].mean(axis=0)
    spread = np.cov(both[z].T) / z.sum() + np.cov(both[~z].T) / (~z).sum()
    limit = float(stdtrit(len(z) - 2, 0.5 + confidence / 2)) ** 2
    a = gap[1] ** 2 - limit * spread[1, 1]
    b = gap[0] * gap[1] - limit * spread[0, 1]
    c = gap[0] ** 2 - limit * spread[0, 0]
    if a <= 0 or b * b < a * c:
        return -np.inf, np.inf
    half = float(np.sqrt(b * b - a * c))
    return float((b - half) / a), float((b + half) / a)


def panel_effect(outcome: ArrayLike, treated: ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """Return the effect of treatment in a panel of units and periods.

    Least squares with a constant for every unit and every period. The standard error is the
    jackknife over units, which allows any dependence over time within a unit, with n_units - 1
    degrees of freedom [1]_.

    Parameters
    ----------
    outcome : array-like of shape (n_units, n_periods), float
    treated : array-like of shape (n_units, n_periods)
        Whether, or how much, the unit is treated in the period.

    Raises
    ------
    ParameterError
        If shapes differ, there are fewer than 3 units, or units and periods explain treatment.

    Notes
    -----
    With effects that differ by unit or grow with time since the start this is a weighted mean of
    them, and weights may be negative [2]_.

    References
    ----------
    .. [1] Bell and McCaffrey (2002). Bias reduction in standard errors for linear regression with
       multi-stage samples. Survey Methodology 28(2), 169-181.
    .. [2] Goodman-Bacon (2021). Difference-in-differences with variation in treatment timing.
       Journal of Econometrics 225(2), 254-277. doi:10.1016/j.jeconom.2021.03.014
    """
    y, d = np.asarray(outcome, dtype=np.float64), np.asarray(treated, dtype=np.float64)
    if y.shape != d.shape or y.ndim != 2 or len(y) < 3:
        raise ParameterError(
            f"outcome and treated must be (n_units, n_periods) of at least 3 units. "
            f"Got {y.shape} and {d.shape}."
        )
    whole = _within(y, d)
    each = np.array([_within(np.delete(y, k, 0), np.delete(d, k, 0)) for k in range(len(y))])
    if not np.isfinite([whole, *each]).all():
        raise ParameterError(
            "treatment must vary beyond units and periods, whichever unit is left out. It does not."
        )
    n = len(y)
    error = float(np.sqrt((n - 1) / n * ((each - each.mean()) ** 2).sum()))
    return _interval(whole, error, float(n - 1), confidence)


def _within(y: Floats, d: Floats) -> float:
    """Return the coefficient of `d` after taking out unit and period means (balanced panel)."""
    center: Callable[[Floats], Floats] = lambda x: (  # noqa: E731
        x - x.mean(axis=1, keepdims=True) - x.mean(axis=0, keepdims=True) + x.mean()
    )
    left = center(d)
    spread = float((left**2).sum())
    return float((left * y).sum()) / spread if spread > 1e-12 * d.size else float("nan")


def _sample(name: str, values: ArrayLike) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim != 1 or len(found) < 2:
        raise ParameterError(f"the group '{name}' must hold at least 2 units. Got {found.size}.")
    return found


def _interval(value: float, error: float, degrees: float, confidence: float) -> Estimate:
    check_confidence("confidence", confidence)
    tail = 0.5 + confidence / 2
    half = float(ndtri(tail) if np.isinf(degrees) else stdtrit(degrees, tail)) * error
    return Estimate(value, error, value - half, value + half, degrees)
