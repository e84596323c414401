"""The real e-mail trial: every number against its formula in plain pandas and scipy, to 1e-9."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from omnisim.evaluation import (
    IPS,
    SNIPS,
    DoublyRobust,
    LoggedFeedback,
    Trial,
    policy_values,
    standardised_comparison,
)

OUTCOMES = ["visit", "conversion", "spend"]
CONTROL = "No E-Mail"


@pytest.fixture(scope="module")
def path(data_dir):
    found = data_dir / "hillstrom" / "hillstrom.csv"
    if not found.exists():
        pytest.skip(f"no {found}")
    return found


@pytest.fixture(scope="module")
def frame(path) -> pd.DataFrame:
    return pd.read_csv(path)


@pytest.fixture(scope="module")
def trial(path) -> Trial:
    return Trial.read(path, arm="segment", control=CONTROL)


def test_the_file_is_the_published_one(frame, trial) -> None:
    assert len(frame) == 64_000
    sizes = trial.sample_ratio().table.set_index("arm")["n"].to_dict()
    assert sizes == {"Mens E-Mail": 21_307, "No E-Mail": 21_306, "Womens E-Mail": 21_387}


def test_arm_means(frame, trial) -> None:
    found = trial.arm_means(OUTCOMES).set_index(["outcome", "arm"])
    for outcome in OUTCOMES:
        groups = frame.groupby("segment")[outcome]
        np.testing.assert_allclose(found.loc[outcome, "mean"], groups.mean(), rtol=1e-12)
        np.testing.assert_allclose(found.loc[outcome, "std_error"], groups.sem(), rtol=1e-12)


@pytest.mark.parametrize("by", ["channel", "history_segment"])
def test_effects_by_subgroup(by, frame, trial) -> None:
    table = trial.effects(OUTCOMES, by=by).to_frame()
    assert len(table) == 3 * 2 * frame[by].nunique()
    for row in table.itertuples():
        part = frame[frame[by] == row.level]
        arm, control = (part.loc[part["segment"] == a, row.outcome] for a in (row.arm, CONTROL))
        test = stats.ttest_ind(arm, control, equal_var=False)
        low, high = test.confidence_interval(0.95)
        assert row.effect == pytest.approx(arm.mean() - control.mean(), abs=1e-12)
        assert (row.ci_low, row.ci_high) == pytest.approx((low, high), abs=1e-9)


def test_policy_values_under_the_known_third(path, frame) -> None:
    past = ["recency", "history", "mens", "womens", "newbie"]
    log = LoggedFeedback.from_table(
        path, action="segment", reward="spend", propensity=1 / 3, context=past
    )
    bought = np.where(frame["womens"] > frame["mens"], "Womens E-Mail", "Mens E-Mail")
    policies = {"all": np.full(64_000, "Mens E-Mail"), "bought": bought}
    actions = {
        name: np.array([log.action_names.index(a) for a in policy])
        for name, policy in policies.items()
    }
    values = policy_values(log, actions, estimators=[IPS(), SNIPS(), DoublyRobust()]).values
    for name, policy in policies.items():
        agrees, spend = frame["segment"] == policy, frame["spend"]
        ips = (3 * spend * agrees).sum() / 64_000
        error = (3 * spend * agrees).sem()
        assert values[name, "IPS"].value == pytest.approx(ips, rel=1e-10)
        assert values[name, "IPS"].std_error == pytest.approx(error, rel=1e-10)
        assert values[name, "SNIPS"].value == pytest.approx(spend[agrees].mean(), rel=1e-10)
        robust = values[name, "DoublyRobust"]
        assert abs(robust.value - spend[agrees].mean()) < robust.std_error


def test_the_multichannel_premium_is_the_past(path, frame) -> None:
    found = standardised_comparison(
        path, outcome="spend", group=("channel", "Multichannel"), strata=["history_segment"]
    )
    multi = frame["channel"] == "Multichannel"
    raw = frame.loc[multi, "spend"].mean() / frame.loc[~multi, "spend"].mean()
    assert found.table.loc["raw", "ratio"] == pytest.approx(raw, rel=1e-12)
    share = frame.loc[multi, "history_segment"].value_counts(normalize=True)
    others = frame[~multi].groupby("history_segment")["spend"].mean()
    left = frame.loc[multi, "spend"].mean() - (share * others).dropna().sum()
    assert found.table.loc["standardised", "difference"] == pytest.approx(left, rel=1e-9)
    assert found.table.loc["standardised", "difference_low"] < 0 < raw - 1
