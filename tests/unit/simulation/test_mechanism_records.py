"""Firms that keep no addresses, or no purchases, of their customers (S1-23); content (S1-32)."""

import numpy as np
import pytest

from omnisim.config.preset import preset_changes
from omnisim.policies import Blanket, NoContact
from omnisim.schema import Channel, Event
from omnisim.simulation import simulate
from tests.reference.worlds import assert_same_bytes, finished_world, of, small

PEOPLE = {"market.n_shoppers": 150, "segments.busy.p_loyalty": 1.0, "segments.busy.p_app": 1.0}


def firm(changes=None):
    return small(PEOPLE | dict(changes or {}))


def messages(run):
    """Return how many messages each channel carried."""
    sent = of(run.events, "event") == Event.MESSAGE
    return np.bincount(of(run.events, "channel")[sent], minlength=len(Channel))


@pytest.mark.parametrize("keeps", [True, False])
def test_without_addresses_only_the_app_writes(keeps):
    changes = {"records.keeps_addresses": keeps}
    mailed, posted, pushed = (
        messages(simulate(firm(changes), policy=Blanket(action), seed=1))
        for action in ("email:profile", "mail:profile", "push:profile")
    )
    assert (mailed[Channel.EMAIL] > 0) == keeps
    assert (posted[Channel.DIRECT_MAIL] > 0) == keeps
    assert pushed[Channel.PUSH] > 0


@pytest.mark.parametrize("keeps", [True, False])
def test_without_a_history_records_hold_no_purchase_and_no_taste(keeps):
    columns = finished_world(firm({"records.keeps_purchases": keeps}), seed=1).columns
    for name in ("record_count", "record_value", "record_weight", "record_profile"):
        assert columns[name].any() == keeps, name


def test_without_a_history_nobody_is_known_as_a_recent_buyer_but_all_can_be_written_to():
    changes = {"records.keeps_purchases": False}
    assert not messages(simulate(firm(changes), seed=1)).any()
    assert messages(simulate(firm(changes), policy=Blanket("email:popular"), seed=1)).any()


def test_what_is_kept_moves_nothing_but_what_is_sent():
    """No sale depends on it: who is never written to buys the same."""
    runs = [
        simulate(firm({f"records.keeps_{what}": False}), policy=NoContact(), seed=1)
        for what in ("addresses", "purchases")
    ]
    assert_same_bytes(*runs)
    assert_same_bytes(runs[0], simulate(firm(), policy=NoContact(), seed=1))


def test_content_that_fits_heads_the_site_of_a_firm_that_personalises_it():
    preset = preset_changes("firms/content_personalised")
    shown = {}
    for every in (0, 7):
        scenario = firm(preset | {"surfaces.online_every_days": every})
        columns = finished_world(scenario, seed=1).columns
        shown[every] = columns["record_shown"][:, 0] >= 0
    assert not shown[0].any()
    bought = columns["record_count"] > 0
    assert shown[7][bought].mean() > 0.5
    assert not shown[7][~bought].any()
