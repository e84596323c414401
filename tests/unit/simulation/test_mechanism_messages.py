"""K3, K5, K14, offers and surfaces: each moves its primitive, and nothing else by itself."""

import numpy as np
import pytest

from omnisim.experiment.attributed import observed_log
from omnisim.observation import LEVELS
from omnisim.policies import Blanket, NoContact
from omnisim.schema import Channel, Event, Line
from omnisim.simulation import simulate
from omnisim.simulation.decisions import taste_of
from omnisim.simulation.firm.knowledge import ONLINE_TEAM
from tests.reference.inventory import likeness as likeness_in_rows
from tests.reference.worlds import assert_same_bytes, finished_world, of, small

APPS = {
    "segments.busy.p_app": 1.0,
    "segments.busy.p_push_consent": 1.0,
    "segments.busy.p_location_consent": 1.0,
    "segments.busy.distance_km": 1.0,
    "market.n_shoppers": 150,
}
K1 = {"capabilities.single_customer_view": 2}


def count(run, event, channel=None):
    chosen = of(run.events, "event") == event
    if channel is not None:
        chosen &= of(run.events, "channel") == channel
    return int(chosen.sum())


def likeness(world):
    """Return the cosine of estimated and true taste, over the online records that hold a sale."""
    rows = np.flatnonzero(world.columns["record_count"][: world.n_shoppers] > 0).astype(np.int32)
    guess = taste_of(world, rows)
    guess /= np.linalg.norm(guess, axis=1, keepdims=True) + 1e-12
    return float((guess * world.columns["taste"][rows]).sum(axis=1).mean())


def assert_balanced(run):
    assert run.ledger().sum() * 100 == pytest.approx(of(run.counted_postings, "cents").sum())


def test_personalisation_engine_knows_tastes_better(seed):
    fields = K1 | {"market.n_shoppers": 300, "stock.n_items": 40}
    plain = likeness(finished_world(small(fields), seed=seed))
    engine = small(fields | {"capabilities.personalisation_engine": 2})
    assert likeness(finished_world(engine, seed=seed)) > plain + 0.03


def test_personalisation_engine_alone_sells_nothing():
    """Without messages and surfaces, better profiles reach nobody."""
    base = small(K1)
    engine = small(K1 | {"capabilities.personalisation_engine": 2,
                         "costs.third_party_per_year": 0.0})  # fmt: skip
    runs = [simulate(scenario, policy=NoContact(), seed=2) for scenario in (base, engine)]
    for name in ("time", "shopper", "event", "value"):
        assert (of(runs[0].events, name) == of(runs[1].events, name)).all()


def test_bought_data_tell_tastes_by_their_accuracy_and_cost_money_on_their_own_line():
    """S1-17: the better the data bought, the more is known; all that is known costs the same."""
    told = [
        likeness_in_rows(finished_world(small(K1 | {
            "market.n_shoppers": 300, "market.horizon_days": 14, "stock.n_items": 40,
            "primitives.third_party_accuracy": (accuracy,) * 3,
        }), seed=2), ONLINE_TEAM)
        for accuracy in (0.0, 0.3, 1.0)
    ]  # fmt: skip
    assert told[1] > told[0] + 0.1
    assert told[2] > told[1] + 0.2

    engine = small(K1 | {"capabilities.personalisation_engine": 2, "sign_ups.cookies": 0.0})
    run = simulate(engine, policy=NoContact(), seed=2)
    days, per_year = engine.market.horizon_days, engine.costs.third_party_per_year
    known = run.population.tracking_consent.sum()
    # each day is rounded to whole cents
    expected = days * round(100 * known * per_year / 365) / 100
    assert run.ledger()["tracking"] == pytest.approx(-expected)
    assert_balanced(run)


def test_geofence_calls_those_near_into_the_store():
    apps = APPS | {"channels.cart_friction": -50.0}  # no cart to be recalled by push
    base, fence = small(apps), small(apps | {"capabilities.geofence": 2, "push.p_open": 0.9})
    without, with_it = simulate(base, seed=3), simulate(fence, seed=3)
    assert count(without, Event.NEAR) == count(without, Event.MESSAGE, Channel.PUSH) == 0
    assert count(with_it, Event.NEAR) > 50
    assert count(with_it, Event.OPEN, Channel.PUSH) > 10
    assert count(with_it, Event.VISIT, Channel.STORE) > count(without, Event.VISIT, Channel.STORE)
    assert_balanced(with_it)


def test_geofence_notices_only_those_who_allow_it():
    deaf = small(APPS | {"capabilities.geofence": 2, "segments.busy.p_location_consent": 0.0})
    assert count(simulate(deaf, seed=3), Event.NEAR) == 0


def test_geofence_without_messages_moves_nobody():
    base, fence = small(APPS), small(APPS | {"capabilities.geofence": 2})
    runs = [simulate(scenario, policy=NoContact(), seed=3) for scenario in (base, fence)]
    stays = of(runs[1].events, "event") != Event.NEAR
    assert not stays.all()
    for name in ("time", "shopper", "event", "value"):
        assert (of(runs[0].events, name) == of(runs[1].events, name)[stays]).all()


def test_advocacy_nurturing_makes_promoters_speak_more_and_costs_rewards():
    fields = K1 | {"market.n_shoppers": 300, "market.horizon_days": 200,
                   "offers.promoter_purchases": 2, "messages.p_open": 0.9,
                   "word.p_heard": 0.0}  # fmt: skip
    base = small(fields)
    nurtured = small(fields | {"capabilities.advocacy_nurturing": 2,
                               "primitives.recommend_factor": (1.0, 2.0, 4.0)})  # fmt: skip
    without, with_it = simulate(base, seed=4), simulate(nurtured, seed=4)
    assert count(with_it, Event.WORD_POSITIVE) > 1.2 * count(without, Event.WORD_POSITIVE)
    rewards = -with_it.ledger()["rewards"] / nurtured.offers.referral_reward
    assert rewards == round(rewards)
    assert 0 < rewards <= count(with_it, Event.WORD_POSITIVE)
    assert without.ledger()["rewards"] == 0
    assert_balanced(with_it)


def test_coupons_act_at_the_next_purchase_and_are_booked():
    scenario = small(APPS | {"messages.p_open": 0.9})
    plain = simulate(scenario, policy=Blanket("email:profile"), seed=6)
    offers = simulate(scenario, policy=Blanket("email:offer20"), seed=6)
    assert count(plain, Event.COUPON) == 0
    used = of(offers.events, "event") == Event.COUPON
    assert used.sum() > 10
    taken_off = set(
        zip(*(of(offers.postings, c).tolist() for c in ("time", "shopper", "line", "cents")),
            strict=True)
    )  # fmt: skip
    coupons = zip(*(of(offers.events, c)[used].tolist() for c in ("time", "shopper", "cost")),
                  strict=True)  # fmt: skip
    for time, shopper, cost in coupons:
        assert (time, shopper, int(Line.PROMOTIONS), round(-100 * cost)) in taken_off
    assert_balanced(offers)


def test_site_and_app_that_show_what_fits_sell_more():
    fields = APPS | {"choice.risk": 4.0, "channels.store.is_open": False,
                     "surfaces.online_every_days": 1, "surfaces.shown_help": 1.0}  # fmt: skip
    runs = {
        action: simulate(small(fields), policy=Blanket(action), seed=7)
        for action in ("show:profile", "advise:profile")
    }
    online = {
        action: sum(count(run, Event.PURCHASE, c) for c in (Channel.WEBSITE, Channel.APP))
        for action, run in runs.items()
    }
    assert online["show:profile"] > online["advise:profile"]


def test_the_store_offers_what_fits_to_those_with_a_card():
    fields = {"surfaces.store_every_days": 1, "segments.busy.p_loyalty": 1.0,
              "primitives.card_shown": (1.0, 1.0, 1.0), "market.n_shoppers": 150,
              "stores.p_unplanned": 0.1, "surfaces.advice_weight": 5.0}  # fmt: skip
    advised = simulate(small(fields), policy=Blanket("advise:profile"), seed=8)
    without = simulate(small(fields), policy=NoContact(), seed=8)
    unplanned = [
        int(((of(run.events, "event") == Event.PURCHASE) & (of(run.events, "journey") < 0)).sum())
        for run in (advised, without)
    ]
    assert count(advised, Event.ADVISED, Channel.SCREEN) > 50
    assert count(without, Event.ADVISED) == 0
    assert unplanned[0] > unplanned[1]


def test_rewards_add_points_to_the_liability():
    fields = {"surfaces.reward_every_days": 7, "segments.busy.p_loyalty": 1.0,
              "surfaces.bonus": 3.0, "choice.price": 0.0, "costs.points_minimum": 1e4,
              "experience.points_on_churn": 0.0}  # fmt: skip
    runs = [
        simulate(small(fields), policy=p, seed=9) for p in (Blanket("reward:bonus"), NoContact())
    ]
    values = [of(run.orders, "value") for run in runs]
    assert (values[0] == values[1]).all()  # nobody cares for the price here
    assert runs[0].ledger()["points"] < 1.5 * runs[1].ledger()["points"] < 0


def test_social_posts_and_broadcast_are_paid_for_and_leave_goodwill():
    fields = {"media.social_per_week": 3.0, "media.broadcast_contacts": 2.0}
    off = {"media.social_per_week": 0.0, "media.broadcast_contacts": 0.0}
    loud, quiet = simulate(small(fields), seed=1), simulate(small(off), seed=1)
    shown = count(loud, Event.IMPRESSION, Channel.SOCIAL)
    assert shown > 0
    contacts = (of(loud.events, "channel") == Channel.BROADCAST) & (
        of(loud.events, "event") == Event.IMPRESSION
    )
    assert contacts.sum() == pytest.approx(2.0 * 40 * 60 / 7, rel=0.15)
    assert not of(loud.events, "identity")[contacts].any()  # nobody is identified
    for level in LEVELS:
        assert Channel.BROADCAST not in of(observed_log(loud, level), "channel")
    assert loud.ledger()["media"] < quiet.ledger()["media"]
    assert loud.final["goodwill"].mean() > quiet.final["goodwill"].mean()
    assert_balanced(loud)


def test_the_trial_phase_ends_for_a_share_of_the_buyers():
    world = finished_world(small({"market.n_shoppers": 200, "media.settling": 0.1}), seed=2)
    settled = world.columns["settled"] == 1
    bought = world.columns["habit"].sum(axis=1) > 0
    assert not (settled & ~bought).any()
    assert 0 < settled.sum() < bought.sum()


@pytest.mark.parametrize("medium", ["push", "mail"])
def test_media_reach_only_those_who_accept_them(medium):
    run = simulate(small(APPS | {"segments.busy.p_loyalty": 1.0}),
                   policy=Blanket(f"{medium}:profile"), seed=4)  # fmt: skip
    channel = Channel.PUSH if medium == "push" else Channel.DIRECT_MAIL
    sent = of(run.events, "event") == Event.MESSAGE
    assert sent.any()
    assert set(of(run.events, "channel")[sent].tolist()) == {int(channel)}
    consent = run.population.push_consent if medium == "push" else run.population.mail_consent
    assert consent[of(run.events, "shopper")[sent]].all()
    cost = -run.ledger()["messages"]
    unit = run.scenario.push.cost if medium == "push" else run.scenario.direct_mail.cost
    assert cost == pytest.approx(sent.sum() * unit, abs=0.005 * 60)  # whole cents a day


def test_placebo_is_equal_to_the_bit_with_the_new_capabilities():
    base = small(APPS).placebo()
    full = base.replace({
        "capabilities.single_customer_view": 2, "capabilities.personalisation_engine": 2,
        "capabilities.geofence": 2, "capabilities.advocacy_nurturing": 2,
    })  # fmt: skip
    assert_same_bytes(simulate(base, seed=11), simulate(full, seed=11))
