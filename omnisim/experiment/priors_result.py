"""ValueOverPriors: what integration is worth over the priors of parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from omnisim.config.scenario import Scenario
from omnisim.evaluation.paired import mean_interval
from omnisim.evaluation.rank_regression import rank_regression
from omnisim.evaluation.transition import Floats
from omnisim.evaluation.variance_split import shrunk_means, split_variance
from omnisim.experiment.measures import UNITS
from omnisim.experiment.parameter_priors import ParameterPrior

METRICS = ("profit", "revenue", "surplus", "retention")
"""What is told of each draw."""


@dataclass(frozen=True, repr=False)
class ValueOverPriors:
    """The difference between two firms over draws of the parameters.

    Attributes
    ----------
    summary : DataFrame
        One row a metric: metric, unit, mean, ci_low, ci_high (of the mean over the priors, by t
        over draws), low, median, high (of the means of draws), sd_parameters (standard deviation
        that is due to parameters), sd_noise (of one pair of runs at given parameters), share,
        share_low, share_high (of the variance of one pair that is due to parameters), is_clipped
        (whether the estimate of that variance was negative, and set to zero), p_loss (share of the
        draws whose mean is below zero), p_loss_parameters (the same without the noise of runs:
        means drawn together until they vary as parameters alone make them; 0 or 1 where
        `is_clipped`), p_gain (share of the draws whose mean is above zero).
    sensitivity : DataFrame
        One row a metric and prior, for the mean of each draw: metric, parameter, field, source,
        coefficient (standardised rank regression), ci_low, ci_high (all priors at once),
        r_squared.
    draws : DataFrame
        One row a draw: draw, a column a prior, and the mean difference of each metric under its
        name.
    samples : DataFrame
        One row a draw, replication and metric: baseline, variant, difference.
    confidence : float
        Coverage of every interval and range.
    n_draws, n_replications, n_shoppers : int
        Size of the study.
    provenance : mapping
        How the result was made.
    """

    summary: pd.DataFrame
    sensitivity: pd.DataFrame
    draws: pd.DataFrame
    samples: pd.DataFrame
    confidence: float
    n_draws: int
    n_replications: int
    n_shoppers: int
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return size, headline, and what the spread is due to."""
        row = self.of("profit")
        return (
            f"ValueOverPriors of {self.n_draws} draws, {self.n_replications} replications of "
            f"{self.n_shoppers:,} shoppers each\n"
            f"profit {row['mean']:+.2f} EUR per shopper and year on average "
            f"({self.confidence:.0%} of draws from {row['low']:+.2f} to {row['high']:+.2f})\n"
            f"below zero in {row['p_loss']:.0%} of draws; parameters make {row['share']:.0%} of "
            "the variance of a pair of runs"
            + (" (their estimate was negative)" if row["is_clipped"] else "")
        )

    def of(self, metric: str) -> pd.Series:
        """Return the row of `summary` of one metric.

        Raises
        ------
        KeyError
            If there is no such metric.
        """
        found = self.summary[self.summary["metric"] == metric]
        if found.empty:
            raise KeyError(f"No metric {metric!r}. Metrics: {list(self.summary['metric'])}.")
        return found.iloc[0]

    def to_frame(self) -> pd.DataFrame:
        """Return `summary` as a new frame."""
        return self.summary.copy()


def summarise_priors(
    baseline: Scenario,
    priors: Sequence[ParameterPrior],
    drawn: Floats,
    samples: pd.DataFrame,
    *,
    confidence: float,
    made: Mapping[str, Any],
) -> ValueOverPriors:
    """Turn the pairs of all draws into one result."""
    names = [prior.name for prior in priors]
    draws = pd.DataFrame(drawn, columns=names).rename_axis("draw").reset_index()
    rows, parts = [], []
    for metric in METRICS:
        wide = samples[samples["metric"] == metric].pivot(
            index="draw", columns="replication", values="difference"
        )
        draws[metric] = wide.to_numpy().mean(axis=1)
        rows.append({"metric": metric, "unit": UNITS[metric]} | _row(wide.to_numpy(), confidence))
        parts.append(_sensitivity(metric, priors, drawn, draws[metric].to_numpy(), confidence))
    return ValueOverPriors(
        summary=pd.DataFrame(rows),
        sensitivity=pd.concat(parts, ignore_index=True),
        draws=draws,
        samples=samples,
        confidence=confidence,
        n_draws=len(drawn),
        n_replications=samples["replication"].nunique(),
        n_shoppers=baseline.market.n_shoppers,
        provenance=made,
    )


def _row(differences: Floats, confidence: float) -> dict[str, Any]:
    """Return the row of one metric; differences of shape (n_draws, n_replications)."""
    means = differences.mean(axis=1)
    mean, low, high = mean_interval(means, confidence=confidence)
    tail = (1 - confidence) / 2
    ends = np.quantile(means, [tail, 0.5, 1 - tail])
    parts = split_variance(differences, confidence=confidence)
    return {
        "mean": mean, "ci_low": low, "ci_high": high,
        **dict(zip(("low", "median", "high"), map(float, ends), strict=True)),
        "sd_parameters": parts.between**0.5, "sd_noise": parts.within**0.5, "share": parts.share,
        "share_low": parts.share_low, "share_high": parts.share_high,
        "is_clipped": parts.is_clipped, "p_loss": float((means < 0).mean()),
        "p_loss_parameters": float((shrunk_means(differences) < 0).mean()),
        "p_gain": float((means > 0).mean()),
    }  # fmt: skip


def _sensitivity(
    metric: str,
    priors: Sequence[ParameterPrior],
    drawn: Floats,
    means: Floats,
    confidence: float,
) -> pd.DataFrame:
    found = rank_regression(drawn, means, confidence=confidence)
    return pd.DataFrame({
        "metric": metric,
        "parameter": [prior.name for prior in priors],
        "field": [prior.field for prior in priors],
        "source": [prior.source for prior in priors],
        "coefficient": found.coefficient,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "r_squared": found.r_squared,
    })  # fmt: skip
