"""`omnisim policies`: a league of policies, from a file to a table, a folder and a page."""

import argparse
import pathlib
import sys

from tqdm.auto import tqdm

from omnisim.experiment.policy_findings import PolicyFindings, run_policy_study, task_counts
from omnisim.experiment.policy_study import load_policy_study
from omnisim.experiment.store import POLICIES, check_target
from omnisim.experiment.workers import worker_pool
from omnisim.report import write_policies
from omnisim.running import chosen_workers, declare_running, default_folder

SHOWN = {
    "world": "", "policy": "", "gain": "+.2f", "gain_low": "+.2f", "gain_high": "+.2f",
    "per_contact": "+.3f", "contacts": ".1f", "opt_outs": ".3f", "fatigue": ".2f",
    "regret": "+.2f", "reward": ".3f",
}  # fmt: skip
"""Columns of the league that are printed, and how; the folder holds all."""


def declare_policies(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="a study of policies (TOML)")
    declare_running(parser)
    parser.add_argument(
        "--league-only", action="store_true",
        help="leave out the learning curves and the sweep of profiles, which take longest",
    )  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="draw no progress bar")


def run_policies(arguments: argparse.Namespace) -> int:
    """Run a study of policies, print the league, and write tables, figures and page."""
    study = load_policy_study(arguments.file)
    if arguments.league_only:
        study = study.model_copy(update={"learning": None, "profile_error": None})
    n_workers = chosen_workers(arguments.workers)
    out = pathlib.Path(arguments.out or default_folder(arguments.file))
    check_target(out, form=POLICIES)
    n_tasks = sum(task_counts(study))
    with (
        worker_pool(n_workers) as (executor, _),
        tqdm(total=n_tasks, unit=" runs", disable=arguments.quiet, file=sys.stderr) as bar,
    ):
        findings = run_policy_study(
            study, seed=arguments.seed, executor=executor,
            on_wait=lambda n: bar.update(n - bar.n),
        )  # fmt: skip
    write_policies(out, findings, title=study.title, question=study.question)
    print(f"{_listed(findings)}\n\n{findings}\nreport: {out / 'report.html'}")
    return 0


def _listed(findings: PolicyFindings) -> str:
    """Return the league as a table."""
    league = findings.league
    table = league.table[list(SHOWN)].copy()
    for name, how in SHOWN.items():
        if how:
            table[name] = table[name].map(lambda value, how=how: format(value, how))
    lines = [
        f"EUR per shopper and year over no contact, {league.confidence:.0%} intervals; "
        f"reward: EUR per decision",
        str(table.to_string(index=False)),
    ]
    return "\n".join(lines)
