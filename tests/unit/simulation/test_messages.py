"""Which records a sender can reach, against a loop over shoppers."""

from dataclasses import dataclass

import numpy as np
import pytest

import omnisim as om
from omnisim.exceptions import ParameterError
from omnisim.policies import Action, Policy, Uniform
from omnisim.policies.choosing import certain
from omnisim.schema import Event, Trigger
from omnisim.simulation import decisions, messages
from omnisim.simulation.decisions import Batch
from omnisim.simulation.firm.knowledge import JOINT, ONLINE_TEAM, STORE_TEAM
from tests.reference.random_worlds import random_world
from tests.reference.worlds import of, small


def records_by_hand(world, team):
    """Return {(shopper, record, team): media} of every record that can be reached, each once."""
    c, rows = world.columns, {}
    for i in range(world.n_shoppers):
        online, store = c["record_of"][i].tolist()
        account, card, app = (bool(c[name][i]) for name in ("has_account", "has_card", "has_app"))
        is_one = team == JOINT and store == online
        accepts = [bool(x) for x in c["subscribed"][i]]
        address = account or (is_one and card)
        if team != STORE_TEAM:
            rows[i, online, ONLINE_TEAM] = (address, app, address), accepts
        if team != ONLINE_TEAM and not is_one:
            rows[i, store, STORE_TEAM] = (card, False, card), accepts
    media = {
        key: [k and a for k, a in zip(known, accepts, strict=True)]
        for key, (known, accepts) in rows.items()
    }
    return {key: reach for key, reach in media.items() if any(reach)}


@pytest.fixture(params=range(6))
def world(request, seed):
    """A random world in which every way of being known occurs."""
    rng = np.random.default_rng([seed, 300 + request.param])
    world = random_world(
        rng,
        channels__app__is_open=True,
        capabilities__single_customer_view=2,
        primitives__match_recall=(0.0, 0.4, 0.5),
    )
    for name in ("has_account", "has_card", "has_app", "subscribed"):
        column = world.columns[name]
        column.flags.writeable = True  # who has a card is fixed in a run
        column[:] = rng.uniform(size=column.shape) < 0.7
    return world


def test_a_larger_budget_sends_more_campaigns():
    firm = {"messages.cap_per_week": 50, "segments.busy.p_account": 1.0}
    runs = [
        om.simulate(small(firm | {"messages.campaign_scale": scale}), seed=2)
        for scale in (0.25, 1.0, 4.0)
    ]
    sent = [int((of(run.events, "event") == Event.MESSAGE).sum()) for run in runs]
    assert 0 < sent[0] < sent[1] < sent[2]


def batch_of(world, team, trigger=Trigger.CAMPAIGN, day=0):
    shoppers = messages._reachable(world, team)
    return Batch(team, trigger, day, *messages._records(world, team, shoppers))


def keys(batch):
    columns = (batch.shoppers.tolist(), batch.records.tolist(), batch.teams.tolist())
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize("team", [ONLINE_TEAM, STORE_TEAM, JOINT])
def test_a_sender_reaches_each_record_once_by_the_media_it_may_use(world, team):
    batch = batch_of(world, team)
    eligible = decisions.eligible_actions(world, batch)
    media = {
        key: [bool(row[world.actions.medium == m].any()) for m in range(3)]
        for key, row in zip(keys(batch), eligible, strict=True)
    }
    assert len(media) == len(batch.shoppers)
    expected = records_by_hand(world, team)
    assert {key: reach for key, reach in media.items() if any(reach)} == expected
    assert len(expected) > 5
    assert eligible[:, 0].all()


def test_caps_hold_for_every_policy(world):
    world.columns["record_sent"][: world.n_shoppers // 2, ONLINE_TEAM] = 3
    world.scenario = world.scenario.replace({"limits.cap_per_week": 3})
    batch = batch_of(world, ONLINE_TEAM)
    eligible = decisions.eligible_actions(world, batch)[:, 1:].any(axis=1)
    assert (eligible <= (batch.records >= world.n_shoppers // 2)).all()
    assert eligible.any()


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("team", [ONLINE_TEAM, STORE_TEAM, JOINT])
def test_teams_share_a_cap_where_they_send_as_one(world, team, share):
    """On the day itself (JOINT), or, for what events trigger, because they always do."""
    world.columns["record_sent"][:] = (1, 2)
    world.primitives = world.primitives | {"joint_sending": share}
    own = {ONLINE_TEAM: 1, STORE_TEAM: 2, JOINT: 3}[team]
    sent = decisions.sent_this_week(world, batch_of(world, team))
    assert (sent == (3 if share == 1 else own)).all()


@pytest.mark.parametrize("team", [STORE_TEAM, JOINT])
@pytest.mark.parametrize("cap", [1, 3])
def test_a_record_that_stands_in_a_batch_twice_has_one_cap(world, team, cap):
    """Several people filed under one record by mistake: row by row."""
    world.columns["record_of"][:, STORE_TEAM] = np.arange(world.n_shoppers) // 8 * 2
    world.columns["record_sent"][::3, STORE_TEAM] = 1
    sent = {record: 0 for record in range(2 * world.n_shoppers)}
    world.scenario = world.scenario.replace({"limits.cap_per_week": 1000})
    batch = batch_of(world, team)
    able = decisions.eligible_actions(world, batch)[:, 1:].any(axis=1)
    before = decisions.sent_this_week(world, batch)
    world.scenario = world.scenario.replace({"limits.cap_per_week": cap})
    eligible = decisions.eligible_actions(world, batch)[:, 1:].any(axis=1)
    expected = []
    for record, can, earlier in zip(batch.records, able, before, strict=True):
        expected.append(bool(can and earlier + sent[record] < cap))
        sent[record] += expected[-1]
    assert eligible.tolist() == expected
    assert max(sent.values()) == cap
    assert not np.array_equal(eligible, able & (before < cap))


def test_no_record_gets_more_than_the_cap_in_a_run():
    """Records joined by mistake, of whom both persons are written to on the same day."""
    firm = {
        "capabilities.single_customer_view": 2, "capabilities.coordinated_automation": 2,
        "limits.cap_per_week": 1,
        "primitives.false_merge": (0.0, 0.2, 0.5), "primitives.joint_sending": (0.0, 0.5, 1.0),
        "segments.busy.p_account": 1.0,
    }  # fmt: skip
    decided = om.simulate(small(firm), policy=Uniform(), seed=3).decisions
    names = ("time", "record", "action", "trigger")
    time, record, action, trigger = (decided[name].to_numpy() for name in names)
    messages_sent = (action > 0) & (trigger < Trigger.ONLINE)
    weeks = np.column_stack((time // 7, record))[messages_sent]
    assert len(weeks) > 50
    assert np.unique(weeks, axis=0, return_counts=True)[1].max() == 1


def test_a_budget_is_never_overspent(world):
    """Whatever the policy does: here every eligible letter goes out."""
    cost = world.scenario.direct_mail.cost
    budget = 5.5 * cost * 1000 / world.n_shoppers
    world.scenario = world.scenario.replace({"limits.budget_per_week": (1e6, 1e6, budget)})
    letters = world.actions.medium == 2
    world.spent_this_week[2] = 2 * cost
    eligible = decisions.eligible_actions(world, batch_of(world, ONLINE_TEAM))
    assert eligible[:, letters].any(axis=1).sum() == 3  # 5.5 paid for, 2 spent


def test_a_day_has_room_for_so_many_messages_of_a_medium(world):
    """Whatever its budget; push and e-mail have room of their own."""
    per_thousand = 1000 / world.n_shoppers
    capacity = (4.5 * per_thousand, 1e6, 0)
    before = decisions.eligible_actions(world, batch_of(world, ONLINE_TEAM))
    world.scenario = world.scenario.replace({"limits.capacity_per_day": capacity})
    world.sent_today[0] = 1
    eligible = decisions.eligible_actions(world, batch_of(world, ONLINE_TEAM))
    emails, pushes, letters = (world.actions.medium == medium for medium in range(3))
    assert eligible[:, emails].any(axis=1).sum() == 3  # 4.5 in a day, 1 sent
    assert np.array_equal(eligible[:, pushes], before[:, pushes])
    assert before[:, letters].any()
    assert not eligible[:, letters].any()
    assert (eligible <= before).all()


def test_a_day_has_room_for_so_much_advice(world):
    limit = {"limits.advice_per_day": 2 * 1000 / world.n_shoppers}
    world.scenario = world.scenario.replace(limit)
    batch = batch_of(world, STORE_TEAM, Trigger.STORE)
    assert len(batch.shoppers) > 2
    eligible = decisions.eligible_actions(world, batch)
    assert eligible[:, world.actions.medium == decisions.ADVICE].sum() == 2


@pytest.mark.parametrize("is_open", [True, False])
def test_nobody_is_near_a_store_that_is_none(is_open):
    firm = {
        "capabilities": om.Capabilities.integrated(), "channels.store.is_open": is_open,
        "channels.app.is_open": True, "segments.busy.p_app": 1.0,
        "segments.busy.p_account": 1.0,
    }  # fmt: skip
    decided = om.simulate(small(firm), policy=Uniform(), seed=3).decisions
    assert (Trigger.NEAR_STORE in decided["trigger"].to_numpy()) == is_open


@pytest.mark.parametrize(
    ("closed", "left"),
    [
        ((), {Trigger.ONLINE, Trigger.STORE, Trigger.REWARD, Trigger.AT_RISK}),
        (("store",), {Trigger.ONLINE, Trigger.AT_RISK}),
        (("website", "app"), {Trigger.STORE, Trigger.REWARD, Trigger.AT_RISK}),
    ],
)
def test_a_team_without_an_open_channel_decides_nothing(closed, left):
    firm = {f"channels.{name}.is_open": False for name in closed} | {
        "surfaces.online_every_days": 7, "surfaces.store_every_days": 7,
        "surfaces.reward_every_days": 7, "messages.at_risk_factor": 1.0,
        "segments.busy.p_account": 1.0, "segments.busy.p_loyalty": 1.0,
    }  # fmt: skip
    decided = om.simulate(small(firm), policy=Uniform(), seed=3).decisions
    trigger, team = decided["trigger"].to_numpy(), decided["team"].to_numpy()
    assert left == set(trigger) & {
        Trigger.ONLINE, Trigger.STORE, Trigger.REWARD, Trigger.AT_RISK,
    }  # fmt: skip
    assert set(team) == {0, 1} - ({1} if "store" in closed else {0} if closed else set())


@dataclass
class Always(Policy):
    """Do the first thing that may be done."""

    def decide(self, context):
        return certain(np.argmax(context.eligible[:, 1:], axis=1) + 1)


def test_no_day_of_a_run_sends_more_than_the_capacity():
    """3 of 40 shoppers; to the others, as where a budget is spent, e-mail is not eligible."""
    firm = {"segments.busy.p_account": 1.0, "messages.campaign_every_days": 1}
    runs = [
        om.simulate(small(firm | limit), policy=Always(), seed=4)
        for limit in ({}, {"limits.capacity_per_day": (75, 0, 0)})
    ]
    sent = [of(run.events, "event") == Event.MESSAGE for run in runs]
    most = [
        np.bincount(of(run.events, "time")[is_sent].astype(int)).max()
        for run, is_sent in zip(runs, sent, strict=True)
    ]
    assert most[0] > most[1] == 3
    log = runs[1].decisions
    assert log.num_rows == log["action"].to_numpy().astype(bool).sum()


@pytest.mark.parametrize(
    ("trigger", "media"),
    [
        (Trigger.AFTER_PURCHASE, {0, 1, 2}), (Trigger.NEAR_STORE, {1}), (Trigger.NEAR_RIVAL, {1}),
        (Trigger.PROMOTER, {0}), (Trigger.ONLINE, {3}), (Trigger.STORE, {4}), (Trigger.REWARD, {5}),
    ],
)  # fmt: skip
def test_a_trigger_has_its_own_actions(world, trigger, media):
    eligible = decisions.eligible_actions(world, batch_of(world, ONLINE_TEAM, trigger))
    used = np.unique(world.actions.medium[eligible.any(axis=0)])
    assert set(used.tolist()) - {-1} == media
    assert eligible[:, world.actions.is_referral].any() == (trigger == Trigger.PROMOTER)


def test_a_policy_that_does_what_may_not_be_done_is_refused(world):
    class Wild:
        needs_truth = False

        def decide(self, context):
            n = len(context)
            return Action(np.full(n, context.actions.index("mail:profile")), np.ones(n))

    world.policy = Wild()
    with pytest.raises(ParameterError, match=r"choose among the eligible actions. Got 'mail:pro"):
        decisions.decide(world, batch_of(world, ONLINE_TEAM))


@dataclass
class Answer(Policy):
    """Do nothing, but for what is given."""

    given: dict

    def decide(self, context):
        n = len(context)
        action = {"index": np.zeros(n, np.int64), "propensity": np.ones(n)}
        return Action(**action | {name: make(n) for name, make in self.given.items()})


WITHOUT_END = 10**6


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"index": lambda n: np.full(n, 99)}, r"index must lie in \[0, \d+\).*Got 99 in row 0"),
        ({"index": lambda n: np.full(n, -1)}, "index must lie in"),
        ({"index": lambda n: np.zeros(n + 1, int)}, "index must have the shape"),
        ({"index": lambda n: np.zeros(n)}, "index must be an array of whole numbers"),
        ({"index": lambda n: [0] * n}, "index must be an array of whole numbers"),
        ({"propensity": lambda n: np.ones(n - 1)}, "propensity must have the shape"),
        ({"propensity": np.zeros}, r"propensity must lie in \(0, 1\]. Got 0.0 in row 0"),
        ({"propensity": lambda n: np.full(n, 7.0)}, "propensity must lie in"),
        ({"propensity": lambda n: np.full(n, np.nan)}, "propensity must lie in"),
        ({"index": lambda n: np.ones(n, int), "item": lambda n: np.full(n, WITHOUT_END)},
         r"item must lie in \[0, \d+\), the rows of the catalogue. Got 1000000 in row 0"),
        ({"index": lambda n: np.ones(n, int), "item": lambda n: np.full(n, -1)}, "item must lie"),
        ({"item": lambda n: np.zeros(n + 1, int)}, "item must have the shape"),
        ({"item": lambda n: np.full(n, 0.5)}, "item must be an array of whole numbers"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_refused_before_anything_is_sent(world, given, error):
    world.policy = Answer(given)
    with pytest.raises(ParameterError, match=f"The policy Answer: action.{error}"):
        decisions.decide(world, batch_of(world, ONLINE_TEAM))


def test_an_answer_that_is_no_action_is_refused(world):
    world.policy = Answer({})
    world.policy.decide = lambda context: np.zeros(len(context), int)
    with pytest.raises(ParameterError, match="The policy Answer must decide by an Action"):
        decisions.decide(world, batch_of(world, ONLINE_TEAM))


def test_whole_numbers_of_any_width_are_an_answer(world):
    world.policy = Answer(
        {"index": lambda n: np.zeros(n, np.int32), "item": lambda n: np.full(n, -1)}
    )
    batch, action = decisions.decide(world, batch_of(world, ONLINE_TEAM))
    assert len(batch.shoppers) == len(action) > 0


def test_a_push_opt_out_leaves_email(world):
    world.columns["subscribed"][:] = [1, 0, 0]
    eligible = decisions.eligible_actions(world, batch_of(world, ONLINE_TEAM))
    assert set(world.actions.medium[eligible.any(axis=0)].tolist()) == {-1, 0}
