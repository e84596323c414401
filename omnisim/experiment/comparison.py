"""Comparison: the result of running two firms under the same luck."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from omnisim.evaluation import mean_interval
from omnisim.experiment.joint import joint_verdicts


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two firms over the same replications, measured per shopper and year.

    Attributes
    ----------
    names : tuple of str
        Names of baseline and variant.
    metrics : DataFrame
        One row a metric and group: metric, group, unit, baseline, variant, difference, ci_low,
        ci_high, variance_reduction.
    samples : DataFrame
        One row a replication, arm, metric and group: value.
    gain : DataFrame
        Where the difference in revenue comes from: source, difference, ci_low, ci_high
        (EUR per shopper and year). All rows but "revenue that changed own channel" sum to it.
    margin : DataFrame
        Where the difference in profit comes from: source, difference, ci_low, ci_high (EUR per
        shopper and year); the rows sum to it (`omnisim.experiment.split.MARGIN_SOURCES`).
    premium : DataFrame
        Value of multichannel over single-channel buyers: arm, kind ("naive", "permuted",
        "causal"), ratio, ci_low, ci_high, n_left_out (replications in which nobody, or everybody,
        bought in several channels: the ratio is the mean of the others). The causal one is
        integration's: the revenue of the same shoppers in the variant over that in the baseline.
    flows : DataFrame
        Journeys per shopper and year: arm, first, last, end, journeys.
    attribution : DataFrame
        What the firm reads: arm, level, model, channel, share, ci_low, ci_high; shares of the
        conversions seen.
    confidence : float
        Coverage of every interval.
    n_replications, n_shoppers, n_events : int
        Size of the study.
    provenance : dict
        How the result was made.
    """

    names: tuple[str, str]
    metrics: pd.DataFrame
    samples: pd.DataFrame
    gain: pd.DataFrame
    margin: pd.DataFrame
    premium: pd.DataFrame
    flows: pd.DataFrame
    attribution: pd.DataFrame
    confidence: float
    n_replications: int
    n_shoppers: int
    n_events: int
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the headline."""
        row = self.headline
        return (
            f"Comparison of {self.names[1]} with {self.names[0]}, {self.n_replications} "
            f"replications of {self.n_shoppers:,} shoppers\n"
            f"profit {row['difference']:+.2f} EUR per shopper and year "
            f"({self.confidence:.0%} interval {row['ci_low']:+.2f} to {row['ci_high']:+.2f})"
        )

    def _repr_html_(self) -> str:
        """Return headline and firm-wide rows for a notebook."""
        whole = self.metrics[self.metrics["group"] == ""].drop(columns=["group"])
        title = "<br>".join(repr(self).splitlines())
        return f"<p>{title}</p>{whole.to_html(index=False, float_format='%.3f')}"

    @property
    def headline(self) -> pd.Series:
        """The row of profit per shopper and year."""
        return self.row("profit")

    def row(self, metric: str, group: str = "") -> pd.Series:
        """Return one row of `metrics`.

        Raises
        ------
        KeyError
            If there is no such metric and group.
        """
        found = self.metrics[(self.metrics["metric"] == metric) & (self.metrics["group"] == group)]
        if found.empty:
            known = sorted(set(self.metrics["metric"]))
            raise KeyError(f"No metric {metric!r} with group {group!r}. Metrics: {known}.")
        return found.iloc[0]

    def in_arm(self, arm: str, metric: str, group: str = "") -> tuple[float, float, float]:
        """Return (mean, low, high) of a metric in one arm: its own interval, not a paired one."""
        rows = self.samples
        kept = (rows["arm"] == arm) & (rows["metric"] == metric) & (rows["group"] == group)
        return mean_interval(rows.loc[kept, "value"], confidence=self.confidence)

    def verdicts(self) -> pd.DataFrame:
        """Return who gains, firm and shoppers, in the whole and by group; see `joint_verdicts`."""
        return joint_verdicts(self.metrics)

    def to_frame(self) -> pd.DataFrame:
        """Return `metrics` as a new frame."""
        return self.metrics.copy()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table by name, as they are written to Parquet."""
        names = ("metrics", "samples", "gain", "margin", "premium", "flows", "attribution")
        return {name: getattr(self, name) for name in names}
