"""What two capabilities do together is simulated: neither hard-wired nor always nothing."""

import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.experiment.measures import measure
from omnisim.simulation import simulate
from tests.reference.worlds import small

VIEW = {"single_customer_view": 2}
PERSONAL, LOYAL = {"personalisation_engine": 2}, {"unified_loyalty": 2}


def interaction(base):
    """Return what loyalty adds with personalisation less what it adds without, before costs."""
    values = [
        measure(simulate(base.replace({"capabilities": Capabilities(**VIEW, **more)}), seed=3))
        for more in (PERSONAL | LOYAL, PERSONAL, LOYAL, {})
    ]
    both, personal, loyal, neither = (v["contribution", ""] for v in values)
    return (both - personal) - (loyal - neither)


@pytest.fixture
def base():
    """Site and app show first what fits the profile; most have a card and the app."""
    return small({
        "segments.busy.p_loyalty": 0.8, "segments.busy.p_app": 0.8, "market.n_shoppers": 150,
        "surfaces.online_every_days": 7, "stock.store_share": 0.3, "stock.n_items": 40,
    })  # fmt: skip


def test_loyalty_and_personalisation_meet_in_the_same_shoppers(base):
    assert abs(interaction(base)) > 0.01


def test_without_what_they_move_they_have_no_synergy(base):
    assert interaction(base.placebo()) == pytest.approx(0, abs=1e-9)
