"""Findings: everything that a valuation found, part by part."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from omnisim.experiment.audit_result import AttributionAudit
from omnisim.experiment.capability_gains import CapabilityGains
from omnisim.experiment.capability_worth import CapabilityValues
from omnisim.experiment.measurement_value import MeasurementValue
from omnisim.experiment.naive import NaiveAudit
from omnisim.experiment.premium_split import PremiumSplit
from omnisim.experiment.priors_result import ValueOverPriors
from omnisim.experiment.roll_outs import RollOuts
from omnisim.experiment.trials import TrialsBesideTruth


@dataclass(frozen=True, repr=False)
class Findings:
    """The parts of a valuation; None where a part was not asked for.

    Attributes
    ----------
    capabilities : CapabilityValues or None
    transition : RollOuts or None
    priors : ValueOverPriors or None
    gains : CapabilityGains or None
    premium : PremiumSplit or None
    measurement : MeasurementValue or None
    audit : AttributionAudit or None
    naive : NaiveAudit or None
    trials : TrialsBesideTruth or None
    """

    capabilities: CapabilityValues | None = None
    transition: RollOuts | None = None
    priors: ValueOverPriors | None = None
    gains: CapabilityGains | None = None
    premium: PremiumSplit | None = None
    measurement: MeasurementValue | None = None
    audit: AttributionAudit | None = None
    naive: NaiveAudit | None = None
    trials: TrialsBesideTruth | None = None

    def __repr__(self) -> str:
        """Return which parts there are."""
        return f"Findings: {', '.join(name for name, _ in self.parts()) or 'none'}"

    def parts(self) -> Iterator[tuple[str, Any]]:
        """Yield name and result of every part that was found."""
        for field in fields(self):
            result = getattr(self, field.name)
            if result is not None:
                yield field.name, result

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return every table of every part by a name that is unique."""
        return {name: table for part, _ in self.parts() for name, table in self._of(part)}

    def provenance(self) -> dict[str, Any]:
        """Return how each part was made; firms are written once, under ``firms``."""
        firms: dict[str, Any] = {}
        parts = {
            name: {
                key: _named(value, firms) if key in FIRMS else value
                for key, value in result.provenance.items()
                if name != "transition" or key != "values"  # those are the part of capabilities
            }
            for name, result in self.parts()
        }
        return {"parts": parts, "firms": firms}

    def _of(self, part: str) -> Iterator[tuple[str, pd.DataFrame]]:
        result = getattr(self, part)
        for name, shown in TABLES[part].items():
            yield shown, getattr(result, name)
        if part == "audit":
            yield "channel_truth", result.truth.values
            yield "channel_truth_samples", result.truth.samples


TABLES = {
    "capabilities": {
        name: name for name in ("worth", "totals", "interactions", "samples", "account")
    },
    "transition": {"orders": "orders", "steps": "steps", "draws": "orders_draws"},
    "priors": {"summary": "priors", "sensitivity": "priors_sensitivity", "draws": "priors_draws",
               "samples": "priors_samples"},
    "gains": {"gains": "gains", "samples": "gains_samples"},
    "premium": {"parts": "premium", "do_effects": "do_effects",
                "encouragement": "encouragement", "samples": "premium_samples"},
    "measurement": {"levels": "tracking_levels", "steps": "tracking_steps",
                    "samples": "tracking_samples", "rehearsal": "tracking_rehearsal"},
    "audit": {"scores": "audit_scores", "channels": "audit_channels", "budgets": "audit_budgets"},
    "naive": {"values": "naive", "samples": "naive_samples"},
    "trials": {"values": "trials", "samples": "trials_samples", "not_run": "trials_not_run"},
}  # fmt: skip
"""By part, the tables of its result and the names under which they are kept."""

FIRMS = ("scenario", "variant", "baseline")
"""Keys of a part's provenance that hold whole definitions."""


def _named(firm: Any, firms: dict[str, Any]) -> str:
    """Return the name under which a firm is in `firms`, where it is put if it is new."""
    for name, known in firms.items():
        if known == firm:
            return name
    name = f"firm {len(firms) + 1}"
    firms[name] = firm
    return name
