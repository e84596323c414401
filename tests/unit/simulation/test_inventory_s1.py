"""Rows of S1 of the inventory acting: data, insight and execution of Italian firms."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.experiment.attributed import observed_log
from omnisim.experiment.calibration.one_run import figures_of
from omnisim.experiment.flows import crossing_share, journey_flows
from omnisim.policies import Blanket, NoContact, RecencyCampaign
from omnisim.schema import Channel, Event, Trigger
from omnisim.simulation import simulate
from omnisim.simulation.firm.knowledge import ONLINE_TEAM, STORE_TEAM
from tests.reference.inventory import PEOPLE, count, likeness, needs_with, profit
from tests.reference.worlds import finished_world, of, small

KNOWN = PEOPLE | {
    "segments.busy.p_account": 1.0, "segments.busy.p_email_consent": 1.0,
    "segments.busy.p_loyalty": 1.0, "channels.website.purchase_intercept": 1.0,
}  # fmt: skip
"""Everybody has an account and a card, and accepts e-mail."""
PERFECT = {"primitives.match_recall": (0.0, 0.5, 1.0), "primitives.false_merge": (0.0, 0.0, 0.0)}


@pytest.fixture(scope="module")
def siloed():
    return simulate(small(PEOPLE), seed=1)


def view(level):
    """Return the world of a firm that joins records perfectly at level 2."""
    return finished_world(small(KNOWN | PERFECT, capabilities__single_customer_view=level), seed=1)


@pytest.fixture(scope="module")
def apart():
    return view(0)


@pytest.fixture(scope="module")
def joined():
    return view(2)


def test_in_silos_who_buys_in_both_has_two_records_and_with_a_view_one(apart, joined):
    """S1-06: records that hold purchases, of those who bought with the card and online."""
    records = []
    for world in (apart, joined):
        rows = world.columns["record_of"]
        holds = world.columns["record_count"] > 0
        both = (apart.columns["record_count"][apart.columns["record_of"]] > 0).all(axis=1)
        assert both.sum() > 20
        records.append({len(set(pair)) for pair in rows[both].tolist() if holds[pair].all()})
    assert records == [{2}, {1}]


def test_the_join_rate_of_crm_and_till_is_the_recall_of_the_view():
    """S1-16: apart in silos; the share joined by level."""
    rates = []
    for level in (0, 1, 2):
        world = finished_world(
            small(market__n_shoppers=3000, market__horizon_days=1,
                  capabilities__single_customer_view=level), seed=1
        )  # fmt: skip
        record_of = world.columns["record_of"]
        rates.append((record_of[:, ONLINE_TEAM] == record_of[:, STORE_TEAM]).mean())
    assert rates[0] == 0
    assert rates[1:] == pytest.approx([0.4, 0.7], abs=0.04)


def test_one_container_holds_what_silos_divide(apart, joined):
    """S4-06: purchases filed of a person, in the fullest record, of all that were known."""
    full = []
    for world in (apart, joined):
        filed = world.columns["record_count"][world.columns["record_of"]].astype(float)
        log = world.state.log.columns()
        shopper, event, identity = (np.concatenate(log[k]) for k in (1, 4, 5))
        bought = (event == Event.PURCHASE) & (identity > 0)
        known = np.bincount(shopper[bought], minlength=world.n_shoppers)
        some = known > 0
        full.append((filed.max(axis=1)[some] == known[some]).mean())
    assert full[0] < 0.8
    assert full[1] == 1


def digital_share(nativity):
    nativities = {f"segments.{name}.digital_nativity": nativity for name in Scenario().segments}
    sizes = {"market.burn_in_days": 0, "market.horizon_days": 120, "market.n_shoppers": 1500}
    run = simulate(Scenario().replace(sizes | nativities), seed=1)
    return figures_of(run)["T-02", "buyers with a digital touch before a purchase"]


def test_six_in_ten_use_the_internet_on_the_way_where_people_are_as_digital_as_in_2017():
    """S1-07: the share of buyers with a digital touch follows digital nativity."""
    less, of_2017, more = (digital_share(nativity) for nativity in (0.2, 0.4, 0.7))
    assert less < of_2017 < more
    assert 0.5 < of_2017 < 0.7


def test_for_shoppers_it_is_one_choice_a_need_met_in_several_channels():
    """S1-08: journeys cross channels, and who finds one closed goes on in another."""
    open_, closed = (
        simulate(small(PEOPLE, channels__website__is_open=is_open), seed=1)
        for is_open in (True, False)
    )
    assert crossing_share(journey_flows(open_)) > 0.02
    others = (Channel.STORE, Channel.APP)
    assert count(closed, Event.PURCHASE, *others) > count(open_, Event.PURCHASE, *others)


def test_who_expects_coherence_is_disappointed_less_by_the_integrated_firm():
    """S1-09: mood by firm and by the norm of coherence."""
    mood = {
        (firm, norm): simulate(
            small(PEOPLE | {"experience.coherence_norm": norm}, capabilities=levels), seed=1
        ).final["satisfaction"].mean()
        for firm, levels in (("silo", Capabilities.siloed()), ("all", Capabilities.integrated()))
        for norm in (0.0, 0.2)
    }  # fmt: skip
    assert mood["silo", 0.2] < mood["silo", 0.0] - 0.03
    assert mood["all", 0.2] < mood["all", 0.0] - 0.03
    assert mood["silo", 0.2] < mood["all", 0.2] - 0.01


PHASES = {
    "communication": (Event.IMPRESSION, Event.MESSAGE, Event.OPEN, Event.CLICK),
    "sale": (Event.VISIT, Event.CART, Event.PURCHASE),
    "after the sale": (Event.DELIVERY, Event.RETURN, Event.CONTACT, Event.RESOLVED),
}
SOURCES = {
    "store": (Channel.STORE,), "site": (Channel.WEBSITE,), "app": (Channel.APP,),
    "call centre": (Channel.CONTACT_CENTRE,), "direct marketing": (Channel.EMAIL,),
    "advertising": (Channel.DISPLAY, Channel.SEARCH, Channel.SOCIAL),
}  # fmt: skip


def test_every_phase_gives_data_and_all_channels_more_than_digital_ones(siloed):
    """S1-14: rows by phase and tracking level."""
    rows = {level: of(observed_log(siloed, level), "event") for level in ("TL1", "TL2")}
    for kinds in PHASES.values():
        digital, all_ = (np.isin(rows[level], kinds).sum() for level in ("TL1", "TL2"))
        assert 0 < digital <= all_ <= np.isin(of(siloed.counted_events, "event"), kinds).sum()
    assert (rows["TL2"] == Event.PURCHASE).sum() > (rows["TL1"] == Event.PURCHASE).sum()


def test_every_touchpoint_gives_data_the_store_and_the_desk_to_who_tracks_all(siloed):
    """S1-15: rows by source and tracking level."""
    found = {
        level: {
            name: np.isin(of(observed_log(siloed, level), "channel"), codes).sum()
            for name, codes in SOURCES.items()
        }
        for level in ("TL1", "TL2")
    }
    assert all(found["TL2"].values())
    assert {name for name, n in found["TL1"].items() if not n} == {"store", "call centre"}


def test_content_that_is_looked_at_tells_tastes():
    """S1-20: the weight of looks and clicks alone, and nothing else of the engine."""
    firm = PEOPLE | {"stock.n_items": 40}
    known = [
        likeness(
            finished_world(small(firm, primitives__content_signals=(weight,) * 3), seed=1),
            ONLINE_TEAM,
        )
        for weight in (0.0, 0.4)
    ]
    assert known[1] > 1.4 * known[0] > 0


def test_a_cart_that_is_recalled_sooner_is_bought_more_often():
    """S1-22: conversion of carts left behind, by the days until the reminder."""
    fields = PEOPLE | {
        "segments.busy.p_account": 1.0, "segments.busy.p_app": 1.0, "push.p_click": 0.95,
        "segments.busy.p_push_consent": 1.0, "push.p_open": 0.95, "messages.cap_per_week": 7,
        "choice.mean_delay_days": 60.0, "market.need_open_days": 7.0,
        "channels.website.purchase_intercept": 2.0, "channels.app.purchase_intercept": 2.0,
    }  # fmt: skip
    rates = []
    for days in (0.5, 3.0, 12.0):
        run = simulate(small(fields, messages__own_trigger_days=days), seed=1)
        left, bought = (needs_with(run, kind) for kind in (Event.CART_ABANDONED, Event.PURCHASE))
        assert len(left) > 500
        rates.append(len(left & bought) / len(left))
    assert rates[0] > rates[2] + 0.02
    assert rates[1] > rates[2]


@pytest.fixture(scope="module")
def automated():
    """Runs of the firm without and with automation, both with one view of each person."""
    firm = KNOWN | PERFECT | {"messages.p_unsubscribe": 0.02, "primitives.card_shown": (1.0,) * 3}
    return [
        simulate(
            small(firm, capabilities=Capabilities(
                single_customer_view=2, coordinated_automation=level)), seed=1
        )
        for level in (0, 2)
    ]  # fmt: skip


def days_to_thanks(run):
    """Return the median days from a purchase in the store to the decision to thank for it."""
    rows = run.decisions.to_pandas()
    thanks = rows[(rows["trigger"] == Trigger.AFTER_PURCHASE) & (rows["team"] == STORE_TEAM)]
    events = run.events.to_pandas()
    bought = events[(events["event"] == Event.PURCHASE) & (events["channel"] == Channel.STORE)]
    times = bought.groupby("shopper")["time"].apply(np.array).to_dict()
    gaps = [t - times[s][times[s] < t].max() for s, t in zip(thanks["shopper"], thanks["time"],
            strict=True) if (times[s] < t).any()]  # fmt: skip
    return float(np.median(gaps))


def test_automation_thanks_sooner_and_presses_less(automated):
    """S1-29: latency and messages a person and week."""
    slow, fast = automated
    assert days_to_thanks(fast) < 1.5 < 3 < days_to_thanks(slow)
    assert count(fast, Event.MESSAGE) < 0.8 * count(slow, Event.MESSAGE)


def test_two_senders_exceed_the_cap_of_a_person_and_lose_more_readers(automated):
    """S1-30: messages a person and week, tiredness and opt-outs, apart and as one."""
    most = []
    for run in automated:
        events = run.events.to_pandas()
        sent = events[events["event"] == Event.MESSAGE]
        most.append(sent.groupby(["shopper", sent["time"] // 7]).size().max())
    cap = automated[0].scenario.messages.cap_per_week
    assert most == [2 * cap, cap]
    apart, joint = (count(run, Event.UNSUBSCRIBE) for run in automated)
    assert joint < 0.8 * apart
    assert automated[1].final["fatigue"].mean() < automated[0].final["fatigue"].mean()


REACHED = PEOPLE | {
    "segments.busy.p_app": 0.5, "segments.busy.p_push_consent": 0.8, "stock.n_items": 40,
    "segments.busy.p_account": 0.9, "segments.busy.p_email_consent": 0.8,
    "messages.p_open": 0.6, "messages.goodwill": 3.0, "governance.managers_decide": False,
    "capabilities.single_customer_view": 2, "capabilities.personalisation_engine": 2,
    "surfaces.online_every_days": 0, "surfaces.store_every_days": 0,
    "surfaces.reward_every_days": 0,
}  # fmt: skip
"""Messages are all the firm does, and not everybody can be reached by each medium."""


def test_who_is_written_to_when_and_how_earns_more_per_contact_than_all_alike():
    """S1-28: incremental profit per contact, by common random numbers against nobody.

    Recent buyers are written to when they bought, and reminded on the phone of a cart: by each
    medium only those who accept it.
    """
    campaign, blanket = "campaign", "blanket"
    policies = {campaign: RecencyCampaign(recent_days=14.0), blanket: Blanket("email:profile")}
    media = {Channel.EMAIL: "email_consent", Channel.PUSH: "push_consent",
             Channel.DIRECT_MAIL: "mail_consent"}  # fmt: skip
    per_contact = {campaign: [], blanket: []}
    for seed in (1, 2, 3):
        nobody = profit(simulate(small(REACHED), policy=NoContact(), seed=seed))
        for name, policy in policies.items():
            run = simulate(small(REACHED), policy=policy, seed=seed)
            contacts = count(run, Event.MESSAGE)
            per_contact[name].append((profit(run) - nobody) / contacts)
            used = {medium for medium in media if count(run, Event.MESSAGE, medium)}
            assert used == (set(media) if name == campaign else {Channel.EMAIL})
            if name == blanket:
                continue
            sent = of(run.events, "event") == Event.MESSAGE
            medium, shopper = (of(run.events, column)[sent] for column in ("channel", "shopper"))
            for channel, consent in media.items():
                accepts = getattr(run.population, consent) == 1
                assert accepts[shopper[medium == channel]].all()
            phones = run.population.push_consent == 1
            assert (~phones[shopper[medium == Channel.EMAIL]]).sum() > 100
            acted = run.decisions.to_pandas().query("action > 0")
            moments = {Trigger.CAMPAIGN, Trigger.CART_ABANDONED, Trigger.AFTER_PURCHASE}
            assert set(acted["trigger"]) >= moments
            reminders = acted[acted["trigger"] == Trigger.CART_ABANDONED]
            assert reminders["action"].nunique() > 1  # on the phone, or by e-mail
    assert min(per_contact[blanket]) > 0
    assert np.mean(per_contact[campaign]) > 1.4 * np.mean(per_contact[blanket])
