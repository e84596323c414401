"""Naive comparisons: large where nothing is true."""

import numpy as np
import pytest

import omnisim as om
from omnisim.experiment import NaiveAudit, naive_comparisons
from omnisim.experiment.naive import COMPARISONS, members_of, naive_differences, revenue_by_shopper
from tests.reference.worlds import small

POWERLESS = {
    "messages.goodwill": 0.0, "messages.engagement": 0.0, "messages.p_click": 0.0,
    "media.display_goodwill": 0.0, "media.search_goodwill": 0.0, "costs.points_share": 0.0,
    "experience.points_on_churn": 0.0,
}  # fmt: skip
"""Cards, e-mail and display that do nothing for anybody."""


@pytest.fixture(scope="module")
def powerless() -> NaiveAudit:
    firm = small(POWERLESS | {"market.n_shoppers": 400, "market.horizon_days": 120,
                              "media.display_per_week": 1.0, "messages.p_open": 0.15})  # fmt: skip
    return naive_comparisons(firm, n_replications=2, seed=3)


@pytest.mark.parametrize("name", ["loyalty members", "e-mail openers", "exposed to display"])
def test_what_does_nothing_has_no_effect_and_still_looks_good(
    powerless: NaiveAudit, name: str
) -> None:
    rows = powerless.values[powerless.values["comparison"] == name]
    assert len(rows)
    assert rows["truth"].abs().max() < 1e-9
    if name != "exposed to display":
        assert (rows["naive"] > 0).all()


def test_every_comparison_is_there_and_prints(powerless: NaiveAudit) -> None:
    assert set(powerless.values["comparison"]) == set(COMPARISONS)
    assert len(repr(powerless).splitlines()) <= 3
    assert powerless.to_frame().equals(powerless.values)


def test_groups_are_those_of_the_population() -> None:
    run = om.simulate(small(), seed=1)
    np.testing.assert_array_equal(members_of(run, "app adopters"), run.population.has_app == 1)
    assert revenue_by_shopper(run).sum() == pytest.approx(np.sum(run.orders["value"].to_numpy()))


def test_cards_are_not_seen_without_the_store() -> None:
    run = om.simulate(small(), seed=1)
    assert "loyalty members" not in naive_differences(run, "TL1")
    assert "loyalty members" in naive_differences(run, "TL2")
