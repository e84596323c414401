"""S2-11: whom the firm knows by many purchases takes generic contact worse."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.policies import Blanket
from omnisim.schema import EVENTS, Channel, Event, Identity
from omnisim.simulation import _messages, simulate
from tests.reference.worlds import assert_same_bytes, finished_world, new_world, of, small

NOBODY_OWES, OWED = 0.0, 0.4


def relevance(owed, *, personal, weight=1.0):
    """Return how relevant a message surely opened is after 0, 1, 2 ... purchases by name."""
    world = new_world(small({"messages.owed_purchases": 3.0}))
    columns, n = world.columns, world.n_shoppers
    world.state.params = world.state.params | {
        "p_open": [1 - 1e-15] * 4, "relevance_on_response": 0.0, "relevance_taste": 0.0,
        "creep": 0.0, "owed_personal": owed,
    }  # fmt: skip
    columns["record_weight"][:] = weight
    columns["n_identified"][:] = np.arange(n)
    rows, none = np.arange(n, dtype=np.int32), np.zeros(n, np.int32)
    _messages.deliver_messages(
        world.state, rows, rows, none, np.ones(n), none, none, np.zeros(n),
        np.full(n, personal, np.uint8), 0, 0.0,
    )  # fmt: skip
    return columns["opened"][:, 0].copy()


def test_the_gap_between_personal_and_generic_grows_with_what_the_firm_was_told():
    personal, generic = (relevance(OWED, personal=flag) for flag in (1, 0))
    n = np.arange(len(personal))
    assert personal == pytest.approx(0.5)
    assert personal - generic == pytest.approx(OWED * n / (n + 3), rel=1e-12)


def test_what_is_meant_to_be_personal_is_generic_where_nothing_is_known():
    unknown = relevance(OWED, personal=1, weight=0.0)
    assert unknown == pytest.approx(relevance(OWED, personal=0), rel=1e-12)


def test_purchases_by_name_are_counted_and_no_others():
    world = finished_world(small(capabilities=Capabilities(offline_capture=1)))
    log = [np.concatenate(parts) for parts in world.state.log.columns()]
    at = dict(zip(EVENTS.names, log, strict=True))
    named = (at["event"] == Event.PURCHASE) & (at["identity"] != Identity.NONE)
    expected = np.bincount(at["shopper"][named], minlength=world.n_shoppers)
    assert world.columns["n_identified"].tolist() == expected.tolist()
    unnamed = (at["event"] == Event.PURCHASE) & (at["identity"] == Identity.NONE)
    assert named.any()
    assert unnamed.any()


def opened(policy, owed):
    changes = {"messages.owed_personal": owed, "messages.p_open": 0.6, "messages.creep": 0.0,
               "market.n_shoppers": 100}  # fmt: skip
    return simulate(small(changes), policy=Blanket(policy), seed=2)


def n_opened(run):
    events = of(run.events, "event"), of(run.events, "channel")
    return int(((events[0] == Event.OPEN) & (events[1] == Channel.EMAIL)).sum())


def test_generic_mail_is_opened_less():
    assert n_opened(opened("email:popular", OWED)) < n_opened(opened("email:popular", NOBODY_OWES))


def test_only_messages_are_touched():
    """Without any contact the parameter moves nothing, to the last bit."""
    silent = {"exposures.off": ("email", "push", "direct_mail", "staff")}
    runs = [
        simulate(small(silent | {"messages.owed_personal": owed}), seed=1)
        for owed in (NOBODY_OWES, 1.5)
    ]
    assert_same_bytes(*runs)
