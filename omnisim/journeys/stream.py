"""Read files larger than memory, a batch of rows at a time."""

import os
from collections.abc import Iterator, Mapping, Sequence
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
    cut_sorted,
    find_event_columns,
    read_event_columns,
)
from omnisim.journeys.journeys import Journeys
from omnisim.journeys.tables import check_names, csv_options, is_arrow, open_arrow, table_errors

__all__ = ["count_rows", "read_columns", "stream_events", "stream_paths"]

BATCH_ROWS = 524_288


def stream_paths(
    file: str | os.PathLike[str], *, batch_rows: int = BATCH_ROWS, **options: Any
) -> Iterator[Journeys]:
    """Yield the journeys of a CSV or Parquet table of paths, a batch of rows at a time.

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
        If the file cannot be read as a table of paths.
    """
    check_count("batch_rows", batch_rows)
    for table in _batches(Path(file), None, batch_rows):
        yield Journeys.from_paths(table, **options)


def stream_events(
    file: str | os.PathLike[str],
    *,
    columns: EventColumns | None = None,
    rules: JourneyRules | None = None,
    channels: Mapping[str, str] | None = None,
    batch_rows: int = BATCH_ROWS,
) -> Iterator[Journeys]:
    """Yield the journeys of a CSV or Parquet log of events that is sorted by shopper, then time.

    Memory holds one batch and the events of one shopper.

    Parameters
    ----------
    file : str or path
    columns, rules, channels
        As in `Journeys.from_events`.
    batch_rows : int, default=524288
        Rows of a batch, at most.

    Raises
    ------
    TableError
        If the file cannot be read as a log of events, or is not sorted.
    """
    check_count("batch_rows", batch_rows)
    columns, rules, groups = columns or EventColumns(), rules or JourneyRules(), channels or {}
    where: dict[str, Any] = {}
    rest: pa.Table | None = None
    row = 0
    with table_errors(str(file)):
        for table in _batches(Path(file), columns, batch_rows):
            where = where or find_event_columns(table.column_names, columns)
            if rest is not None:
                table = pa.concat_tables([rest, table])
            changes = _changes(table[where["shopper"]], row)
            # The last shopper's events may go on in the next batch.
            last = int(np.flatnonzero(changes)[-1])
            rest = table.slice(last)
            if last:
                yield _cut(table.slice(0, last), changes[:last], where, rules, groups, row)
            row += last
        if rest is not None:
            changes = _changes(rest[where["shopper"]], row)
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


def _batches(path: Path, columns: EventColumns | None, batch_rows: int) -> Iterator[pa.Table]:
    """Yield tables of at most `batch_rows` rows; none is empty."""
    try:
        if path.suffix.lower() == ".parquet":
            # Buffering whole row groups ahead would double the memory.
            file = pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False)
            names = file.schema_arrow.names
            wanted = None
            if columns is not None:
                found = find_event_columns(names, columns)
                wanted = [name for name in found.values() if name is not None]
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
        for batch in pacsv.open_csv(path, parse_options=csv_options(path)):
            yield from _split(batch, batch_rows)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read as a table: {error}") from error


def _split(batch: pa.RecordBatch, batch_rows: int) -> Iterator[pa.Table]:
    for low in range(0, batch.num_rows, batch_rows):
        yield check_names(pa.Table.from_batches([batch.slice(low, batch_rows)]))


def _changes(column: pa.ChunkedArray, row: int) -> npt.NDArray[np.bool_]:
    """Return which events are the first of a shopper; the first one is."""
    if column.null_count:
        place = row + int(pc.index(pc.is_null(column), True).as_py())
        raise TableError(f"shopper must not be missing. It is in row {place}.")
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
            f"{row + 1 + int(falls.argmax())}. Sort the file, or read it with Journeys.from_events."
        )
    return changes


def _cut(
    table: pa.Table,
    changes: npt.NDArray[np.bool_],
    where: Mapping[str, Any],
    rules: JourneyRules,
    groups: Mapping[str, str],
    row: int,
) -> Journeys:
    time, channel, n_conversions, value, names = read_event_columns(table, where, groups)
    falls = (time[1:] < time[:-1]) & ~changes[1:]
    if falls.any():
        raise TableError(
            f"events must be sorted by shopper, then time. Time falls at row "
            f"{row + 1 + int(falls.argmax())}."
        )
    shopper = np.cumsum(changes, dtype=np.int32)
    conditional = np.zeros(len(time), dtype=np.uint8)
    sorted_columns: Sequence[Any] = (shopper, time, channel, conditional, n_conversions, value)
    journeys = Journeys(**cut_sorted(sorted_columns, names, rules))
    return journeys.collapse() if rules.repeats == "collapse" else journeys
