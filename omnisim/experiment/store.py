"""Keep a study in a folder: Parquet and JSON, there whole or not at all."""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
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
POLICIES = "omnisim study of policies 1"
VALUATION = "omnisim valuation 1"
KINDS = {
    FORMAT: "a comparison (omnisim run)",
    POLICIES: "a study of policies (omnisim policies)",
    VALUATION: "a valuation (omnisim value)",
}
"""What the folder of each format holds, and which command writes it."""

RUNS = {FORMAT: "value-runs", VALUATION: "runs"}
"""Folder of the finished runs from which a study that was killed goes on, by format."""

PROVENANCE = "provenance.json"
TABLES = ("metrics", "samples", "gain", "margin", "premium", "flows", "attribution")
SIZES = ("n_replications", "n_shoppers", "n_events")


@contextmanager
def study_folder(
    path: str | os.PathLike[str], *, form: str = FORMAT, kept: str | None = None
) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `path` when the block ends without an error.

    Parameters
    ----------
    path : path-like
        Where the study shall be. An empty folder or an earlier study of its kind there is replaced.
    form : str
        Format of the study, one of `KINDS`.
    kept : str, optional
        Name of a folder in the earlier study that the new one takes over.

    Yields
    ------
    Path
        Folder to write into, beside the final place; gone if the block fails.

    Raises
    ------
    ParameterError
        If `path` is a file, or a folder that holds something else than a study of this kind.
    """
    target = Path(path).resolve()
    check_target(target, form=form)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as beside:
        fresh, old = Path(beside) / "new", Path(beside) / "old"
        fresh.mkdir()
        yield fresh
        check_target(target, form=form)
        if target.exists():
            target.rename(old)
        try:
            _take_over(old, fresh, kept)
            fresh.rename(target)
        except OSError:
            _take_over(fresh, old, kept)
            if old.exists():
                old.rename(target)
            raise


def _take_over(source: Path, target: Path, name: str | None) -> None:
    if name is not None and (source / name).exists():
        (source / name).rename(target / name)


def check_target(path: str | os.PathLike[str], *, form: str = FORMAT) -> None:
    """Raise unless a study may be written to `path`, so that nobody finds out after a long run.

    Parameters
    ----------
    path : path-like
        Where the study shall be.
    form : str
        Format of the study, one of `KINDS`.

    Raises
    ------
    ParameterError
        If `path` is a file, cannot be made, or is a folder that holds something else than a study
        of this kind, finished or begun.
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
    found = form_of(target)
    names = {file.name for file in target.iterdir()}
    if found == form or names <= {RUNS.get(form)}:
        return
    if found in KINDS:
        raise ParameterError(
            f"{target} holds {KINDS[found]}, which {KINDS[form]} would overwrite. Choose another "
            "folder by --out, or remove this one."
        )
    raise ParameterError(
        f"{target} holds other files than an omnisim study, and they would be lost. "
        "Choose another folder, or empty this one."
    )


def form_of(folder: Path) -> str | None:
    """Return the format of the study in a folder; None if there is none."""
    try:
        head: Any = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(head.get("format")) if isinstance(head, dict) and "format" in head else None


def seed_begun(folder: str | os.PathLike[str]) -> int | None:
    """Return the seed of the study that was begun in a folder of finished runs; None without."""
    for head in sorted(Path(folder).rglob("study.json")):
        try:
            return int(json.loads(head.read_text(encoding="utf-8"))["seed"])
        except (OSError, ValueError, LookupError, TypeError):
            continue
    return None


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame], head: Mapping[str, Any]) -> None:
    """Write tables as Parquet, and a provenance that knows their digests, into a folder."""
    digests = {}
    for name, frame in tables.items():
        path = folder / f"{name}.parquet"
        table = pa.Table.from_pandas(frame, preserve_index=False)
        pq.write_table(table, path, compression="zstd", write_page_checksum=True)
        digests[name] = digest(path.read_bytes())
    made = dict(head)
    provenance = made.pop("provenance")
    text = to_json(made | {"sha256": digests, "provenance": provenance})
    (folder / PROVENANCE).write_text(text, encoding="utf-8", newline="\n")


def write_results(folder: str | os.PathLike[str], comparison: Comparison) -> None:
    """Write the tables and the provenance of a comparison into an existing folder."""
    head = {"format": FORMAT, "names": list(comparison.names), "confidence": comparison.confidence}
    sizes = {name: getattr(comparison, name) for name in SIZES}
    made = head | sizes | {"provenance": dict(comparison.provenance)}
    write_tables(Path(folder), comparison.tables(), made)


def read_study(path: str | os.PathLike[str]) -> Comparison:
    """Read a comparison back from the folder of a study.

    Raises
    ------
    TableError
        If the folder is no comparison, or a file of it is missing or damaged. Of a study of another
        kind the message tells which it is, and which tables it holds.
    """
    folder = Path(path)
    found = form_of(folder)
    if found in KINDS and found != FORMAT:
        names = ", ".join(sorted(file.stem for file in folder.glob("*.parquet")))
        raise TableError(
            f"{folder} holds {KINDS[found]}, and read_study reads a comparison (omnisim run). Read "
            f"its tables by pandas.read_parquet: {names}."
        )
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
