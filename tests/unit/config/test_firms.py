"""Sampled firms have the shares of the survey (T-30: within 3 points)."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.firms import (
    ASKED,
    KEPT,
    OTHER_SHARES,
    SHARES,
    STRATEGIC,
    STRATEGIC_BY_RUNG,
    ambition_gap,
    sample_firms,
)
from omnisim.config.scenario import Scenario
from omnisim.experiment.attributed import observed_log
from omnisim.experiment.credits import credits_of
from omnisim.policies import NoContact
from omnisim.random import Draws
from omnisim.schema import Channel, Event, Identity
from omnisim.simulation import simulate
from tests.reference.worlds import assert_same_bytes, finished_world, small

N = 40_000


@pytest.fixture(scope="module")
def firms():
    return sample_firms(N, Draws(3))


@pytest.mark.parametrize(
    ("share", "level_of"),
    [
        ("single_customer_view", lambda f: f.capabilities.single_customer_view),
        ("integrated_touchpoints", lambda f: f.capabilities.coordinated_automation),
        ("integrated_touchpoints", lambda f: f.capabilities.cross_functional_governance),
        ("tracked_journeys", lambda f: int(f.tracking_level[-1])),
        ("personalised_content", lambda f: f.capabilities.personalisation_engine),
    ],
)
def test_shares_are_those_of_the_survey(firms, share, level_of):
    levels = np.bincount([level_of(firm) for firm in firms], minlength=3) / N
    # Five standard errors of a share: a false alarm in two million.
    assert levels == pytest.approx(SHARES[share], abs=5 * np.sqrt(0.25 / N))


def shares(firms, capability):
    levels = [getattr(firm.capabilities, capability) for firm in firms]
    return np.bincount(levels, minlength=3) / len(firms)


def test_a_quarter_has_no_customer_view_and_two_fifths_a_simple_one(firms):
    none, simple, _ = shares(firms, "single_customer_view")
    assert none == pytest.approx(0.25, abs=0.03)
    assert simple == pytest.approx(0.40, abs=0.03)


def test_a_third_has_a_complex_view(firms):
    assert shares(firms, "single_customer_view")[2] == pytest.approx(0.35, abs=0.03)


def test_a_sixth_manages_all_touchpoints_together_and_a_quarter_none(firms):
    for capability in ("coordinated_automation", "cross_functional_governance"):
        none, _, all_ = shares(firms, capability)
        assert all_ == pytest.approx(0.16, abs=0.03)
        assert none == pytest.approx(0.25, abs=0.03)


def test_addresses_and_purchases_are_kept_by_as_many_as_in_the_survey(firms):
    kept = [np.mean([getattr(f, f"keeps_{name}") for f in firms]) for name in KEPT]
    assert kept == pytest.approx(list(KEPT.values()), abs=5 * np.sqrt(0.25 / N))


def rung_of(firms):
    return np.array([f.capabilities.coordinated_automation for f in firms])


def test_as_many_firms_as_in_the_survey_call_it_strategic_more_the_further_they_are(firms):
    strategic, rung = np.array([f.is_strategic for f in firms]), rung_of(firms)
    assert np.dot(SHARES["integrated_touchpoints"], STRATEGIC_BY_RUNG) == pytest.approx(
        STRATEGIC, abs=1e-4
    )
    assert strategic.mean() == pytest.approx(STRATEGIC, abs=5 * np.sqrt(0.25 / N))
    for level, share in enumerate(STRATEGIC_BY_RUNG):
        n = (rung == level).sum()
        assert strategic[rung == level].mean() == pytest.approx(share, abs=5 * np.sqrt(0.25 / n))


def test_what_the_survey_does_not_ask_for_is_drawn_by_the_rung(firms):
    """Staff training needs nothing, so that its shares are the assumed ones."""
    trained = np.array([f.capabilities.staff_training for f in firms])
    rung = rung_of(firms)
    for level, (some, full) in enumerate(OTHER_SHARES):
        here = trained[rung == level]
        wide = 5 * np.sqrt(0.25 / len(here))
        assert (here >= 1).mean() == pytest.approx(some, abs=wide)
        assert (here == 2).mean() == pytest.approx(full, abs=wide)
    names = set(Capabilities.model_fields) - set(ASKED)
    for name in names:
        assert 0 < np.mean([getattr(f.capabilities, name) for f in firms]) < 2, name


def test_stock_is_shown_only_where_store_records_are_kept(firms):
    assert all(f.capabilities.offline_capture > 0 for f in firms if f.capabilities.visible_stock)


def test_the_gap_is_what_strategic_firms_have_not_reached(firms):
    few = firms[:500]
    table = ambition_gap(few)
    strategic = [f for f in few if f.is_strategic]
    assert list(table.index) == list(Capabilities.model_fields)
    for name in ("single_customer_view", "geofence"):
        missing = sum(2 - getattr(f.capabilities, name) for f in strategic) / len(few)
        assert table.loc[name, "gap"] == pytest.approx(missing)
        assert table.loc[name, "gap"] > 0
        has = np.mean([getattr(f.capabilities, name) == 2 for f in few])
        assert table.loc[name, "has_full"] == pytest.approx(has)
        assert table.loc[name, "aims_full"] >= len(strategic) / len(few)
    idle = [f for f in few if not f.is_strategic]
    assert all(f.target == f.capabilities for f in idle)


def orders_and_sessions(run):
    seen = observed_log(run).to_pandas()
    own = seen["channel"].isin((Channel.WEBSITE, Channel.APP))
    adverts = seen["channel"].isin((Channel.DISPLAY, Channel.SEARCH, Channel.SOCIAL))
    adverts &= seen["event"].isin((Event.IMPRESSION, Event.CLICK))
    bought = seen["event"] == Event.PURCHASE
    sessions = own & seen["event"].isin((Event.VISIT, Event.CART, Event.CART_ABANDONED))
    return bought.sum(), sessions.sum(), adverts.sum()


def test_an_analyst_reads_only_data_that_the_firm_has():
    full = simulate(small(), seed=1)
    blind = simulate(small(records__keeps_analytics=False), seed=1)
    no_ads = simulate(small(records__keeps_ad_results=False), seed=1)
    assert_same_bytes(full, blind)
    assert_same_bytes(full, no_ads)
    orders, sessions, adverts = orders_and_sessions(full)
    assert min(orders, sessions, adverts) > 0
    assert orders_and_sessions(blind) == (orders, 0, adverts)
    assert orders_and_sessions(no_ads) == (orders, sessions, 0)


def test_media_are_credited_from_totals_only_where_the_firm_keeps_them():
    year = {"market__horizon_days": 120}
    rows = [
        credits_of(simulate(small(records__keeps_ad_results=kept, **year), seed=1), {}, 30)
        for kept in (True, False)
    ]
    assert len(rows[0]) > 0
    assert len(rows[1]) == 0


def test_about_one_firm_in_ten_combines_data_and_integrates_the_experience(firms):
    """S1-02, which is not drawn: full touchpoints need a complex view, full content any view."""
    levels = [f.capabilities for f in firms]
    together = np.array([k.single_customer_view == k.coordinated_automation == 2 for k in levels])
    content = np.array([k.personalisation_engine == 2 for k in levels])
    wide = 5 * np.sqrt(0.25 / N)
    assert together.mean() == pytest.approx(0.16, abs=wide)
    assert (together & content).mean() == pytest.approx(0.16 * 0.29 / 0.75, abs=wide)


def test_every_firm_makes_a_scenario(firms):
    base = Scenario()
    for firm in firms[:50]:
        scenario = base.replace(firm.changes)
        assert scenario.records.keeps_purchases == firm.keeps_purchases
        assert scenario.records.tracking_level == firm.tracking_level
        assert (scenario.surfaces.online_every_days > 0) == (
            firm.capabilities.personalisation_engine == 2
        )


def test_firms_differ_beyond_one_score(firms):
    view = np.array([f.capabilities.single_customer_view for f in firms])
    tracked = np.array([int(f.tracking_level[-1]) for f in firms])
    assert abs(np.corrcoef(view, tracked)[0, 1]) < 5 / np.sqrt(N)


def test_more_firms_leave_the_first_as_they_are(firms):
    assert sample_firms(10, Draws(3)) == firms[:10]


def test_firms_see_what_they_track(firms):
    """By level: nobody; visitors online; and the card at the till of more buyers as well."""
    few = {"market.n_shoppers": 150, "market.horizon_days": 60, "market.burn_in_days": 0}
    seen = []
    for level in ("TL0", "TL1", "TL2"):
        firm = next(f for f in firms if f.tracking_level == level)
        run = simulate(Scenario().replace(few | firm.changes), seed=1)
        card = np.asarray(run.events["identity"]) == Identity.CARD
        table = observed_log(run).to_pandas()
        in_store = (table["channel"] == Channel.STORE) & (table["visitor"] >= 0)
        seen.append((card.mean(), (table["visitor"] >= 0).sum(), in_store.sum()))
    cards, visitors, in_stores = zip(*seen, strict=True)
    assert cards[2] > 1.2 * max(cards[:2])
    assert visitors[0] == 0 < visitors[1]
    assert in_stores[:2] == (0, 0) < in_stores[1:]


RUNGS = {
    "tracked_journeys": (
        "firms/no_journeys_tracked", "firms/digital_channels_tracked", "firms/all_channels_tracked",
    ),
    "personalised_content": (
        "firms/content_not_personalised", "firms/content_partly_personalised",
        "firms/content_personalised",
    ),
    "single_customer_view": (
        "firms/customer_view_none", "firms/customer_view_simple", "firms/customer_view_complex",
    ),
    "integrated_touchpoints": (
        "firms/touchpoints_not_integrated", "firms/touchpoints_partly_integrated",
        "firms/touchpoints_integrated",
    ),
}  # fmt: skip
"""The preset of each rung of the ladder (T-30), lowest first."""


@pytest.mark.parametrize("share", SHARES)
def test_every_rung_of_the_ladder_has_a_preset_and_they_differ(share):
    firms = [Scenario().preset(name) for name in RUNGS[share]]
    assert len({firm.model_dump_json() for firm in firms}) == 3


@pytest.mark.parametrize("rung", [0, 1, 2])
def test_a_sampled_firm_and_the_preset_of_its_rung_track_alike(firms, rung):
    preset = Scenario().preset(RUNGS["tracked_journeys"][rung])
    for firm in (f for f in firms[:200] if f.tracking_level == f"TL{rung}"):
        scenario = Scenario().replace(firm.changes)
        assert scenario.records.tracking_level == preset.records.tracking_level
        sees_tills = scenario.capabilities.offline_capture == 2
        assert sees_tills == (preset.capabilities.offline_capture == 2) == (rung == 2)
    assert preset.capabilities.single_customer_view == 0


def test_each_rung_of_tracking_sees_more_persons_in_more_channels():
    known = []
    for name in RUNGS["tracked_journeys"]:
        seen = observed_log(simulate(small().preset(name), seed=1)).to_pandas()
        seen = seen[seen["visitor"] >= 0]
        known.append((len(seen), (seen["channel"] == Channel.STORE).sum()))
    (nobody, _), (online, no_store), (everywhere, store) = known
    assert nobody == 0 < online < everywhere
    assert no_store == 0 < store


def test_who_is_never_written_to_behaves_the_same_at_every_level_of_tracking():
    runs = [
        simulate(small(records__tracking_level=level), policy=NoContact(), seed=1)
        for level in ("TL0", "TL1", "TL2")
    ]
    assert_same_bytes(runs[0], runs[1])
    assert_same_bytes(runs[1], runs[2])
    assert len({observed_log(run)["visitor"].to_numpy().tobytes() for run in runs}) == 3


def test_each_rung_of_content_knows_tastes_better_and_only_the_top_shows_it_on_the_site():
    known, shown = [], []
    for name in RUNGS["personalised_content"]:
        columns = finished_world(small(market__n_shoppers=150).preset(name), seed=1).columns
        known.append(columns["record_weight"].sum())
        shown.append((columns["record_shown"][:, 0] >= 0).any())
    assert known[0] < known[1] < known[2]
    assert shown == [False, False, True]
