"""Experiments: where simulation meets analysis. Each public verb is one file."""

from omnisim.experiment.attribution_audit import audit_attribution
from omnisim.experiment.audit_result import AttributionAudit
from omnisim.experiment.capability_values import capability_values, study_size
from omnisim.experiment.capability_worth import CapabilityValues
from omnisim.experiment.channel_truth import ChannelTruth, channel_truth
from omnisim.experiment.compare import compare
from omnisim.experiment.comparison import Comparison
from omnisim.experiment.cost_priors import CostPriors
from omnisim.experiment.naive import NaiveAudit, naive_comparisons
from omnisim.experiment.shoppers import CustomerShoppers, SegmentShoppers
from omnisim.experiment.store import read_study
from omnisim.experiment.transition import RollOuts, transition

__all__ = [
    "AttributionAudit",
    "CapabilityValues",
    "ChannelTruth",
    "Comparison",
    "CostPriors",
    "CustomerShoppers",
    "NaiveAudit",
    "RollOuts",
    "SegmentShoppers",
    "audit_attribution",
    "capability_values",
    "channel_truth",
    "compare",
    "naive_comparisons",
    "read_study",
    "study_size",
    "transition",
]
