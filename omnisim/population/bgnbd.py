"""BG/NBD: how often customers buy, and when they stop, from recency and frequency.

A customer buys at rate lambda while alive, and is lost after each repeat purchase with probability
p; lambda varies over customers as Gamma(r, alpha), p as Beta(a, b) [1]_. Equation numbers in the
code are those of the paper; the unit of time is the week.

References
----------
.. [1] Fader, Hardie and Lee (2005). "Counting your customers" the easy way: an alternative to the
   Pareto/NBD model. Marketing Science 24(2), 275-284. doi:10.1287/mksc.1040.0098
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import digamma, gammaln, hyp2f1

from omnisim.exceptions import ParameterError, TableError

Floats = npt.NDArray[np.float64]

LOG_BOUNDS = tuple((np.log(low), np.log(high)) for low, high in
                   ((1e-3, 1e3), (1e-3, 1e5), (1e-3, 1e3), (1e-3, 1e3)))  # fmt: skip
"""Bounds of log r, alpha, a, b; within those of `Segment`. At a bound the file does not tell."""
STARTS = ((1.0, 1.0, 1.0, 2.0), (0.3, 0.3, 0.5, 3.0))
"""Starting values of r, alpha (in mean observation times), a, b."""


@dataclass(frozen=True)
class BgNbd:
    """A fitted BG/NBD model.

    Attributes
    ----------
    r, alpha : float
        Shape and rate (weeks) of the Gamma purchase rate per week.
    a, b : float
        Parameters of the Beta drop-out probability.
    log_likelihood : float
        At these parameters, over all customers.
    n_customers : int
        Customers it was fitted to.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    n_customers: int

    def __repr__(self) -> str:
        return (
            f"BgNbd(r={self.r:.3f}, alpha={self.alpha:.3f} weeks, a={self.a:.3f}, b={self.b:.3f}, "
            f"log-likelihood {self.log_likelihood:,.1f}, {self.n_customers:,} customers)"
        )

    def expected_repeats(self, weeks: npt.ArrayLike) -> Floats:
        """Return E[X(t)], repeat purchases of a new customer in `weeks` (equation 9)."""
        return self.expected_purchases(weeks, x=0.0, t_x=0.0, T=0.0)

    def expected_purchases(
        self, weeks: npt.ArrayLike, *, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike
    ) -> Floats:
        """Return purchases expected in the next `weeks` of customers with history (equation 10).

        Arguments broadcast; `x`, `t_x` and `T` are as in `fit_bgnbd`.
        """
        t, count, age = (np.asarray(value, dtype=np.float64) for value in (weeks, x, T))
        # The formula divides by a - 1 and is smooth there; step over the hole.
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6
        rest = self.alpha + age
        z = t / (rest + t)
        f = hyp2f1(self.r + count, self.b + count, a + self.b + count - 1, z)
        gone = (rest / (rest + t)) ** (self.r + count) * f
        alive = self.p_alive(x, t_x, T)
        return np.asarray((a + self.b + count - 1) / (a - 1) * (1 - gone) * alive)

    def p_alive(self, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Floats:
        """Return the probability that a customer with history (x, t_x, T) is not lost yet."""
        log_alive, log_lost = _log_terms(self, *_as_histories(x, t_x, T))
        return np.asarray(1 / (1 + np.exp(np.minimum(log_lost - log_alive, 700.0))))


def fit_bgnbd(x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> BgNbd:
    """Fit BG/NBD by maximum likelihood, in log-parameters with the analytic gradient.

    Parameters
    ----------
    x : array of shape (n_customers,)
        Repeat purchases, >= 0.
    t_x : array of shape (n_customers,), unit: weeks
        From the first to the last purchase; 0 where ``x`` is 0.
    T : array of shape (n_customers,), unit: weeks
        From the first purchase to the end of observation, ``t_x <= T``.

    Returns
    -------
    BgNbd

    Raises
    ------
    ParameterError
        If the arrays do not fit together.
    TableError
        If no customer bought twice, so that nothing can be learnt.
    """
    counts, last, age = _as_histories(x, t_x, T)
    if counts.size == 0 or not counts.any():
        raise TableError("The customers must hold repeat purchases to fit BG/NBD. Got none.")
    rows, weight = np.unique(np.stack([counts, last, age]), axis=1, return_counts=True)
    unit = weight @ rows[2] / weight.sum()  # of sorted rows: the order of customers is nothing

    def loss(log_parameters: Floats) -> tuple[float, Floats]:
        value, gradient = log_likelihood(np.exp(log_parameters), rows[0], rows[1], rows[2], weight)
        return -value, -gradient * np.exp(log_parameters)

    best = min(
        (
            minimize(loss, np.log([r, alpha * unit, a, b]), jac=True, method="L-BFGS-B",
                     bounds=LOG_BOUNDS, options={"maxiter": 1_000, "ftol": 1e-13, "gtol": 1e-7})
            for r, alpha, a, b in STARTS
        ),
        key=lambda found: float(found.fun),
    )  # fmt: skip
    r, alpha, a, b = np.exp(best.x).tolist()
    return BgNbd(r, alpha, a, b, -float(best.fun), int(counts.size))


def log_likelihood(
    parameters: Floats, x: Floats, t_x: Floats, T: Floats, weight: npt.ArrayLike = 1.0
) -> tuple[float, Floats]:
    """Return the log-likelihood (equation 6) and its gradient in (r, alpha, a, b).

    Parameters
    ----------
    parameters : array of shape (4,)
        r, alpha (weeks), a, b, all above 0.
    x, t_x, T : arrays of shape (n,)
        Histories, as in `fit_bgnbd`.
    weight : array of shape (n,) or float, default=1.0
        Customers with this history.
    """
    r, alpha, a, b = parameters
    model = BgNbd(r, alpha, a, b, 0.0, 0)
    log_alive, log_lost = _log_terms(model, x, t_x, T)
    both = np.logaddexp(log_alive, log_lost)
    lost = np.exp(log_lost - both)
    bought_again = x > 0
    per_lost = np.where(bought_again, lost / np.where(bought_again, b + x - 1, 1.0), 0.0)
    mean_inverse = (1 - lost) / (alpha + T) + lost / (alpha + t_x)
    mean_log = (1 - lost) * np.log(alpha + T) + lost * np.log(alpha + t_x)
    by_customer = np.stack([
        digamma(r + x) - digamma(r) + np.log(alpha) - mean_log,
        r / alpha - (r + x) * mean_inverse,
        digamma(a + b) - digamma(a + b + x) + lost / a,
        digamma(a + b) + digamma(b + x) - digamma(b) - digamma(a + b + x) - per_lost,
    ])  # fmt: skip
    weights = np.broadcast_to(np.asarray(weight, dtype=np.float64), both.shape)
    return float(weights @ both), by_customer @ weights


def _log_terms(model: BgNbd, x: Floats, t_x: Floats, T: Floats) -> tuple[Floats, Floats]:
    """Return the logs of the two terms of the likelihood: still alive at T, lost at t_x."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    shared = shared + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    alive = shared - (r + x) * np.log(alpha + T)
    odds = np.log(a) - np.log(np.where(x > 0, b + x - 1, 1.0))
    lost = np.where(x > 0, shared + odds - (r + x) * np.log(alpha + t_x), -np.inf)
    return alive, lost


def _as_histories(
    x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Return checked histories as float arrays of one shape."""
    counts, last, age = np.broadcast_arrays(
        *(np.asarray(value, dtype=np.float64) for value in (x, t_x, T))
    )
    wrong = ~(np.isfinite(counts) & (counts >= 0) & (last >= 0) & (last <= age) & np.isfinite(age))
    wrong |= (counts == 0) & (last > 0)
    if wrong.any():
        row = int(wrong.ravel().argmax())
        raise ParameterError(
            "Histories must hold x >= 0 and 0 <= t_x <= T, with t_x = 0 where x = 0. Got "
            f"x={counts.ravel()[row]:g}, t_x={last.ravel()[row]:g}, T={age.ravel()[row]:g} "
            f"at [{row}]."
        )
    return counts, last, age
