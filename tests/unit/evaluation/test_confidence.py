"""A confidence of 0 or 1 makes no interval: whatever takes one refuses it."""

import numpy as np
import pytest

from omnisim.evaluation import (
    BootstrapInterval,
    LoggedFeedback,
    NormalInterval,
    Trial,
    TrialDesign,
    mean_interval,
    paired_difference,
    ratio_interval,
    sampled_shapley,
    select_best,
    standardised_comparison,
    uplift_curve,
)
from omnisim.exceptions import ParameterError

TABLE = {"arm": ["a", "b"] * 4, "past": [0, 0, 1, 1] * 2, "spend": [1.0, 2, 3, 5, 4, 2, 1, 0]}
TAKERS = {
    "normal": lambda p: NormalInterval(confidence=p),
    "bootstrap": lambda p: BootstrapInterval(confidence=p),
    "means": lambda p: Trial.read(TABLE, arm="arm", control="a").arm_means("spend", confidence=p),
    "effects": lambda p: Trial.read(TABLE, arm="arm", control="a").effects("spend", confidence=p),
    "paired": lambda p: paired_difference([1.0, 2.0], [2.0, 4.0], confidence=p),
    "mean of one": lambda p: mean_interval([1.0], confidence=p),
    "ratio": lambda p: ratio_interval([1.0, 2.0], [2.0, 2.5], confidence=p),
    "selection": lambda p: select_best({"a": [1.0, 2.0], "b": [2.0, 4.0]}, probability=p),
    "design": lambda p: TrialDesign(sd=1.0, alpha=p),
    "shapley": lambda p: sampled_shapley(np.ones((2, 2, 3)), np.array([[0, 1]] * 2), confidence=p),
    "standardised": lambda p: standardised_comparison(
        TABLE, outcome="spend", group=("arm", "a"), strata=["past"], confidence=p
    ),
    "uplift": lambda p: uplift_curve(
        LoggedFeedback.from_table(TABLE, action="arm", reward="spend", propensity=0.5),
        np.eye(2)[[0, 1] * 4], control="a", confidence=p,
    ),
}  # fmt: skip


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize("value", [0, 1, 0.0, 1.0, -0.1, float("nan"), "0.9", None, True])
def test_only_what_lies_between_is_taken(taker: str, value: object) -> None:
    with pytest.raises(ParameterError, match=r"must lie in \(0, 1\), both ends excluded. Got"):
        TAKERS[taker](value)
