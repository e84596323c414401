"""A study from file to folder: read the customers, compare the firms, write the report."""

import os
import sys
import time

from tqdm.auto import tqdm

from omnisim.config.experiment import Experiment
from omnisim.experiment import Comparison, CustomerShoppers, compare
from omnisim.experiment.progress import Counters
from omnisim.experiment.store import check_target
from omnisim.experiment.workers import worker_pool
from omnisim.population import read_customers
from omnisim.random import fresh_seed
from omnisim.report import write_study
from omnisim.running import chosen_workers


def run_study(
    experiment: Experiment,
    *,
    customers: str | os.PathLike[str] | None = None,
    n_workers: int | None = None,
    seed: int | None = None,
    out: str | os.PathLike[str] | None = None,
    show_progress: bool = True,
) -> Comparison:
    """Run an experiment on worker processes and, if asked, write its folder.

    Parameters
    ----------
    experiment : Experiment
        What is compared, how often, and from which seed.
    customers : path, optional
        A retailer's transactions or customer table; see `omnisim.population.read_customers`. The
        shoppers are drawn from the scenario's segments by default.
    n_workers : int, optional
        Worker processes; one a processor by default. The number changes no result.
    seed : int, optional
        Seed of the study, instead of the experiment's; drawn and recorded if both are absent.
    out : path, optional
        Folder for tables, figures, provenance and report; nothing is written by default.
    show_progress : bool, default=True
        Whether to draw a progress bar on the terminal.

    Returns
    -------
    Comparison

    Raises
    ------
    ParameterError
        If `out` holds something else than a study.
    TableError
        If the customer file cannot be read as one.
    RunError
        If a replication fails.
    """
    n_workers = chosen_workers(n_workers, name="n_workers")
    if out is not None:
        check_target(out)
    shoppers = CustomerShoppers(read_customers(customers)) if customers is not None else None
    if seed is None:
        seed = experiment.seed if experiment.seed is not None else fresh_seed()
    baseline, variant = experiment.arms()
    with worker_pool(min(n_workers, experiment.n_replications)) as (executor, counters):
        with _Bar(experiment, counters, shown=show_progress) as bar:
            versus = compare(
                baseline,
                variant,
                n_replications=experiment.n_replications,
                seed=seed,
                shoppers=shoppers,
                names=(experiment.baseline_name, experiment.variant_name),
                confidence=experiment.confidence,
                lookback_days=experiment.lookback_days,
                executor=executor,
                on_wait=bar.update,
            )
    if out is not None:
        write_study(out, versus, title=experiment.title, question=experiment.question)
    return versus


class _Bar:
    """A progress bar in simulated days, with replications, events a second and time left."""

    def __init__(self, experiment: Experiment, counters: Counters, *, shown: bool) -> None:
        market = experiment.scenario.market
        self.counters = counters
        self.n_replications = experiment.n_replications
        self.started = time.monotonic()
        self.bar = tqdm(
            total=2 * experiment.n_replications * (market.burn_in_days + market.horizon_days),
            desc=f"2 firms x {market.n_shoppers:,} shoppers",
            unit=" days",
            disable=not shown,
            file=sys.stderr,
            dynamic_ncols=True,
        )

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *problem: object) -> None:
        self.bar.close()

    def update(self, n_done: int) -> None:
        """Show how far the workers are."""
        seconds = max(time.monotonic() - self.started, 1e-9)
        self.bar.set_postfix_str(
            f"{n_done}/{self.n_replications} replications, "
            f"{self.counters.events.value / seconds:,.0f} events/s",
            refresh=False,
        )
        self.bar.update(self.counters.days.value - self.bar.n)
