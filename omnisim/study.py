"""A study from file to folder: read the customers, compare the firms, write the report."""

import os
import pathlib
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor
from typing import NamedTuple

from tqdm.auto import tqdm

from omnisim.config.experiment import Experiment
from omnisim.experiment import Comparison, CustomerShoppers, compare
from omnisim.experiment.findings import Findings
from omnisim.experiment.progress import Counters
from omnisim.experiment.shoppers import Shoppers
from omnisim.experiment.store import FORMAT, RUNS, check_target
from omnisim.experiment.valuation import find, valuation_sizes
from omnisim.experiment.workers import worker_pool
from omnisim.population import read_customers
from omnisim.report import write_study
from omnisim.running import bars, chosen_seed, chosen_workers, command_of


class Study(NamedTuple):
    """What a study found: the two firms compared, and what its table [value] asked, if any."""

    comparison: Comparison
    findings: Findings | None


def run_study(
    experiment: Experiment,
    *,
    file: str | None = None,
    customers: str | os.PathLike[str] | None = None,
    n_workers: int | None = None,
    seed: int | None = None,
    out: str | os.PathLike[str] | None = None,
    show_progress: bool = True,
) -> Study:
    """Run an experiment on worker processes and, if asked, write its folder.

    After the comparison the parts of the experiment's table [value] are found, at its size. Their
    finished runs are kept in the folder until the study is whole, so that one that was killed goes
    on with them.

    Parameters
    ----------
    experiment : Experiment
        What is compared, how often, and from which seed.
    file : str, optional
        The experiment's file, as the report tells it; the embedded scenario by default.
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
        Whether to draw progress bars on the terminal.

    Returns
    -------
    Study

    Raises
    ------
    ParameterError
        If `out` holds something else than a comparison, or the firms do not fit a part of [value].
    TableError
        If the customer file cannot be read as one.
    RunError
        If a replication fails.
    """
    n_workers = chosen_workers(n_workers, name="n_workers")
    if out is not None:
        check_target(out)
    runs = None if out is None else pathlib.Path(out) / RUNS[FORMAT]
    shoppers = CustomerShoppers(read_customers(customers)) if customers is not None else None
    seed = chosen_seed(seed, experiment, runs)
    asked = None if experiment.value is None else experiment.sized()
    if asked is not None:
        valuation_sizes(asked, seed)  # tells firms that do not fit before the comparison runs
    with worker_pool(n_workers) as (executor, counters):
        with _Bar(experiment, counters, shown=show_progress) as bar:
            versus = _compared(experiment, seed, shoppers, executor, bar.update)
        findings = None
        if asked is not None:
            findings = find(
                asked, seed=seed, shoppers=shoppers, folder=runs, executor=executor,
                watch=bars(shown=show_progress),
            )  # fmt: skip
    if out is not None:
        write_study(
            out, versus, title=experiment.title, question=experiment.question, findings=findings,
            experiment=asked, value_command=value_command(file, customers),
            command=command_of("run", file, customers=customers, seed=seed),
        )  # fmt: skip
    return Study(versus, findings)


def value_command(file: str | None, customers: str | os.PathLike[str] | None = None) -> str:
    """Return the command that values capabilities for an experiment that does not ask for it."""
    return command_of("value", file, customers=customers)


def _compared(
    experiment: Experiment,
    seed: int,
    shoppers: Shoppers | None,
    executor: Executor,
    on_wait: Callable[[int], None],
) -> Comparison:
    baseline, variant = experiment.arms()
    return compare(
        baseline,
        variant,
        n_replications=experiment.n_replications,
        seed=seed,
        shoppers=shoppers,
        names=(experiment.baseline_name, experiment.variant_name),
        confidence=experiment.confidence,
        lookback_days=experiment.lookback_days,
        executor=executor,
        on_wait=on_wait,
    )


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
