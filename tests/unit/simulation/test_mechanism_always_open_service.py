"""A chatbot at any hour that hands over with context (K12)."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.exceptions import ConfigError
from omnisim.schema import Channel, Event
from omnisim.simulation import simulate
from omnisim.simulation.service import Reason, ask
from tests.reference.worlds import assert_same_bytes, new_world, of, small

NOON, NIGHT = 1.5, 1.0
QUIET = {"service_desk.p_solved": 1.0, "service_desk.p_self_service": 0.0,
         "service_desk.p_calls_again": 1.0, "service_desk.patience_minutes": 1e9}  # fmt: skip


def firm(level, changes=None, **fields):
    levels = Capabilities(single_customer_view=level, always_open_service=level)
    return small(dict(changes or {}), capabilities=levels, **fields)


def served(scenario, start, reason=Reason.LATE, n=40):
    """Let shoppers ask one after the other; return how long each took and what was felt."""
    world = new_world(scenario)
    before = world.columns["satisfaction"].copy()
    took = np.zeros(n)

    def one(shopper):
        yield world.env.timeout(start + 7 * shopper)
        begun = world.env.now
        yield from ask(world, shopper, 0, reason)
        took[shopper] = world.env.now - begun

    for shopper in range(n):
        world.env.process(one(shopper))
    world.env.run(until=start + 7 * n + 7)
    return took, world.columns["satisfaction"][:n] - before[:n]


@pytest.mark.parametrize("reason", [Reason.LATE, Reason.SEARCH])
def test_at_night_a_chatbot_saves_the_wait_for_the_morning(reason):
    bot = {"service_desk.p_bot_simple": 1.0}
    slow, worse = served(firm(0, QUIET | bot), NIGHT, reason)
    fast, better = served(firm(2, QUIET | bot), NIGHT, reason)
    assert slow.min() > 8 / 24
    assert fast.max() == pytest.approx(3 / 24 / 60)  # the length of a chat
    assert (better > worse).all()


@pytest.mark.parametrize("reason", [Reason.LATE, Reason.SEARCH])
def test_context_saves_repetition_and_a_useless_chatbot_is_felt(reason):
    useless = {"service_desk.p_bot_simple": 0.0, "service_desk.service_sd_log": 0.0}
    new, told = (firm(2, QUIET | useless, primitives__context_passed=(0, 0, k)) for k in (0, 1))
    plain, first = served(firm(0, QUIET | useless), NOON, reason)
    again, second = served(new, NOON, reason)
    known, third = served(told, NOON, reason)
    chat, talk = 3 / 24 / 60, 6 / 24 / 60
    np.testing.assert_allclose(plain, talk, rtol=1e-9)
    np.testing.assert_allclose(again, chat + 1.4 * talk, rtol=1e-9)
    np.testing.assert_allclose(known, chat + talk, rtol=1e-9)
    assert (first > third).all()
    assert (third > second).all()


def test_the_chatbot_touches_nothing_where_nobody_asks(seed):
    quiet = {f"service_desk.p_{name}": 0.0
             for name in ("question", "late", "wrong_pickup", "defect", "return")}  # fmt: skip
    quiet["channels.phone.is_open"] = False
    free = {"capability_costs.always_open_service": (0.0, 0.0, 0.0),
            "investments.always_open_service": (0.0, 0.0, 0.0)}  # fmt: skip
    levels = [Capabilities(single_customer_view=2, always_open_service=k) for k in (0, 2)]
    runs = [simulate(small(quiet | free, capabilities=k), seed=seed) for k in levels]
    assert runs[0].orders.num_rows > 20
    assert_same_bytes(*runs)


def test_fewer_contacts_reach_agents_and_the_books_balance(seed):
    asked = []
    for level in (0, 2):
        run = simulate(firm(level, market__n_shoppers=200), seed=seed)
        event, channel = of(run.events, "event"), of(run.events, "channel")
        asked.append(((event == Event.CONTACT) & (channel == Channel.CONTACT_CENTRE)).sum())
        assert round(run.ledger().sum() * 100) == of(run.postings, "cents").sum()
    assert 0 < asked[1] < asked[0]


def test_context_needs_a_single_customer_view():
    assert Capabilities(always_open_service=1).single_customer_view == 0
    with pytest.raises(ConfigError, match=r"needs capabilities\.single_customer_view >= 1"):
        Capabilities(always_open_service=2)
