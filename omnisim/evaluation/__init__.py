"""Estimators: paired runs, logged decisions and the omnichannel premium. They know no simulator."""

from omnisim.evaluation.feedback import LoggedFeedback
from omnisim.evaluation.paired import PairedDifference, mean_interval, paired_difference
from omnisim.evaluation.premium import Premium, omnichannel_premium

__all__ = [
    "LoggedFeedback",
    "PairedDifference",
    "Premium",
    "mean_interval",
    "omnichannel_premium",
    "paired_difference",
]
