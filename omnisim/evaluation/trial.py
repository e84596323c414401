"""Randomised trials: means of the arms and effects, overall and by subgroup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from scipy.special import ndtri, stdtr, stdtrit

from omnisim._validation import as_names, check_choice, check_columns, check_confidence
from omnisim.evaluation.balance import Balance, SampleRatio, balance_of, sample_ratio_of
from omnisim.evaluation.cuped import adjusted
from omnisim.evaluation.feedback_tables import read_features, read_labels
from omnisim.evaluation.field import welch
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys.tables import as_table, read_float
from omnisim.provenance import versions

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ALL = "all"
"""Level of an effect that is not of a subgroup."""


@dataclass(frozen=True, repr=False)
class Effects:
    """Differences of arms from the control, one row an outcome, level and arm.

    Attributes
    ----------
    table : DataFrame
        ``outcome``, ``by`` and ``level`` (the subgroup; empty and ``all`` without one), ``arm``,
        ``control``, ``n_arm``, ``n_control``, ``mean_arm``, ``mean_control``, ``effect`` (the
        difference of the means), ``lift`` (effect over the mean of the control), ``std_error``,
        ``df``, ``ci_low``, ``ci_high``, ``p_value`` (two-sided), ``p_holm`` (the same, adjusted for
        all rows of the table by Holm's step-down).
    confidence : float
        Coverage of the intervals.
    interval : str
        ``t`` or ``normal``.
    adjusted_for : tuple of str
        Columns of the CUPED adjustment; empty without one.
    """

    table: pd.DataFrame
    confidence: float
    interval: str
    adjusted_for: tuple[str, ...]

    def __repr__(self) -> str:
        how = f", adjusted for {', '.join(self.adjusted_for)}" if self.adjusted_for else ""
        clear = int((self.table["p_holm"] < 1 - self.confidence).sum())
        return (
            f"Effects: {len(self.table)} differences from {self.table['control'].iloc[0]!r}, "
            f"{self.confidence:.0%} {self.interval} intervals{how}\n"
            f"{clear} differ from 0 after Holm's adjustment"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table.copy()

    @property
    def provenance(self) -> dict[str, Any]:
        """Versions and settings, as plain JSON values."""
        return {
            "versions": versions(), "confidence": self.confidence, "interval": self.interval,
            "adjusted_for": list(self.adjusted_for),
        }  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Trial:
    """A randomised trial: a table with one row a unit, and the arm that each was given.

    Make one with `read`.

    Attributes
    ----------
    table : pyarrow.Table
        All columns.
    arm : ndarray of shape (n,), int64
        Arm of each unit, an index into `arm_names`.
    arm_names : tuple of str
        In order of their names.
    control : str
        The arm that the others are compared with.
    arm_column : str
        Column of the arm; empty if it is none of the table.
    """

    table: pa.Table
    arm: Ints
    arm_names: tuple[str, ...]
    control: str
    arm_column: str = ""

    def __repr__(self) -> str:
        sizes = np.bincount(self.arm, minlength=len(self.arm_names))
        arms = ", ".join(f"{a} {n:,}" for a, n in zip(self.arm_names, sizes, strict=True))
        return f"Trial: {len(self.arm):,} units ({arms}), control {self.control!r}"

    @classmethod
    def read(cls, table: Any, *, arm: str, control: str) -> Trial:
        """Read a trial.

        Parameters
        ----------
        table : object, str or path
            Anything that speaks the Arrow PyCapsule interface (pandas, polars, pyarrow, DuckDB), a
            mapping of columns, or the name of a CSV or Parquet file.
        arm : str
            Column with the arm that each unit was randomised to.
        control : str
            Name of the arm that the others are compared with.

        Raises
        ------
        TableError
            If the column is missing, or holds fewer than two arms.
        ParameterError
            If the control is none of the arms.
        """
        arrow = as_table(table)
        check_columns("The trial", arrow.column_names, [arm])
        codes, values = read_labels(arrow, arm)
        names = tuple(map(str, values))
        if len(names) < 2:
            raise TableError(f"{arm} must hold at least two arms. Got {names}.")
        return cls(arrow, codes, names, check_choice("arm", control, names), arm)

    def arm_means(
        self, outcomes: str | Sequence[str], *, by: str | None = None, confidence: float = 0.95
    ) -> pd.DataFrame:
        """Return the mean of each outcome in each arm, overall or by subgroup.

        Returns
        -------
        DataFrame
            ``outcome``, ``by``, ``level``, ``arm``, ``n``, ``mean``, ``sd`` (ddof 1),
            ``std_error`` = sd / sqrt(n), and Student's interval on n - 1 degrees of freedom.
        """
        check_confidence("confidence", confidence)
        names = as_names("outcomes", outcomes)
        rows = []
        for name, values in self._outcomes(names):
            for level, kept in self._levels(by, names):
                n, mean, variance = moments(values[kept], self.arm[kept], len(self.arm_names))
                error = np.sqrt(variance / n)
                half = stdtrit(n - 1, 0.5 + confidence / 2) * error
                rows.append(pd.DataFrame({
                    "outcome": name, "by": by or "", "level": level, "arm": self.arm_names,
                    "n": n.astype(np.int64), "mean": mean, "sd": np.sqrt(variance),
                    "std_error": error, "ci_low": mean - half, "ci_high": mean + half,
                }))  # fmt: skip
        return pd.concat(rows, ignore_index=True)

    def effects(
        self,
        outcomes: str | Sequence[str],
        *,
        by: str | None = None,
        adjust: str | Sequence[str] = (),
        interval: str = "t",
        confidence: float = 0.95,
    ) -> Effects:
        """Compare the mean outcome of every arm with that of the control.

        Parameters
        ----------
        outcomes : str or sequence of str
            Columns of numbers or booleans, known after randomisation.
        by : str, optional
            Column of subgroups, known before; each level is analysed as a trial of its own.
        adjust : str or sequence of str, default=()
            Columns known before randomisation for CUPED: outcomes lose what these explain. Text
            becomes one indicator a value. Coefficients are those of least squares over all arms
            of the level, without the arm, and count as known in the standard error [2]_.
        interval : {"t", "normal"}, default="t"
            ``t``: Welch's, with the degrees of freedom of Satterthwaite [1]_. ``normal``: the same
            standard error with a normal quantile.
        confidence : float, default=0.95
            In (0, 1).

        Returns
        -------
        Effects
            The effect is ``mean(arm) - mean(control)``, its standard error
            ``sqrt(s1 ** 2 / n1 + s0 ** 2 / n0)`` with variances of ddof 1.

        Raises
        ------
        TableError
            If a column is missing or holds what it must not, or an arm of a level has fewer than
            two units.
        ParameterError
            If `by` or `adjust` names the arm or an outcome: nothing would be left to compare; if
            names are no text.

        References
        ----------
        .. [1] Welch (1947). The generalization of Student's problem when several different
           population variances are involved. Biometrika 34, 28–35.
        .. [2] Deng, Xu, Kohavi and Walker (2013). Improving the sensitivity of online controlled
           experiments by utilizing pre-experiment data. WSDM, 123–132.
           doi:10.1145/2433396.2433413
        .. [3] Holm (1979). A simple sequentially rejective multiple test procedure. Scandinavian
           Journal of Statistics 6, 65–70.
        """
        check_confidence("confidence", confidence)
        check_choice("interval", interval, ("t", "normal"))
        names = as_names("outcomes", outcomes)
        before = as_names("adjust", adjust, minimum=0)
        for column in before:
            if column in (self.arm_column, *names):
                raise ParameterError(
                    f"adjust must name columns known before randomisation, neither the arm nor an "
                    f"outcome. Got {column!r}."
                )
        features = self._features(before)[0] if before else None
        rows = []
        for name, values in self._outcomes(names):
            for level, kept in self._levels(by, names):
                y = values[kept]
                if features is not None:
                    y = adjusted(y, features[kept])
                n, mean, variance = self._moments(y, kept, f"{by} = {level}" if by else "")
                part = self._contrast(n, mean, variance, confidence, interval)
                rows.append(part.assign(outcome=name, by=by or "", level=level))
        table = pd.concat(rows, ignore_index=True)
        table = table[["outcome", "by", "level", *table.columns.drop(["outcome", "by", "level"])]]
        table["p_holm"] = holm(table["p_value"].to_numpy())
        return Effects(table, confidence, interval, tuple(before))

    def sample_ratio(self, expected: Mapping[str, float] | None = None) -> SampleRatio:
        """Test whether arms have the sizes that they should have.

        Parameters
        ----------
        expected : mapping of str to float, optional
            Share of each arm by design, in any unit; equal by default.
        """
        return sample_ratio_of(self.arm, self.arm_names, expected)

    def balance(self, covariates: str | Sequence[str]) -> Balance:
        """Test whether arms were alike before the trial.

        Parameters
        ----------
        covariates : str or sequence of str
            Columns known before randomisation; text becomes one indicator a value.
        """
        matrix, labels = self._features(as_names("covariates", covariates))
        return balance_of(matrix, labels, self.arm, self.arm_names, self.control)

    def _outcomes(self, names: Sequence[str]) -> Iterator[tuple[str, Floats]]:
        check_columns("The trial", self.table.column_names, names)
        for name in names:
            yield name, read_float(self.table[name], name, low=-np.inf)

    def _features(self, names: Sequence[str]) -> tuple[Floats, list[str]]:
        """Return columns as features, shape (n, n_features), and what each is called."""
        check_columns("The trial", self.table.column_names, names)
        parts = [read_features(self.table, name) for name in names]
        labels = [label for _, some in parts for label in some]
        return np.column_stack([values for values, _ in parts]), labels

    def _levels(
        self, by: str | None, outcomes: Sequence[str]
    ) -> Iterator[tuple[str, npt.NDArray[np.bool_]]]:
        """Yield the levels of a column known before, in order, with their rows."""
        if by is None:
            yield ALL, np.ones(len(self.arm), dtype=np.bool_)
            return
        if not isinstance(by, str):
            raise ParameterError(f"by must be the name of one column. Got {by!r:.80}.")
        if by in (self.arm_column, *outcomes):
            raise ParameterError(
                f"by must name a column known before randomisation, neither the arm nor an "
                f"outcome. Got {by!r}."
            )
        check_columns("The trial", self.table.column_names, [by])
        codes, values = read_labels(self.table, by)
        for code, value in enumerate(values):
            yield str(value), codes == code

    def _moments(
        self, values: Floats, kept: npt.NDArray[np.bool_], where: str
    ) -> tuple[Floats, Floats, Floats]:
        n, mean, variance = moments(values, self.arm[kept], len(self.arm_names))
        if n.min() < 2:
            arm = self.arm_names[int(n.argmin())]
            raise TableError(
                f"Arm {arm!r} must have at least 2 units{' where ' + where if where else ''}. "
                f"Got {int(n.min())}."
            )
        return n, mean, variance

    def _contrast(
        self, n: Floats, mean: Floats, variance: Floats, confidence: float, interval: str
    ) -> pd.DataFrame:
        """Return one row an arm but the control."""
        zero = self.arm_names.index(self.control)
        arms = [k for k in range(len(self.arm_names)) if k != zero]
        effect = mean[arms] - mean[zero]
        error, df = welch(variance[arms], n[arms], variance[zero], n[zero])
        df = np.full_like(df, np.inf) if interval == "normal" else df
        with np.errstate(invalid="ignore", divide="ignore"):
            lift, ratio = effect / mean[zero], np.abs(effect) / error
        tail = 0.5 + confidence / 2
        half = np.where(np.isinf(df), ndtri(tail), stdtrit(df, tail)) * error
        return pd.DataFrame({
            "arm": [self.arm_names[k] for k in arms], "control": self.control,
            "n_arm": n[arms].astype(np.int64), "n_control": int(n[zero]),
            "mean_arm": mean[arms], "mean_control": mean[zero],
            "effect": effect, "lift": lift, "std_error": error, "df": df,
            "ci_low": effect - half, "ci_high": effect + half, "p_value": 2 * stdtr(df, -ratio),
        })  # fmt: skip


def moments(values: Floats, group: Ints, n_groups: int) -> tuple[Floats, Floats, Floats]:
    """Return the number, mean and variance (ddof 1) of values in each group; NaN where unknown."""
    n = np.bincount(group, minlength=n_groups).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(group, values, minlength=n_groups) / n
        gap = values - mean[group]
        variance = np.bincount(group, gap * gap, minlength=n_groups) / np.where(n > 1, n - 1, 0)
    return n, mean, variance


def holm(p: Floats) -> Floats:
    """Return p-values adjusted for their number by Holm's step-down; NaN stays NaN."""
    found = np.full(len(p), np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    raised = p[order] * np.arange(len(order), 0, -1)
    found[order] = np.minimum(np.maximum.accumulate(raised), 1.0)
    return found
