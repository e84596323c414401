"""Groups that were not randomised, compared as if they had the same past.

Direct standardisation: means are taken within strata of what was known before, and averaged with
the same weights in both groups. It removes the selection that the strata hold, and no other.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from omnisim._validation import (
    as_names,
    check_choice,
    check_columns,
    check_confidence,
    check_count,
)
from omnisim.evaluation.feedback_tables import read_labels
from omnisim.evaluation.trial import moments
from omnisim.exceptions import OmnisimWarning, OverlapError, ParameterError
from omnisim.journeys.tables import as_table, read_float
from omnisim.provenance import versions

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class StandardisedComparison:
    """A group beside all others, raw and standardised.

    Attributes
    ----------
    table : DataFrame
        Rows ``raw`` and ``standardised``: ``mean_group``, ``mean_others``, ``difference``,
        ``difference_error``, ``difference_low``, ``difference_high``, ``ratio``, ``ratio_low``,
        ``ratio_high``.
    strata : DataFrame
        One row a stratum: ``stratum``, ``weight`` (the weights sum to 1), ``n_group``,
        ``n_others``, ``mean_group``, ``mean_others``.
    outcome, group, reference : str
        What was compared, of whom, and whose strata give the weights.
    confidence : float
        Coverage of the normal intervals.
    """

    table: pd.DataFrame
    strata: pd.DataFrame
    outcome: str
    group: str
    reference: str
    confidence: float

    @property
    def share_explained(self) -> float:
        """Share of the raw difference that standardising takes away."""
        raw, left = self.table["difference"]
        return float(1 - left / raw) if raw else float("nan")

    def __repr__(self) -> str:
        raw, left = (row for _, row in self.table.iterrows())
        return (
            f"StandardisedComparison: {self.outcome} of {self.group!r} and others, "
            f"{len(self.strata)} strata weighted as {self.reference}\n"
            f"raw {raw['difference']:+.4g} (x{raw['ratio']:.4g}), "
            f"standardised {left['difference']:+.4g} (x{left['ratio']:.4g}), "
            f"{self.confidence:.0%} interval {left['difference_low']:.4g} to "
            f"{left['difference_high']:.4g}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the two comparisons."""
        return self.table.copy()

    @property
    def provenance(self) -> dict[str, Any]:
        """Versions and settings, as plain JSON values."""
        return {
            "versions": versions(), "outcome": self.outcome, "group": self.group,
            "reference": self.reference, "confidence": self.confidence,
        }  # fmt: skip


def standardised_comparison(
    table: Any,
    *,
    outcome: str,
    group: tuple[str, str],
    strata: str | Sequence[str] | Mapping[str, int],
    reference: str = "group",
    confidence: float = 0.95,
) -> StandardisedComparison:
    """Compare one group with all others, raw and standardised over strata.

    Parameters
    ----------
    table : object, str or path
        One row a unit: a dataframe that speaks Arrow, a mapping of columns, a CSV or Parquet file.
    outcome : str
        Column of numbers.
    group : tuple of str
        Column of groups, and the value that makes the group, e.g. ``("channel", "Multichannel")``.
    strata : str, sequence of str, or mapping of str to int
        Columns whose values, crossed, are the strata; or columns of numbers with the number of
        quantile bins each is cut into: bin k holds values with exactly k of the inner quantiles
        (linear interpolation) at or below them. Equal values are never parted: where quantiles
        tie, the bins between them are empty, and the values that are tied share a bin with what
        lies between them and the next quantile. A column with few different values is better
        given by name, each value a stratum.
    reference : {"group", "others", "all", "overlap"}, default="group"
        Whose distribution over strata weighs them. With ``group`` the group's mean stays what it
        is, and the others are weighed to have its past; strata without the group do not count.
        ``overlap``: all units of the strata in which both groups have at least 2.
    confidence : float, default=0.95
        In (0, 1).

    Returns
    -------
    StandardisedComparison
        Standardised means are ``sum_s w_s m_s``, of variance ``sum_s w_s ** 2 v_s / n_s`` with
        variances v of ddof 1 and weights taken as known; intervals of differences are normal,
        those of ratios normal on the log scale (delta method), NaN unless both means have one
        sign. Raw ones are those of one stratum.

    Raises
    ------
    OverlapError
        If a stratum with weight has fewer than 2 units of one of the groups: then nothing stands
        for it. Use coarser strata, or another reference.
    ParameterError
        If the outcome is among the strata or makes the group.
    TableError
        If a column is missing or holds what it must not.

    Warns
    -----
    OmnisimWarning
        If a column is cut into fewer bins than asked for.

    References
    ----------
    .. [1] Hernán and Robins (2020). Causal Inference: What If, section 2.3. Chapman and Hall.
       (standardisation)
    """
    check_confidence("confidence", confidence)
    check_choice("reference", reference, ("group", "others", "all", "overlap"))
    arrow = as_table(table)
    if isinstance(group, str) or not isinstance(group, Sequence) or len(group) != 2:
        raise ParameterError(
            f"group must be a column and the value that makes the group, two texts. Got {group!r}."
        )
    column, value = group
    before = as_names("strata", list(strata) if isinstance(strata, Mapping) else strata)
    if outcome == column or outcome in before:
        raise ParameterError(
            f"strata and group must be known before the outcome, and not be it. Got {outcome!r}."
        )
    check_columns("The table", arrow.column_names, [outcome, column, *before])
    y = read_float(arrow[outcome], outcome, low=-np.inf)
    codes, values = read_labels(arrow, column)
    inside = codes == [str(v) for v in values].index(check_choice(column, value, map(str, values)))
    if inside.all():
        raise ParameterError(f"{column} must hold another value than {value!r}.")
    stratum, names = _strata(arrow, before, strata if isinstance(strata, Mapping) else {})
    cells, weight = _cells(y, inside, stratum, names, reference)
    n, mean, variance = moments(y, inside.astype(np.int64), 2)
    rows = [
        _compare("raw", mean, variance / n, confidence),
        _compare("standardised", *_average(y, inside, stratum, weight), confidence),
    ]
    return StandardisedComparison(
        pd.DataFrame(rows).set_index("comparison"), cells, outcome, value, reference, confidence
    )


def _strata(arrow: Any, columns: Sequence[str], bins: Mapping[str, int]) -> tuple[Ints, list[str]]:
    """Return the stratum of each row, numbered without gaps, and the names of the strata."""
    parts, labels = [], []
    for name in columns:
        if name in bins:
            n_bins = check_count(f"strata[{name!r}]", bins[name], minimum=2)
            x = read_float(arrow[name], name, low=-np.inf)
            inner = np.quantile(x, np.arange(1, n_bins) / n_bins)
            parts.append(np.searchsorted(inner, x, side="right"))
            _warn_of_ties(name, n_bins, len(np.unique(parts[-1])), len(np.unique(x)))
            labels.append([f"{name} bin {k}" for k in range(n_bins)])
        else:
            codes, values = read_labels(arrow, name)
            parts.append(codes)
            labels.append([f"{name} {v}" for v in values])
    used, stratum = np.unique(np.stack(parts), axis=1, return_inverse=True)
    names = [", ".join(label[k] for label, k in zip(labels, cell, strict=True)) for cell in used.T]
    return stratum.ravel().astype(np.int64), names


def _warn_of_ties(name: str, asked: int, got: int, n_values: int) -> None:
    if got < asked:
        warnings.warn(
            f"strata[{name!r}] asks for {asked} bins, and {got} {'is' if got == 1 else 'are'} "
            f"left: the column has {n_values} different values, and equal ones are never parted. "
            + (f"Nothing is standardised by {name!r}. " if got == 1 else "")
            + "Name the column in a sequence, so that each value is a stratum, or ask for fewer.",
            OmnisimWarning,
            stacklevel=4,
        )


def _cells(
    y: Floats, inside: npt.NDArray[np.bool_], stratum: Ints, names: list[str], reference: str
) -> tuple[pd.DataFrame, Floats]:
    """Return what each stratum holds, and its weight."""
    n, mean, _ = moments(y, 2 * stratum + inside, 2 * len(names))
    counts = n.reshape(-1, 2)
    both, lack = counts.sum(axis=1), counts.min(axis=1) < 2
    of = {"group": counts[:, 1], "others": counts[:, 0], "all": both,
          "overlap": np.where(lack, 0.0, both)}[reference]  # fmt: skip
    if of.sum() == 0:
        raise OverlapError("No stratum has 2 units of the group and 2 others. Use coarser strata.")
    weight = of / of.sum()
    thin = (weight > 0) & lack
    if thin.any():
        k = int(thin.argmax())
        raise OverlapError(
            f"Every stratum needs 2 units of the group and 2 others. {names[k]!r} has "
            f"{int(counts[k, 1])} and {int(counts[k, 0])} ({int(thin.sum())} such strata). "
            "Use coarser strata, or reference='overlap'."
        )
    means = mean.reshape(-1, 2)
    table = pd.DataFrame({
        "stratum": names, "weight": weight,
        "n_group": counts[:, 1].astype(np.int64), "n_others": counts[:, 0].astype(np.int64),
        "mean_group": means[:, 1], "mean_others": means[:, 0],
    })  # fmt: skip
    return table, weight


def _average(
    y: Floats, inside: npt.NDArray[np.bool_], stratum: Ints, weight: Floats
) -> tuple[Floats, Floats]:
    """Return standardised means of (others, group) and their variances."""
    n, mean, variance = (
        part.reshape(-1, 2)[weight > 0]
        for part in moments(y, 2 * stratum + inside, 2 * len(weight))
    )
    w = weight[weight > 0]
    return w @ mean, w**2 @ (variance / n)


def _compare(name: str, mean: Floats, variance: Floats, confidence: float) -> dict[str, Any]:
    """Return the comparison of (others, group) from means and their variances."""
    z = float(ndtri(0.5 + confidence / 2))
    gap, error = mean[1] - mean[0], float(np.sqrt(variance.sum()))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = mean[1] / mean[0]
        spread = np.exp(z * np.sqrt((variance / mean**2).sum()))
    if not mean[0] * mean[1] > 0:
        spread = float("nan")
    return {
        "comparison": name, "mean_group": mean[1], "mean_others": mean[0], "difference": gap,
        "difference_error": error, "difference_low": gap - z * error,
        "difference_high": gap + z * error, "ratio": ratio, "ratio_low": ratio / spread,
        "ratio_high": ratio * spread,
    }  # fmt: skip
