"""Read files larger than memory, a batch of rows at a time."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from omnisim._validation import check_count, suggest
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys.csv_tables import CsvLayout, open_csv, read_csv_schema
from omnisim.journeys.cutting import JourneyRules, cut_columns, cut_sorted
from omnisim.journeys.events import (
    EventColumns,
    event_layout,
    event_options,
    find_event_columns,
    read_event_columns,
)
from omnisim.journeys.journeys import Journeys
from omnisim.journeys.paths import COMMON_NAMES, path_layout, read_paths
from omnisim.journeys.shards import Shards, deal
from omnisim.journeys.sorting import UNSORTED, SortedShoppers
from omnisim.journeys.tables import (
    check_names,
    check_same_columns,
    is_arrow,
    open_arrow,
    parquet_names,
    parquet_parts,
    table_errors,
    unreadable,
)
from omnisim.journeys.times import exact_time

__all__ = ["count_rows", "read_columns", "stream_events", "stream_paths"]

BATCH_ROWS = 524_288

OPTIONS = {
    "paths": (*COMMON_NAMES, "separator", "empty", "batch_rows"),
    "events": ("columns", "rules", "channels", "batch_rows", "shards"),
}
"""What streams of each kind of file take."""


def check_options(kind: str, options: Collection[str]) -> None:
    """Raise ParameterError if streams of such files have no option of one of the names."""
    for name in options:
        if name not in OPTIONS[kind]:
            raise ParameterError(
                f"Files of {kind} have no option {name!r}. Known: "
                f"{', '.join(map(repr, OPTIONS[kind]))}.{suggest(name, OPTIONS[kind])}"
            )


def _as_path(file: Any, instead: str) -> Path:
    if not isinstance(file, (str, os.PathLike)):
        raise ParameterError(
            f"file must be the name of a file. Got {type(file).__name__}: {instead} reads tables "
            "in memory."
        )
    return Path(file)


def stream_paths(
    file: str | os.PathLike[str], *, batch_rows: int = BATCH_ROWS, **options: Any
) -> Iterator[Journeys]:
    """Yield the journeys of a table of paths in a file, a batch of rows at a time.

    Parameters
    ----------
    file : str or path
        CSV, Parquet or Arrow, or a folder of Parquet files, as in `Journeys.from_paths`.
    batch_rows : int, default=524288
        Rows of a batch, at most.
    **options
        As in `Journeys.from_paths`.

    Raises
    ------
    TableError
        If the file cannot be read as a table of paths; rows are counted from its start.
    """
    check_count("batch_rows", batch_rows)
    path = _as_path(file, "Journeys.from_paths")
    columns = {key: options.pop(key, None) for key in COMMON_NAMES}
    row = 0
    for table in _ahead(_batches(path, columns, batch_rows)):
        yield Journeys(**read_paths(table, columns, row=row, **options))
        row += table.num_rows


def stream_events(
    file: str | os.PathLike[str],
    *,
    columns: EventColumns | None = None,
    rules: JourneyRules | None = None,
    channels: Mapping[str, str] | None = None,
    batch_rows: int = BATCH_ROWS,
    shards: Shards | None = None,
) -> Iterator[Journeys]:
    """Yield the journeys of a log of events in a file, part by part.

    A file that is sorted by shopper, then time, is read once; memory holds two batches and the
    events of one shopper. Any other needs `shards`: its events are first dealt to smaller files by
    shopper, and memory holds one of them.

    Parameters
    ----------
    file : str or path
        CSV, Parquet or Arrow, or a folder of Parquet files, as in `Journeys.from_paths`.
    columns, rules, channels
        As in `Journeys.from_events`.
    batch_rows : int, default=524288
        Rows of a batch, at most.
    shards : Shards, optional
        How to sort a file that is not sorted, in any way; not needed for one that is.

    Yields
    ------
    Journeys
        Each shopper's are in one part. All parts together are those of `Journeys.from_events`.

    Raises
    ------
    TableError
        If the file cannot be read as a log of events, or is not sorted and has no `shards`.
    RunError
        If the shards cannot be written, such as on a full disk.
    """
    check_count("batch_rows", batch_rows)
    columns, rules, groups = event_options(columns, rules, channels)
    path = _as_path(file, "Journeys.from_events")
    if shards is not None and not isinstance(shards, Shards):
        raise ParameterError(f"shards must be Shards(n=...). Got {shards!r}.")
    tables = _ahead(_batches(path, columns, batch_rows))
    with table_errors(str(file)):
        if shards is None:
            yield from _stream_sorted(tables, columns, rules, groups)
        else:
            n_shards = shards.count(path, count_rows(path))
            for events, names in deal(tables, columns, groups, shards, n_shards):
                yield _journeys(cut_columns(events, names, rules), rules)


def _stream_sorted(
    tables: Iterator[pa.Table],
    columns: EventColumns,
    rules: JourneyRules,
    groups: Mapping[str, str],
) -> Iterator[Journeys]:
    where = columns
    rest: pa.Table | None = None
    row, shoppers = 0, SortedShoppers()
    for table in tables:
        where = find_event_columns(table.column_names, columns)
        if rest is not None:
            table = pa.concat_tables([rest, table], promote_options="permissive")
        changes = shoppers.changes(table[where.shopper], row)
        # The last shopper's events may go on in the next batch.
        last = int(np.flatnonzero(changes)[-1])
        rest = table.slice(last)
        if last:
            yield _cut(table.slice(0, last), changes[:last], where, rules, groups, row)
        row += last
    if rest is not None:
        changes = shoppers.changes(rest[where.shopper], row)
        yield _cut(rest, changes, where, rules, groups, row)


def count_rows(file: str | os.PathLike[str]) -> int | None:
    """Return the rows of a Parquet file or folder, from the footers; None for other files."""
    path = Path(file)
    parts = parquet_parts(path)
    try:
        return sum(int(pq.read_metadata(part).num_rows) for part in parts) if parts else None
    except (OSError, pa.ArrowException) as error:
        raise unreadable(path, error) from error


def read_columns(file: str | os.PathLike[str]) -> list[str]:
    """Return the names of a file's columns."""
    path = Path(file)
    parts = parquet_parts(path)
    try:
        if parts:
            return parquet_names(parts[0])
        if is_arrow(path):
            with open_arrow(path) as batches:
                return list(batches.schema.names)
        return list(read_csv_schema(path).names)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error


def _batches(
    path: Path, columns: EventColumns | Mapping[str, str | None], batch_rows: int
) -> Iterator[pa.Table]:
    """Yield tables of at most `batch_rows` rows; none is empty.

    The columns are those of a log of events, or by what they are those of a table of paths. A file
    without rows must have them, too.
    """
    try:
        if isinstance(columns, EventColumns):
            layout = event_layout(columns)
        else:
            layout = path_layout(columns)
        if parts := parquet_parts(path):
            yield from _parquet_batches(parts, layout, batch_rows)
            return
        if is_arrow(path):
            with open_arrow(path) as batches:
                layout(batches.schema.names)
                for batch in batches:
                    batch.validate(full=True)
                    yield from _split(batch, batch_rows)
            return
        batches, known = open_csv(path, layout)
        for batch in batches:
            for table in _split(batch, batch_rows):
                yield known.cleaned(table)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error


def _parquet_batches(
    parts: Sequence[Path], layout: CsvLayout, batch_rows: int
) -> Iterator[pa.Table]:
    """Yield tables of one file, or of the parts of a folder, one after the other."""
    expected = None
    for part in parts:
        try:  # Buffering whole row groups ahead would double the memory.
            file = pq.ParquetFile(part, page_checksum_verification=True, pre_buffer=False)
        except pa.ArrowException as error:
            raise unreadable(part, error) from error
        names = file.schema_arrow.names
        expected = expected or names
        check_same_columns(part, names, parts[0], expected)
        for batch in file.iter_batches(batch_rows, columns=layout(names).used(names)):
            if batch.num_rows:
                yield check_names(pa.Table.from_batches([batch]))


def _ahead(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Yield tables; a thread reads the next one meanwhile, for Arrow does so without the GIL."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, tables, None)
        while (table := coming.result()) is not None:
            coming = reader.submit(next, tables, None)
            yield table


def _split(batch: pa.RecordBatch, batch_rows: int) -> Iterator[pa.Table]:
    for low in range(0, batch.num_rows, batch_rows):
        yield check_names(pa.Table.from_batches([batch.slice(low, batch_rows)]))


def _cut(
    table: pa.Table,
    changes: npt.NDArray[np.bool_],
    where: EventColumns,
    rules: JourneyRules,
    groups: Mapping[str, str],
    row: int,
) -> Journeys:
    time, channel, n_conversions, value, names = read_event_columns(table, where, groups, row=row)
    exact = exact_time(table[where.time])
    stamps: npt.NDArray[Any] = time if exact is None else exact
    falls = (stamps[1:] < stamps[:-1]) & ~changes[1:]
    if falls.any():
        raise TableError(
            f"events must be sorted by shopper, then time. Time falls at row "
            f"{row + 1 + int(falls.argmax())}. {UNSORTED}"
        )
    shopper = np.cumsum(changes, dtype=np.int32)
    conditional = np.zeros(len(time), dtype=np.uint8)
    sorted_columns: Sequence[Any] = (shopper, time, channel, conditional, n_conversions, value)
    return _journeys(cut_sorted(sorted_columns, names, rules), rules)


def _journeys(arrays: dict[str, Any], rules: JourneyRules) -> Journeys:
    journeys = Journeys(**arrays)
    return journeys.collapse() if rules.repeats == "collapse" else journeys
