"""The environment: Gymnasium's checker, sums of rewards, the same trajectory for the same seed."""

import threading
from dataclasses import dataclass

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium", reason="omnisim[rl] is not installed")
from gymnasium.utils.env_checker import check_env  # noqa: E402

from omnisim.exceptions import ParameterError  # noqa: E402
from omnisim.experiment.rewards import margin_after  # noqa: E402
from omnisim.policies import NoContact, Policy  # noqa: E402
from omnisim.policies.choosing import certain  # noqa: E402
from omnisim.rl import PersonalisationEnv  # noqa: E402
from omnisim.simulation import simulate  # noqa: E402
from tests.reference.worlds import of, small  # noqa: E402

NAME = "omnisim/Personalisation-v0"
WORLD = small({"capabilities.single_customer_view": 2, "market.burn_in_days": 7})


@dataclass
class First(Policy):
    """Take the first eligible action after "none"."""

    def decide(self, context):
        return certain(np.argmax(context.eligible[:, 1:], axis=1) + 1)


@dataclass
class FirstAfterBurnIn(First):
    """Do nothing in the burn-in, whose decisions come first."""

    n_before: int

    def decide(self, context):
        self.n_before -= len(context)
        return NoContact().decide(context) if self.n_before >= 0 else super().decide(context)


def episode(env, choose, **reset):
    """Run an episode; return observations, actions taken and rewards."""
    seen, rewards, taken = [], [], []
    observation, info = env.reset(**reset)
    is_over = False
    while not is_over:
        seen.append(observation)
        observation, reward, terminated, is_over, info = env.step(choose(info))
        assert not terminated
        rewards.append(reward)
        taken.append(info["taken"])
    return np.array(seen), np.array(taken), np.array(rewards)


def first(info):
    return int(np.argmax(info["action_mask"][1:])) + 1


def test_gymnasium_finds_no_fault(recwarn):
    env = gymnasium.make(NAME, scenario=WORLD)
    check_env(env.unwrapped)
    env.close()
    assert not [str(w.message) for w in recwarn]


def test_no_observation_comes_near_the_bounds_that_are_assumed():
    env = PersonalisationEnv(WORLD)
    seen, _, _ = episode(env, first, seed=3)
    space = env.observation_space
    assert all(space.contains(row) for row in seen)
    open_ended = [k for k, name in enumerate(env.feature_names)
                  if not name.startswith(("days_", "is_"))]  # fmt: skip
    assert len(open_ended) >= 8
    assert (abs(seen[:, open_ended]) < space.high[open_ended] / 100).all()


def test_an_episode_is_the_simulation_of_the_same_policy():
    env = PersonalisationEnv(WORLD)
    seen, taken, rewards = episode(env, first, seed=3)
    quiet = simulate(WORLD, policy=NoContact(), seed=3)
    n_before = int((of(quiet.decisions, "time") < 7).sum())
    run = simulate(WORLD, policy=FirstAfterBurnIn(n_before), seed=3, decisions="features")
    after = of(run.decisions, "time") >= 7
    np.testing.assert_array_equal(taken, of(run.decisions, "action")[after])
    features = np.stack(run.decisions["features"].to_numpy())[after]
    np.testing.assert_array_equal(seen, features)
    margin = margin_after(run.postings, np.arange(40), np.full(40, 7.0), 60.0).sum()
    assert rewards.sum() == pytest.approx(margin - env._cost[taken].sum())
    assert margin > 0


def test_a_seed_gives_the_same_trajectory_and_the_next_reset_another():
    env = PersonalisationEnv(WORLD)
    one = episode(env, first, seed=3)
    other = episode(env, first)
    again = episode(env, first, seed=3)
    for a, b in zip(one, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert one[2].sum() != other[2].sum()


def test_what_is_not_eligible_does_nothing():
    env = PersonalisationEnv(WORLD)
    _, info = env.reset(seed=1)
    forbidden = int(np.argmin(info["action_mask"]))
    assert info["action_mask"][forbidden] == 0
    assert env.step(forbidden)[4]["taken"] == 0
    env.close()


def test_a_vector_of_environments_is_each_of_them():
    envs = gymnasium.make_vec(NAME, num_envs=2, vectorization_mode="sync", scenario=WORLD)
    observations, info = envs.reset(seed=[3, 4])
    alone = [PersonalisationEnv(WORLD) for _ in range(2)]
    starts = [env.reset(seed=seed)[0] for env, seed in zip(alone, (3, 4), strict=True)]
    np.testing.assert_array_equal(observations, starts)
    for _ in range(30):
        actions = [int(np.argmax(mask[1:])) + 1 for mask in info["action_mask"]]
        observations, rewards, _, _, info = envs.step(np.array(actions))
        steps = [env.step(action) for env, action in zip(alone, actions, strict=True)]
        np.testing.assert_array_equal(observations, [step[0] for step in steps])
        np.testing.assert_array_equal(rewards, [step[1] for step in steps])
    for env in (envs, *alone):
        env.close()


def test_an_episode_that_ends_in_a_vector_begins_anew_as_it_does_alone():
    """Gymnasium resets at the step after the last one; each further episode is a replication."""
    short = WORLD.replace({"market.horizon_days": 14})
    envs = gymnasium.make_vec(NAME, num_envs=2, vectorization_mode="sync", scenario=short)
    alone = PersonalisationEnv(short)
    observations, _ = envs.reset(seed=[3, 4])
    observation, _ = alone.reset(seed=3)
    n_ends, is_over = 0, False
    for _ in range(700):
        np.testing.assert_array_equal(observations[0], observation)
        observations, _, _, truncated, _ = envs.step(np.zeros(2, np.int64))
        if is_over:
            observation, is_over = alone.reset()[0], False
        else:
            observation, _, _, is_over, _ = alone.step(0)
        assert truncated[0] == is_over
        n_ends += is_over
    assert n_ends >= 2
    envs.close()
    alone.close()


@pytest.mark.parametrize("context", ["fork", "spawn"])
def test_environments_in_processes_of_their_own_go_the_same_way(context):
    """The asynchronous vector is the synchronous one, bit by bit, over ends of episodes too."""
    short = WORLD.replace({"market.horizon_days": 14})
    found = {}
    for mode, more in (("sync", {}), ("async", {"vector_kwargs": {"context": context}})):
        envs = gymnasium.make_vec(NAME, num_envs=2, vectorization_mode=mode, scenario=short, **more)
        observations, info = envs.reset(seed=[3, 4])
        rows = [(observations.copy(), info["action_mask"].copy())]
        for _ in range(400):
            actions = np.argmax(info["action_mask"][:, 1:], axis=1) + 1
            observations, rewards, terminated, truncated, info = envs.step(actions)
            rows.append((observations.copy(), info["action_mask"].copy(), rewards, terminated,
                         truncated))  # fmt: skip
        found[mode] = rows
        envs.close()
    for one, other in zip(found["sync"], found["async"], strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
    assert any(row[4].any() for row in found["sync"][1:])
    assert any(row[2].any() for row in found["sync"][1:])


class Agent:
    """A softmax policy learned by REINFORCE, with the interface of Stable-Baselines3."""

    def __init__(self, env, *, seed):
        self.env, self.rng = env, np.random.default_rng(seed)
        self.scale = np.maximum(np.abs(env.observation_space.high), 1)
        self.weights = np.zeros((env.action_space.n, len(self.scale)))
        self.seed = seed

    def predict(self, observation, *, deterministic=False):
        chance = self._chance(observation)
        at_random = self.rng.choice(len(chance), p=chance)
        return (int(np.argmax(chance)) if deterministic else int(at_random)), None

    def learn(self, total_timesteps):
        observation, _ = self.env.reset(seed=self.seed)
        for _ in range(total_timesteps):
            action, _ = self.predict(observation)
            following, reward, terminated, truncated, _ = self.env.step(action)
            push = -self._chance(observation)
            push[action] += 1
            self.weights += 0.01 * reward * np.outer(push, observation / self.scale)
            observation = self.env.reset()[0] if terminated or truncated else following
        return self

    def _chance(self, observation):
        score = self.weights @ (observation / self.scale)
        likelihood = np.exp(score - score.max())
        return likelihood / likelihood.sum()


def test_an_agent_with_the_usual_interface_learns_the_same_twice():
    """Over several episodes, as `model.learn(total_timesteps)` goes; bit by bit."""
    short = WORLD.replace({"market.horizon_days": 14})
    agents = [Agent(gymnasium.make(NAME, scenario=short), seed=5).learn(600) for _ in range(2)]
    assert np.array_equal(agents[0].weights, agents[1].weights)
    assert np.abs(agents[0].weights).max() > 0
    observation, _ = agents[0].env.reset(seed=9)
    action, state = agents[0].predict(observation, deterministic=True)
    assert agents[0].env.action_space.contains(np.int64(action))
    assert state is None
    for agent in agents:
        agent.env.close()


def test_closing_in_the_middle_leaves_no_thread():
    before = threading.active_count()
    env = PersonalisationEnv(WORLD)
    env.reset(seed=1)
    env.step(0)
    env.reset()
    assert threading.active_count() == before + 1
    env.close()
    env.close()
    assert threading.active_count() == before
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(0)


def test_a_world_without_decisions_is_refused():
    surfaces = {f"surfaces.{name}_every_days": 0 for name in ("online", "store", "reward")}
    off = small({"exposures.off": ("email", "push", "direct_mail")} | surfaces)
    with pytest.raises(ParameterError, match="at least one decision"):
        PersonalisationEnv(off).reset(seed=1)


def test_what_is_no_action_is_refused_and_the_episode_goes_on():
    env = PersonalisationEnv(WORLD)
    env.reset(seed=1)
    for bad in (-1, 99, 1.5, None, "none", np.array([0, 1])):
        with pytest.raises(ParameterError, match=r"action must be a whole number in \[0, \d+\)"):
            env.step(bad)
    for good in (0, np.int64(0), np.int32(0), np.array(0)):
        *_, after = env.step(good)
        assert after["taken"] == 0
    assert after["record"] >= 0
    assert env.step(first(after))[4]["taken"] == first(after)
    env.close()


def test_what_is_no_scenario_is_refused():
    with pytest.raises(ParameterError, match="scenario must be a Scenario"):
        gymnasium.make(NAME, scenario="x")
