"""The command ``omnisim trial``: a file of a randomised trial in, effects out."""

import argparse
import pathlib
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from omnisim.evaluation import Trial
from omnisim.exceptions import ParameterError, TableError

__all__ = ["declare_trial", "run_trial"]

SHOWN = ["outcome", "level", "arm", "n_arm", "mean_control", "mean_arm", "effect", "ci_low",
         "ci_high", "p_value", "p_holm"]  # fmt: skip
"""Columns of the effects that are printed; ``--csv`` writes all."""


def declare_trial(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="CSV or Parquet file, one row a customer")
    parser.add_argument("--arm", required=True, metavar="COLUMN", help="the arm of each customer")
    parser.add_argument("--control", required=True, metavar="NAME", help="the arm to compare with")
    parser.add_argument(
        "--outcome", required=True, nargs="+", metavar="COLUMN", help="known after randomisation"
    )
    parser.add_argument("--by", nargs="+", default=[], metavar="COLUMN", help="subgroups")
    parser.add_argument(
        "--adjust", nargs="+", default=[], metavar="COLUMN",
        help="known before: checked for balance, and taken out of the outcomes (CUPED)",
    )  # fmt: skip
    parser.add_argument(
        "--expected", nargs="+", default=[], metavar="NAME=SHARE",
        help="planned shares of the arms; equal by default",
    )  # fmt: skip
    parser.add_argument("--confidence", type=float, default=0.95, metavar="P")
    parser.add_argument("--csv", metavar="FILE", help="write all effects")


def run_trial(arguments: argparse.Namespace) -> int:
    """Run the command: print checks and effects, write what was asked for, return the exit code."""
    written = pathlib.Path(arguments.csv).resolve() if arguments.csv else None
    if written == pathlib.Path(arguments.file).resolve():
        raise ParameterError(f"--csv must name another file than FILE. Got {arguments.csv}.")
    trial = Trial.read(arguments.file, arm=arguments.arm, control=arguments.control)
    print(trial)
    print(trial.sample_ratio(_shares(arguments.expected)))
    if arguments.adjust:
        print(trial.balance(arguments.adjust))
    tables = list(_effects(trial, arguments))
    if arguments.csv:
        try:
            pd.concat(tables).to_csv(arguments.csv, index=False)
        except OSError as error:
            raise TableError(
                f"{arguments.csv}: cannot be written: {error.strerror or error}"
            ) from None
    return 0


def _effects(trial: Trial, arguments: argparse.Namespace) -> Iterator[pd.DataFrame]:
    """Print and yield the effects, overall and by each subgroup, plain and adjusted."""
    adjustments: list[list[str]] = [[], arguments.adjust] if arguments.adjust else [[]]
    for by in (None, *arguments.by):
        for adjust in adjustments:
            found = trial.effects(
                arguments.outcome, by=by, adjust=adjust, confidence=arguments.confidence
            )
            table = found.to_frame()
            print(f"\n{found}\n{_text(table[SHOWN])}")
            yield table.assign(adjusted_for=", ".join(adjust))


def _text(table: pd.DataFrame) -> str:
    numbers = table.select_dtypes(np.floating).columns
    shown = table.assign(**{name: table[name].map("{:.5g}".format) for name in numbers})
    return str(shown.to_string(index=False))


def _shares(pairs: Sequence[str]) -> dict[str, float] | None:
    """Return the planned share of each arm, from ``name=share``."""
    found = {}
    for pair in pairs:
        name, _, share = pair.rpartition("=")
        try:
            found[name] = float(share)
        except ValueError:
            raise ParameterError(
                f"--expected takes NAME=SHARE, such as 'mail=0.5'. Got {pair!r}."
            ) from None
    return found or None
