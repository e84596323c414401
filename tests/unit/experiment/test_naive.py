"""Naive comparisons: large where nothing is true."""

from pathlib import Path

import numpy as np
import pytest

import omnisim as om
from omnisim.experiment import NaiveAudit, naive_comparisons
from omnisim.experiment.attributed import observed_log, observed_rows
from omnisim.experiment.naive import COMPARISONS
from omnisim.experiment.naive_groups import (
    naive_differences,
    naive_groups,
    revenue_by_shopper,
    served,
)
from omnisim.experiment.naive_trials import TRIALS, display_trials
from omnisim.experiment.shoppers import SegmentShoppers
from omnisim.schema import Channel, Event, Identity
from tests.reference.worlds import small

POWERLESS = {
    "messages.goodwill": 0.0, "messages.engagement": 0.0, "messages.p_click": 0.0,
    "media.display_goodwill": 0.0, "media.search_goodwill": 0.0, "costs.points_share": 0.0,
    "experience.points_on_churn": 0.0, "in_store.advice_resolves": 0.0, "in_store.time_saved": 0.0,
    "in_store.advice_on_substitute": 0.0, "basket.staff": 0.0, "basket.relevance": 0.0,
    "clienteling.goodwill": 0.0, "clienteling.p_click": 0.0, "direct_mail.letter_value": 1e9,
    "media.fatigue_on_ads": 0.0, "surfaces.online_every_days": 0, "surfaces.store_every_days": 0,
    "surfaces.reward_every_days": 0, "capabilities.staff_training": 2,
    "capabilities.single_customer_view": 1,
}  # fmt: skip
"""Cards, e-mail, display and trained staff that do nothing for anybody."""


@pytest.fixture(scope="module")
def powerless() -> NaiveAudit:
    firm = small(POWERLESS | {"market.n_shoppers": 400, "market.horizon_days": 120,
                              "media.display_per_week": 1.0, "messages.p_open": 0.15})  # fmt: skip
    return naive_comparisons(firm, n_replications=2, seed=3)


@pytest.mark.parametrize(
    "name",
    ["loyalty members", "e-mail openers", "served by trained staff", "exposed to display", *TRIALS],
)
def test_what_does_nothing_has_no_effect_and_still_looks_good(
    powerless: NaiveAudit, name: str
) -> None:
    rows = powerless.values[powerless.values["comparison"] == name]
    assert len(rows)
    assert rows["truth"].abs().max() < 1e-9
    if name not in ("exposed to display", *TRIALS):
        assert (rows["naive"] > 0).all()


def test_every_comparison_is_there_and_prints(powerless: NaiveAudit) -> None:
    assert set(powerless.values["comparison"]) == set(COMPARISONS)
    assert len(repr(powerless).splitlines()) <= 3
    assert powerless.to_frame().equals(powerless.values)


def test_revenue_by_shopper_adds_up() -> None:
    run = om.simulate(small(), seed=1)
    assert revenue_by_shopper(run).sum() == pytest.approx(np.sum(run.orders["value"].to_numpy()))


def test_persons_behind_a_group_are_those_whom_the_firm_saw_in_it() -> None:
    """Of all card holders only those who showed the card at a counted purchase are compared.

    Some of them, as of those seen in the app, signed up during the run.
    """
    run = om.simulate(small(market__n_shoppers=100), seed=1)
    log = run.counted_events.to_pandas()
    shown = log[(log["event"] == Event.PURCHASE) & (log["identity"] == Identity.CARD)]
    group = naive_groups(run, "TL2")["loyalty members"]
    behind = set(shown["shopper"])
    assert behind <= set(group.persons.tolist())
    assert group.n_visitors <= len(behind)
    assert len(behind) < _ever(run, "has_card", Channel.STORE).sum()
    app = naive_groups(run, "TL1")["app adopters"]
    assert _ever(run, "has_app", Channel.APP)[app.persons].all()
    assert len(app.persons) == app.n_visitors


def _ever(run: om.SimulationResult, name: str, channel: Channel) -> np.ndarray:
    """Return who has it from the start, or signs up in the channel."""
    log = run.events.to_pandas()
    has = getattr(run.population, name).astype(bool)
    has[log.loc[(log["event"] == Event.SIGNED_UP) & (log["channel"] == channel), "shopper"]] = True
    return has


def test_cards_are_not_seen_without_the_store() -> None:
    run = om.simulate(small(), seed=1)
    assert "loyalty members" not in naive_differences(run, "TL1")
    assert "loyalty members" in naive_differences(run, "TL2")


def test_a_firm_compares_what_it_tracks_itself() -> None:
    run = om.simulate(small(records__tracking_level="TL1"), seed=1)
    assert naive_differences(run) == naive_differences(run, "TL1")
    assert len(observed_rows(run)) == observed_log(run).num_rows


def test_staff_are_not_told_apart_where_nobody_is_trained() -> None:
    run = om.simulate(small(), seed=1)
    assert not served(run).any()
    assert "served by trained staff" not in naive_differences(run, "TL2")


def test_who_was_served_is_read_from_the_rows_that_the_firm_sees() -> None:
    run = om.simulate(small({"capabilities.staff_training": 1}), seed=1)
    log = run.counted_events.to_pandas()
    sold = served(run)
    assert sold.any()
    assert (log.loc[sold, "event"] == Event.PURCHASE).all()
    assert (log.loc[sold, "channel"] == Channel.STORE).all()
    advised = log[(log["event"] == Event.ADVISED) & (log["channel"] == Channel.STAFF)]
    visits = set(zip(advised["shopper"], advised["journey"], strict=True))
    assert all(pair in visits for pair in zip(log["shopper"][sold], log["journey"][sold],
                                              strict=True))  # fmt: skip
    seen = observed_log(run, "TL2").to_pandas()
    rows = log.iloc[observed_rows(run, "TL2")].reset_index(drop=True)
    for column in ("time", "channel", "event", "value"):
        np.testing.assert_array_equal(seen[column], rows[column])


def test_a_study_goes_on_where_it_stopped(tmp_path: Path) -> None:
    firm = small(market__horizon_days=30)
    first = naive_comparisons(firm, n_replications=2, seed=3, folder=tmp_path)
    (tmp_path / "naive-r1.json").unlink()
    again = naive_comparisons(firm, n_replications=2, seed=3, folder=tmp_path)
    assert again.values.equals(first.values)


def test_held_out_by_cookie_people_are_in_both_arms() -> None:
    """Strong display and short lives of cookies: what a firm can draw finds less than by person."""
    firm = small({
        "market.n_shoppers": 300, "market.horizon_days": 120, "media.display_per_week": 3.0,
        "media.display_goodwill": 10.0,
    })  # fmt: skip
    found = {
        (name, level): (naive, truth)
        for name, level, naive, _, truth in display_trials(
            firm, SegmentShoppers(), None, seed=5, replication=0
        )
    }
    by_cookie, by_person, by_truth = (found[name, "TL2"] for name in TRIALS)
    assert by_cookie[1] == by_person[1] == by_truth[1] > 0
    assert by_cookie[0] < by_truth[0]
    assert by_person[0] < by_truth[0]
