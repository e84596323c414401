"""Media that are off or inert: what happens still, and what no longer follows from it."""

import numpy as np
import pytest

import omnisim as om
from omnisim.config.exposures import MEDIA as ALL_MEDIA
from omnisim.policies import Blanket, NoContact
from omnisim.schema import Channel, Event, Line
from tests.reference.worlds import of, small

MEDIA = {"email": Channel.EMAIL, "search": Channel.SEARCH, "display": Channel.DISPLAY}


def run(**fields):
    return om.simulate(small({"media.display_per_week": 1.0, "media.p_paid_search": 0.5,
                              "messages.p_open": 0.5, "messages.p_click": 0.5} | fields),
                       seed=3)  # fmt: skip


def contacts(result, medium):
    return of(result.events, "channel") == MEDIA[medium]


@pytest.mark.parametrize("medium", MEDIA)
def test_a_medium_that_is_off_leaves_no_trace(medium):
    result = run(**{"exposures.off": (medium,)})
    assert contacts(run(), medium).any()
    assert not contacts(result, medium).any()
    assert not (of(result.postings, "channel") == MEDIA[medium]).any()


@pytest.mark.parametrize("medium", MEDIA)
def test_an_inert_medium_still_runs_and_costs(medium):
    result = run(**{"exposures.inert": (medium,)})
    assert contacts(result, medium).any()
    assert (of(result.postings, "channel") == MEDIA[medium]).any()


def test_inert_display_is_shown_to_the_same_people_at_the_same_time():
    active, inert = run(), run(**{"exposures.inert": ("display",)})
    for name in ("time", "shopper", "cost"):
        shown = [of(r.events, name)[contacts(r, "display")] for r in (active, inert)]
        np.testing.assert_array_equal(*shown)
    assert (active.final["goodwill"] != inert.final["goodwill"]).any()


def test_all_inert_media_leave_nothing():
    quiet = {"stores.visit_goodwill": 0.0, "experience.engagement": 0.0}
    result = run(**{"exposures.inert": ALL_MEDIA} | quiet)
    assert (result.final["goodwill"] == 0).all()
    assert (result.final["engagement"] == 0).all()


WRITING = {
    "capabilities": om.Capabilities.integrated(), "market.n_shoppers": 60,
    "segments.busy.p_app": 1.0, "segments.busy.p_loyalty": 1.0, "push.p_open": 0.5,
    "push.passes_per_week": 7.0, "direct_mail.p_open": 0.9, "direct_mail.p_click": 0.5,
} | {f"surfaces.{name}_every_days": 0 for name in ("online", "store", "reward")}  # fmt: skip
"""A firm that can write to everybody in every way, and does nothing else as a policy decides."""


def bought(policy, **fields):
    result = om.simulate(small(WRITING | {"messages.p_open": 0.5} | fields), policy=policy, seed=3)
    sent = (of(result.events, "event") == Event.MESSAGE).sum()
    rows = of(result.events, "event") == Event.PURCHASE
    return sent, [of(result.events, name)[rows].tolist() for name in ("time", "shopper", "value")]


@pytest.fixture(scope="module")
def nobody():
    inert = {"exposures.inert": ALL_MEDIA}
    return {"inert": bought(NoContact(), **inert), "active": bought(NoContact())}


@pytest.mark.parametrize(
    "action",
    ["email:popular", "email:offer20", "email:referral", "push:profile", "push:offer20",
     "mail:profile"],
)  # fmt: skip
def test_what_is_written_in_inert_media_sells_nothing(action, nobody):
    """Thanks, letters, coupons, calls near a store: all purchases are as if nobody wrote."""
    sent, sales = bought(Blanket(action), **{"exposures.inert": ALL_MEDIA})
    assert nobody["inert"][0] == 0 < sent
    assert sales == nobody["inert"][1]
    if action != "email:referral":  # goes to few
        assert bought(Blanket(action))[1] != nobody["active"][1]


@pytest.mark.parametrize("inert", [True, False])
def test_what_an_inert_site_shows_first_helps_nobody(inert):
    world = {"surfaces.online_every_days": 1, "surfaces.shown_help": 1.0, "choice.risk": 4.0,
             "exposures.inert": ("website", "app") if inert else ()}  # fmt: skip
    shown, plain = (bought(policy, **world) for policy in (Blanket("show:profile"), NoContact()))
    assert (shown == plain) == inert


@pytest.mark.parametrize("inert", [True, False])
def test_nobody_believes_the_stock_that_an_inert_site_shows(inert):
    """No phone looks it up either, and a pick-up that takes six weeks tempts nobody."""
    world = WRITING | {
        "choice.p_phone_check": 0.0, "fulfilment.pick_hours": 1000.0,
        "choice.delivery_per_day": 5.0, "fulfilment.delivery_days": 0.0,
    }  # fmt: skip
    sold = []
    for shown in (0.0, 1.0):
        changes = world | {"primitives.stock_shown": (shown,) * 3}
        changes["exposures.inert"] = ("website", "app") if inert else ()
        sold.append(bought(NoContact(), **changes)[1])
    assert (sold[0] == sold[1]) == inert


def test_inert_search_sells_exactly_as_no_search_at_all():
    """Paid search only adds goodwill to a search that takes place anyway."""
    sales = []
    for how in ("off", "inert"):
        result = run(**{f"exposures.{how}": ("search",)})
        rows = of(result.events, "event") == Event.PURCHASE
        sales.append([of(result.events, name)[rows] for name in ("time", "shopper", "value")])
    np.testing.assert_array_equal(*sales)


def test_a_medium_that_does_not_exist_is_refused():
    with pytest.raises(om.exceptions.ConfigError, match="Did you mean 'email'"):
        small({"exposures.off": ("emial",)})


HELPING = {
    "capabilities": om.Capabilities.integrated(), "primitives.screens_used": (0.0, 0.5, 1.0),
    "primitives.item_noticed": (0.0, 0.5, 0.5), "primitives.bot_first": (0.0, 0.5, 0.6),
    "service_desk.p_question": 0.6, "service_desk.p_self_service": 0.0, "voice.p_read": 0.8,
    "voice.p_review": 0.5, "channels.store.risk_resolved": 0.2, "in_store.screen_resolves": 0.5,
    "service_desk.further_contacts": 0.0, "market.n_shoppers": 80,
}  # fmt: skip
"""A firm in which shoppers meet all that informs or helps, and not all is known without."""

MET = {
    "contact_centre": (Channel.CONTACT_CENTRE, Event.CONTACT),
    "chatbot": (Channel.CHATBOT, Event.CONTACT),
    "screen": (Channel.SCREEN, Event.ADVISED),
    "reader": (Channel.READER, Event.ADVISED),
    "reviews": (Channel.REVIEWS, Event.VISIT),
    "staff": (Channel.STAFF, Event.ADVISED),
}


def met(result, name):
    channel, event = MET[name]
    return (of(result.events, "channel") == channel) & (of(result.events, "event") == event)


@pytest.fixture(scope="module")
def helped():
    return run(**HELPING)


@pytest.mark.parametrize("name", MET)
def test_a_touchpoint_that_is_off_is_not_met(name, helped):
    result = run(**HELPING, **{"exposures.off": (name,)})
    assert met(helped, name).any()
    assert not met(result, name).any()
    service = of(result.postings, "line") == Line.SERVICE
    assert not (of(result.postings, "channel")[service] == MET[name][0]).any()


@pytest.mark.parametrize("name", MET)
def test_an_inert_touchpoint_is_met_but_moves_otherwise(name, helped):
    """It runs as ever up to the first whom it would have moved; then the worlds part."""
    result = run(**HELPING, **{"exposures.inert": (name,)})
    assert met(result, name).any()
    first = [of(r.events, "time")[met(r, name)][0] for r in (helped, result)]
    assert first[0] == first[1]
    assert of(helped.events, "event").tobytes() != of(result.events, "event").tobytes()


@pytest.mark.parametrize("name", ["reviews", "screen", "reader", "chatbot"])
def test_inert_touchpoints_are_felt_as_none_at_all(name):
    """Of what informs nothing is learnt, so that shoppers buy as where it is off."""
    changes = HELPING | {"surfaces.store_every_days": 0, "primitives.screens_used": (0.0, 0.0, 0.0)}
    if name == "screen":
        changes |= {"primitives.screens_used": (0.0, 0.5, 1.0)}
    if name == "chatbot":
        changes |= {"service_desk.agents": 1000, "service_desk.bot_minutes": 0.0}
    kept = []
    for way in ("off", "inert"):
        result = run(**changes, **{f"exposures.{way}": (name,)})
        rows = of(result.events, "event") == Event.PURCHASE
        kept.append([of(result.events, c)[rows] for c in ("shopper", "journey", "value")])
    for column, other in zip(*kept, strict=True):
        np.testing.assert_array_equal(column, other)
