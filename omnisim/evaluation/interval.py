"""Standard errors and intervals of means and ratios of means over logged rows.

Every off-policy estimate is ``mean(base) + mean(numerator) / mean(denominator)`` over the rows of a
log, so that one formula gives all standard errors and one resampling all bootstrap intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from omnisim._validation import check_confidence, check_count
from omnisim.random import Draws, Stream

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNKNOWN = (float("nan"),) * 3
"""Standard error and interval of what rests on one cluster."""


@dataclass(frozen=True, eq=False)
class Terms:
    """Row by row, what an estimate is made of.

    Attributes
    ----------
    base, numerator, denominator : ndarray of shape (n,), float64
        The estimate is ``sign * (mean(base) + mean(numerator) / mean(denominator))``.
    sign : float, default=1.0
        -1 for what is subtracted in a difference of two estimates.
    """

    base: Floats
    numerator: Floats
    denominator: Floats
    sign: float = 1.0

    @property
    def value(self) -> float:
        """The estimate."""
        ratio = self.numerator.mean() / self.denominator.mean()
        return self.sign * float(self.base.mean() + ratio)

    @property
    def influence(self) -> Floats:
        """Influence of each row on the estimate, (n,); its mean is 0 up to rounding.

        The delta method: ``b - mean(b) + (u - R d) / mean(d)`` with R the ratio of the means.
        """
        mean = self.denominator.mean()
        ratio = self.numerator.mean() / mean
        part = (self.numerator - ratio * self.denominator) / mean
        return np.asarray(self.sign * (self.base - self.base.mean() + part))

    def n_carrying(self, cluster: Ints | None) -> int:
        """Return the clusters (rows, without) whose denominator is not 0.

        With one alone the ratio is that cluster's own, and nothing tells its spread.
        """
        rows = np.flatnonzero(self.denominator)
        return len(rows if cluster is None else np.unique(cluster[rows]))


class Interval(Protocol):
    """A way to put an interval around a sum of terms."""

    @property
    def confidence(self) -> float:
        """Coverage that the interval aims at."""

    @property
    def method(self) -> str:
        """Name of the method in results."""

    def around(self, terms: Sequence[Terms], cluster: Ints | None) -> tuple[float, float, float]:
        """Return (standard error, low, high) of the sum of the terms."""


@dataclass(frozen=True)
class NormalInterval:
    """The estimate plus and minus a normal quantile times its clustered standard error.

    Parameters
    ----------
    confidence : float, default=0.95
        In (0, 1).

    Notes
    -----
    With influences psi and G clusters the standard error is
    ``sqrt(G / (G - 1) * sum_g (sum of psi in g) ** 2) / n`` [1]_. Without clusters every row is
    one, and a plain mean gets ``sd(ddof=1) / sqrt(n)``. NaN with one cluster, or where one alone
    has weight and weights are normalised by their sum.

    References
    ----------
    .. [1] Liang and Zeger (1986). Longitudinal data analysis using generalized linear models.
       Biometrika 73(1), 13–22. doi:10.1093/biomet/73.1.13
    """

    confidence: float = 0.95

    method = "normal"

    def __post_init__(self) -> None:
        check_confidence("confidence", self.confidence)

    def around(self, terms: Sequence[Terms], cluster: Ints | None) -> tuple[float, float, float]:
        """Return (standard error, low, high) of the sum of the terms."""
        value = sum(part.value for part in terms)
        if min(part.n_carrying(cluster) for part in terms) < 2:
            return UNKNOWN
        influence = np.sum([part.influence for part in terms], axis=0)
        error = clustered_error(influence, cluster)
        half = float(ndtri(0.5 + self.confidence / 2)) * error
        return error, value - half, value + half


def clustered_error(influence: Floats, cluster: Ints | None) -> float:
    """Return the standard error of a mean from the influence of its rows; see `NormalInterval`."""
    n = len(influence)
    by_cluster = influence if cluster is None else np.bincount(cluster, weights=influence)
    g = len(by_cluster)
    if g < 2:
        return float("nan")
    return float(np.sqrt(g / (g - 1) * np.square(by_cluster).sum()) / n)


@dataclass(frozen=True)
class BootstrapInterval:
    """Percentiles of the estimate over resampled clusters; ratios are formed anew each time.

    NaN where `NormalInterval` is.

    Parameters
    ----------
    confidence : float, default=0.95
        In (0, 1).
    n_replicates : int, default=1000
        At least 2.
    seed : int, default=0
        Of the resampling. The reward model is not fitted again.

    References
    ----------
    .. [1] Efron and Tibshirani (1993). An Introduction to the Bootstrap, section 13.3. Chapman
       and Hall. (percentile interval)
    """

    confidence: float = 0.95
    n_replicates: int = 1000
    seed: int = 0

    method = "bootstrap"

    def __post_init__(self) -> None:
        check_confidence("confidence", self.confidence)
        check_count("n_replicates", self.n_replicates, minimum=2)
        check_count("seed", self.seed, minimum=0)

    def around(self, terms: Sequence[Terms], cluster: Ints | None) -> tuple[float, float, float]:
        """Return (standard error, low, high) of the sum of the terms."""
        if min(part.n_carrying(cluster) for part in terms) < 2:
            return UNKNOWN
        n = len(terms[0].base)
        group = np.arange(n) if cluster is None else cluster
        sums = np.stack([_sums(part, group) for part in terms])
        sign = np.array([part.sign for part in terms])
        draws = Draws(self.seed)
        found = np.empty(self.n_replicates)
        for k in range(self.n_replicates):
            times = _resample(draws, sums.shape[2], k)
            # einsum sums in one order whatever the number of BLAS threads
            base, above, below, rows = np.einsum("pcg,g->cp", sums, times)
            with np.errstate(invalid="ignore", divide="ignore"):
                found[k] = sign @ (base / rows + above / below)
        tail = 0.5 - self.confidence / 2
        low, high = np.nanquantile(found, [tail, 1 - tail])
        return float(np.nanstd(found, ddof=1)), float(low), float(high)


def _resample(draws: Draws, n: int, replicate: int) -> Floats:
    """Return how often each of n units is drawn in n draws with replacement."""
    words = draws.raw(Stream.BOOTSTRAP, np.arange(-(-n // 4)), journey=replicate).ravel()[:n]
    # 52 bits: with more, the largest word would round up to n
    unit = ((words >> np.uint64(12)) * (n * 2.0**-52)).astype(np.int64)
    return np.bincount(unit, minlength=n).astype(np.float64)


def _sums(part: Terms, group: Ints) -> Floats:
    """Return the sums of base, numerator, denominator and rows in each cluster, (4, G)."""
    columns = (part.base, part.numerator, part.denominator, np.ones(len(group)))
    return np.stack([np.bincount(group, rows) for rows in columns])
