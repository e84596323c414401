"""FieldExperiment: what the firm finds, beside what is true."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from omnisim.evaluation.field import Estimate


@dataclass(frozen=True, repr=False)
class FieldExperiment:
    """One field experiment, read through what the firm sees.

    Attributes
    ----------
    design : str
        Name of the design.
    quantity : str
        What is estimated, with its unit.
    estimate : Estimate
        What the firm finds.
    truth : float
        The causal effect on everybody concerned and on all they buy, by simulating the same
        people and the same luck with and without treatment.
    truth_seen : float
        The same effect on what the firm can see: where it differs from `truth`, no analysis of
        what is seen can find the truth.
    table : DataFrame
        What was analysed, one row a unit (or a unit and period).
    provenance : dict
        How the result was made.
    steps : dict of str to Estimate
        What the estimate is made of, if of more than one comparison.
    """

    design: str
    quantity: str
    estimate: Estimate
    truth: float
    truth_seen: float
    table: pd.DataFrame
    provenance: Mapping[str, Any]
    steps: Mapping[str, Estimate] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return the estimate, its interval and the truth."""
        found = self.estimate
        return (
            f"{self.design}, {len(self.table):,} rows: {self.quantity}\n"
            f"estimate {found.value:+.3f} (interval {found.ci_low:+.3f} to {found.ci_high:+.3f})\n"
            f"truth {self.truth:+.3f}; of it the firm can see {self.truth_seen:+.3f}"
        )

    @property
    def covers(self) -> bool:
        """Whether the interval holds the effect on what the firm can see."""
        return self.estimate.ci_low <= self.truth_seen <= self.estimate.ci_high

    def to_frame(self) -> pd.DataFrame:
        """Return one row: design, quantity, estimate, ci_low, ci_high, truth, truth_seen."""
        found = self.estimate
        return pd.DataFrame([{
            "design": self.design, "quantity": self.quantity, "estimate": found.value,
            "ci_low": found.ci_low, "ci_high": found.ci_high, "truth": self.truth,
            "truth_seen": self.truth_seen,
        }])  # fmt: skip
