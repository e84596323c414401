"""Sampled firms have the shares of the survey (T-30: within 3 points)."""

import numpy as np
import pytest

from omnisim.config.firms import KEPT, SHARES, sample_firms
from omnisim.config.scenario import Scenario
from omnisim.experiment.attributed import observed_log
from omnisim.random import Draws
from omnisim.schema import Channel, Identity
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


def test_addresses_and_purchases_are_kept_by_as_many_as_in_the_survey(firms):
    kept = [np.mean([getattr(f, f"keeps_{name}") for f in firms]) for name in KEPT]
    assert kept == pytest.approx(list(KEPT.values()), abs=5 * np.sqrt(0.25 / N))


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
        "firms/siloed", "firms/content_partly_personalised", "firms/content_personalised",
    ),
    "single_customer_view": (
        "firms/siloed", "firms/customer_view_simple", "firms/customer_view_complex",
    ),
    "integrated_touchpoints": (
        "firms/siloed", "firms/touchpoints_partly_integrated", "firms/touchpoints_integrated",
    ),
}  # fmt: skip
"""The preset of each rung of the ladder (T-30), lowest first; no rung but that of tracking needs
a preset for firms that do nothing."""


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
        assert scenario.capabilities.offline_capture == preset.capabilities.offline_capture
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


def test_the_level_of_tracking_changes_what_is_seen_and_nothing_that_happens():
    runs = [
        simulate(small(records__tracking_level=level), seed=1) for level in ("TL0", "TL1", "TL2")
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
