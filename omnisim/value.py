"""`omnisim value`: what capabilities, channels and data are worth, in a folder that can go on."""

import argparse
import pathlib
import time
from collections.abc import Iterator

from omnisim._validation import check_count
from omnisim.config.experiment import Experiment
from omnisim.experiment import CapabilityValues, CustomerShoppers
from omnisim.experiment.arm import ArmTask, run_arm
from omnisim.experiment.capability_values import study_plan
from omnisim.experiment.findings import Findings
from omnisim.experiment.shoppers import SegmentShoppers, Shoppers
from omnisim.experiment.store import RUNS, VALUATION, check_target
from omnisim.experiment.valuation import find, valuation_sizes, valued_arms
from omnisim.experiment.workers import worker_pool
from omnisim.population import read_customers
from omnisim.report.valuation import write_valuation_folder
from omnisim.running import (
    bars,
    chosen_seed,
    chosen_workers,
    command_of,
    declare_customers,
    declare_running,
    default_folder,
    read_experiment,
)


def declare_value(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "file", nargs="?", metavar="FILE",
        help="an experiment or scenario (TOML), the reference scenario by default; its table "
        "[value] says what is found, capabilities by default",
    )  # fmt: skip
    declare_customers(parser)
    parser.add_argument(
        "--orderings", type=int, metavar="N",
        help="orderings to sample for the Shapley values of capabilities, instead of the file's; "
        "0 runs every coalition",
    )  # fmt: skip
    declare_running(parser, out="folder to write, or to go on in; results/NAME-value by default")
    parser.add_argument(
        "--plan", action="store_true", help="run once, say how long the whole takes, and stop"
    )
    parser.add_argument("--quiet", action="store_true", help="draw no progress bar")


def run_value(arguments: argparse.Namespace) -> int:
    """Run the command: find what the file asks for, write the folder, print what was found."""
    file = arguments.file
    experiment = (read_experiment(file) if file else Experiment()).sized()
    if arguments.orderings is not None:
        n = check_count("orderings", arguments.orderings, minimum=0)
        asked = experiment.asked.model_copy(update={"n_orderings": n})
        experiment = experiment.model_copy(update={"value": asked})
    n_workers = chosen_workers(arguments.workers)
    customers = arguments.customers
    shoppers = CustomerShoppers(read_customers(customers)) if customers is not None else None
    out = pathlib.Path(
        arguments.out or default_folder(file or "reference/config.toml", ending="-value")
    )
    runs = out / RUNS[VALUATION]
    seed = chosen_seed(arguments.seed, experiment, runs)
    if arguments.plan:
        print("\n".join(_plan(experiment, seed, n_workers, shoppers or SegmentShoppers())))
        return 0
    check_target(out, form=VALUATION)
    with worker_pool(n_workers) as (executor, _):
        findings = find(
            experiment, seed=seed, shoppers=shoppers, folder=runs, executor=executor,
            watch=bars(shown=not arguments.quiet),
        )  # fmt: skip
    command = command_of(
        "value", file, customers=customers, orderings=arguments.orderings, seed=seed
    )
    write_valuation_folder(out, findings, experiment, command=command)
    print("\n".join(told(findings)))
    print(f"report: {out / 'report.html'}")
    return 0


def told(findings: Findings) -> Iterator[str]:
    """Yield what was found in a few lines a part."""
    for _, result in findings.parts():
        yield repr(result)
        if isinstance(result, CapabilityValues):
            yield _listed(result)


def _listed(values: CapabilityValues) -> str:
    """Return a line a capability: first, Shapley with its interval, last; in profit."""
    table = values.worth[values.worth["metric"] == "profit"]
    wide = table.pivot(index="capability", columns="kind", values="value")
    rows = values.of("profit").sort_values("value", ascending=False)
    lines = [f"{'profit, EUR per shopper and year':34}{'first':>8}{'Shapley':>9}{'last':>8}"]
    for row in rows.itertuples():
        first, last = (wide.loc[row.capability, kind] for kind in ("add first", "remove last"))
        ends = f"({row.ci_low:+.3f} to {row.ci_high:+.3f})"
        lines.append(f"{row.capability:34}{first:+8.3f}{row.value:+9.3f}{last:+8.3f}  {ends}")
    return "\n".join(lines)


def _plan(experiment: Experiment, seed: int, n_workers: int, shoppers: Shoppers) -> Iterator[str]:
    """Run the variant once and yield how long each part, and the whole, will take."""
    sizes = valuation_sizes(experiment, seed)
    _, variant = experiment.arms()
    started = time.process_time()
    run_arm(ArmTask("plan", variant, shoppers, None, seed, 0))
    seconds = time.process_time() - started
    total = sum(size.n_runs for size in sizes.values())
    for part, size in sizes.items():
        if part == "capabilities":
            n = experiment.asked.n_orderings
            how = study_plan(*valued_arms(experiment), n_orderings=n, seed=seed)
            yield f"{part}: {size.n_runs:,} runs ({how})"
        elif size.n_runs:
            yield f"{part}: {size.n_runs:,} runs"
    hours = total * seconds / n_workers / 3600
    takes = f"{hours:.1f} hours" if hours >= 1 else f"{60 * hours:.0f} minutes"
    yield (
        f"{total:,} runs of {variant.market.n_shoppers:,} shoppers, {seconds:.1f} processor "
        f"seconds each: {takes} on {n_workers} workers"
    )
