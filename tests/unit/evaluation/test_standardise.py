"""Standardised comparisons against a hand calculation and a world without effect."""

import math

import numpy as np
import pandas as pd
import pytest

from omnisim.evaluation import standardised_comparison
from omnisim.exceptions import OmnisimWarning, OverlapError, ParameterError, TableError

# Stratum x: group 1, 3; others 2, 2, 2, 6. Stratum y: group 10, 12, 14; others 8, 10.
TABLE = {
    "who": ["g"] * 2 + ["o"] * 4 + ["g"] * 3 + ["p"] * 2,
    "past": ["x"] * 6 + ["y"] * 5,
    "spend": [1.0, 3, 2, 2, 2, 6, 10, 12, 14, 8, 10],
}


def compare(table=TABLE, **options):
    return standardised_comparison(
        table, **{"outcome": "spend", "group": ("who", "g"), "strata": ["past"]} | options
    )


@pytest.mark.parametrize(
    ("reference", "weight"), [("group", 0.4), ("others", 4 / 6), ("all", 6 / 11)]
)
def test_standardised_means_by_hand(reference: str, weight: float) -> None:
    row = compare(reference=reference).table.loc["standardised"]
    group, others = weight * 2 + (1 - weight) * 12, weight * 3 + (1 - weight) * 9
    assert row["mean_group"] == pytest.approx(group)
    assert row["mean_others"] == pytest.approx(others)
    assert row["ratio"] == pytest.approx(group / others)
    # variances: group 2 of 2, 4 of 3; others 4 of 4, 2 of 2
    v_group = weight**2 * 1 + (1 - weight) ** 2 * 4 / 3
    v_others = weight**2 * 1 + (1 - weight) ** 2 * 1
    assert row["difference_error"] == pytest.approx(math.sqrt(v_group + v_others))
    z = 1.959963984540054
    assert row["difference_high"] == pytest.approx(
        group - others + z * math.sqrt(v_group + v_others)
    )
    spread = math.exp(z * math.sqrt(v_group / group**2 + v_others / others**2))
    assert row["ratio_high"] == pytest.approx(group / others * spread)


def test_raw_comparison_and_what_is_explained() -> None:
    found = compare()
    raw = found.table.loc["raw"]
    assert (raw["mean_group"], raw["mean_others"]) == (8, 5)
    # with the group's weights its mean stays: 8 - (0.4 * 3 + 0.6 * 9)
    assert found.table.loc["standardised", "difference"] == pytest.approx(1.4)
    assert found.share_explained == pytest.approx(1 - 1.4 / 3)
    assert found.strata["weight"].tolist() == [0.4, 0.6]
    assert len(repr(found).splitlines()) <= 3


def test_a_premium_of_selection_alone_goes_away(seed: int) -> None:
    """Past value decides the group and the outcome; the group does nothing."""
    rng = np.random.default_rng(seed)
    past = rng.integers(1, 6, 40_000)
    frame = pd.DataFrame({
        "past": past, "who": np.where(rng.random(40_000) < past / 8, "multi", "single"),
        "spend": past + rng.normal(size=40_000),
    })  # fmt: skip
    found = compare(frame, group=("who", "multi"))
    raw, left = found.table.loc["raw"], found.table.loc["standardised"]
    assert raw["difference_low"] > 0.5
    assert abs(left["difference"]) < 4.9 * left["difference_error"]  # false alarm 1e-6


def test_bins_are_cut_at_quantiles() -> None:
    x = np.arange(1.0, 101.0)
    frame = pd.DataFrame({"x": x, "y": x, "who": np.tile(["g", "o"], 50)})
    found = compare(frame, outcome="y", strata={"x": 4})
    # inner quantiles 25.75, 50.5, 75.25
    assert (found.strata["n_group"] + found.strata["n_others"]).tolist() == [25] * 4
    assert found.strata["stratum"].tolist() == [f"x bin {k}" for k in range(4)]


@pytest.mark.parametrize(
    ("values", "n_bins", "told", "sizes"),
    [
        # 90 zeros, 10 ones: all inner quantiles of 5 bins are 0, at or below every value
        ([0.0] * 90 + [1.0] * 10, 5, "asks for 5 bins, and 1 is left.*Nothing is", [100]),
        # inner quantiles of 4 bins: 0, 0, 25.25; zeros share the bin of what is below 25.25
        ([0.0] * 70 + list(range(21, 51)), 4, "asks for 4 bins, and 2 are left", [75, 25]),
    ],
)
def test_ties_of_quantiles_are_told(values, n_bins, told, sizes) -> None:
    frame = pd.DataFrame({"z": values, "who": ["g", "o"] * 50, "spend": np.arange(100.0)})
    with pytest.warns(OmnisimWarning, match=told) as caught:
        found = compare(frame, strata={"z": n_bins})
    assert caught[0].filename == __file__
    assert (found.strata["n_group"] + found.strata["n_others"]).tolist() == sizes


def test_strata_may_cross() -> None:
    table = TABLE | {"half": (["a", "b"] * 6)[:11]}
    both = compare(table | {"past": ["x"] * 11}, strata=["past", "half"])
    one = compare(table, strata=["half"])
    assert both.table.equals(one.table)


def test_strata_without_one_of_the_groups() -> None:
    table = {key: [*values, more] for (key, values), more in
             zip(TABLE.items(), ("o", "z", 5.0), strict=True)}  # fmt: skip
    assert compare(table).table.loc["standardised"].equals(compare().table.loc["standardised"])
    with pytest.raises(OverlapError, match="'past z' has 0 and 1"):
        compare(table, reference="all")
    assert compare(table, reference="overlap").strata["weight"].tolist() == pytest.approx(
        [6 / 11, 5 / 11, 0]
    )


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"group": ("who", "q")}, ParameterError, "Unknown who 'q'"),
        ({"strata": []}, ParameterError, "at least one column"),
        ({"strata": ["pst"]}, TableError, "Did you mean 'past'"),
        ({"strata": {"past": 1}}, ParameterError, ">= 2"),
        ({"reference": "none"}, ParameterError, "Unknown reference"),
        ({"strata": ["past", "who"]}, OverlapError, "Use coarser strata"),
    ],
)
def test_what_cannot_be_compared_is_refused(options, error, told) -> None:
    with pytest.raises(error, match=told):
        compare(**options)


def test_no_interval_of_a_ratio_of_opposite_signs() -> None:
    table = {"who": list("ggoo"), "past": ["x"] * 4, "spend": [1.0, 3, -1, -4]}
    row = compare(table).table.loc["raw"]
    assert row["ratio"] == pytest.approx(-0.8)
    assert math.isnan(row["ratio_low"])
    assert math.isnan(row["ratio_high"])
