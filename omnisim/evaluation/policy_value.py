"""The estimated value of a policy."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from omnisim.provenance import versions


@dataclass(frozen=True, repr=False)
class PolicyValue:
    """The mean reward of a decision under a policy, or a difference of two, with its interval.

    Attributes
    ----------
    estimator : str
        Name of the estimator.
    value : float
        The estimate, in the unit of the reward per decision.
    std_error : float
        Clustered by shopper where the log has shoppers.
    ci_low, ci_high : float
        Interval of the estimate.
    confidence : float
        Coverage that the interval aims at.
    interval : str
        Its method: ``normal`` or ``bootstrap``.
    n, n_clusters : int
        Decisions of the log, and the shoppers (or rows) that are independent of each other.
    effective_sample_size : float
        ``(sum w) ** 2 / sum(w ** 2)``, in decisions.
    max_weight : float
        Largest target probability over propensity.
    settings : dict
        Estimator and interval with their parameters.
    """

    estimator: str
    value: float
    std_error: float
    ci_low: float
    ci_high: float
    confidence: float
    interval: str
    n: int
    n_clusters: int
    effective_sample_size: float
    max_weight: float
    settings: dict[str, Any] = field(compare=False)

    def __repr__(self) -> str:
        return (
            f"{self.estimator}: {self.value:.6g}, {self.confidence:.0%} interval "
            f"{self.ci_low:.6g} to {self.ci_high:.6g} ({self.interval})\n"
            f"{self.n:,} decisions, {self.effective_sample_size:,.1f} effective, "
            f"largest weight {self.max_weight:.4g}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row with the attributes, but for the settings, as columns."""
        row = asdict(self)
        del row["settings"]
        return pd.DataFrame([row])

    @property
    def provenance(self) -> dict[str, Any]:
        """Versions and settings, as plain JSON values."""
        return {"versions": versions(), **self.settings}
