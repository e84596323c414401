"""Searches that begin in a social network or with a call to the contact centre (equation 5)."""

import numpy as np
import omnisim.simulation._journey as kernel
import omnisim.simulation._outcome as outcome
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.experiment.attributed import observed_journeys, observed_log
from omnisim.experiment.channel_worlds import channel_game
from omnisim.experiment.flows import journey_flows
from omnisim.schema import OWN_CHANNELS, Channel, Event, Identity, Line
from omnisim.simulation import journey as module
from omnisim.simulation import simulate
from omnisim.simulation.information import resolved_by
from omnisim.simulation.trip import PHONE, SOCIAL, STORE, WEBSITE, Trip
from tests.reference.worlds import assert_same_bytes, new_world
from tests.reference.worlds import small as any_small

SHUT = {"channels.social.is_open": False, "channels.phone.is_open": False,
        "channels.social.to_store": 0.0, "channels.social.to_online": 0.0,
        "channels.phone.to_store": 0.0, "channels.phone.to_online": 0.0,
        "media.social_per_week": 0.0}  # fmt: skip
ON_SOCIAL = {"channels.social.is_open": True, "channels.social.search_intercept": 1.0}
BY_PHONE = {"channels.phone.is_open": True, "channels.phone.search_intercept": 1.0}
ALL_CALL = BY_PHONE | {"channels.phone.search_intercept": 50.0}
OTHER_REASONS = ("question", "late", "wrong_pickup", "defect", "return")
NO_OTHER_CONTACT = {f"service_desk.p_{reason}": 0.0 for reason in OTHER_REASONS}
BOTH = ON_SOCIAL | BY_PHONE | {"market.n_shoppers": 200}
NOON = 1.5


def small(changes=None, **fields):
    """Return a small firm in which no search begins elsewhere, unless `changes` open a place."""
    return any_small(SHUT | dict(changes or {}), **fields)


@pytest.fixture(scope="module")
def run():
    return simulate(small(BOTH), seed=5)


def rows(run, channel, event):
    log = run.events.to_pandas()
    return log[(log["channel"] == channel) & (log["event"] == event)]


def searches(world):
    """Let every shopper search once, and return where they do."""
    return np.array([kernel.search(world.state, i, 0, 0.0) for i in range(world.n_shoppers)])


def test_where_no_search_can_begin_nothing_moves(seed):
    fields = ("search_intercept", "to_store", "to_online")
    told = {f"channels.{place}.{field}": 3.0 for place in ("social", "phone") for field in fields}
    assert_same_bytes(simulate(small(told), seed=seed), simulate(small(), seed=seed))


@pytest.mark.parametrize(
    ("opened", "without"),
    [(ON_SOCIAL, {"exposures.off": ("social",)}), (BY_PHONE, {"service_desk.is_open": False})],
)
def test_no_search_begins_where_the_firm_is_not(opened, without, seed):
    runs = [simulate(small(changes), seed=seed) for changes in (opened | without, without)]
    assert_same_bytes(*runs)


def test_further_places_take_searches_from_all_others_by_one_draw():
    """They stand last among the alternatives: no shopper moves to a place before the old one."""
    size = {"market.n_shoppers": 400}
    before, after = (searches(new_world(small(size | k))) for k in ({}, ON_SOCIAL | BY_PHONE))
    assert set(before) == {0, 1, 2, 3}
    assert set(after) == {0, 1, 2, 3, SOCIAL, PHONE}
    assert (after >= before).all()
    assert len(set(before[after >= SOCIAL])) > 2


def test_those_who_like_online_search_socially_and_those_who_like_stores_call():
    world = new_world(small(BOTH, market__n_shoppers=2000))
    chosen, likes = searches(world), world.population.affinity
    assert likes[chosen == SOCIAL, WEBSITE].mean() > likes[:, WEBSITE].mean() + 0.1
    assert likes[chosen == PHONE, STORE].mean() > likes[:, STORE].mean() + 0.1


def test_habit_grows_by_searches_there_and_fades_by_purchases_elsewhere():
    world = new_world(small(ON_SOCIAL, channels__social__search_intercept=50.0))
    habit, kept = world.columns["habit"], 0.7
    habit[0, :3] = 1.0
    for need in range(3):
        assert kernel.search(world.state, 0, need, 0.0) == SOCIAL
    assert habit[0] == pytest.approx([1, 1, 1, 1 + kept * (1 + kept), 0])
    outcome.buy(world.state, 0, 0, 0, int(STORE), 1, False, 0.0)
    assert habit[0] == pytest.approx([1 + kept, kept, kept, kept * (1 + kept * (1 + kept)), 0])
    assert new_world(small()).columns["habit"].shape == (40, 3)


def test_a_habit_of_calling_brings_more_calls():
    worlds = [new_world(small(BOTH)) for _ in range(2)]
    worlds[1].columns["habit"][:, 4] = 3.0
    before, after = (searches(world) == PHONE for world in worlds)
    assert after[before].all()
    assert after.sum() > 1.2 * before.sum()


def test_social_searches_are_visits_by_cookie_from_which_all_channels_sell(run):
    visits = rows(run, Channel.SOCIAL, Event.VISIT)
    assert len(visits) > 200
    consents = run.population.tracking_consent[visits["shopper"]] > 0
    assert ((visits["identity"] == Identity.COOKIE) == consents).all()
    assert not rows(run, Channel.SOCIAL, Event.PURCHASE).size
    assert_all_sell_after(run, visits)


def assert_all_sell_after(run, begun):
    """Hold that needs that began so end in every sales channel, and at rivals."""
    log = run.events.to_pandas()
    ends = log[log["event"].isin([int(Event.PURCHASE), int(Event.RIVAL_PURCHASE)])]
    places = ends.merge(begun[["shopper", "journey"]], on=["shopper", "journey"])["channel"]
    assert {*map(int, OWN_CHANNELS), Channel.RIVAL_ONLINE, Channel.RIVAL_LOCAL} == set(places)


def test_posts_tell_something_of_the_fit_and_inert_ones_nothing():
    assert resolved_by(new_world(small(ON_SOCIAL)), SOCIAL) == 0.1
    assert resolved_by(new_world(small(BY_PHONE)), PHONE) == 0
    helps = ON_SOCIAL | {"channels.social.to_store": 1.0, "channels.social.to_online": 1.0}
    inert = simulate(small(helps | {"exposures.inert": ("social",)}), seed=2)
    plain = simulate(small(ON_SOCIAL | {"channels.social.risk_resolved": 0.0}), seed=2)
    assert_same_bytes(inert, plain)
    assert rows(inert, Channel.SOCIAL, Event.VISIT).size


@pytest.mark.parametrize(("name", "place"), [("social", SOCIAL), ("phone", PHONE)])
def test_a_search_there_can_help_buying_elsewhere(name, place):
    """More of those who began there go to the store, and nobody who began elsewhere moves."""
    found = {}
    for help_ in (0.0, 2.0):
        world = new_world(small(BOTH, **{f"channels__{name}__to_store": help_}))
        found[help_] = {
            searched: np.array([
                kernel.decide(world.state, i, 0, 0, searched, 0, False, False, 0.3, 1.0)
                for i in range(world.n_shoppers)
            ])
            for searched in (WEBSITE, place)
        }  # fmt: skip
    without, helped = found[0.0], found[2.0]
    assert (without[WEBSITE] == helped[WEBSITE]).all()
    assert (helped[place][without[place] == STORE] == STORE).all()
    assert (helped[place] == STORE).sum() > 1.2 * (without[place] == STORE).sum()


def test_calls_wait_in_the_queue_are_paid_for_and_lead_to_sales():
    busy = ALL_CALL | NO_OTHER_CONTACT | {"service_desk.service_minutes": 60.0}
    few, many = (
        simulate(small(busy, market__n_shoppers=300, service_desk__agents=n), seed=3)
        for n in (1, 50)
    )
    for run in (few, many):
        calls = rows(run, Channel.CONTACT_CENTRE, Event.CONTACT)
        answered = rows(run, Channel.CONTACT_CENTRE, Event.ANSWERED)
        assert len(calls) > 300
        assert not rows(run, Channel.WEBSITE, Event.CONTACT).size  # who calls reads no help pages
        assert answered["cost"].sum() == pytest.approx(8.01 * len(answered))
        books = run.postings.to_pandas()
        paid = books.loc[books["line"] == Line.SERVICE, "cents"].sum()
        assert paid == -801 * len(answered) < 0
        assert round(run.ledger().sum() * 100) == books["cents"].sum()
        assert_all_sell_after(run, calls)
    lost = [len(rows(run, Channel.CONTACT_CENTRE, Event.CONTACT_ABANDONED)) for run in (few, many)]
    assert lost[0] > 1.5 * lost[1]


@pytest.mark.parametrize(("p_solved", "resolved"), [(1.0, 0.5), (0.0, 0.0)])
def test_an_answer_informs_and_no_answer_does_not(p_solved, resolved):
    world = new_world(small(BY_PHONE, service_desk__p_solved=p_solved))
    trip = Trip(0, 0, 0, PHONE, resolved_by(world, PHONE))

    def call():
        yield world.env.timeout(NOON)
        yield from module._call(world, trip)

    world.env.process(call())
    world.env.run(until=3)
    assert trip.resolved == resolved
    assert (world.columns["satisfaction"][0] > 0) == (p_solved == 1)


def test_digital_tracking_sees_the_social_visit_and_not_the_call(run):
    tables = {level: observed_log(run, level).to_pandas() for level in ("TL1", "TL2")}
    truth = run.counted_events.to_pandas()
    for seen in tables.values():
        visits = seen[(seen["channel"] == Channel.SOCIAL) & (seen["event"] == Event.VISIT)]
        true = truth[(truth["channel"] == Channel.SOCIAL) & (truth["event"] == Event.VISIT)]
        assert ((visits["visitor"] >= 0).to_numpy() == (true["identity"] > 0).to_numpy()).all()
    assert not (tables["TL1"]["channel"] == Channel.CONTACT_CENTRE).any()
    calls = tables["TL2"][tables["TL2"]["channel"] == Channel.CONTACT_CENTRE]
    assert (calls["visitor"] >= 0).any()  # who has an account says who calls
    assert (calls["visitor"] < 0).any()
    touched = {}
    for level in tables:
        journeys = observed_journeys(run, level, 30.0)
        touched[level] = {journeys.channel_names[k] for k in np.unique(journeys.channel)}
    assert {"social", "contact_centre"} <= touched["TL2"]
    assert touched["TL1"] & {"social", "contact_centre"} == {"social"}


def test_callers_whom_the_chatbot_hands_over_with_context_need_not_repeat_themselves():
    levels = Capabilities(single_customer_view=2, always_open_service=2)
    changes = ALL_CALL | NO_OTHER_CONTACT | {"capabilities": levels, "market.n_shoppers": 150}
    silos = simulate(small(changes | {"capabilities": Capabilities.siloed()}), seed=6)
    assert not rows(silos, Channel.CHATBOT, Event.CONTACT).size
    told = {}
    for share in (0.0, 1.0):
        run = simulate(small(changes, primitives__context_passed=(0.0, 0.0, share)), seed=6)
        assert len(rows(run, Channel.CHATBOT, Event.ESCALATED)) > 50
        told[share] = rows(run, Channel.CONTACT_CENTRE, Event.ANSWERED)["cost"].mean()
    assert told[1.0] == pytest.approx(8.01)
    assert told[0.0] == pytest.approx(1.4 * 8.01)


def test_journeys_that_begin_so_are_in_the_flow(run):
    flows = journey_flows(run)
    assert {"social network", "telephone"} < set(flows["first"])
    log = run.counted_events.to_pandas()
    ended = log["event"].isin(
        [int(Event.PURCHASE), int(Event.RIVAL_PURCHASE), int(Event.NO_PURCHASE)]
    )
    needs = log.loc[(log["event"] == Event.NEED) & (log["item"] >= 0), ["shopper", "journey"]]
    over = log.loc[ended & (log["journey"] >= 0), ["shopper", "journey"]].drop_duplicates()
    assert round(flows["journeys"].sum() * run.shopper_years) == len(needs.merge(over))


def test_the_limit_with_one_channel_has_no_other_begin():
    one = small(BOTH).single_channel().channels
    assert not one.social.is_open
    assert not one.phone.is_open


def test_social_networks_count_as_a_medium_where_searches_begin_there():
    assert "social" not in channel_game(small()).players
    assert "social" in channel_game(small(ON_SOCIAL)).players
    assert "social" not in channel_game(small(ON_SOCIAL | {"exposures.off": ("social",)})).players
