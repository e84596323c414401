"""Estimators: paired runs, logged decisions and the omnichannel premium. They know no simulator."""

from omnisim.evaluation.feedback import LoggedFeedback
from omnisim.evaluation.paired import PairedDifference, mean_interval, paired_difference
from omnisim.evaluation.precedence import Precedence
from omnisim.evaluation.premium import Premium, omnichannel_premium
from omnisim.evaluation.ratio import ratio_interval
from omnisim.evaluation.sampled import SampledShapley, sampled_shapley

__all__ = [
    "LoggedFeedback",
    "PairedDifference",
    "Precedence",
    "Premium",
    "SampledShapley",
    "mean_interval",
    "omnichannel_premium",
    "paired_difference",
    "ratio_interval",
    "sampled_shapley",
]
