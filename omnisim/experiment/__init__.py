"""Experiments: where simulation meets analysis. Each public verb is one file."""

from omnisim.experiment.attribution_audit import audit_attribution
from omnisim.experiment.audit_result import AttributionAudit
from omnisim.experiment.capability_gains import CapabilityGains, capability_gains
from omnisim.experiment.capability_values import capability_values, study_size
from omnisim.experiment.capability_worth import CapabilityValues
from omnisim.experiment.channel_truth import ChannelTruth, channel_truth
from omnisim.experiment.compare import compare
from omnisim.experiment.comparison import Comparison
from omnisim.experiment.cost_priors import CostPriors
from omnisim.experiment.league import evaluate_policies
from omnisim.experiment.league_result import League
from omnisim.experiment.learning import LearningCurves, learning_curves
from omnisim.experiment.measurement_value import MeasurementValue, measurement_value
from omnisim.experiment.naive import NaiveAudit, naive_comparisons
from omnisim.experiment.parameter_priors import PRIORS, ParameterPrior
from omnisim.experiment.personalisation import PersonalisationEffect, personalisation_effect
from omnisim.experiment.policy_findings import PolicyFindings, run_policy_study
from omnisim.experiment.policy_study import PolicyStudy, load_policy_study
from omnisim.experiment.premium_split import PremiumSplit, split_premium
from omnisim.experiment.priors_result import ValueOverPriors
from omnisim.experiment.reaction import ReactionGains, gains_under_reaction
from omnisim.experiment.rewards import DecisionRewards, decision_rewards
from omnisim.experiment.roll_outs import RollOuts
from omnisim.experiment.shoppers import CustomerShoppers, SegmentShoppers
from omnisim.experiment.store import read_study
from omnisim.experiment.transition import transition
from omnisim.experiment.value_over_priors import value_over_priors

__all__ = [
    "PRIORS",
    "AttributionAudit",
    "CapabilityGains",
    "CapabilityValues",
    "ChannelTruth",
    "Comparison",
    "CostPriors",
    "CustomerShoppers",
    "DecisionRewards",
    "League",
    "LearningCurves",
    "MeasurementValue",
    "NaiveAudit",
    "ParameterPrior",
    "PersonalisationEffect",
    "PolicyFindings",
    "PolicyStudy",
    "PremiumSplit",
    "ReactionGains",
    "RollOuts",
    "SegmentShoppers",
    "ValueOverPriors",
    "audit_attribution",
    "capability_gains",
    "capability_values",
    "channel_truth",
    "compare",
    "decision_rewards",
    "evaluate_policies",
    "gains_under_reaction",
    "learning_curves",
    "load_policy_study",
    "measurement_value",
    "naive_comparisons",
    "personalisation_effect",
    "read_study",
    "run_policy_study",
    "split_premium",
    "study_size",
    "transition",
    "value_over_priors",
]
