"""Estimators: paired runs, logged decisions and the omnichannel premium. They know no simulator.

A `LoggedFeedback` holds decisions: context, action, reward, and the probability with which the
action was taken. An estimator, such as `SNIPS` or `DoublyRobust`, says what another policy would
have earned on it: ``SNIPS().estimate(log, target)``; `policy_values` compares several.

A `Trial` is a table of randomised units: effects, by subgroup and adjusted for the past, and checks
that it was randomised; `TrialDesign` sizes the next one. `uplift_curve` says what targeting by a
prediction gains; `standardised_comparison` compares groups that nobody randomised.
"""

from omnisim.evaluation.balance import Balance, SampleRatio
from omnisim.evaluation.cross_fit import CrossFitting
from omnisim.evaluation.feedback import LoggedFeedback
from omnisim.evaluation.interval import BootstrapInterval, NormalInterval
from omnisim.evaluation.off_policy import (
    IPS,
    SNIPS,
    DirectMethod,
    DoublyRobust,
    SelfNormalisedDR,
    ShrinkageDR,
    SwitchDR,
)
from omnisim.evaluation.overlap import Overlap, overlap
from omnisim.evaluation.paired import (
    PairedDifference,
    joint_confidence,
    mean_interval,
    paired_difference,
)
from omnisim.evaluation.policy_value import PolicyValue
from omnisim.evaluation.policy_values import PolicyValues, policy_values
from omnisim.evaluation.power import TrialDesign
from omnisim.evaluation.precedence import Precedence
from omnisim.evaluation.premium import Premium, omnichannel_premium
from omnisim.evaluation.ratio import RatioSet, ratio_interval, ratio_set
from omnisim.evaluation.reward_model import LinearRewards, SklearnRewards
from omnisim.evaluation.sampled import SampledShapley, sampled_shapley
from omnisim.evaluation.selection import Selection, select_best
from omnisim.evaluation.standardise import StandardisedComparison, standardised_comparison
from omnisim.evaluation.target import target_probabilities
from omnisim.evaluation.trial import Effects, Trial
from omnisim.evaluation.uplift import UpliftCurve, uplift_curve

__all__ = [
    "IPS",
    "SNIPS",
    "Balance",
    "BootstrapInterval",
    "CrossFitting",
    "DirectMethod",
    "DoublyRobust",
    "Effects",
    "LinearRewards",
    "LoggedFeedback",
    "NormalInterval",
    "Overlap",
    "PairedDifference",
    "PolicyValue",
    "PolicyValues",
    "Precedence",
    "Premium",
    "RatioSet",
    "SampleRatio",
    "SampledShapley",
    "Selection",
    "SelfNormalisedDR",
    "ShrinkageDR",
    "SklearnRewards",
    "StandardisedComparison",
    "SwitchDR",
    "Trial",
    "TrialDesign",
    "UpliftCurve",
    "joint_confidence",
    "mean_interval",
    "omnichannel_premium",
    "overlap",
    "paired_difference",
    "policy_values",
    "ratio_interval",
    "ratio_set",
    "sampled_shapley",
    "select_best",
    "standardised_comparison",
    "target_probabilities",
    "uplift_curve",
]
