"""What a policy that decides every day adds to the run time of a simulated year.

The firm without decisions has no medium that reaches anybody. Beside it, the same firm asks LinUCB
every day about every record that can be reached: one that has learned nothing leaves everybody
alone, so that the runs are equal but for deciding; one that has learned from a randomised log
writes, and what it sends takes its time too.
"""

import time

import pytest

from omnisim.experiment import decision_rewards
from omnisim.policies import LinUCB, NoContact, Uniform
from omnisim.simulation import simulate
from omnisim.simulation.engine import draw_shoppers
from tests.benchmarks.one_run import scenario_of
from tests.reference.worlds import bits

pytestmark = pytest.mark.benchmark

N_SHOPPERS, DAYS = 100_000, 364
DAILY = {
    "governance.managers_decide": False,  # managers choose campaign days by themselves
    "messages.campaign_every_days": 1,
    "limits.cap_per_week": 2,
}
SILENT = DAILY | {"exposures.off": ("email", "push", "direct_mail")}


def seconds(scenario, shoppers, policy):
    """Return processor time and the result."""
    start = time.process_time()
    run = simulate(scenario, population=shoppers, policy=policy, seed=1, decisions="off")
    return time.process_time() - start, run


def trained():
    """Return LinUCB after a quarter of a randomised log of 2,000 shoppers."""
    small = scenario_of(2_000, 90).replace(DAILY)
    run = simulate(small, policy=Uniform(), seed=5, decisions="features")
    policy = LinUCB()
    policy.learn(decision_rewards(run, window_days=14).to_outcome())
    return policy


def test_a_year_of_daily_decisions_adds_less_than_half_to_the_run_time(capsys):
    scenario = scenario_of(N_SHOPPERS, DAYS)
    shoppers = draw_shoppers(scenario, seed=1)
    without, quiet = seconds(scenario.replace(SILENT), shoppers, NoContact())
    deciding, same = seconds(scenario.replace(DAILY), shoppers, LinUCB())
    writing, more = seconds(scenario.replace(DAILY), shoppers, trained())
    with capsys.disabled():
        print(
            f"\n{N_SHOPPERS:,} shoppers, {DAYS} days: {without:.1f} s without decisions, "
            f"{deciding:.1f} s with ({deciding / without - 1:+.0%}), {writing:.1f} s with "
            f"messages ({writing / without - 1:+.0%})"
        )
    assert bits(same, "events") == bits(quiet, "events")
    assert more.events.num_rows > 1.5 * quiet.events.num_rows
    assert deciding < 1.5 * without
