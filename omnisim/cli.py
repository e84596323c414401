"""The command line: one function for each command, listed in `COMMANDS`."""

import argparse
import io
import json
import os
import pathlib
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from omnisim import __version__
from omnisim.attribute import declare_attribute, run_attribute
from omnisim.calibration import declare_calibrate, run_calibrate
from omnisim.config.base import Part
from omnisim.config.experiment import Experiment, build_experiment, is_experiment
from omnisim.config.io import TomlFile, build
from omnisim.config.render import render_toml
from omnisim.config.scenario import Scenario
from omnisim.config.schema_json import json_schema
from omnisim.exceptions import ConfigError, OmnisimError
from omnisim.experiment.policy_study import PolicyStudy, build_policy_study, is_policy_study
from omnisim.league import declare_policies, run_policies
from omnisim.running import (
    declare_customers,
    declare_running,
    default_folder,
    read_experiment,
)
from omnisim.study import run_study, value_command
from omnisim.trial import declare_trial, run_trial
from omnisim.value import declare_value, run_value, told

BAD_INPUT, INTERRUPTED, PIPE_CLOSED = 2, 130, 141
"""Exit codes of a failed command; the last two are those of a shell."""

REFERENCE_HEADING = """\
The reference scenario of omnisim: every field, with its unit, range and source.
Sources such as T-41 are rows of SOURCES.md; a file may hold only what differs from here.
Written by: omnisim reference --out experiments/reference.toml"""


KINDS: dict[str, type[Part]] = {
    "scenario": Scenario,
    "experiment": Experiment,
    "policies": PolicyStudy,
}
"""Files that the command line reads, and what they define."""


class Command(NamedTuple):
    """One command: how it is called, and what it does."""

    name: str
    summary: str
    declare: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; wrong input gives 2 and no traceback."""
    arguments = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of files may not be text
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except OmnisimError as error:
        print(f"omnisim: error: {error}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        # Python flushes stdout again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return PIPE_CLOSED
    except OSError as error:
        print(f"omnisim: error: {error.filename}: {error.strerror}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("omnisim: interrupted", file=sys.stderr)
        return INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="omnisim", description="What is it worth to integrate a retailer's channels?"
    )
    parser.add_argument("--version", action="version", version=f"omnisim {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        below = commands.add_parser(command.name, help=command.summary, description=command.summary)
        command.declare(below)
        below.set_defaults(run=command.run)
    return parser


def _declare_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", nargs="?", metavar="FILE",
        help="an experiment or scenario (TOML); the reference scenario by default; what a table "
        "[value] asks is answered on the same page",
    )  # fmt: skip
    declare_customers(parser)
    declare_running(parser)
    parser.add_argument("--quiet", action="store_true", help="draw no progress bar")


def _run(arguments: argparse.Namespace) -> int:
    file = arguments.file
    out = pathlib.Path(arguments.out or default_folder(file or "reference/config.toml"))
    experiment = read_experiment(file) if file else Experiment()
    study = run_study(
        experiment,
        file=file,
        customers=arguments.customers,
        n_workers=arguments.workers,
        seed=arguments.seed,
        out=out,
        show_progress=not arguments.quiet,
    )
    print(study.comparison)
    if study.findings is None:
        print(f"what each capability is worth, and more: {value_command(file)}")
    else:
        print("\n".join(told(study.findings)))
    print(f"report: {out / 'report.html'}")
    return 0


def _declare_validate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a scenario or experiment (TOML)")


def _validate(arguments: argparse.Namespace) -> int:
    code = 0
    for name in arguments.files:
        try:
            file = TomlFile(name)
            if is_policy_study(file):
                build_policy_study(file)
            elif is_experiment(file):
                build_experiment(file)
            else:
                build(file, Scenario)
        except ConfigError as error:
            print(error, file=sys.stderr)
            code = BAD_INPUT
        else:
            print(f"{name}: ok")
    return code


def _declare_schema(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", nargs="?", default="scenario", choices=tuple(KINDS))
    _declare_out(parser)


def _schema(arguments: argparse.Namespace) -> int:
    schema = json_schema(KINDS[arguments.kind])
    _write(arguments.out, json.dumps(schema, indent=2) + "\n")
    return 0


def _declare_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", metavar="FILE", help="write to FILE instead of the terminal")


def _reference(arguments: argparse.Namespace) -> int:
    _write(arguments.out, render_toml(Scenario(), heading=REFERENCE_HEADING))
    return 0


def _write(out: str | None, text: str) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    try:
        pathlib.Path(out).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written: {error.strerror}") from None


COMMANDS = (
    Command("run", "Compare two firms and write a report.", _declare_run, _run),
    Command(
        "value", "Value each capability, and orders to bring them in.", declare_value, run_value
    ),
    Command("policies", "Hold a league of policies.", declare_policies, run_policies),
    Command("attribute", "Credit the channels of a table.", declare_attribute, run_attribute),
    Command(
        "calibrate", "Hold a scenario against published figures.", declare_calibrate, run_calibrate
    ),
    Command("trial", "Analyse a randomised trial.", declare_trial, run_trial),
    Command("validate", "Check scenario and experiment files.", _declare_validate, _validate),
    Command("schema", "Print the JSON schema of a scenario file.", _declare_schema, _schema),
    Command("reference", "Print the documented reference scenario.", _declare_out, _reference),
)
