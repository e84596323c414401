"""A policy that decides row by row is asked in parts, which changes nothing."""

import pytest

from omnisim.policies import EpsilonGreedy, LinearThompson, LinUCB
from omnisim.simulation import decisions, simulate
from tests.reference.worlds import assert_same_bytes, small


@pytest.mark.parametrize("policy", [LinUCB(), LinearThompson(), EpsilonGreedy(epsilon=0.5)])
def test_parts_of_a_batch_are_decided_as_the_whole(policy, monkeypatch, seed):
    scenario = small({"surfaces.online_every_days": 7, "limits.cap_per_week": 1})
    whole = simulate(scenario, policy=policy.copy(), seed=seed, decisions="features")
    monkeypatch.setattr(decisions, "ROWS", 7)
    split = simulate(scenario, policy=policy.copy(), seed=seed, decisions="features")
    assert_same_bytes(whole, split)
    assert whole.decisions.equals(split.decisions)
    assert whole.decisions.num_rows > 100
