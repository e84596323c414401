"""What deciding costs: linear bandits beside MABWiser, and a simulated year of daily decisions.

Bandits have 50 features and 10 actions, and are timed by processor time, in one run with their
peer. Run from the root, with the number of shoppers of the year if 100,000 take too long:

    OMNISIM_BENCHMARK_SHOPPERS=20000 python -m pytest -m benchmark tests/benchmarks/test_policy_speed.py
"""  # noqa: E501  a command

import os
import pathlib
import time

import pytest
from threadpoolctl import threadpool_limits

from omnisim.experiment import decision_rewards
from omnisim.policies import LinUCB, NoContact, Rules, Uniform
from omnisim.simulation import simulate
from omnisim.simulation.engine import draw_shoppers
from tests.benchmarks.bandits import measure
from tests.benchmarks.one_run import scenario_of
from tests.reference.worlds import bits

pytestmark = pytest.mark.benchmark

N_SHOPPERS = int(os.environ.get("OMNISIM_BENCHMARK_SHOPPERS", "100000"))
LARGE = 50_000
"""Shoppers from which on the share of deciding is judged: below it, each batch costs too much."""
DAYS = 364
RULES = pathlib.Path(__file__).parents[2] / "experiments" / "03_policies" / "rules.toml"
DAILY = {
    "governance.managers_decide": False,  # managers choose campaign days by themselves
    "messages.campaign_every_days": 1,
    "limits.cap_per_week": 2,
}
SILENT = DAILY | {"exposures.off": ("email", "push", "direct_mail")}


def test_linear_bandits_are_fifty_times_as_fast_and_a_million_a_second_in_batches(capsys):
    pytest.importorskip("mabwiser", reason="MABWiser is not installed")
    with threadpool_limits(1):
        table = measure(50, 10, 2_000, 200_000, 3).set_index("policy")
    with capsys.disabled():
        print("\ndecisions a second: one by one with an update each, in one batch, and MABWiser's")
        print(table.to_string(float_format=lambda value: f"{value:,.0f}"))
    assert table.loc[["LinUCB", "LinearThompson"], "times_mabwiser"].min() > 50
    assert table.loc[["Greedy", "EpsilonGreedy", "LinUCB"], "batched"].min() > 1e6


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
    """Beside a firm without decisions, whose media reach nobody, the same firm decides every day.

    LinUCB that has learned nothing leaves everybody alone, so that the runs are equal but for
    deciding. Rules, and LinUCB that learned from a randomised log, write: what they send takes its
    time too.
    """
    scenario = scenario_of(N_SHOPPERS, DAYS)
    shoppers = draw_shoppers(scenario, seed=1)
    without, quiet = seconds(scenario.replace(SILENT), shoppers, NoContact())
    policies = {
        "LinUCB, silent": LinUCB(),
        "rules, writing": Rules.from_toml(RULES),
        "LinUCB, writing": trained(),
    }
    taken, n_events = {}, {}
    with capsys.disabled():
        print(f"\n{N_SHOPPERS:,} shoppers, {DAYS} days: {without:.1f} s without decisions")
        for name, policy in policies.items():
            taken[name], run = seconds(scenario.replace(DAILY), shoppers, policy)
            n_events[name] = run.events.num_rows
            if name == "LinUCB, silent":
                assert bits(run, "events") == bits(quiet, "events")
            print(f"  {name}: {taken[name]:.1f} s ({taken[name] / without - 1:+.0%})", flush=True)
    assert n_events["rules, writing"] > quiet.events.num_rows
    assert n_events["LinUCB, writing"] > 1.5 * quiet.events.num_rows
    if N_SHOPPERS >= LARGE:
        assert taken["LinUCB, silent"] < 1.5 * without
