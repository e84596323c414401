"""Firm and shoppers side by side: every verdict by its intervals."""

import numpy as np
import pandas as pd
import pytest

from omnisim.experiment.joint import joint_verdicts

UP, DOWN, OPEN, NONE = (2.0, 1.0, 3.0), (-2.0, -3.0, -1.0), (0.5, -1.0, 2.0), (0.0, 0.0, 0.0)
UNKNOWN = (np.nan,) * 3


def made(firm, shoppers, group="age below 35"):
    of_firm = "shopper contribution" if group else "profit"
    rows = [(of_firm, group, *firm), ("surplus", group, *shoppers), ("revenue", group, *UP)]
    return pd.DataFrame(rows, columns=["metric", "group", "difference", "ci_low", "ci_high"])


@pytest.mark.parametrize("group", ["", "age below 35"])
@pytest.mark.parametrize(
    ("firm", "shoppers", "verdict"),
    [
        (UP, UP, "win-win"), (UP, OPEN, "firm gains"), (OPEN, UP, "shoppers gain"),
        (UP, DOWN, "firm gains, shoppers lose"), (DOWN, UP, "shoppers gain, firm loses"),
        (DOWN, DOWN, "both lose"), (OPEN, OPEN, "unclear"), (UNKNOWN, UNKNOWN, "unclear"),
        (NONE, NONE, "nothing changes"), (NONE, UP, "shoppers gain"),
        (UNKNOWN, UP, "shoppers gain"),
        ((1.0, 0.0, 2.0), UP, "shoppers gain"),
    ],
)  # fmt: skip
def test_the_verdict_is_that_of_both_intervals(firm, shoppers, verdict, group):
    row = joint_verdicts(made(firm, shoppers, group)).iloc[0]
    assert row["verdict"] == verdict
    assert row[["firm", "firm_low", "firm_high"]].tolist() == pytest.approx(firm, nan_ok=True)
    assert row[["shoppers", "shoppers_high"]].tolist() == pytest.approx(
        (shoppers[0], shoppers[2]), nan_ok=True
    )


def test_a_group_without_one_side_has_no_row():
    lacking = made(UP, UP, "channel store")
    assert joint_verdicts(lacking[lacking["metric"] != "surplus"]).empty
