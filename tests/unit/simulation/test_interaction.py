"""What two capabilities do together is simulated: neither hard-wired nor always nothing."""

import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.experiment.measures import measure
from omnisim.simulation import simulate
from tests.reference.worlds import small

PERSONAL, LOYAL = "personalisation_engine", "unified_loyalty"
SCREENS, VIEWS = "in_store_digital", "interactive_fit"


def interaction(base, one, other):
    """Return what one capability adds with the other less what it adds without, before costs."""
    values = [
        measure(simulate(base.replace({"capabilities": Capabilities(**levels)}), seed=3))
        for levels in (
            {"single_customer_view": 2} | dict.fromkeys(names, 2)
            for names in ((one, other), (one,), (other,), ())
        )
    ]
    both, first, second, neither = (v["contribution", ""] for v in values)
    return (both - first) - (second - neither)


@pytest.fixture
def base():
    """Site and app show first what fits the profile; most have a card and the app."""
    return small({
        "segments.busy.p_loyalty": 0.8, "segments.busy.p_app": 0.8, "market.n_shoppers": 150,
        "surfaces.online_every_days": 7, "stock.store_share": 0.3, "stock.n_items": 40,
    })  # fmt: skip


def test_loyalty_and_personalisation_meet_in_the_same_shoppers(base):
    """S4-14: not of one sign in every world, but exactly nothing where nobody can have a card."""
    nobody = base.replace({"segments.busy.p_loyalty": 0.0, "sign_ups.card": 0.0})
    assert abs(interaction(base, PERSONAL, LOYAL)) > 0.01
    assert interaction(nobody, PERSONAL, LOYAL) == pytest.approx(0, abs=1e-9)


def test_without_what_they_move_they_have_no_synergy(base):
    assert interaction(base.placebo(), PERSONAL, LOYAL) == pytest.approx(0, abs=1e-9)


def test_channels_work_together_only_where_both_are_used(base):
    """Screens are in the store, interactive views on website and app."""
    base = base.replace({"segments.busy.digital_nativity": 0.9, "choice.risk": 3.0,
                         "primitives.fit_resolved": (0.0, 0.5, 1.0)})  # fmt: skip
    apart = base.without("store")
    assert abs(interaction(base, SCREENS, VIEWS)) > 0.01
    assert interaction(apart, SCREENS, VIEWS) == pytest.approx(0, abs=1e-9)
