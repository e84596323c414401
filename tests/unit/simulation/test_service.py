"""Opening hours, queue and costs of the service desk."""

import pytest
import simpy

from omnisim.config.service_desk import ServiceDesk
from omnisim.exceptions import ConfigError
from omnisim.random import Draws, Stream
from omnisim.schema import Channel, Event, Line
from omnisim.simulation import simulate
from omnisim.simulation.service import Reason, Step, days_until_open, take_turn
from tests.reference.worlds import assert_same_bytes, small

DESK = ServiceDesk(opening_hour=8.0, closing_hour=20.0, days_per_week=6)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (0.5, 0.5), (0.0, 1 / 3), (0.9, 1 + 1 / 3), (5.8, 5.8), (5.9, 7 + 1 / 3),
        (6.5, 7 + 1 / 3), (7.4, 7.4), (20 / 24, 1 + 1 / 3),
    ],
)  # fmt: skip
def test_the_desk_opens_at_eight_on_six_days(now, opens):
    assert now + days_until_open(DESK, now) == pytest.approx(opens)


def test_hours_that_end_before_they_begin_are_refused():
    with pytest.raises(ConfigError, match=r"service_desk\.closing_hour must be after"):
        small(service_desk__opening_hour=20.0, service_desk__closing_hour=8.0)


def queue(*callers):
    """Return who was served when: name, arrival, patience, service, silent."""
    env = simpy.Environment()
    agents = simpy.Resource(env, 1)
    seen = {}

    def caller(name, arrival, patience, service, silent):
        yield env.timeout(arrival)
        waited = yield from take_turn(
            env, agents, patience=patience, service=service, silent=silent
        )
        seen[name] = (waited, env.now)

    for one in callers:
        env.process(caller(*one))
    env.run()
    return seen


def test_one_who_hangs_up_costs_no_time_and_one_who_leaves_silently_does():
    first, last = ("first", 0.0, 9.0, 10.0, 0.0), ("last", 2.0, 99.0, 5.0, 0.0)
    openly = queue(first, ("gone", 1.0, 3.0, 5.0, 0.0), last)
    silently = queue(first, ("gone", 1.0, 3.0, 5.0, 2.0), last)
    assert openly == {"first": (0.0, 10.0), "gone": (-1.0, 4.0), "last": (8.0, 15.0)}
    assert silently == openly | {"last": (10.0, 17.0)}


@pytest.fixture(scope="module")
def contacts():
    scenario = small(
        market__n_shoppers=300, service_desk__p_defect=0.5, service_desk__p_question=0.5,
        service_desk__service_minutes=60.0, primitives__bot_first=(0.5, 0.5, 0.5),
    )  # fmt: skip
    return simulate(scenario, seed=4)


def count(log, channel, event):
    return int(((log["channel"] == channel) & (log["event"] == event)).sum())


def test_every_contact_ends_once(contacts):
    log = contacts.events.to_pandas()
    centre = Channel.CONTACT_CENTRE
    asked, answered = (count(log, centre, e) for e in (Event.CONTACT, Event.ANSWERED))
    abandoned = count(log, centre, Event.CONTACT_ABANDONED)
    assert abandoned > 20
    assert answered > 20
    assert 0 <= asked - answered - abandoned <= 20  # still waiting, or to call again
    chats = count(log, Channel.CHATBOT, Event.CONTACT)
    ended = sum(count(log, Channel.CHATBOT, e) for e in (Event.RESOLVED, Event.ESCALATED))
    assert 0 <= chats - ended <= 3
    settled = count(log, Channel.WEBSITE, Event.RESOLVED)
    settled /= count(log, Channel.WEBSITE, Event.CONTACT)
    assert 0.05 < settled < 0.14  # T-74: 9 %


def test_contacts_are_answered_in_opening_hours_only_and_the_chatbot_at_night(contacts):
    log = contacts.events.to_pandas()
    answered = log[log["event"] == Event.ANSWERED]
    # A contact that waits may be taken up after closing, within its patience.
    assert (answered["time"] % 1).between(8 / 24, 21 / 24).all()
    assert (answered["time"] // 1 % 7 < 6).all()
    chats = log[(log["channel"] == Channel.CHATBOT) & (log["event"] == Event.CONTACT)]
    assert (chats["time"] % 1 < 8 / 24).any()


def test_what_contacts_cost_is_in_the_books(contacts):
    log, books = contacts.events.to_pandas(), contacts.postings.to_pandas()
    service = log["event"].isin([int(Event.CONTACT), int(Event.ANSWERED)])
    posted = -books.loc[books["line"] == Line.SERVICE, "cents"].sum()
    assert posted > 0
    assert posted == pytest.approx(100 * log.loc[service, "cost"].sum(), abs=0.5 * service.sum())
    assert round(contacts.ledger().sum() * 100) == books["cents"].sum()


def test_without_a_desk_nobody_is_asked():
    log = simulate(small(service_desk__is_open=False), seed=4).events.to_pandas()
    assert not log["event"].isin(range(Event.CONTACT, Event.RESOLVED + 1)).any()


ONLY_DEFECTS = {
    "market.n_shoppers": 200, "service_desk.p_defect": 0.5, "service_desk.p_question": 0.0,
    "service_desk.p_late": 0.0, "service_desk.p_wrong_pickup": 0.0, "service_desk.p_return": 0.0,
    "service_desk.further_days": 0.5,
}  # fmt: skip


def test_a_defect_leads_to_a_poisson_number_of_further_contacts():
    changes = ONLY_DEFECTS | {"service_desk.further_contacts": 1.5}
    log = simulate(small(changes), seed=4).events.to_pandas()
    pages = log[(log["channel"] == Channel.WEBSITE) & (log["event"] == Event.CONTACT)]
    matters = pages.groupby(["shopper", "journey"])["time"].agg(["size", "min"]).reset_index()
    matters = matters[matters["min"] < 30.0]  # a month is left for what follows
    step = 16 * Reason.DEFECT + Step.FURTHER
    further = Draws(4).poisson(
        Stream.CONTACT, matters["shopper"].to_numpy(), journey=matters["journey"].to_numpy(),
        step=step, mean=1.5,
    )  # fmt: skip
    assert len(matters) > 50
    assert (matters["size"] == 1 + further).all()
    assert 1.0 < further.mean() < 2.0


def test_until_the_first_further_contact_a_run_is_the_same():
    runs = [simulate(small(ONLY_DEFECTS | {"service_desk.further_contacts": mean}), seed=4)
            for mean in (0.0, 1.5)]  # fmt: skip
    logs = [run.events.to_pandas() for run in runs]
    pages = [log[(log["channel"] == Channel.WEBSITE) & (log["event"] == Event.CONTACT)]
             for log in logs]  # fmt: skip
    again = [table.duplicated(["shopper", "journey"]) for table in pages]
    assert not again[0].any()
    first = pages[1]["time"][again[1]].min()
    before = [log[log["time"] < first] for log in logs]
    assert len(before[0]) > 100
    assert before[0].equals(before[1])


def test_questions_and_returns_lead_to_no_further_contact():
    alone = {"service_desk.p_defect": 0.0, "service_desk.p_late": 0.0,
             "service_desk.p_wrong_pickup": 0.0, "service_desk.p_question": 0.5,
             "service_desk.p_return": 1.0}  # fmt: skip
    assert_same_bytes(*(
        simulate(small(alone | {"service_desk.further_contacts": mean}), seed=4)
        for mean in (0.0, 3.0)
    ))  # fmt: skip
