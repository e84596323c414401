"""Deal the events of a file to smaller files by shopper, so that each fits into memory."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

import omnisim.journeys._paths as _paths
from omnisim._validation import check_count
from omnisim.exceptions import ParameterError, RunError, TableError
from omnisim.journeys.events import (
    EventColumns,
    check_channels,
    check_shopper,
    find_event_columns,
    read_event_columns,
)
from omnisim.journeys.tables import decode, read_codes
from omnisim.journeys.times import exact_time

__all__ = ["Shards", "deal"]

ROWS_A_SHARD = 1_500_000
"""Rows of a shard that `Shards` aims at; cutting one takes about 150 bytes a row."""

BYTES_A_ROW = 20
"""Bytes of a row of a CSV log, at least: what `Shards` takes to guess its rows."""

MAX_SHARDS = 512
"""Shards, and thus files open at once, that `Shards` chooses at most."""


@dataclass(frozen=True)
class Shards:
    """Where and how to sort a log of events that memory does not hold.

    All events of a shopper go to one shard, in the order of their rows.

    Parameters
    ----------
    n : int, optional
        Number of shards; by default so many that each holds about 1.5 million rows. The largest
        must fit into memory.
    folder : str or path, optional
        Where to make a temporary folder, which is removed at the end; the system's place for these
        by default. It takes at most 40 bytes a row and the length of the shoppers' names.
    progress : callable, optional
        Called with the number of rows just dealt.
    """

    n: int | None = None
    folder: str | os.PathLike[str] | None = None
    progress: Callable[[int], None] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.n is not None:
            check_count("n", self.n)

    def count(self, file: Path, n_rows: int | None) -> int:
        """Return the number of shards for a file of `n_rows`, where that is known."""
        if self.n is not None:
            return self.n
        try:
            rows = file.stat().st_size / BYTES_A_ROW if n_rows is None else n_rows
        except OSError as error:
            raise TableError(f"{file}: cannot be read as a table: {error}") from error
        return int(min(MAX_SHARDS, rows // ROWS_A_SHARD + 1))


def deal(
    tables: Iterable[pa.Table],
    columns: EventColumns,
    groups: Mapping[str, str],
    shards: Shards,
    n_shards: int,
) -> Iterator[tuple[list[npt.NDArray[Any]], tuple[str, ...]]]:
    """Yield the events of each shard: the columns of `cut_events` and the names of the channels.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        The log, a batch of rows at a time.
    columns : EventColumns
    groups : mapping of str to str
        Names that channels get.
    shards : Shards
    n_shards : int

    Raises
    ------
    TableError
        If the log holds what it must not; the message counts rows from the file's first.
    RunError
        If the shards cannot be written or read.
    """
    folder = _make_folder(shards)
    files = [folder / f"{k:04d}.arrow" for k in range(n_shards)]
    try:
        names = _write(tables, columns, groups, files, shards.progress)
        known, recode = _sorted_names(names)
        for file in files:
            events = _read(file, recode)
            if events is not None:
                yield events, known
            file.unlink(missing_ok=True)
    except OSError as error:
        raise RunError(
            f"{folder}: the events cannot be sorted there: {error.strerror or error}. It takes up "
            "to 40 bytes a row; choose another folder with Shards(folder=...)."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_folder(shards: Shards) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="omnisim-shards-", dir=shards.folder))
    except OSError as error:
        raise ParameterError(
            f"folder must be one that can be written to. Got {shards.folder!r}: {error.strerror}."
        ) from error


def _write(
    tables: Iterable[pa.Table],
    columns: EventColumns,
    groups: Mapping[str, str],
    files: Sequence[Path],
    progress: Callable[[int], None] | None,
) -> dict[str, int]:
    """Write every shard; return the channels with the codes that stand in the shards."""
    codes: dict[str, int] = {}
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    writers: list[Any] = []
    row = 0
    with ExitStack() as stack:
        for table in tables:
            where = find_event_columns(table.column_names, columns)
            batch = _checked(table, where, groups, row, codes)
            if not writers:
                sinks = [stack.enter_context(open(file, "wb")) for file in files]
                writers = [
                    stack.enter_context(pa.ipc.new_stream(sink, batch.schema, options=options))
                    for sink in sinks
                ]
            for writer, part in zip(writers, _parts(batch, len(files)), strict=True):
                if part.num_rows:
                    writer.write_table(part)
            row += table.num_rows
            if progress is not None:
                progress(table.num_rows)
    return codes


def _checked(
    table: pa.Table,
    where: EventColumns,
    groups: Mapping[str, str],
    row: int,
    codes: dict[str, int],
) -> pa.Table:
    """Return the events of a batch as the shards hold them, and add its channels to `codes`."""
    shopper = decode(table[where.shopper])
    check_shopper(shopper, row)
    time, channel, n_conversions, value, names = read_event_columns(table, where, groups, row=row)
    if exact_time(table[where.time]) is not None:
        raise TableError(
            f"{where.time} must be whole microseconds where events are sorted on disk: round it, "
            "or sort the file."
        )
    check_channels({*codes, *names})
    recode = [codes.setdefault(name, len(codes)) for name in names]
    channel = np.array([*recode, -1], dtype=np.int32)[channel]
    return pa.table({
        "shopper": shopper,
        "time": time,
        "channel": channel,
        "n_conversions": n_conversions,
        "value": value,
    })  # fmt: skip


def _parts(events: pa.Table, n: int) -> list[pa.Table]:
    """Return the rows of each shard, in order; a shopper's shard depends on its name alone."""
    if n == 1:
        return [events]
    name = events["shopper"].to_numpy()
    shard = (pd.util.hash_array(name) % np.uint64(n)).astype(np.int32)
    order = np.empty(len(shard), dtype=np.int64)
    _paths.bucket_order(shard, n, order)
    stop = np.cumsum(np.bincount(shard, minlength=n))
    dealt = events.take(pa.array(order))
    return [dealt.slice(low, high - low) for low, high in zip((0, *stop[:-1]), stop, strict=True)]


def _sorted_names(codes: Mapping[str, int]) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    """Return the channels in order of name, and the position of each code; -1 stays."""
    names = tuple(sorted(codes))
    recode = np.full(len(names) + 1, -1, dtype=np.int32)
    recode[[codes[name] for name in names]] = np.arange(len(names))
    return names, recode


def _read(file: Path, recode: npt.NDArray[np.int32]) -> list[npt.NDArray[Any]] | None:
    """Return the columns of `cut_events`, None where the shard is empty."""
    if not file.exists():
        return None
    with pa.OSFile(str(file)) as source:
        events = pa.ipc.open_stream(source).read_all()
    if events.num_rows == 0:
        return None
    shopper, _ = read_codes(events["shopper"], "shopper")
    time, channel, n_conversions, value = (
        events[name].to_numpy() for name in ("time", "channel", "n_conversions", "value")
    )
    conditional = np.zeros(len(time), dtype=np.uint8)
    return [shopper, time, recode[channel], conditional, n_conversions, value]
