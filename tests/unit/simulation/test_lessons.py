"""Learning inside a run: what is told, when, and that it changes no propensity after the fact."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from omnisim.config.rollout import Introduction, Rollout
from omnisim.policies import LinearThompson, LinUCB, Online, Policy, Uniform
from omnisim.schema import EVENTS, POSTINGS, Channel, Event, Identity, Line
from omnisim.simulation import simulate
from omnisim.simulation.actions import action_list
from omnisim.simulation.engine import draw_shoppers, run
from omnisim.simulation.world import build_world
from tests.reference.worlds import assert_same_bytes, of, small

WINDOW = 10
WORLD = small({"messages.campaign_every_days": 3, "governance.managers_decide": False})


@dataclass
class Diary(Policy):
    """Writes down what it decided and what it was told, in order."""

    policy: Policy
    pages: list = field(default_factory=list)

    def decide(self, context):
        action = self.policy.decide(context)
        self.pages.append((context, action))
        return action

    def learn(self, outcome):
        self.pages.append(outcome)
        self.policy.learn(outcome)


def diary_of(scenario, policy, seed):
    """Run with a policy that learns; return the finished world and the diary's pages."""
    shoppers = draw_shoppers(scenario, seed=seed)
    online = Online(Diary(policy), window_days=WINDOW)
    world = build_world(scenario, shoppers, online, seed=seed, replication=0)
    run(world)
    return world, online.policy.pages


def by_hand(world, time, record):
    """Return what was paid for purchases filed under a record in a window, less cost of goods."""
    columns = (of_log(world, name) for name in
               ("time", "event", "identity", "channel", "shopper", "value", "journey"))  # fmt: skip
    total = 0.0
    for when, event, identity, channel, shopper, paid, journey in zip(*columns, strict=True):
        team = 1 if channel == Channel.STORE else 0
        if event != Event.PURCHASE or identity == Identity.NONE:
            continue
        if world.columns["record_of"][shopper, team] == record and time <= when < time + WINDOW:
            total += paid - 0.55 * listed(world, shopper, journey)
    return total


def of_log(world, name):
    return np.concatenate(world.state.log.columns()[EVENTS.names.index(name)])


def listed(world, shopper, journey):
    """Return the revenue posted for a journey, before offers and points, EUR."""
    columns = dict(zip(POSTINGS.names, map(np.concatenate, world.state.postings.columns()),
                       strict=True))  # fmt: skip
    mine = (columns["shopper"] == shopper) & (columns["journey"] == journey)
    return columns["cents"][mine & (columns["line"] == Line.REVENUE)].sum() / 100


@pytest.mark.parametrize("level", [0, 2])
def test_what_is_told_is_what_the_records_show(level, seed):
    """Siloed and joined; every tenth decision beside a loop over the whole log."""
    world, pages = diary_of(
        WORLD.replace({"capabilities.single_customer_view": level}), Uniform(), seed
    )
    decided = [(c, a) for c, a in (p for p in pages if isinstance(p, tuple))]
    told = [page for page in pages if not isinstance(page, tuple)]
    records = np.concatenate([outcome.context.record for outcome in told])
    rewards = np.concatenate([outcome.reward for outcome in told])
    times = np.concatenate(
        [np.full(len(c), day) for (c, _), day in zip(decided, days_of(world, decided), strict=True)]
    )[: len(records)]
    assert np.array_equal(np.concatenate([c.record for c, _ in decided])[: len(records)], records)
    assert times.max() + WINDOW <= 60
    assert (rewards > 0).sum() > 20
    for k in range(0, len(records), 10):
        assert rewards[k] == pytest.approx(by_hand(world, times[k], records[k]), abs=1e-6)


@pytest.mark.parametrize(
    ("records", "is_told"),
    [({"tracking_level": "TL0"}, False), ({"keeps_purchases": False}, False),
     ({"tracking_level": "TL1"}, True)],
)  # fmt: skip
def test_nothing_is_told_of_what_is_not_filed(records, is_told):
    """At TL1 what is bought online, under the record of the web shop."""
    world, pages = diary_of(
        WORLD.replace({f"records.{name}": value for name, value in records.items()}), Uniform(), 1
    )
    told = [page for page in pages if not isinstance(page, tuple)]
    rewards = np.concatenate([outcome.reward for outcome in told])
    records = np.concatenate([outcome.context.record for outcome in told])
    online = records < world.n_shoppers
    assert len(rewards)
    assert rewards[online].any() == is_told
    assert not rewards[~online].any()


def days_of(world, decided):
    """Return the day of each batch from the log of a second, equal run."""
    log = simulate(world.scenario, policy=Uniform(), seed=world.draws.seed).decisions
    ends = np.cumsum([len(context) for context, _ in decided])
    return of(log, "time")[ends - 1]


def test_propensities_are_those_of_what_was_known_when_it_was_decided(seed):
    """Replay the diary on a fresh policy: the same bits, though it has learned in between."""
    _, pages = diary_of(WORLD, LinearThompson(), seed)
    again = LinearThompson()
    for page in pages:
        if isinstance(page, tuple):
            context, action = page
            assert np.array_equal(again.decide(context).propensity, action.propensity)
        else:
            again.learn(page)
    assert again.n_updates_.sum() > 100


def test_a_run_learns_on_a_copy_and_can_be_repeated(seed):
    policy = Online(LinUCB(), window_days=WINDOW)
    first = simulate(WORLD, policy=policy, seed=seed)
    second = simulate(WORLD, policy=policy, seed=seed)
    assert_same_bytes(first, second)
    assert not policy.policy.learned()
    assert first.policy.policy.n_updates_.sum() > 0
    assert first.policy.to_dict() == second.policy.to_dict()
    assert first.provenance["policy"] == policy.describe()


def test_without_the_wrapper_nothing_is_learned(seed):
    policy = LinUCB()
    made = simulate(WORLD, policy=policy, seed=seed)
    assert made.policy is None
    assert not policy.n_updates_.any()


def test_a_window_longer_than_the_run_changes_nothing(seed):
    never = Online(LinearThompson(), window_days=100)
    plain = simulate(WORLD, policy=LinearThompson(), seed=seed)
    assert_same_bytes(plain, simulate(WORLD, policy=never, seed=seed))


def test_a_bandit_stops_paying_for_what_does_nothing(seed):
    """Nobody takes notice of messages: after ten weeks, two runs spend less than four fifths of
    what the same bandit spends that is told nothing."""
    inert = small({
        "market.n_shoppers": 250, "market.horizon_days": 140, "governance.managers_decide": False,
        "exposures.inert": ("email", "push", "direct_mail"),
    })  # fmt: skip
    seeds = (seed, seed + 100)
    told = [spent(inert, Online(LinearThompson(), window_days=14), s) for s in seeds]
    untold = [spent(inert, LinearThompson(), s) for s in seeds]
    assert sum(told) < 0.8 * sum(untold)


def spent(scenario, policy, seed):
    """Return the mean cost of the actions of the second half."""
    log = simulate(scenario, policy=policy, seed=seed).decisions
    late = of(log, "time") >= scenario.market.horizon_days / 2
    return action_list(scenario).cost[of(log, "action")[late]].mean()


def test_two_decisions_in_one_window_both_count_what_follows(seed):
    """A record decided about every three days for ten days: one purchase, several rewards."""
    _, pages = diary_of(WORLD, Uniform(), seed)
    told = [page for page in pages if not isinstance(page, tuple)]
    records = np.concatenate([outcome.context.record for outcome in told])
    rewards = np.concatenate([outcome.reward for outcome in told]).round(6)
    shared = [len(set(rewards[records == r])) < (rewards[records == r] > 0).sum()
              for r in np.unique(records[rewards > 0])]  # fmt: skip
    assert np.mean(shared) > 0.5


def test_what_a_roll_out_moves_is_no_reward(seed):
    """Records are joined on day 35: no reward is above what the log shows, and none is told of a
    record that was joined in its window."""
    way = Introduction(delay_weeks=5.0, ramp_weeks=0.0, p_partial=0.0, outage_days=0.0)
    rollout = Rollout(is_simulated=True, single_customer_view=way)
    scenario = WORLD.replace({"rollout": rollout, "capabilities.single_customer_view": 2})
    world, pages = diary_of(scenario, Uniform(), seed)
    n_told = sum(len(page) for page in pages if not isinstance(page, tuple))
    n_decided = sum(len(page[0]) for page in pages if isinstance(page, tuple))
    _, calm = diary_of(WORLD, Uniform(), seed)
    assert n_told < n_decided
    assert n_told < sum(len(page) for page in calm if not isinstance(page, tuple))
    biggest = of_log(world, "value").max()
    rewards = np.concatenate([page.reward for page in pages if not isinstance(page, tuple)])
    assert rewards.max() < 3 * biggest
