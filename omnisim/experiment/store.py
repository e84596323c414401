"""Keep a study in a folder: Parquet and JSON, there whole or not at all."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from omnisim.exceptions import ParameterError, TableError
from omnisim.experiment.comparison import Comparison
from omnisim.provenance import digest, to_json

FORMAT = "omnisim study 1"
PROVENANCE = "provenance.json"
TABLES = ("metrics", "samples", "gain", "margin", "premium", "flows", "attribution")
SIZES = ("n_replications", "n_shoppers", "n_events")


@contextmanager
def study_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `path` when the block ends without an error.

    Parameters
    ----------
    path : path-like
        Where the study shall be. An empty folder or an earlier study there is replaced.

    Yields
    ------
    Path
        Folder to write into, beside the final place; gone if the block fails.

    Raises
    ------
    ParameterError
        If `path` is a file, or a folder that holds something else than a study.
    """
    target = Path(path).resolve()
    check_target(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as beside:
        fresh, old = Path(beside) / "new", Path(beside) / "old"
        fresh.mkdir()
        yield fresh
        check_target(target)
        if target.exists():
            target.rename(old)
        try:
            fresh.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise


def check_target(path: str | os.PathLike[str]) -> None:
    """Raise unless a study may be written to `path`, so that nobody finds out after a long run.

    Raises
    ------
    ParameterError
        If `path` is a file, cannot be made, or is a folder that holds something else than a study.
    """
    target = Path(path).absolute()
    if not target.exists():
        above = next(folder for folder in target.parents if folder.exists())
        try:
            tempfile.TemporaryDirectory(dir=above).cleanup()
        except OSError as error:
            raise ParameterError(
                f"{target} cannot be made in {above}: {error.strerror}."
            ) from error
        return
    if not target.is_dir():
        raise ParameterError(f"{target} is a file; a study needs a folder. Choose another name.")
    if any(target.iterdir()) and not _is_study(target):
        raise ParameterError(
            f"{target} holds other files than an omnisim study, and they would be lost. "
            "Choose another folder, or empty this one."
        )


def write_results(folder: str | os.PathLike[str], comparison: Comparison) -> None:
    """Write the tables and the provenance of a comparison into an existing folder."""
    digests = {}
    for name, frame in comparison.tables().items():
        path = Path(folder) / f"{name}.parquet"
        table = pa.Table.from_pandas(frame, preserve_index=False)
        pq.write_table(table, path, compression="zstd", write_page_checksum=True)
        digests[name] = digest(path.read_bytes())
    head = {"format": FORMAT, "names": list(comparison.names), "confidence": comparison.confidence}
    sizes = {name: getattr(comparison, name) for name in SIZES}
    rest = {"sha256": digests, "provenance": dict(comparison.provenance)}
    text = to_json(head | sizes | rest)
    (Path(folder) / PROVENANCE).write_text(text, encoding="utf-8", newline="\n")


def read_study(path: str | os.PathLike[str]) -> Comparison:
    """Read a comparison back from the folder of a study.

    Raises
    ------
    TableError
        If the folder is no study, or a file of it is missing or damaged.
    """
    folder = Path(path)
    try:
        head = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
        if head["format"] != FORMAT:
            raise ValueError(f"its format is {head['format']!r}, not {FORMAT!r}")
        sizes = {name: int(head[name]) for name in SIZES}
        return Comparison(
            names=(str(head["names"][0]), str(head["names"][1])),
            confidence=float(head["confidence"]),
            provenance=head["provenance"],
            **{name: _read_table(folder, name, head["sha256"][name]) for name in TABLES},
            **sizes,
        )
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise TableError(f"{folder} cannot be read as an omnisim study: {error}") from error


def _read_table(folder: Path, name: str, sha256: str) -> pd.DataFrame:
    content = (folder / f"{name}.parquet").read_bytes()
    if digest(content) != sha256:
        raise ValueError(f"{name}.parquet is not the file that was written")
    return pq.read_table(pa.BufferReader(content), page_checksum_verification=True).to_pandas()


def _is_study(folder: Path) -> bool:
    try:
        head: Any = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(head, dict) and str(head.get("format", "")).startswith("omnisim study")
