"""What the commands that run studies share: options, workers, and the folder to write."""

import argparse
import os
import pathlib

from omnisim._validation import check_count

OUT = "folder to write; results/NAME by default"


def declare_running(parser: argparse.ArgumentParser, *, out: str = OUT) -> None:
    """Declare on how many processes, under which seed and into which folder a study runs."""
    parser.add_argument("--workers", type=int, metavar="N", help="processes; one a core by default")
    parser.add_argument("--seed", type=int, metavar="N", help="seed, instead of the file's")
    parser.add_argument("--out", metavar="DIR", help=out)


def chosen_workers(asked: int | None, *, name: str = "workers") -> int:
    """Return the number of workers asked for, at least 1, or else one a core."""
    return check_count(name, (os.cpu_count() or 1) if asked is None else asked)


def default_folder(path: str | os.PathLike[str]) -> pathlib.Path:
    """Return where a study is written unless told otherwise: results/ and its file's folder."""
    return pathlib.Path("results") / pathlib.Path(path).resolve().parent.name
