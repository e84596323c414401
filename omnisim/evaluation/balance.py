"""Was the trial randomised as it should have been: sizes of the arms, and likeness before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc

from omnisim._validation import check_mapping, check_positive
from omnisim.exceptions import ParameterError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

REDUNDANT = 1e-10
"""Share of the largest variance below which a direction of standardised covariates is rounding."""
MISMATCH = 0.001
"""P-value below which sizes count as wrong: rare enough to stop an analysis. Assumption."""


@dataclass(frozen=True, repr=False)
class SampleRatio:
    """A test of the sizes of the arms.

    Attributes
    ----------
    table : DataFrame
        ``arm``, ``n``, ``share``, ``expected_share``.
    statistic, p_value : float
        Pearson's chi-square of the counts.
    df : int
        Number of arms less one.
    """

    table: pd.DataFrame
    statistic: float
    df: int
    p_value: float

    @property
    def mismatch(self) -> bool:
        """Whether the p-value is below 0.001: then do not read the effects before knowing why."""
        return self.p_value < MISMATCH

    def __repr__(self) -> str:
        verdict = "MISMATCH: look for the cause" if self.mismatch else "no mismatch"
        return (
            f"SampleRatio: {int(self.table['n'].sum()):,} units, {len(self.table)} arms, "
            f"chi2({self.df}) = {self.statistic:.4g}, p = {self.p_value:.4g}: {verdict}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row an arm."""
        return self.table.copy()


@dataclass(frozen=True, repr=False)
class Balance:
    """Covariates of the arms beside those of the control.

    Attributes
    ----------
    table : DataFrame
        One row a covariate (an indicator a value, for text) and arm: ``covariate``, ``arm``,
        ``mean_arm``, ``mean_control``, ``difference``, ``smd``: the difference over
        ``sqrt((s1 ** 2 + s0 ** 2) / 2)``, variances of ddof 1 [1]_. Infinite where neither arm
        varies and they differ; NaN where an arm has one unit.
    statistic, p_value : float
        Of all covariates and arms together: ``sum_a n_a d_a' S^+ d_a``, where d_a is the mean of
        arm a less the mean of all and S the covariance (ddof 1) of all rows; n - 1 times Pillai's
        trace. Under randomisation its mean is exactly `df` and it is about chi-square [2]_.
    df : int
        (arms - 1) times the rank of S.

    References
    ----------
    .. [1] Austin (2009). Balance diagnostics for comparing the distribution of baseline covariates
       between treatment groups. Statistics in Medicine 28, 3083–3107. doi:10.1002/sim.3697
    .. [2] Hansen and Bowers (2008). Covariate balance in simple, stratified and clustered
       comparative studies. Statistical Science 23(2), 219–236. doi:10.1214/08-STS254
    """

    table: pd.DataFrame
    statistic: float
    df: int
    p_value: float

    def __repr__(self) -> str:
        size = self.table["smd"].abs()
        worst = self.table.loc[size.fillna(-1.0).idxmax()]
        return (
            f"Balance: {self.table['covariate'].nunique()} covariates, "
            f"chi2({self.df}) = {self.statistic:.4g}, p = {self.p_value:.4g}\n"
            f"largest standardised difference {worst['smd']:.3f}: "
            f"{worst['covariate']!r} of {worst['arm']!r}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a covariate and arm."""
        return self.table.copy()


def sample_ratio_of(
    arm: Ints, names: Sequence[str], expected: Mapping[str, float] | None
) -> SampleRatio:
    """Test the sizes of the arms; see `Trial.sample_ratio`."""
    shares = dict.fromkeys(names, 1.0) if expected is None else expected
    check_mapping("expected", shares, "shares")
    for name, value in shares.items():
        check_positive(f"expected[{name!r}]", value)
    if set(shares) != set(names):
        raise ParameterError(
            f"expected must give each of {list(names)} a share > 0. Got {dict(shares)}."
        )
    share = np.array([float(shares[name]) for name in names])
    share = share / share.sum()
    count = np.bincount(arm, minlength=len(names))
    wanted = share * len(arm)
    statistic = float(np.sum((count - wanted) ** 2 / wanted))
    table = pd.DataFrame(
        {"arm": names, "n": count, "share": count / len(arm), "expected_share": share}
    )
    df = len(names) - 1
    return SampleRatio(table, statistic, df, float(chdtrc(df, statistic)))


def balance_of(
    features: Floats, labels: Sequence[str], arm: Ints, names: Sequence[str], control: str
) -> Balance:
    """Compare covariates (n, n_covariates) of the arms; see `Trial.balance`."""
    zero = list(names).index(control)
    parts = [features[arm == k] for k in range(len(names))]
    mean = np.array([part.mean(axis=0) for part in parts])
    variance = np.array([
        part.var(axis=0, ddof=1) if len(part) > 1 else np.full(part.shape[1], np.nan)
        for part in parts
    ])  # fmt: skip
    for k, part in enumerate(parts):
        # rounding must not set constants apart
        constant = part.min(axis=0) == part.max(axis=0)
        mean[k, constant] = part[0, constant]
        if len(part) > 1:
            variance[k, constant] = 0.0
    rows = []
    for k, name in enumerate(names):
        if k == zero:
            continue
        gap = mean[k] - mean[zero]
        pooled = np.sqrt((variance[k] + variance[zero]) / 2)
        smd = np.where(gap == 0, 0.0, np.copysign(np.inf, gap))
        np.divide(gap, pooled, out=smd, where=pooled != 0)
        rows.append(pd.DataFrame({
            "covariate": labels, "arm": name, "mean_arm": mean[k], "mean_control": mean[zero],
            "difference": gap, "smd": smd,
        }))  # fmt: skip
    statistic, df = _omnibus(features, mean, np.bincount(arm, minlength=len(names)))
    table = pd.concat(rows, ignore_index=True)
    return Balance(table, statistic, df, float(chdtrc(df, statistic)))


def _omnibus(features: Floats, mean: Floats, n: Ints) -> tuple[float, int]:
    """Return the statistic of all covariates and its degrees of freedom."""
    center = features.mean(axis=0)
    spread = features.std(axis=0)
    varies = spread > 0
    scaled = (features[:, varies] - center[varies]) / spread[varies]
    covariance = scaled.T @ scaled / (len(scaled) - 1)
    gap = (mean[:, varies] - center[varies]) / spread[varies]
    size, direction = np.linalg.eigh(covariance)
    kept = size > REDUNDANT * max(float(size.max(initial=0.0)), 1.0)
    along = gap @ direction[:, kept]
    return float(n @ (along**2 / size[kept]).sum(axis=1)), (len(n) - 1) * int(kept.sum())
