"""Rows of S0 of the inventory acting: personalisation across offline and online."""

import numpy as np
import pandas as pd
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.experiment import trials
from omnisim.experiment.attributed import observed_log, observed_rows
from omnisim.policies import Blanket, NoContact
from omnisim.schema import Channel, Event, Identity, Trigger
from omnisim.simulation import _media, messages, simulate
from omnisim.simulation.firm.knowledge import ONLINE_TEAM, STORE_TEAM
from tests.reference.inventory import ONLINE, PEOPLE, count, likeness, needs_with
from tests.reference.worlds import finished_world, new_world, of, small

BEST_SELLER = 0
REFERENCE = {"market.burn_in_days": 0, "market.horizon_days": 120, "market.n_shoppers": 1500}
SEGMENTS = tuple(Scenario().segments)


@pytest.fixture(scope="module")
def siloed():
    return simulate(small(PEOPLE), seed=1)


def test_the_siloed_firm_personalises_messages_and_hardly_the_store(siloed):
    """S0-01: half of the e-mails show what the profile says, one store visit in five is met so."""
    events = siloed.events.to_pandas()
    mails = events[(events["event"] == Event.MESSAGE) & (events["channel"] == Channel.EMAIL)]
    assert (mails["item"] != BEST_SELLER).mean() > 0.5
    advised = count(siloed, Event.ADVISED)
    assert advised < 0.2 * count(siloed, Event.VISIT, Channel.STORE)
    assert count(siloed, Event.COUPON_SHOWN) == count(siloed, Event.NEAR) == 0


def store_share(changes):
    run = simulate(Scenario().replace(REFERENCE | changes), seed=1)
    in_store = of(run.orders, "channel") == Channel.STORE
    value = of(run.orders, "value")
    return value[in_store].sum() / value.sum()


@pytest.fixture(scope="module")
def reference_share():
    return store_share({})


def test_more_than_four_fifths_are_sold_in_stores_and_less_where_they_are_far(reference_share):
    """S0-03: no parameter is a share of sales."""
    far = store_share({f"segments.{name}.distance_km": 30.0 for name in SEGMENTS})
    assert far < reference_share - 0.01
    assert 0.8 < reference_share < 0.9


def test_stores_live_on_in_the_integrated_firm_most_where_goods_need_to_be_touched(reference_share):
    """S3-17: with every capability, stores still sell most; less so where nothing is in doubt."""
    firm = {"capabilities": Capabilities.integrated()}
    sure, integrated, doubtful = (
        store_share(firm | {"choice.risk": risk}) for risk in (0.0, 0.8, 2.5)
    )
    assert integrated > 0.75
    assert sure < integrated < doubtful
    assert abs(integrated - reference_share) < 0.1


def test_every_online_event_of_those_who_consent_is_seen_and_is_somebodys(siloed):
    """S0-06: at TL1, by cookie or account; of the others only what an account shows."""
    events = siloed.counted_events.to_pandas()
    kinds = (Event.VISIT, Event.CART, Event.CART_ABANDONED, Event.PURCHASE)
    online = events["channel"].isin(ONLINE) & events["event"].isin(kinds)
    consents = siloed.population.tracking_consent[events["shopper"]] == 1
    visitor = pd.Series(
        of(observed_log(siloed, "TL1"), "visitor"), index=observed_rows(siloed, "TL1")
    )
    assert (online & consents).sum() > 100
    assert (visitor.reindex(np.flatnonzero(online & consents)) >= 0).all()
    assert 0 < (visitor.reindex(np.flatnonzero(online & ~consents)) >= 0).mean() < 0.6
    assert not visitor.index.isin(np.flatnonzero(events["channel"] == Channel.STORE)).any()


def test_profiles_in_the_store_are_as_good_as_the_till_tells_who_buys():
    """S0-07: the fewer cards are shown, the less the same engine knows of tastes."""
    base = {"stock.n_items": 40, "segments.busy.p_loyalty": 1.0,
            "capabilities.personalisation_engine": 1}  # fmt: skip
    known = [
        likeness(
            finished_world(small(PEOPLE | base, primitives__card_shown=(shown,) * 3), seed=1),
            STORE_TEAM,
        )
        for shown in (0.0, 0.3, 0.9)
    ]
    assert known[0] == 0
    assert 0.05 < known[1] < known[2] - 0.05


def conversion(run, *channels):
    """Return purchases of a need per visit for one."""
    events = run.events.to_pandas()
    here = events[(events["journey"] >= 0) & events["channel"].isin(channels)]
    return (here["event"] == Event.PURCHASE).sum() / (here["event"] == Event.VISIT).sum()


def test_interest_is_followed_up_online_and_not_in_the_store_without_digital_aids():
    """S0-08: a cart left behind is recalled, a visit that ends without purchase is not."""
    aids = {"choice.risk": 3.0, "segments.busy.p_app": 0.8, "in_store.screen_resolves": 1.0,
            "in_store.p_coupon_noticed": 1.0, "in_store.coupon_depth": 0.2}  # fmt: skip
    without, with_ = (
        simulate(small(PEOPLE | aids, capabilities__in_store_digital=level), seed=1)
        for level in (0, 2)
    )
    recalled = of(without.decisions, "team")[
        of(without.decisions, "trigger") == Trigger.CART_ABANDONED
    ]
    assert len(recalled)
    assert (recalled != STORE_TEAM).all()
    assert count(without, Event.COUPON_SHOWN) == count(without, Event.ADVISED, Channel.READER) == 0
    lift = {c: conversion(with_, c) - conversion(without, c) for c in (Channel.STORE, *ONLINE)}
    assert lift[Channel.STORE] > 0.01
    assert lift[Channel.STORE] > max(lift[c] for c in ONLINE)


TARGETED = PEOPLE | {
    "messages.p_open": 0.8, "messages.goodwill": 3.0, "media.broadcast_goodwill": 3.0,
    "media.display_goodwill": 3.0, "messages.relevance_base": 0.2, "messages.relevance_taste": 1.2,
    "segments.busy.p_account": 1.0, "segments.busy.p_email_consent": 1.0, "stock.n_items": 40,
    "segments.busy.p_tracking_consent": 1.0, "segments.busy.privacy_mean": 0.05,
    "primitives.third_party_accuracy": (1.0, 1.0, 1.0), "media.broadcast_contacts": 0.0,
    "surfaces.online_every_days": 0, "surfaces.store_every_days": 0,
    "surfaces.reward_every_days": 0, "governance.managers_decide": False,
}  # fmt: skip
"""Profiles are good, and a contact of relevance 1 leaves as much in every medium."""


def goodwill_left(contact, level="TL2"):
    """Return the goodwill that one contact leaves with each of 1,000 alike in all but taste."""
    alike = {f"heterogeneity.{name}": 0.0 for name in ("response", "relevance", "fatigue")}
    daily = {"media.broadcast_contacts": 7.0, "media.display_per_week": 7.0}
    plain = {"messages.relevance_on_response": 0.0, "messages.creep": 0.0,
             "messages.owed_personal": 0.0, "market.n_shoppers": 1000,
             "messages.relevance_base": 0.5, "messages.relevance_taste": 0.5}  # fmt: skip
    fields = TARGETED | alike | daily | plain | {"records.tracking_level": level}
    world = new_world(small(fields), seed=1)
    n = contact(world)
    assert n == world.n_shoppers == 1000
    return world.columns["goodwill"].copy()


def television(world):
    return _media.broadcast(world.state, 0)


def display(world):
    return _media.show_display(world.state, 0, np.zeros(0, np.uint8))


def e_mail(world):
    """Write to everybody, of what the firm's profile of each says; return how many."""
    world.policy = Blanket("email:profile")
    everybody = np.arange(world.n_shoppers, dtype=np.int32)
    count, *_ = messages._deliver(world, ONLINE_TEAM, everybody, 0.0, Trigger.CAMPAIGN)
    return count.sum()


def test_a_thousand_personal_e_mails_add_more_than_a_thousand_contacts_by_television():
    """S0-11: goodwill, then incremental orders, per 1,000 contacts by medium.

    Television, print and display leave the same with everybody, whatever the firm knows. An e-mail
    leaves by profile what its relevance is, and without profiles no more than they do.
    """
    for advertisement in (television, display):
        for level in ("TL0", "TL2"):
            assert goodwill_left(advertisement, level) == pytest.approx(3.0 * 0.5)
    unknown, known = (goodwill_left(e_mail, level) for level in ("TL0", "TL2"))
    assert np.unique(known.round(6)).size > 100
    assert unknown.sum() < 1000 * 3.0 * 0.5 < 0.8 * known.sum()

    nobody = simulate(small(TARGETED), policy=NoContact(), seed=1)
    on_air = {"media.broadcast_contacts": 2.0}
    ways = {
        "television": (on_air, NoContact(), (Event.IMPRESSION, Channel.BROADCAST)),
        "generic": ({}, Blanket("email:popular"), (Event.MESSAGE, Channel.EMAIL)),
        "personal": ({}, Blanket("email:profile"), (Event.MESSAGE, Channel.EMAIL)),
    }
    found = {}
    for name, (changes, policy, contact) in ways.items():
        run = simulate(small(TARGETED | changes), policy=policy, seed=1)
        more = run.orders.num_rows - nobody.orders.num_rows
        found[name] = 1000 * more / count(run, *contact)
    assert found["personal"] > 1.5 * max(found["television"], found["generic"])
    assert found["television"] > 0


def test_the_map_of_touchpoints_is_the_fuller_the_more_is_tracked(siloed):
    """S0-19: share of the true touchpoints that the firm can place, by tracking level."""
    events = siloed.counted_events.to_pandas()
    kinds = (Event.IMPRESSION, Event.MESSAGE, Event.OPEN, Event.CLICK, Event.VISIT,
             Event.PURCHASE, Event.CONTACT, Event.DELIVERY, Event.RETURN)  # fmt: skip
    true = np.flatnonzero(events["event"].isin(kinds))
    none, digital, all_ = (
        np.isin(true, observed_rows(siloed, level)).mean() for level in ("TL0", "TL1", "TL2")
    )
    assert none == 0 < digital < all_ < 0.9  # visits to the store are nobody's
    phases = [(Event.VISIT, Event.CLICK), (Event.PURCHASE,), (Event.DELIVERY, Event.CONTACT)]
    for phase in phases:
        rows = np.flatnonzero(events["event"].isin(phase))
        assert np.isin(rows, observed_rows(siloed, "TL2")).any()


def test_a_card_makes_a_record_a_record_a_message_and_messages_repeat_purchases():
    """S0-23: the chain from the till to the next purchase, by the share of cards shown."""
    fields = PEOPLE | {
        "segments.busy.p_loyalty": 1.0, "segments.busy.p_email_consent": 1.0,
        "messages.p_open": 0.8, "messages.cap_per_week": 7,
        "primitives.trigger_days": (1.0, 1.0, 1.0),
    }  # fmt: skip
    runs = [
        simulate(small(fields, primitives__card_shown=(shown,) * 3), seed=1) for shown in (0.0, 1.0)
    ]
    cards, thanks, repeats = [], [], []
    for run in runs:
        rows = run.decisions.to_pandas()
        sent = (rows["trigger"] == Trigger.AFTER_PURCHASE) & (rows["action"] > 0)
        thanks.append(int((sent & (rows["team"] == STORE_TEAM)).sum()))
        cards.append(int((of(run.orders, "identity") == Identity.CARD).sum()))
        repeats.append(run.orders.num_rows)
    assert cards[0] == thanks[0] == 0
    assert 0.5 * cards[1] < thanks[1] <= cards[1]
    assert repeats[1] > 1.05 * repeats[0]


def test_each_means_is_met_in_its_phase_and_only_while_the_firm_has_it():
    """S0-24: calls near the store, screens and coupons inside, thanks after the sale."""
    people = {"segments.busy.p_app": 1.0, "segments.busy.p_location_consent": 1.0,
              "segments.busy.p_push_consent": 1.0, "segments.busy.distance_km": 1.0}  # fmt: skip
    firm = {"geofence": 2, "in_store_digital": 2}
    kinds = {"geofence": Event.NEAR, "in_store_digital": Event.COUPON_SHOWN}
    for without in ("", *firm):
        levels = Capabilities(**{name: level for name, level in firm.items() if name != without})
        run = simulate(small(PEOPLE | people, capabilities=levels), seed=1)
        for name, kind in kinds.items():
            assert (count(run, kind) > 0) == (name != without)
        inside = needs_with(run, Event.COUPON_SHOWN)
        assert inside <= needs_with(run, Event.VISIT)
        rows = run.decisions.to_pandas()
        thanked = set(rows.loc[rows["trigger"] == Trigger.AFTER_PURCHASE, "shopper"])
        assert thanked <= set(of(run.orders, "shopper").tolist())
        assert thanked


def test_an_estimate_of_the_firm_stands_beside_the_truth():
    """S0-25: a trial of e-mail that does sell, read by what the firm sees; four standard errors."""
    fields = {"market.n_shoppers": 300, "segments.busy.p_account": 0.9,
              "messages.goodwill": 6.0, "messages.p_open": 0.9}  # fmt: skip
    found = trials.randomised_trial(small(fields), seed=1)
    assert found.truth > 0
    assert found.truth_seen != found.truth  # cards that are not shown hide some of it
    error = found.estimate.value - found.truth_seen
    assert 0 < abs(error) < 4 * found.estimate.standard_error
