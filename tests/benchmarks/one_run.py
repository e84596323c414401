"""Simulate once in a fresh process and print what it took, as JSON.

``python -m tests.benchmarks.one_run N_SHOPPERS DAYS``
"""

import json
import pathlib
import re
import sys
import time

from omnisim.config.scenario import Scenario
from omnisim.simulation import simulate
from omnisim.simulation.engine import draw_shoppers

SHOPPERS_PER_STORE = 20_000 / 3


def scenario_of(n_shoppers, days):
    """Return the default scenario at a size, with as many shoppers a store as it has."""
    return Scenario().replace({
        "market.n_shoppers": n_shoppers,
        "market.burn_in_days": 0,
        "market.horizon_days": days,
        "stores.n_stores": max(1, round(n_shoppers / SHOPPERS_PER_STORE)),
    })  # fmt: skip


def peak_bytes():
    """Return the peak resident memory of this process (`ru_maxrss` may be the parent's)."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024


def main(n_shoppers, days):
    simulate(scenario_of(1_000, 10), seed=1)  # imports, and whatever is allocated once
    before, start = peak_bytes(), time.process_time()
    scenario = scenario_of(n_shoppers, days)
    shoppers = draw_shoppers(scenario, seed=1)
    drawn = time.process_time()
    run = simulate(scenario, population=shoppers, seed=1)
    done, peak = time.process_time(), peak_bytes()  # before looking at the run, which copies
    return {
        "shoppers": n_shoppers,
        "days": days,
        "draw_s": drawn - start,
        "simulate_s": done - drawn,
        "touchpoints": run.touchpoints.num_rows,
        "events": run.events.num_rows,
        "peak_bytes": peak - before,
        "log_bytes": sum(log.nbytes for log in (run.events, run.postings, run.decisions)),
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
