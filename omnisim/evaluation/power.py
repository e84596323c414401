"""How many units a trial needs, what it can detect, and how likely."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from scipy.special import ndtr, ndtri

from omnisim._validation import (
    check_confidence,
    check_count,
    check_finite,
    check_positive,
    check_probability,
)
from omnisim.exceptions import ParameterError


@dataclass(frozen=True)
class TrialDesign:
    """A comparison of the means of one arm and the control by a two-sided normal test.

    Parameters
    ----------
    sd : float
        Standard deviation of the outcome in the control, above 0, in its unit.
    sd_arm : float, optional
        The same in the arm; that of the control if left out.
    ratio : float, default=1.0
        Units in the arm for each in the control, above 0.
    alpha : float, default=0.05
        Probability of a false alarm, in (0, 1).
    n_comparisons : int, default=1
        Comparisons that share alpha (Bonferroni): arms times outcomes.
    r_squared : float, default=0.0
        Share of the outcome's variance that CUPED removes, in [0, 1).

    References
    ----------
    .. [1] Chow, Shao and Wang (2008). Sample Size Calculations in Clinical Research, 2nd edition,
       section 3.2. Chapman and Hall.
    .. [2] Deng, Xu, Kohavi and Walker (2013). WSDM, 123–132. (variance times 1 - R squared)

    Examples
    --------
    >>> TrialDesign(sd=1.0).sample_size(0.5)
    63
    >>> round(TrialDesign(sd=1.0).detectable(63), 3)
    0.499
    """

    sd: float
    sd_arm: float | None = None
    ratio: float = 1.0
    alpha: float = 0.05
    n_comparisons: int = 1
    r_squared: float = 0.0

    def __post_init__(self) -> None:
        check_positive("sd", self.sd)
        check_positive("ratio", self.ratio)
        check_count("n_comparisons", self.n_comparisons)
        if self.sd_arm is not None:
            check_positive("sd_arm", self.sd_arm)
        check_confidence("alpha", self.alpha)
        if check_probability("r_squared", self.r_squared) == 1:
            raise ParameterError(f"r_squared must be below 1. Got {self.r_squared!r}.")

    @classmethod
    def of_shares(cls, p_control: float, p_arm: float, **more: float) -> Self:
        """Return the design for outcomes of 0 or 1 with these means.

        Standard deviations are ``sqrt(p (1 - p))``; further arguments are those of the class.
        """
        p = [check_probability("p_control", p_control), check_probability("p_arm", p_arm)]
        sd = [math.sqrt(q * (1 - q)) for q in p]
        return cls(sd=sd[0], sd_arm=sd[1], **more)  # type: ignore[arg-type]

    def std_error(self, n_control: int) -> float:
        """Return the standard error of the difference with `n_control` units in the control.

        ``sqrt((1 - R2) (sd ** 2 / n + sd_arm ** 2 / (ratio n)))``.
        """
        check_count("n_control", n_control)
        arm = self.sd if self.sd_arm is None else self.sd_arm
        variance = (self.sd**2 + arm**2 / self.ratio) / n_control
        return math.sqrt((1 - self.r_squared) * variance)

    def power(self, effect: float, n_control: int) -> float:
        """Return the probability that the test finds a difference of `effect`, on either side."""
        shift = abs(check_finite("effect", effect)) / self.std_error(n_control)
        return float(ndtr(shift - self._z) + ndtr(-shift - self._z))

    def detectable(self, n_control: int, *, power: float = 0.8) -> float:
        """Return the smallest effect found with this power: ``(z_alpha + z_power) std_error``."""
        return (self._z + self._quantile(power)) * self.std_error(n_control)

    def sample_size(self, effect: float, *, power: float = 0.8) -> int:
        """Return the units needed in the control; the arm needs `ratio` times as many.

        The smallest n with ``(z_alpha + z_power) std_error <= |effect|``.
        """
        if check_finite("effect", effect) == 0:
            raise ParameterError("effect must not be 0: no number of units would show it.")
        needed = (self.detectable(1, power=power) / effect) ** 2
        return max(1, math.ceil(needed * (1 - 1e-12)))

    @property
    def _z(self) -> float:
        return float(ndtri(1 - self.alpha / self.n_comparisons / 2))

    def _quantile(self, power: float) -> float:
        check_probability("power", power)
        if not self.alpha < power < 1:
            raise ParameterError(f"power must lie in (alpha, 1). Got {power!r}.")
        return float(ndtri(power))
