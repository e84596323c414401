"""`omnisim value`: what capabilities, channels and data are worth, in a folder that can go on."""

import argparse
import pathlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm.auto import tqdm

from omnisim._validation import check_count
from omnisim.config.experiment import Experiment, load_experiment
from omnisim.experiment import CapabilityValues
from omnisim.experiment.arm import ArmTask, run_arm
from omnisim.experiment.capability_values import study_plan
from omnisim.experiment.findings import Findings
from omnisim.experiment.shoppers import SegmentShoppers
from omnisim.experiment.valuation import Watch, find, valuation_sizes
from omnisim.experiment.workers import worker_pool
from omnisim.provenance import to_json
from omnisim.report.sections import sections
from omnisim.report.valuation import write_valuation
from omnisim.running import chosen_workers, declare_running, default_folder

REPORT = "report.html"


def declare_value(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help="an experiment (TOML); its table [value] says what is found, capabilities by default",
    )
    parser.add_argument(
        "--orderings", type=int, metavar="N",
        help="orderings to sample for the Shapley values of capabilities, instead of the file's; "
        "0 runs every coalition",
    )  # fmt: skip
    declare_running(parser, out="folder to write, or to go on in; results/NAME by default")
    parser.add_argument(
        "--plan", action="store_true", help="run once, say how long the whole takes, and stop"
    )
    parser.add_argument("--quiet", action="store_true", help="draw no progress bar")


def run_value(arguments: argparse.Namespace) -> int:
    """Run the command: find what the file asks for, write the folder, print what was found."""
    experiment = load_experiment(arguments.file)
    if arguments.orderings is not None:
        n = check_count("orderings", arguments.orderings, minimum=0)
        asked = experiment.value.model_copy(update={"n_orderings": n})
        experiment = experiment.model_copy(update={"value": asked})
    n_workers = chosen_workers(arguments.workers)
    seed = arguments.seed if arguments.seed is not None else experiment.seed or 0
    if arguments.plan:
        print("\n".join(_plan(experiment, seed, n_workers)))
        return 0
    out = pathlib.Path(arguments.out or default_folder(arguments.file))
    with worker_pool(n_workers) as (executor, _):
        findings = find(
            experiment, seed=seed, folder=out / "runs", executor=executor,
            watch=_bars(shown=not arguments.quiet),
        )  # fmt: skip
    write_findings(out, findings, experiment, command=f"omnisim value {arguments.file}")
    print("\n".join(_told(findings)))
    print(f"report: {out / REPORT}")
    return 0


def write_findings(
    out: pathlib.Path, findings: Findings, experiment: Experiment, *, command: str
) -> None:
    """Write tables, figures, provenance and report into a folder, over those of an earlier run."""
    out.mkdir(parents=True, exist_ok=True)
    for name, table in findings.tables().items():
        table.to_parquet(out / f"{name}.parquet", index=False)
    for section in sections(findings):
        for figure, _ in section.figures:
            file = out / f"{figure.name}.svg"
            file.write_text(figure.svg, encoding="utf-8", newline="\n")
    (out / "provenance.json").write_text(to_json(findings.provenance()), encoding="utf-8")
    write_valuation(out / REPORT, findings, experiment, command=command)


def _told(findings: Findings) -> Iterator[str]:
    for _, result in findings.parts():
        yield repr(result)
        if isinstance(result, CapabilityValues):
            yield _listed(result)


def _bars(*, shown: bool) -> Watch:
    """Return what draws a bar for each part."""

    @contextmanager
    def watch(part: str, n_tasks: int) -> Iterator[Callable[[int], None]]:
        with tqdm(
            total=n_tasks, desc=part, unit=" tasks", disable=not shown, file=sys.stderr
        ) as bar:
            yield lambda n: bar.update(n - bar.n)
            bar.total = bar.n  # equal budgets of an audit are run once
            bar.refresh()

    return watch


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


def _plan(experiment: Experiment, seed: int, n_workers: int) -> Iterator[str]:
    """Run the variant once and yield how long each part, and the whole, will take."""
    sizes = valuation_sizes(experiment, seed)
    _, variant = experiment.arms()
    started = time.process_time()
    run_arm(ArmTask("plan", variant, SegmentShoppers(), None, seed, 0))
    seconds = time.process_time() - started
    total = sum(size.n_runs for size in sizes.values())
    for part, size in sizes.items():
        if part == "capabilities":
            n = experiment.value.n_orderings
            how = study_plan(*experiment.arms(), n_orderings=n, seed=seed)
            yield f"{part}: {size.n_runs:,} runs ({how})"
        elif size.n_runs:
            yield f"{part}: {size.n_runs:,} runs"
    yield (
        f"{total:,} runs of {variant.market.n_shoppers:,} shoppers, {seconds:.1f} processor "
        f"seconds each: {total * seconds / n_workers / 3600:.1f} hours on {n_workers} workers"
    )
