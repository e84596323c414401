"""Sampled firms have the shares of the survey (T-30: within 3 points)."""

import numpy as np
import pytest

from omnisim.config.firms import KEPT, SHARES, sample_firms
from omnisim.config.scenario import Scenario
from omnisim.experiment.attributed import observed_log
from omnisim.random import Draws
from omnisim.schema import Channel, Identity
from omnisim.simulation import simulate

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


def test_every_firm_makes_a_scenario(firms):
    base = Scenario()
    for firm in firms[:50]:
        scenario = base.replace(firm.changes)
        assert scenario.records.keeps_purchases == firm.keeps_purchases
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
        table = observed_log(run, firm.tracking_level).to_pandas()
        in_store = (table["channel"] == Channel.STORE) & (table["visitor"] >= 0)
        seen.append((card.mean(), (table["visitor"] >= 0).sum(), in_store.sum()))
    cards, visitors, in_stores = zip(*seen, strict=True)
    assert cards[2] > 1.2 * max(cards[:2])
    assert visitors[0] == 0 < visitors[1]
    assert in_stores[:2] == (0, 0) < in_stores[1:]
