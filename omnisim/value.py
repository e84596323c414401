"""`omnisim value`: what each capability of an experiment is worth, in a folder that can go on."""

import argparse
import os
import pathlib
import sys
import time
from typing import Any

from tqdm.auto import tqdm

from omnisim import plot
from omnisim._validation import check_count
from omnisim.config.experiment import Experiment, load_experiment
from omnisim.experiment import (
    CapabilityValues,
    RollOuts,
    capability_values,
    study_size,
    transition,
)
from omnisim.experiment.arm import ArmTask, run_arm
from omnisim.experiment.shoppers import SegmentShoppers
from omnisim.experiment.workers import worker_pool
from omnisim.provenance import to_json


def declare_value(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "file", metavar="FILE", help="an experiment (TOML) whose firms differ in capabilities only"
    )
    parser.add_argument(
        "--orderings", type=int, metavar="N",
        help="orderings to sample for the Shapley values; all, exactly, by default",
    )  # fmt: skip
    parser.add_argument("--workers", type=int, metavar="N", help="processes; one a core by default")
    parser.add_argument("--seed", type=int, metavar="N", help="seed, instead of the file's")
    parser.add_argument(
        "--out", metavar="DIR", help="folder to write, or to go on in; results/NAME by default"
    )
    parser.add_argument(
        "--plan", action="store_true", help="run once, say how long the whole takes, and stop"
    )
    parser.add_argument("--quiet", action="store_true", help="draw no progress bar")


def run_value(arguments: argparse.Namespace) -> int:
    """Run the coalitions of an experiment, or go on with them, and write what they are worth."""
    experiment = load_experiment(arguments.file)
    n_cores = os.cpu_count() or 1
    n_workers = check_count("workers", n_cores if arguments.workers is None else arguments.workers)
    seed = arguments.seed if arguments.seed is not None else experiment.seed or 0
    baseline, variant = experiment.arms()
    n_coalitions = study_size(baseline, variant, n_orderings=arguments.orderings, seed=seed)
    n_runs = n_coalitions * experiment.n_replications
    if arguments.plan:
        print(_plan(experiment, seed, n_runs, n_workers))
        return 0
    name = pathlib.Path(arguments.file).resolve().parent.name
    out = pathlib.Path(arguments.out or pathlib.Path("results") / name)
    with (
        worker_pool(n_workers) as (executor, _),
        tqdm(total=n_runs, unit=" runs", disable=arguments.quiet, file=sys.stderr) as bar,
    ):
        values = capability_values(
            baseline, variant, n_orderings=arguments.orderings, seed=seed,
            n_replications=experiment.n_replications, confidence=experiment.confidence,
            folder=out / "runs", executor=executor, on_wait=lambda n: bar.update(n - bar.n),
        )  # fmt: skip
    found = transition(values, baseline, variant, seed=seed)
    write_values(out, values, found)
    print(f"{values}\n{_listed(values)}\n{found}\nfolder: {out}")
    return 0


def write_values(out: pathlib.Path, values: CapabilityValues, found: RollOuts) -> None:
    """Write tables, figures and provenance into a folder, over what an earlier run wrote."""
    out.mkdir(parents=True, exist_ok=True)
    tables = values.tables() | {"orders": found.orders, "steps": found.steps}
    for name, table in tables.items():
        table.to_parquet(out / f"{name}.parquet", index=False)
    figures: dict[str, Any] = {
        "waterfall": plot.capability_waterfall(values),
        "interactions": plot.interactions(values),
        "roll_outs": plot.roll_outs(found),
    }
    for name, ax in figures.items():
        ax.figure.savefig(out / f"{name}.svg", bbox_inches="tight")
    (out / "provenance.json").write_text(to_json(values.provenance), encoding="utf-8")


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


def _plan(experiment: Experiment, seed: int, n_runs: int, n_workers: int) -> str:
    """Run the variant once and return how long all runs will take."""
    _, variant = experiment.arms()
    started = time.process_time()
    run_arm(ArmTask("plan", variant, SegmentShoppers(), None, seed, 0))
    seconds = time.process_time() - started
    hours = n_runs * seconds / n_workers / 3600
    n = variant.market.n_shoppers
    return (
        f"{n_runs:,} runs of {n:,} shoppers, {seconds:.1f} processor seconds each: "
        f"{hours:.1f} hours on {n_workers} workers"
    )
