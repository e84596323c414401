"""Gamma-Gamma: how much customers spend per purchase.

A purchase is worth Gamma(p) / nu with nu ~ Gamma(q, rate v) over customers, independent of how
often they buy [1]_.

References
----------
.. [1] Fader, Hardie and Lee (2005). RFM and CLV: using iso-value curves for customer base analysis.
   Journal of Marketing Research 42(4), 415-430. doi:10.1509/jmkr.2005.42.4.415
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import gammaln

from omnisim.exceptions import ParameterError, TableError

Floats = npt.NDArray[np.float64]

LOG_BOUNDS = ((np.log(1e-2), np.log(1e3)), (np.log(1.01), np.log(1e3)), (np.log(1e-6), np.log(1e6)))
"""Bounds of log p, q, v, v in mean purchase values; q above 1 so that the mean exists."""


@dataclass(frozen=True)
class GammaGamma:
    """A fitted Gamma-Gamma model.

    Attributes
    ----------
    p : float
        Shape of a purchase within a customer.
    q, v : float
        Shape and rate (money) of nu over customers.
    log_likelihood : float
        At these parameters, over all customers.
    n_customers : int
        Customers it was fitted to.
    """

    p: float
    q: float
    v: float
    log_likelihood: float
    n_customers: int

    def __repr__(self) -> str:
        return (
            f"GammaGamma(p={self.p:.2f}, q={self.q:.2f}, v={self.v:.2f}, mean purchase "
            f"{self.mean_value:.2f}, {self.n_customers:,} customers)"
        )

    @property
    def mean_value(self) -> float:
        """Mean value of a purchase over customers, p v / (q - 1)."""
        return self.p * self.v / (self.q - 1)


def fit_gamma_gamma(frequency: npt.ArrayLike, mean_value: npt.ArrayLike) -> GammaGamma:
    """Fit Gamma-Gamma by maximum likelihood.

    Parameters
    ----------
    frequency : array of shape (n_customers,)
        Purchases averaged over, > 0. By the convention of [1]_ on CDNOW, repeat purchases of the
        customers who made any.
    mean_value : array of shape (n_customers,), unit: money
        Mean value of these purchases, > 0.

    Returns
    -------
    GammaGamma

    Raises
    ------
    ParameterError
        If a frequency or value is not a positive number, or the lengths differ.
    TableError
        If there are fewer than three customers.

    References
    ----------
    .. [1] Fader, Hardie and Lee (2005), as above.
    """
    x, m = _check_means(frequency, mean_value)
    unit = m.mean()  # fit in mean purchases, so that no currency is out of scale

    def loss(log_parameters: Floats) -> float:
        return -log_likelihood(np.exp(log_parameters), x, m / unit)

    found = minimize(loss, np.log([2.0, 3.0, 1.0]), method="L-BFGS-B", bounds=LOG_BOUNDS,
                     options={"maxiter": 1_000, "ftol": 1e-13, "gtol": 1e-7})  # fmt: skip
    p, q, v = np.exp(found.x).tolist()
    in_money = -float(found.fun) - x.size * np.log(unit)
    return GammaGamma(p, q, v * float(unit), in_money, int(x.size))


def _check_means(frequency: npt.ArrayLike, mean_value: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return checked frequencies and mean values as float arrays."""
    x, m = (np.asarray(value, dtype=np.float64) for value in (frequency, mean_value))
    if x.shape != m.shape or x.ndim != 1:
        raise ParameterError(
            f"frequency and mean_value must have one length. Got shapes {x.shape} and {m.shape}."
        )
    if x.size < 3:
        raise TableError(f"Gamma-Gamma needs at least 3 customers with purchases. Got {x.size}.")
    wrong = ~(np.isfinite(x) & (x > 0) & np.isfinite(m) & (m > 0))
    if wrong.any():
        row = int(wrong.argmax())
        raise ParameterError(
            "frequency and mean_value must be finite and > 0. "
            f"Got {x[row]:g} and {m[row]:g} at [{row}]."
        )
    return x, m


def log_likelihood(parameters: Floats, frequency: Floats, mean_value: Floats) -> float:
    """Return the log-likelihood of customers' mean values (equation 1a of the paper).

    Given n purchases, their total over v follows a beta-prime distribution with shapes p n and q.
    """
    p, q, v = parameters
    n, total = p * frequency, frequency * mean_value
    by_customer = (
        gammaln(n + q) - gammaln(n) - gammaln(q) + q * np.log(v) + n * np.log(total)
        - np.log(mean_value) - (n + q) * np.log(v + total)
    )  # fmt: skip
    return float(by_customer.sum())
