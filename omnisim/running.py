"""What the commands that run studies share: options, file, seed, workers, folder, progress."""

import argparse
import os
import pathlib
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm.auto import tqdm

from omnisim._validation import check_count
from omnisim.config.experiment import Experiment, build_experiment, is_experiment
from omnisim.config.io import TomlFile, build
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ConfigError
from omnisim.experiment.policy_study import is_policy_study
from omnisim.experiment.store import seed_begun
from omnisim.experiment.valuation import Watch
from omnisim.random import fresh_seed

OUT = "folder to write; results/NAME by default"


def declare_running(parser: argparse.ArgumentParser, *, out: str = OUT) -> None:
    """Declare on how many processes, under which seed and into which folder a study runs."""
    parser.add_argument("--workers", type=int, metavar="N", help="processes; one a core by default")
    parser.add_argument(
        "--seed", type=int, metavar="N",
        help="seed, instead of the file's; drawn and recorded if neither has one",
    )  # fmt: skip
    parser.add_argument("--out", metavar="DIR", help=out)


def declare_customers(parser: argparse.ArgumentParser) -> None:
    """Declare the retailer's own customers."""
    parser.add_argument(
        "--customers", metavar="FILE",
        help="your transactions (customer, date, value, channel) or customer table",
    )  # fmt: skip


def chosen_workers(asked: int | None, *, name: str = "workers") -> int:
    """Return the number of workers asked for, at least 1, or else one a core."""
    return check_count(name, (os.cpu_count() or 1) if asked is None else asked)


def chosen_seed(
    asked: int | None, experiment: Experiment, begun: pathlib.Path | None = None
) -> int:
    """Return the seed of a study.

    It is the one that was asked for, else the file's, else that of the runs in a folder where the
    study was begun, else a fresh one.
    """
    known = (asked, experiment.seed, seed_begun(begun) if begun is not None else None)
    return next((seed for seed in known if seed is not None), fresh_seed())


def read_experiment(path: str) -> Experiment:
    """Return the experiment of a file; a scenario is compared siloed and integrated.

    Raises
    ------
    ConfigError
        If the file cannot be read, or is one for another command, which is named.
    """
    file = TomlFile(path)
    if is_policy_study(file):
        raise ConfigError(f"{path}: is a study of policies. Run it by: omnisim policies {path}")
    if is_experiment(file):
        return build_experiment(file)
    return Experiment(scenario=build(file, Scenario))


def default_folder(path: str | os.PathLike[str], *, ending: str = "") -> pathlib.Path:
    """Return where a study is written unless told otherwise: results/ and its file's folder.

    Examples
    --------
    >>> default_folder("experiments/02_capabilities/config.toml", ending="-value").name
    '02_capabilities-value'
    """
    return pathlib.Path("results") / (pathlib.Path(path).resolve().parent.name + ending)


def command_of(name: str, *words: str | None, **options: object) -> str:
    """Return a command as one types it; words and options that are None are left out.

    Examples
    --------
    >>> command_of("run", "my file.toml", seed=7, customers=None)
    "omnisim run 'my file.toml' --seed 7"
    """
    parts = ["omnisim", name, *(word for word in words if word is not None)]
    for option, value in options.items():
        if value is not None:
            parts += [f"--{option}", str(value)]
    return shlex.join(parts)


def bars(*, shown: bool) -> Watch:
    """Return what draws a bar on the terminal for each part of a valuation."""

    @contextmanager
    def watch(part: str, n_tasks: int) -> Iterator[Callable[[int], None]]:
        with tqdm(
            total=n_tasks, desc=part, unit=" tasks", disable=not shown, file=sys.stderr
        ) as bar:
            yield lambda n: bar.update(n - bar.n)
            bar.total = bar.n  # equal budgets of an audit are run once
            bar.refresh()

    return watch
