"""Means over replications with their intervals, a row a group."""

from collections.abc import Sequence

import pandas as pd

from omnisim.evaluation import mean_interval

INTERVAL = ("ci_low", "ci_high")


def mean_by(
    samples: pd.DataFrame,
    keys: Sequence[str],
    column: str,
    *,
    confidence: float,
    ends: Sequence[str] = INTERVAL,
) -> pd.DataFrame:
    """Return the mean of a column by group, in the order of the rows.

    Parameters
    ----------
    samples : DataFrame
        One row a group and replication.
    keys : sequence of str
        Columns that make a group.
    column : str
        What is averaged.
    confidence : float
        Coverage of the intervals, in (0, 1).
    ends : sequence of str, default=("ci_low", "ci_high")
        Names of the ends.

    Returns
    -------
    DataFrame
        The keys, `column` and both ends.
    """
    groups = samples.groupby([*keys], sort=False)[column]
    rows = [(*key, *mean_interval(values, confidence=confidence)) for key, values in groups]
    return pd.DataFrame(rows, columns=[*keys, column, *ends])
