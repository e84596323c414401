"""Firms that keep no addresses, or no purchases, of their customers (S1-23); content (S1-32)."""

import json

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.preset import preset_changes
from omnisim.policies import Blanket, NoContact, RecencyCampaign
from omnisim.schema import Channel, Event, Line, Trigger
from omnisim.simulation import simulate
from tests.reference.worlds import assert_same_bytes, finished_world, of, small

INTEGRATED = {"capabilities": Capabilities.integrated()}
PERSONAL = ("n_purchases", "mean_value", "days_since_purchase", "days_since_first")
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
def test_without_addresses_staff_do_not_write_either(keeps):
    run = simulate(firm(INTEGRATED | {"records.keeps_addresses": keeps}), seed=1)
    assert (messages(run)[Channel.STAFF] > 0) == keeps


@pytest.mark.parametrize("level", ["TL0", "TL1", "TL2"])
def test_who_is_not_followed_is_neither_sensed_in_stores_nor_answered_on_the_phone(level):
    """Beacons (K2, K3) file at TL2 alone; a look at the phone (K13) is followed online."""
    changes = INTEGRATED | {"records.tracking_level": level}
    sensed, blind = (
        finished_world(firm(changes | {"primitives.visits_sensed": (0.0, 0.0, share)}), seed=1)
        for share in (1.0, 0.0)
    )
    weights = [world.columns["record_weight"].sum() for world in (sensed, blind)]
    assert (weights[0] > weights[1]) == (level == "TL2")
    answered = np.concatenate(sensed.state.log.columns()[4]) == Event.DEFENCE
    assert answered.any() == (level != "TL0")


@pytest.mark.parametrize("keeps", [True, False])
def test_without_a_history_records_hold_no_purchase_and_no_taste(keeps):
    columns = finished_world(firm({"records.keeps_purchases": keeps}), seed=1).columns
    for name in ("record_count", "record_value", "record_weight", "record_profile"):
        assert columns[name].any() == keeps, name


def test_without_a_history_no_recent_buyer_is_known_and_the_firm_writes_to_all():
    changes = {"records.keeps_purchases": False}
    assert not messages(simulate(firm(changes), policy=RecencyCampaign(), seed=1)).any()
    runs = [simulate(firm(changes), policy=policy, seed=1) for policy in (None, Blanket())]
    assert messages(runs[0]).any()
    assert_same_bytes(*runs)


LEVELS = ["TL0", "TL1", "TL2"]


@pytest.mark.parametrize("level", LEVELS)
def test_a_record_holds_what_happened_in_the_channels_that_the_firm_follows(level):
    scenario = firm(INTEGRATED | {"records.tracking_level": level})
    world = finished_world(scenario, seed=1)
    bought, n = world.columns["record_count"] > 0, world.n_shoppers
    teams = world.columns["record_teams"]
    assert ((teams & 1) > 0).any() == (level != "TL0")
    assert ((teams & 2) > 0).any() == (level == "TL2")
    assert bought[:n].any() == (level != "TL0")
    assert world.columns["record_weight"].any() == (level != "TL0")


def test_no_policy_is_told_one_person_from_another_where_nobody_is_followed():
    told = {}
    for level in LEVELS:
        run = simulate(
            firm(INTEGRATED | {"records.tracking_level": level}), policy=Blanket(), seed=1,
            decisions="features",
        )  # fmt: skip
        rows = run.decisions.to_pandas()
        told[level] = [list(names) for names in rows["features"]], rows["trigger"]
    names = json.loads(run.decisions.schema.metadata[b"features"])
    history = [k for k, name in enumerate(names) if name in PERSONAL or name.startswith("profile")]
    assert len(history) > len(PERSONAL)
    for level, (features, triggers) in told.items():
        personal = np.array(features)[:, history]
        assert (np.ptp(personal, axis=0) > 0).any() == (level != "TL0"), level
        assert (set(triggers) == {int(Trigger.CAMPAIGN)}) == (level == "TL0"), level


def test_a_till_that_is_not_followed_still_gives_points_and_triggers_no_thanks():
    runs = {
        level: simulate(firm(INTEGRATED | {"records.tracking_level": level}), seed=1)
        for level in ("TL1", "TL2")
    }
    after = {
        level: of(run.decisions, "trigger") == Trigger.AFTER_PURCHASE for level, run in runs.items()
    }
    assert 0 < after["TL1"].sum() < after["TL2"].sum()
    lines = of(runs["TL1"].postings, "line") == Line.POINTS
    in_store = of(runs["TL1"].postings, "channel") == Channel.STORE
    assert (lines & in_store).any()


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
