"""Calibration: what the reference scenario gives beside what was published.

A target is a published figure with a tolerance (`targets`); its value is read from a run of the
siloed firm (`one_run`), from small studies of their own (`studies`) or from the limit in which
buying is BG/NBD (`cohort`). `calibrate` puts them side by side.
"""

from omnisim.experiment.calibration.calibrate import Calibration, calibrate
from omnisim.experiment.calibration.targets import TARGETS, Target

__all__ = ["TARGETS", "Calibration", "Target", "calibrate"]
