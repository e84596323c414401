"""Contact pressure: each sender writes as often as pays for the margin that counts for it."""

import math

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.schema import Channel, Event, Fulfilment, Identity
from omnisim.simulation.firm.books import Books, MailReader
from omnisim.simulation.firm.governance import senders_of
from omnisim.simulation.firm.knowledge import JOINT, ONLINE_TEAM, STORE_TEAM
from omnisim.simulation.firm.pressure import LONGEST, Sender, choose_pauses, letters, worth
from tests.reference.worlds import finished_world, new_world, small

BOTH = (ONLINE_TEAM, STORE_TEAM)
SAME = dict.fromkeys((ONLINE_TEAM, STORE_TEAM, JOINT), 7)


def teams(online=0.1, store=0.1, *, joint=0.0):
    """Return senders whose messages each sell in their own channels only."""
    mixed = np.array([online, store]) / 2
    return {
        ONLINE_TEAM: Sender(1 - joint, 1.0, np.array([online, 0.0])),
        STORE_TEAM: Sender(1 - joint, 1.0, np.array([0.0, store])),
        JOINT: Sender(joint, 1.0, mixed),
    }


def chosen(credit, changes=None, **kinds):
    scenario = Scenario().replace(changes or {})
    return choose_pauses(scenario, teams(**kinds), SAME, credit)


def test_worth_by_hand():
    """One message a week each: F = 2 / -log(phi), and q grows with it by its log-odds."""
    scenario, pauses = Scenario(), dict.fromkeys(SAME, 7)
    tired = 0.15 * 2 / -math.log(0.6)
    odds = 0.0016 / 0.9984 * math.exp(tired)
    kept = math.exp(-tired) / (1 + 52 * odds / (1 + odds) * 2)
    for credit in (0.0, 0.5, 1.0):
        found = worth(scenario, teams(0.1, 0.2), pauses, STORE_TEAM, credit)
        assert found == pytest.approx((0.2 + credit * 0.1) * kept - 0.002)


def test_without_cost_and_opt_outs_a_lone_sender_meets_the_first_order_condition():
    """f exp(-chi f / -log(phi)) is largest at f = -log(phi) / chi."""
    free = {"costs.message": 0.0, "messages.p_unsubscribe": 1e-12,
            "messages.fatigue": 0.6, "governance.min_campaign_days": 1}  # fmt: skip
    alone = teams() | {STORE_TEAM: Sender(0.0, 1.0, np.zeros(2))}
    pause = choose_pauses(Scenario().replace(free), alone, SAME, 0.0)[ONLINE_TEAM]
    assert pause == pytest.approx(7 * 0.6 / -math.log(0.6), abs=0.51)


@pytest.mark.parametrize("credit", [0.0, 0.3, 0.5, 0.8, 1.0])
def test_nobody_would_change_its_own_pause_alone(credit):
    scenario, senders = Scenario(), teams(0.08, 0.1, joint=0.3)
    pauses = choose_pauses(scenario, senders, SAME, credit)
    assert choose_pauses(scenario, senders, pauses, credit) == pauses  # no flip-flop
    for own in senders:
        now = worth(scenario, senders, pauses, own, credit)
        others = [worth(scenario, senders, pauses | {own: d}, own, credit)
                  for d in range(scenario.governance.min_campaign_days, LONGEST + 1)]  # fmt: skip
        assert now >= max(others) - 1e-12


def test_the_more_the_other_counts_the_fewer_letters():
    per_week = [letters(teams(), chosen(c))[ONLINE_TEAM] for c in (0.0, 0.5, 1.0)]
    assert per_week[0] > per_week[1] > per_week[2]


def test_one_answerable_for_everything_writes_as_a_common_pool_would():
    lone = teams() | {STORE_TEAM: Sender(0.0, 1.0, np.zeros(2))}
    alone = letters(lone, choose_pauses(Scenario(), lone, SAME, 0.0))[ONLINE_TEAM]
    shared = letters(teams(), chosen(1.0))[ONLINE_TEAM]
    assert shared == pytest.approx(alone, rel=0.15)  # whole days
    assert letters(teams(), chosen(0.0))[ONLINE_TEAM] > 1.3 * alone


def test_whoever_earns_little_by_a_message_writes_seldom():
    pauses = chosen(0.0, online=0.004)
    assert pauses[ONLINE_TEAM] > pauses[STORE_TEAM]


@pytest.mark.parametrize(
    "changes", [{"costs.message": 0.05}, {"messages.p_unsubscribe": 0.02},
                {"governance.reader_weeks": 500.0}, {"messages.fatigue": 0.6}],
)  # fmt: skip
def test_costs_lost_readers_and_fatigue_each_lengthen_the_pause(changes):
    assert chosen(0.0, changes)[STORE_TEAM] > chosen(0.0)[STORE_TEAM]


def test_sending_as_one_answers_for_what_it_is_credited_with():
    """Store sales that do not count for the online team's system do not pay its messages."""
    dear = {"costs.message": 0.02}
    silos, shared = (chosen(c, dear, joint=1.0)[JOINT] for c in (0.0, 1.0))
    assert silos > shared


def test_in_the_reference_the_pause_differs_and_no_bound_binds():
    """By the beliefs that books start from, at normal size."""
    found = []
    for level in (0, 2):
        scenario = Scenario().replace({"capabilities.cross_functional_governance": level})
        world = new_world(scenario.replace({"market.n_shoppers": 1000}))
        credit = world.primitives["credit_across"]
        found.append(choose_pauses(scenario, senders_of(world, Books()), SAME, credit))
    shortest = Scenario().governance.min_campaign_days
    assert all(shortest < p[team] < LONGEST for p in found for team in BOTH)
    assert all(found[0][team] < found[1][team] for team in BOTH)


@pytest.mark.parametrize(("is_joined", "online"), [(False, 8.0), (True, 38.0)])
def test_margin_that_follows_is_counted_by_hand(is_joined, online):
    """Of three readers one opens and buys after two days, one buys unread, one buys too late.

    What the second buys on the website is filed under the record of the web shop.
    """
    world = new_world(small())
    if is_joined:
        world.columns["record_of"][:, 1] = world.columns["record_of"][:, 0]
    note, at = world.state.note, 3.0
    sent_by = np.full(3, STORE_TEAM, np.int32)
    world.mailings.append((3, STORE_TEAM, np.array([0, 1, 2], np.int32), sent_by))
    note(at, 0, -1, Channel.EMAIL, Event.OPEN, Identity.ACCOUNT)
    reader = MailReader()
    logged = [
        (5.0, 0, 0, 20.0, 0),
        (6.0, 1, 1, 30.0, 0),
        (6.5, 1, 0, 8.0, 4),
        (10.5, 2, 0, 50.0, 0),
    ]
    reader.orders = np.array([
        [t, i, STORE_TEAM if channel == 0 else ONLINE_TEAM,
         1 if way == Fulfilment.ENDLESS_AISLE else channel, euros]
        for t, i, channel, euros, way in logged
    ])  # fmt: skip
    world.env.run(until=20)
    sums, size = reader.read(world, np.array([0.5, 0.4, 0.3]))[STORE_TEAM]
    assert size == 3
    assert sums.tolist() == pytest.approx([3, 1, 0, 10, 0.4 * online, 0])
    assert not world.mailings
    assert reader.read(world, np.ones(3)) == {}


VIEW = {"capabilities.single_customer_view": 2, "capabilities.coordinated_automation": 2}


@pytest.mark.parametrize("as_one", [False, True])
@pytest.mark.parametrize(
    ("records", "tells"),
    [({}, {ONLINE_TEAM, STORE_TEAM}), ({"records.tracking_level": "TL1"}, {ONLINE_TEAM}),
     ({"records.tracking_level": "TL0"}, set()), ({"records.keeps_purchases": False}, set())],
)  # fmt: skip
def test_managers_follow_sales_only_where_they_are_filed(records, tells, as_one):
    """In channels whose sales are filed under nobody they keep their belief, whoever writes.

    Without a customer view no team sees what its messages sell in the other's channels.
    """
    books = Books()
    fields = {"market.n_shoppers": 200, "governance.review_days": 365,
              "governance.prior_messages": 10.0}  # fmt: skip
    world = finished_world(small(fields | (VIEW if as_one else {}) | records))
    books.read(world)
    sender = JOINT if as_one else ONLINE_TEAM
    assert books.sent[sender] > 0  # what it sends it counts, whoever is followed
    followed = books.mail[sender][[3, 5]].any()
    found = books.message_margin(world.scenario, sender)
    books.mail[sender] = np.zeros(6)
    belief = books.message_margin(world.scenario, sender)
    moved = {team for team in BOTH if found[team] != belief[team]}
    assert moved == tells if as_one else moved == tells - {STORE_TEAM}
    assert followed == (as_one and STORE_TEAM in tells)


def test_few_messages_leave_the_belief_and_many_replace_it():
    scenario, books = Scenario(), Books()
    books.mail[STORE_TEAM] = np.array([10.0, 5.0, 0.0, 500.0, 0.0, 0.0])
    assert books.message_margin(scenario, STORE_TEAM) == pytest.approx([0, 0.05], abs=0.02)
    books.mail[STORE_TEAM] = np.array([1e8, 2e7, 0.0, 3e7, 0.0, 8e7])
    # A fifth opens; each who does brings 1.5, each who does not 1.0.
    assert books.message_margin(scenario, STORE_TEAM) == pytest.approx([0, 0.1], abs=1e-3)


def test_books_read_every_campaign_of_a_run_once():
    world = finished_world(small({"market.n_shoppers": 100}))
    unread = sum(len(shoppers) for _, _, shoppers, _ in world.mailings)
    sent = np.concatenate(world.state.log.columns()[4]) == Event.MESSAGE
    assert 0 < unread < sent.sum()
    assert all(day > world.env.now - 28 - 7 for day, *_ in world.mailings)


def test_without_managers_nobody_keeps_mailings():
    assert finished_world(small(governance__managers_decide=False)).mailings == []


def test_governance_changes_how_often_the_firm_writes():
    worlds = [
        finished_world(small({"market.horizon_days": 40},
                             capabilities=Capabilities(cross_functional_governance=level)))
        for level in (0, 2)
    ]  # fmt: skip
    siloed, shared = (w.conduct.campaign_days for w in worlds)
    assert sum(1 / siloed[team] for team in BOTH) > sum(1 / shared[team] for team in BOTH)
