"""What a policy that decides every day adds to the run time of the simulation."""

import time

import pytest

from omnisim.policies import LinUCB, NoContact
from omnisim.simulation import simulate
from omnisim.simulation.engine import draw_shoppers
from tests.benchmarks.one_run import scenario_of

pytestmark = pytest.mark.benchmark

N_SHOPPERS, DAYS = 100_000, 60


def seconds(scenario, shoppers, policy):
    start = time.process_time()
    run = simulate(scenario, population=shoppers, policy=policy, seed=1)
    return time.process_time() - start, run.decisions.num_rows


def test_daily_decisions_add_less_than_half_to_the_run_time(capsys):
    """Linear scores of 13 actions for every record that can be reached, every day."""
    scenario = scenario_of(N_SHOPPERS, DAYS)
    shoppers = draw_shoppers(scenario, seed=1)
    daily = scenario.replace({"messages.campaign_every_days": 1, "limits.cap_per_week": 1})
    never = scenario.replace({"messages.campaign_every_days": 365})
    without, _ = seconds(never, shoppers, NoContact())
    with_it, n_decisions = seconds(daily, shoppers, LinUCB())
    with capsys.disabled():
        print(
            f"\n{N_SHOPPERS:,} shoppers, {DAYS} days: {without:.1f} s without, {with_it:.1f} s "
            f"with {n_decisions:,} decisions"
        )
    assert n_decisions > N_SHOPPERS * DAYS / 10
    assert with_it < 1.5 * without
