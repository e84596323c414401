"""``omnisim calibrate``: the reference scenario beside the published figures."""

import argparse
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

from tqdm import tqdm

from omnisim._validation import check_count
from omnisim.config.io import load_scenario
from omnisim.experiment.calibration import Calibration, calibrate
from omnisim.experiment.calibration.calibrate import N_PARTS
from omnisim.running import chosen_workers


def declare_calibrate(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``omnisim calibrate``."""
    parser.add_argument(
        "file", nargs="?", metavar="FILE", help="a scenario; the reference scenario by default"
    )
    parser.add_argument("--seed", type=int, default=7, help="seed of the study (default: 7)")
    parser.add_argument(
        "--replications", type=int, default=4, help="replications of every figure (default: 4)"
    )
    parser.add_argument("--workers", type=int, help="worker processes (default: one a processor)")
    parser.add_argument("--out", metavar="FILE", help="write the table as Markdown, too")


def run_calibrate(arguments: argparse.Namespace) -> int:
    """Simulate, print the table, and write it if asked."""
    scenario = load_scenario(arguments.file) if arguments.file else None
    n_workers = chosen_workers(arguments.workers, name="--workers")
    check_count("--seed", arguments.seed, minimum=0)
    n = check_count("--replications", arguments.replications, minimum=1)
    context = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(n_workers, mp_context=context) as pool,
        tqdm(total=n * N_PARTS, desc="calibration", unit=" parts", file=sys.stderr) as bar,
    ):
        found = calibrate(
            scenario,
            seed=arguments.seed,
            n_replications=n,
            executor=pool,
            on_wait=lambda n_done: bar.update(n_done - bar.n) and None,
        )
    text = to_markdown(found)
    print(text)
    if arguments.out:
        with open(arguments.out, "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
    return 0


def to_markdown(found: Calibration) -> str:
    """Return the figures as a Markdown table, with the counts of targets that are met."""
    met, own, free = (f"{part['inside'].sum()} of {len(part)}" for part in found.shown())
    lines = [
        f"{met} targets lie inside their tolerance.",
        f"Inside, and not an input: {own}.",
        f"Inside, and neither an input nor a consequence of inputs: {free}.",
        "",
        "| target | figure | published | tolerance | simulated (se) | inside | source "
        "| set for it |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in found.to_frame().itertuples():
        verdict = "yes" if row.inside else "**no**"
        verdict += "" if row.precise or row.se != row.se else ", imprecise"
        told = " (input)" if row.input else f" (follows from {row.follows})" if row.follows else ""
        lines.append(
            f"| {row.target} | {row.figure}{told} | {row.published:.4g} | {row.low:.3g} to "
            f"{row.high:.3g} | {row.simulated:.4g} ({row.se:.2g}) | {verdict} | {row.source} | "
            f"{row.set_for} |"
        )
    return "\n".join(lines)
