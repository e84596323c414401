"""The gain of integration where rivals stand still and where they react."""

import pytest

import omnisim as om
from omnisim.experiment import gains_under_reaction
from tests.reference.worlds import small

FIRM = {"market.n_shoppers": 300, "market.horizon_days": 120, "rivals.review_days": 10.0,
        "rivals.reaction_price": 1.0, "rivals.reaction_advertising": 10.0,
        "rivals.advertising_pull": 20.0}  # fmt: skip
"""Rivals with all the might there is: what they take is far above what chance moves."""


@pytest.fixture(scope="module")
def found():
    base = small(FIRM)
    variant = base.replace({"capabilities": om.Capabilities.integrated()})
    return gains_under_reaction(base, variant, n_replications=2, seed=5)


def test_mighty_rivals_that_react_take_more_than_the_gain(found) -> None:
    gains = found.to_frame().set_index(["metric", "group"])
    for metric in ("revenue", "profit"):
        assert gains.loc[(metric, ""), "reacting"] < 0 < gains.loc[(metric, ""), "still"]
    assert "where they react" in repr(found)


def test_rows_are_paired_differences_of_the_two_comparisons(found) -> None:
    for metric in ("profit", "revenue"):
        row = found.gains.set_index(["metric", "group"]).loc[(metric, "")]
        gains = [world.row(metric)["difference"] for world in (found.still, found.reacting)]
        assert (row["still"], row["reacting"]) == pytest.approx(gains)
        assert row["difference"] == pytest.approx(gains[1] - gains[0])
        assert row["ci_low"] < row["difference"] < row["ci_high"]


def test_the_firm_in_silos_is_never_answered(found) -> None:
    arms = [world.samples[world.samples["arm"] == "baseline"] for world in
            (found.still, found.reacting)]  # fmt: skip
    assert arms[0].equals(arms[1])
    assert found.provenance["scenario"]["rivals"]["react"] is True
    assert found.still.provenance["scenario"]["rivals"]["react"] is False


def test_where_integration_moves_nothing_there_is_nothing_to_answer() -> None:
    placebo = small({"market.horizon_days": 45, "rivals.review_days": 10.0}).placebo()
    variant = placebo.replace({"capabilities": om.Capabilities.integrated()})
    found = gains_under_reaction(placebo, variant, n_replications=2, seed=1)
    assert (found.gains[["still", "reacting", "difference"]].dropna() == 0).all(axis=None)
