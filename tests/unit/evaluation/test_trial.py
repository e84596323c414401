"""Randomised trials against hand calculations, scipy and identities."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from omnisim.evaluation import Trial
from omnisim.evaluation.cuped import adjusted
from omnisim.evaluation.trial import holm
from omnisim.exceptions import ParameterError, TableError


def random_trial(seed: int, n: int = 400) -> tuple[pd.DataFrame, Trial]:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "arm": rng.choice(["ctrl", "mail", "push"], n), "past": rng.gamma(2.0, 10.0, n),
        "town": rng.choice(["Bari", "Oslo", "Rome"], n), "visit": rng.random(n) < 0.3,
    })  # fmt: skip
    frame["spend"] = frame["past"] + rng.normal(size=n) + (frame["arm"] == "mail")
    return frame, Trial.read(frame, arm="arm", control="ctrl")


def test_means_and_effect_by_hand() -> None:
    # a: 1, 2, 3 (mean 2, variance 1); b: 4, 8 (mean 6, variance 8)
    trial = Trial.read({"arm": list("aaabb"), "y": [1, 2, 3, 4, 8]}, arm="arm", control="a")
    means = trial.arm_means("y")
    assert means["mean"].tolist() == [2, 6]
    assert means["sd"].tolist() == [1, math.sqrt(8)]
    assert means["std_error"].tolist() == pytest.approx([1 / math.sqrt(3), 2])
    # with 2 degrees of freedom t(0.975) is 0.95 sqrt(2 / (1 - 0.95^2))
    t = 0.95 * math.sqrt(2 / (1 - 0.95**2))
    assert means["ci_high"][0] == pytest.approx(2 + t / math.sqrt(3), rel=1e-12)
    row = trial.effects("y").table.iloc[0]
    assert (row["effect"], row["lift"], row["n_arm"], row["n_control"]) == (4, 2, 2, 3)
    # squared error 1/3 + 4 = 13/3; df = (13/3)^2 / ((1/3)^2 / 2 + 4^2 / 1)
    assert row["std_error"] == pytest.approx(math.sqrt(13 / 3), rel=1e-14)
    assert row["df"] == pytest.approx((13 / 3) ** 2 / (1 / 18 + 16), rel=1e-14)


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_effects_are_those_of_welchs_test(seed: int, confidence: float) -> None:
    frame, trial = random_trial(seed)
    table = trial.effects(["spend", "visit"], confidence=confidence).to_frame()
    assert len(table) == 4
    for row in table.itertuples():
        y = frame[row.outcome].astype(float)
        test = stats.ttest_ind(y[frame.arm == row.arm], y[frame.arm == "ctrl"], equal_var=False)
        low, high = test.confidence_interval(confidence)
        assert (row.ci_low, row.ci_high) == pytest.approx((low, high))
        assert (row.p_value, row.df) == pytest.approx((test.pvalue, test.df))


def test_normal_interval_has_the_same_error(seed: int) -> None:
    _, trial = random_trial(seed)
    normal = trial.effects("spend", interval="normal").table.iloc[0]
    t = trial.effects("spend").table.iloc[0]
    assert normal["std_error"] == t["std_error"]
    assert normal["ci_high"] - normal["effect"] == pytest.approx(
        1.959963984540054 * normal["std_error"], rel=1e-12
    )
    assert normal["p_value"] == pytest.approx(2 * stats.norm.sf(abs(t["effect"]) / t["std_error"]))


@pytest.mark.parametrize("adjust", [(), ("past", "town")])
def test_a_subgroup_is_a_trial_of_its_own(seed: int, adjust: tuple) -> None:
    frame, trial = random_trial(seed)
    table = trial.effects("spend", by="town", adjust=adjust).table.drop(columns="p_holm")
    means = trial.arm_means("spend", by="town")
    for town in ("Bari", "Oslo", "Rome"):
        alone = Trial.read(frame[frame.town == town], arm="arm", control="ctrl")
        expected = alone.effects("spend", adjust=[a for a in adjust if a != "town"]).table
        found = table[table.level == town]
        numbers = ["n_arm", "effect", "std_error", "ci_low", "p_value"]
        np.testing.assert_allclose(found[numbers], expected[numbers], rtol=1e-9)
        np.testing.assert_array_equal(
            means[means.level == town]["mean"], alone.arm_means("spend")["mean"]
        )


def test_cuped_of_one_covariate_is_the_formula(seed: int) -> None:
    frame, _ = random_trial(seed)
    x, y = frame["past"].to_numpy(), frame["spend"].to_numpy()
    theta = np.cov(y, x)[0, 1] / x.var(ddof=1)
    np.testing.assert_allclose(adjusted(y, x[:, None]), y - theta * (x - x.mean()), rtol=1e-10)


def test_cuped_keeps_the_mean_and_takes_what_the_past_explains(seed: int) -> None:
    frame, trial = random_trial(seed)
    plain = trial.effects("spend").table
    table = trial.effects("spend", adjust=["past"]).table
    # past has variance 200, the rest 1 and a little
    assert (table["std_error"] < 0.2 * plain["std_error"]).all()
    sizes = frame["arm"].value_counts()
    means = dict(zip(table["arm"], table["mean_arm"], strict=True))
    means["ctrl"] = table["mean_control"].iloc[0]
    total = sum(means[a] * sizes[a] for a in sizes.index) / len(frame)
    assert total == pytest.approx(frame["spend"].mean())


def test_cuped_with_the_outcome_itself_leaves_nothing() -> None:
    y = np.arange(10.0)
    np.testing.assert_allclose(adjusted(y, np.column_stack([y, 2 * y, np.ones(10)])), 4.5)


def test_p_values_are_stepped_down() -> None:
    # 0.01 * 3, 0.03 * 2, max(0.04 * 1, 0.06)
    assert holm(np.array([0.04, 0.01, np.nan, 0.03])).tolist()[:2] == pytest.approx([0.06, 0.03])
    assert holm(np.array([0.5, 0.9])).tolist() == [1, 1]


def test_sample_ratio_is_pearsons() -> None:
    trial = Trial.read({"arm": ["a"] * 60 + ["b"] * 40}, arm="arm", control="a")
    equal = trial.sample_ratio()
    assert (equal.statistic, equal.df) == (4, 1)
    assert equal.p_value == pytest.approx(stats.chi2.sf(4, 1))
    assert not equal.mismatch
    planned = trial.sample_ratio({"a": 0.9, "b": 0.1})
    assert planned.statistic == pytest.approx(stats.chisquare([60, 40], [90, 10]).statistic)
    assert planned.mismatch
    assert "MISMATCH" in repr(planned)
    with pytest.raises(ParameterError, match="share > 0"):
        trial.sample_ratio({"a": 1.0})


def test_standardised_difference_by_hand() -> None:
    # means 2 and 6, variances 1 and 8: 4 / sqrt(4.5)
    trial = Trial.read({"arm": list("aaabb"), "x": [1, 2, 3, 4, 8]}, arm="arm", control="a")
    row = trial.balance(["x"]).table.iloc[0]
    assert (row["difference"], row["smd"]) == (4, pytest.approx(4 / math.sqrt(4.5)))


def test_balance_statistic_has_its_degrees_of_freedom_as_mean() -> None:
    """Over all 90 assignments of six units to three arms of two, exactly."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"x": rng.gamma(1.0, size=6), "z": rng.normal(size=6)})
    found = []
    for arms in sorted(set(itertools.permutations("aabbcc"))):
        trial = Trial.read(frame.assign(arm=list(arms)), arm="arm", control="a")
        found.append(trial.balance(["x", "z"]))
    assert len(found) == 90
    assert {balance.df for balance in found} == {4}
    assert np.mean([balance.statistic for balance in found]) == pytest.approx(4, rel=1e-12)


def test_balance_of_two_arms_and_one_covariate_is_pooled_over_all() -> None:
    # gap squared over S (1 / n1 + 1 / n0), S the variance of all rows
    x, arm = np.array([1.0, 2, 3, 4, 8]), list("aaabb")
    found = Trial.read({"arm": arm, "x": x}, arm="arm", control="a").balance(["x"])
    assert found.statistic == pytest.approx(16 / (x.var(ddof=1) * (1 / 2 + 1 / 3)), rel=1e-12)


def test_imbalance_is_found_and_redundant_indicators_do_no_harm(seed: int) -> None:
    frame, trial = random_trial(seed, n=3000)
    even = trial.balance(["past", "town"])
    assert even.df == 2 * 3  # past and three towns, which sum to one
    assert even.p_value > 1e-6
    frame["past"] += 5.0 * (frame["arm"] == "push")
    uneven = Trial.read(frame, arm="arm", control="ctrl").balance(["past", "town"])
    assert uneven.p_value < 1e-3
    assert "'past' of 'push'" in repr(uneven)


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda t: t.effects("spnd"), TableError, "Did you mean 'spend'"),
        (lambda t: t.effects("town"), TableError, "town must be numbers"),
        (lambda t: t.effects("spend", by="past"), TableError, "text or whole numbers"),
        (lambda t: t.effects("spend", interval="z"), ParameterError, "Unknown interval 'z'"),
        (lambda t: t.effects("spend", adjust=["gone"]), TableError, "lacks column 'gone'"),
        (lambda t: t.effects("spend", confidence=2), ParameterError, "confidence"),
        (lambda t: t.balance(["gone"]), TableError, "lacks column 'gone'"),
    ],
)
def test_what_cannot_be_analysed_is_refused(call, error, told) -> None:
    with pytest.raises(error, match=told):
        call(random_trial(1)[1])


def test_no_trial_is_made_of_one_arm_or_an_unknown_control() -> None:
    with pytest.raises(TableError, match="at least two arms"):
        Trial.read({"arm": ["a", "a"]}, arm="arm", control="a")
    with pytest.raises(ParameterError, match="Unknown arm 'c'"):
        Trial.read({"arm": ["a", "b"]}, arm="arm", control="c")
    small = Trial.read({"arm": list("aabb"), "y": [1, 2, 3, 4], "g": list("xyxx")},
                       arm="arm", control="a")  # fmt: skip
    with pytest.raises(TableError, match="at least 2 units where g = x"):
        small.effects("y", by="g")


def test_results_print_in_three_lines(seed: int) -> None:
    _, trial = random_trial(seed)
    for result in (trial, trial.effects("spend", adjust=["past"]), trial.sample_ratio(),
                   trial.balance(["past"])):  # fmt: skip
        assert len(repr(result).splitlines()) <= 3
    assert trial.effects("spend", adjust=["past"]).provenance["adjusted_for"] == ["past"]


def test_a_covariate_that_gives_the_arm_away_is_infinitely_unlike() -> None:
    frame = {"arm": list("aabbcc"), "new": [0, 0, 1, 1, -1, -1], "same": [3] * 6}
    found = Trial.read(frame, arm="arm", control="a").balance(["new", "same"])
    assert found.table["smd"].tolist() == [math.inf, 0.0, -math.inf, 0.0]
    assert "inf: 'new'" in repr(found)


def test_constants_are_alike_whatever_the_rounding() -> None:
    frame = {"arm": ["a"] * 3 + ["b"] * 70, "x": [0.1] * 73}
    assert Trial.read(frame, arm="arm", control="a").balance(["x"]).table["smd"].tolist() == [0.0]


@pytest.mark.filterwarnings("error")
def test_an_arm_of_one_unit_has_no_standardised_difference() -> None:
    found = Trial.read({"arm": list("aab"), "x": [1, 2, 3]}, arm="arm", control="a").balance(["x"])
    assert math.isnan(found.table["smd"][0])
    assert "nan: 'x'" in repr(found)


@pytest.mark.parametrize("adjust", ["arm", "spend"])
def test_neither_the_arm_nor_an_outcome_is_adjusted_for(seed: int, adjust: str) -> None:
    _, trial = random_trial(seed)
    with pytest.raises(ParameterError, match=rf"known before randomisation.*Got '{adjust}'"):
        trial.effects(["visit", "spend"], adjust=["past", adjust])
