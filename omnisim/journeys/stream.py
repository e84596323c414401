"""Read files larger than memory, a batch of rows at a time."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from omnisim._validation import check_count
from omnisim.exceptions import TableError
from omnisim.journeys.events import (
    EventColumns,
    JourneyRules,
    check_shopper,
    cut_columns,
    cut_sorted,
    find_event_columns,
    read_event_columns,
)
from omnisim.journeys.journeys import Journeys
from omnisim.journeys.paths import COMMON_NAMES, read_paths
from omnisim.journeys.shards import Shards, deal
from omnisim.journeys.tables import (
    check_names,
    csv_options,
    find_column,
    is_arrow,
    open_arrow,
    table_errors,
)

__all__ = ["count_rows", "read_columns", "stream_events", "stream_paths"]

BATCH_ROWS = 524_288
UNSORTED = "Sort the file, or pass shards=Shards() (on the command line: --unsorted)."


def stream_paths(
    file: str | os.PathLike[str], *, batch_rows: int = BATCH_ROWS, **options: Any
) -> Iterator[Journeys]:
    """Yield the journeys of a table of paths in a file, a batch of rows at a time.

    Parameters
    ----------
    file : str or path
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
    columns = {key: options.pop(key, None) for key in COMMON_NAMES}
    row = 0
    for table in _ahead(_batches(Path(file), columns, batch_rows)):
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
    """Yield the journeys of a log of events in a CSV, Parquet or Arrow file, part by part.

    A file that is sorted by shopper, then time, is read once; memory holds two batches and the
    events of one shopper. Any other needs `shards`: its events are first dealt to smaller files by
    shopper, and memory holds one of them.

    Parameters
    ----------
    file : str or path
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
    columns, rules, groups = columns or EventColumns(), rules or JourneyRules(), channels or {}
    tables = _ahead(_batches(Path(file), columns, batch_rows))
    with table_errors(str(file)):
        if shards is None:
            yield from _stream_sorted(tables, columns, rules, groups)
        else:
            n_shards = shards.count(Path(file), count_rows(file))
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
    row = 0
    for table in tables:
        where = find_event_columns(table.column_names, columns)
        if rest is not None:
            table = pa.concat_tables([rest, table])
        changes = _changes(table[where.shopper], row)
        # The last shopper's events may go on in the next batch.
        last = int(np.flatnonzero(changes)[-1])
        rest = table.slice(last)
        if last:
            yield _cut(table.slice(0, last), changes[:last], where, rules, groups, row)
        row += last
    if rest is not None:
        changes = _changes(rest[where.shopper], row)
        yield _cut(rest, changes, where, rules, groups, row)


def count_rows(file: str | os.PathLike[str]) -> int | None:
    """Return the rows of a Parquet file, from its footer; None for a CSV file."""
    path = Path(file)
    if path.suffix.lower() != ".parquet":
        return None
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException) as error:
        raise TableError(f"{path}: cannot be read as a table: {error}") from error


def read_columns(file: str | os.PathLike[str]) -> list[str]:
    """Return the names of a file's columns."""
    path = Path(file)
    try:
        if path.suffix.lower() == ".parquet":
            return list(pq.read_schema(path).names)
        if is_arrow(path):
            with open_arrow(path) as batches:
                return list(batches.schema.names)
        with pacsv.open_csv(path, parse_options=csv_options(path)) as reader:
            return list(reader.schema.names)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read as a table: {error}") from error


def _batches(
    path: Path, columns: EventColumns | Mapping[str, str | None], batch_rows: int
) -> Iterator[pa.Table]:
    """Yield tables of at most `batch_rows` rows; none is empty.

    The columns are those of a log of events, or by what they are those of a table of paths.
    """
    try:
        if path.suffix.lower() == ".parquet":
            # Buffering whole row groups ahead would double the memory.
            file = pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False)
            names = file.schema_arrow.names
            wanted = None
            if isinstance(columns, EventColumns):
                wanted = find_event_columns(names, columns).names()
            for batch in file.iter_batches(batch_rows, columns=wanted):
                if batch.num_rows:
                    yield check_names(pa.Table.from_batches([batch]))
            return
        if is_arrow(path):
            with open_arrow(path) as batches:
                for batch in batches:
                    batch.validate(full=True)
                    yield from _split(batch, batch_rows)
            return
        for batch in _open_csv(path, columns):
            yield from _split(batch, batch_rows)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read as a table: {error}") from error


def _open_csv(path: Path, columns: EventColumns | Mapping[str, str | None]) -> Any:
    """Return the batches of a CSV file, whose types are those of its beginning.

    Values and times may be whole numbers there and no longer so farther down.
    """
    options = csv_options(path)
    with pacsv.open_csv(path, parse_options=options) as reader:
        schema = reader.schema
    if isinstance(columns, EventColumns):
        where = find_event_columns(schema.names, columns)
        real = [where.value, where.time]
    else:
        real = [find_column("paths", schema.names, columns["value"], COMMON_NAMES["value"],
                            required=False)]  # fmt: skip
    whole = (pa.int64(), pa.null())
    types = {name: pa.float64() for name in real if name and schema.field(name).type in whole}
    return pacsv.open_csv(
        path, parse_options=options, convert_options=pacsv.ConvertOptions(column_types=types)
    )


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


def _changes(column: pa.ChunkedArray, row: int) -> npt.NDArray[np.bool_]:
    """Return which events are the first of a shopper; the first one is."""
    check_shopper(column, row)
    changes = np.ones(len(column), dtype=bool)
    if pa.types.is_integer(column.type):
        code = column.to_numpy()
        changes[1:] = code[1:] != code[:-1]
        falls = code[1:] < code[:-1]
    else:
        text = column.cast(pa.large_string()).combine_chunks()
        changes[1:] = np.asarray(pc.not_equal(text[1:], text[:-1]))
        falls = np.asarray(pc.less(text[1:], text[:-1]))
    if falls.any():
        raise TableError(
            f"events must be sorted by shopper, then time. Shoppers fall at row "
            f"{row + 1 + int(falls.argmax())}. {UNSORTED}"
        )
    return changes


def _cut(
    table: pa.Table,
    changes: npt.NDArray[np.bool_],
    where: EventColumns,
    rules: JourneyRules,
    groups: Mapping[str, str],
    row: int,
) -> Journeys:
    time, channel, n_conversions, value, names = read_event_columns(table, where, groups, row=row)
    falls = (time[1:] < time[:-1]) & ~changes[1:]
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
