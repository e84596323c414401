"""One replication of a comparison: both arms under the same luck, and what is kept of them."""

from dataclasses import dataclass

import pandas as pd

from omnisim.config.scenario import Scenario
from omnisim.evaluation import omnichannel_premium
from omnisim.experiment.attributed import attributed_shares
from omnisim.experiment.customers import common_customers
from omnisim.experiment.flows import crossing_share, journey_flows
from omnisim.experiment.measures import Measures, measure
from omnisim.experiment.progress import Ticker, worker_ticker
from omnisim.experiment.shoppers import Shoppers
from omnisim.experiment.split import split_gain
from omnisim.policies import Policy
from omnisim.random import Draws
from omnisim.schema import Channel
from omnisim.simulation import SimulationResult, simulate

ARMS = ("baseline", "variant")


@dataclass(frozen=True)
class PairTask:
    """What one replication needs; plain data, so that it travels to any worker."""

    baseline: Scenario
    variant: Scenario
    shoppers: Shoppers
    policy: Policy | None
    seed: int
    replication: int
    lookback_days: float


@dataclass(frozen=True)
class PairOutcome:
    """What is kept of one replication: small tables, no log."""

    replication: int
    n_events: int
    measures: dict[str, Measures]
    gain: pd.DataFrame
    premiums: dict[str, tuple[float, float, float]]
    causal_premium: float
    flows: dict[str, pd.DataFrame]
    attribution: dict[str, pd.DataFrame]


def run_pair(task: PairTask) -> PairOutcome:
    """Simulate both arms of one replication and measure them."""
    ticker = worker_ticker()
    shoppers = task.shoppers.draw(task.baseline, seed=task.seed, replication=task.replication)
    runs = {
        arm: simulate(
            scenario,
            population=shoppers,
            policy=task.policy,
            seed=task.seed,
            replication=task.replication,
            progress=Ticker(ticker).tick if ticker is not None else None,
            decisions="off",
        )
        for arm, scenario in zip(ARMS, (task.baseline, task.variant), strict=True)
    }
    customers = common_customers(*runs.values())
    measures = {arm: measure(run, customers) for arm, run in runs.items()}
    flows = {arm: journey_flows(run) for arm, run in runs.items()}
    for arm, found in measures.items():
        found["crossing journeys", ""] = crossing_share(flows[arm])
    spent = [measures[arm]["revenue", ""] for arm in ARMS]
    return PairOutcome(
        replication=task.replication,
        n_events=sum(run.events.num_rows for run in runs.values()),
        measures=measures,
        gain=split_gain(runs["baseline"], runs["variant"]),
        premiums={arm: _premium(run, task) for arm, run in runs.items()},
        causal_premium=spent[1] / spent[0] if spent[0] else float("nan"),
        flows=flows,
        attribution={arm: attributed_shares(run, task.lookback_days) for arm, run in runs.items()},
    )


def _premium(run: SimulationResult, task: PairTask) -> tuple[float, float, float]:
    """Compare buyers in the store and online (website or app) with buyers in one of the two."""
    orders = run.orders.to_pandas()
    orders["channel"] = orders["channel"].replace(int(Channel.APP), int(Channel.WEBSITE))
    found = omnichannel_premium(
        orders["shopper"].to_numpy(),
        orders["channel"].to_numpy(),
        orders["value"].to_numpy(),
        draws=Draws(task.seed, task.replication),
    )
    return found.naive, found.permuted, found.share_multichannel
