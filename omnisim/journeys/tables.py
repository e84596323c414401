"""The door for tables of any kind: dataframes, mappings, CSV and Parquet files become Arrow."""

import io
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from omnisim._validation import suggest
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys.csv_tables import PACKED_ENDINGS, CsvLayout, read_csv

__all__ = ["as_table", "decode", "find_column", "read_codes", "read_count", "read_float",
           "read_value"]  # fmt: skip

PARQUET_ENDINGS = (".parquet", ".parq", ".pq")
ARROW_ENDINGS = (".arrow", ".feather")
ARROW_MAGIC = b"ARROW1"
Flags = npt.NDArray[np.bool_]


@contextmanager
def table_errors(name: str) -> Iterator[None]:
    """Turn what Arrow says of bad data, such as text that is not UTF-8, into a TableError."""
    try:
        yield
    except (pa.ArrowException, UnicodeError) as error:
        raise unreadable(name, error) from error


def unreadable(name: object, error: Exception) -> TableError:
    """Return the error that says that a file or table cannot be read, and why."""
    badly_coded = isinstance(error, UnicodeError) or "UTF8" in str(error)
    hint = " Save it as UTF-8." if badly_coded else ""
    return TableError(f"{name}: cannot be read as a table: {error}{hint}")


class WatchedFile(io.FileIO):
    """A file that tells how many bytes were just read of it."""

    def __init__(self, path: Path, progress: Callable[[int], None]) -> None:
        super().__init__(path)
        self._progress = progress

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and tell."""
        data = super().read(-1 if size is None else size) or b""
        self._progress(len(data))
        return data


def as_table(
    source: Any,
    *,
    progress: Callable[[int], None] | None = None,
    layout: CsvLayout | None = None,
) -> pa.Table:
    """Return `source` as an Arrow table, without a copy where it is one in memory.

    Parameters
    ----------
    source : object, str or path
        A dataframe (anything with ``__arrow_c_stream__`` or ``__arrow_c_array__``), a mapping of
        column names to sequences, or a file: Parquet or Arrow by its ending (``.parquet``,
        ``.parq`` or ``.pq``; ``.arrow`` or ``.feather``), CSV otherwise, which may be packed
        (``.gz``, ``.bz2``, ``.zst``, ``.lz4``). A folder is the Parquet files right in it that have
        one of these endings, one after the other in order of their names, ``part.9`` before
        ``part.10``; those whose names begin with a dot or an underscore are left out. A column may
        be of whole numbers in one and of real ones in another, or of another kind of string.
    progress : callable, optional
        Called with the number of bytes just read of a file, from any thread.
    layout : callable, optional
        Tells which columns of a CSV file are text; see `omnisim.journeys.csv_tables`. Of CSV and
        Parquet files only the columns that it knows are read.

    Raises
    ------
    TableError
        If it is none of these, or the file cannot be read.
    """
    if isinstance(source, (str, os.PathLike)):
        return _read_file(Path(source), progress, layout)
    if isinstance(source, pa.Table):
        return check_names(source)
    speaks = hasattr(source, "__arrow_c_stream__") or hasattr(source, "__arrow_c_array__")
    if not speaks and not isinstance(source, Mapping):
        raise TableError(
            "A table must be a dataframe that speaks the Arrow PyCapsule interface, a mapping of "
            f"columns, or a CSV, Parquet or Arrow file. Got {type(source).__name__}."
        )
    try:
        # One thread: handing columns of a pandas frame to several takes longer than they save.
        return check_names(pa.table(source if speaks else dict(source), nthreads=1))
    except (pa.ArrowException, TypeError, ValueError) as error:
        # Such as a column that is no sequence, or two of one name, which pandas refuses.
        raise TableError(f"The table cannot be read: {error}") from error


def _read_file(
    path: Path, progress: Callable[[int], None] | None, layout: CsvLayout | None
) -> pa.Table:
    if path.is_dir():
        return _read_folder(path, progress, layout)
    try:
        # Arrow itself unpacks a compressed file, by its name.
        if progress is None or path.suffix.lower() in PACKED_ENDINGS:
            return _read_open(path, path, layout)
        with pa.PythonFile(WatchedFile(path, progress), "r") as file:
            return _read_open(path, file, layout)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error


def _read_folder(
    folder: Path, progress: Callable[[int], None] | None, layout: CsvLayout | None
) -> pa.Table:
    parts = parquet_parts(folder)
    names = [parquet_names(part) for part in parts]
    for part, own in zip(parts, names, strict=True):
        check_same_columns(part, own, parts[0], names[0])
    tables = [_read_file(part, progress, layout) for part in parts]
    with table_errors(str(folder)):
        return pa.concat_tables(tables, promote_options="permissive")


def parquet_parts(path: Path) -> list[Path]:
    """Return the Parquet files that a name stands for: itself, or those in a folder.

    The list is empty for the name of another file.
    """
    if not path.is_dir():
        return [path] if is_parquet(path) else []
    try:
        files = [file for file in path.iterdir() if is_parquet(file) and file.is_file()]
    except OSError as error:
        raise unreadable(path, error) from error
    parts = [file for file in files if file.name[0] not in "._"]
    if not parts:
        raise TableError(
            f"{path} is a folder without Parquet files, ending in {', '.join(PARQUET_ENDINGS)}. "
            "Name a file, or the folder right above the files."
        )
    return sorted(parts, key=lambda part: _by_number(part.name))


def parquet_names(part: Path) -> list[str]:
    """Return the names of the columns of a Parquet file."""
    try:
        return list(pq.read_schema(part).names)
    except (OSError, pa.ArrowException) as error:
        raise unreadable(part, error) from error


def _by_number(name: str) -> list[str | int]:
    """Return what sorts names by the numbers in them; texts and numbers take turns."""
    return [int(word) if word.isdecimal() else word for word in re.split(r"(\d+)", name)]


def check_same_columns(
    part: Path, names: Sequence[str], first: Path, expected: Sequence[str]
) -> None:
    """Raise TableError if a part of a folder has other columns than the first one."""
    if sorted(names) != sorted(expected):
        raise TableError(
            f"{part}: must have the columns of {first.name}, {', '.join(map(repr, expected))}. Got "
            f"{', '.join(map(repr, names)) or 'none'}."
        )


def _read_open(path: Path, source: Path | pa.NativeFile, layout: CsvLayout | None) -> pa.Table:
    """Read a table from its path, or from the file that was opened there."""
    if is_parquet(path):
        with pq.ParquetFile(source, page_checksum_verification=True) as file:
            names = file.schema_arrow.names
            used = None if layout is None else layout(names).used(names)
            return check_names(file.read(columns=used))
    if is_arrow(path):
        opened = None if isinstance(source, Path) else source
        with open_arrow(path, opened) as batches:
            table = check_names(pa.Table.from_batches(batches, batches.schema))
        # What a damaged file says of its own buffers must not be believed.
        table.validate(full=True)
        return table
    return check_names(read_csv(path, source, layout))


def is_parquet(path: Path) -> bool:
    """Tell whether a file's name is that of a Parquet file."""
    return path.suffix.lower() in PARQUET_ENDINGS


def is_arrow(path: Path) -> bool:
    """Tell whether a file's name is that of an Arrow file."""
    return path.suffix.lower() in ARROW_ENDINGS


def open_arrow(path: Path, source: pa.NativeFile | None = None) -> Any:
    """Return a reader of the record batches of an Arrow file or stream, opened here or before."""
    with open(path, "rb") as file:
        is_file = file.read(len(ARROW_MAGIC)) == ARROW_MAGIC
    source = pa.OSFile(str(path)) if source is None else source
    if not is_file:
        return pa.ipc.open_stream(source)
    reader = pa.ipc.open_file(source)
    batches = (reader.get_batch(i) for i in range(reader.num_record_batches))
    return pa.RecordBatchReader.from_batches(reader.schema, batches)


def check_names(table: pa.Table) -> pa.Table:
    """Return the table if the names of its columns are text."""
    try:
        _ = table.column_names
    except UnicodeDecodeError as error:
        raise TableError(f"Names of columns must be valid UTF-8: {error}.") from error
    return table


def find_column(
    table: str, have: Sequence[str], name: str | None, common: Sequence[str], *, required: bool
) -> str | None:
    """Return the column called `name`, or the first of its common names that is there."""
    if name is None:
        lower = {column.lower(): column for column in reversed(have)}
        name = next((lower[candidate] for candidate in common if candidate in lower), None)
        if name is None and not required:
            return None
    listed = ", ".join(repr(c) for c in have) or "no columns"
    if name is None:
        raise TableError(
            f"{table} lacks column {common[0]!r} (also known as "
            f"{', '.join(map(repr, common[1:]))}). It has {listed}. Name the column, or see "
            "omnisim.schema."
        )
    if not isinstance(name, str):
        raise ParameterError(f"Names of columns must be text. Got {name!r}.")
    if name not in have:
        raise TableError(f"{table} lacks column {name!r}. It has {listed}.{suggest(name, have)}")
    if have.count(name) > 1:
        raise TableError(f"{table} must have one column {name!r}. It has {listed}.")
    return name


def check_present(
    column: pa.ChunkedArray, name: str, row: int, *, optional: Flags | None = None
) -> None:
    """Raise TableError if a value is missing where it may not be; row `row` is the first."""
    if not column.null_count:
        return
    missing = column.is_null().to_numpy()
    if optional is not None:
        missing = missing & ~optional
    if missing.any():
        where = "" if optional is None else " where there is a conversion"
        raise TableError(
            f"{name} must not be missing{where}. It is in row {row + int(missing.argmax())}."
        )


def read_value(
    column: pa.ChunkedArray, name: str, n_conversions: npt.NDArray[np.int64], *, row: int = 0
) -> npt.NDArray[np.float64]:
    """Return the value of each row's conversions; the column's first row is number `row`.

    Where there is no conversion the value is 0, or missing (null or NaN), which stands for 0.
    """
    nothing = n_conversions == 0
    if pa.types.is_null(column.type):
        column = column.cast(pa.float64())
    value = read_float(column, name, row=row, optional=nothing)
    wrong = nothing & (value > 0)
    if wrong.any():
        at = int(wrong.argmax())
        raise TableError(
            f"{name} must be 0 where there is no conversion. Got {value[at]} in row {row + at}."
        )
    return value


def read_count(column: pa.ChunkedArray, name: str, *, row: int = 0) -> npt.NDArray[np.int64]:
    """Return a column of whole numbers >= 0 as int64; booleans count as 0 and 1."""
    if pa.types.is_integer(column.type) and len(column) and not column.null_count:
        whole = column.to_numpy()
        if whole.min() >= 0 and whole.max() < 2**53:
            return np.asarray(whole, dtype=np.int64)
    numbers = read_float(column, name, row=row)
    wrong = numbers != np.floor(numbers)
    if wrong.any():
        at = int(wrong.argmax())
        raise TableError(f"{name} must be whole. Got {numbers[at]} in row {row + at}.")
    if len(numbers) and numbers.max() >= 2**53:
        at = int(numbers.argmax())
        raise TableError(f"{name} must be below 2**53. Got {numbers[at]:g} in row {row + at}.")
    return numbers.astype(np.int64)


def read_float(
    column: pa.ChunkedArray,
    name: str,
    *,
    low: float = 0.0,
    row: int = 0,
    optional: Flags | None = None,
) -> npt.NDArray[np.float64]:
    """Return a column of finite numbers >= `low` as float64; its first row is number `row`.

    A number that is missing is 0 in rows that are `optional`, and an error in all others.
    """
    kind = column.type
    if pa.types.is_null(kind) and len(column) == 0:
        return np.empty(0)
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    if not numeric and not pa.types.is_decimal(kind):
        raise TableError(f"{name} must be numbers. Got a column of type {kind}.")
    check_present(column, name, row, optional=optional)
    numbers = column.cast(pa.int8() if pa.types.is_boolean(kind) else pa.float64(), safe=False)
    array = np.asarray(numbers.to_numpy(), dtype=np.float64)
    wrong = ~(np.isfinite(array) & (array >= low))
    if optional is not None and wrong.any():
        array = np.where(optional & np.isnan(array), 0.0, array)
        wrong = ~(np.isfinite(array) & (array >= low))
    if wrong.any():
        at = int(wrong.argmax())
        floor = "" if low == -np.inf else f" and >= {low:g}"
        raise TableError(f"{name} must be finite{floor}. Got {array[at]} in row {row + at}.")
    return array


def decode(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a dictionary column as what it stands for, and string views as plain strings."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_string_view(kind):
        kind = pa.large_string()
    if not pa.types.is_dictionary(column.type):
        return column.cast(kind)
    chunks = [chunk.dictionary.cast(kind).take(chunk.indices) for chunk in column.chunks]
    return pa.chunked_array(chunks, kind)


def read_codes(column: pa.ChunkedArray, name: str) -> tuple[npt.NDArray[np.int32], list[Any]]:
    """Return a column as codes, -1 where missing, and what the codes mean; every code occurs.

    Everything but floats and lists is taken. Bytes are the text that they hold in UTF-8, as in
    Parquet files that do not mark text as such.
    """
    if len(column) == 0:
        return np.empty(0, dtype=np.int32), []
    check_codable(column.type, name)
    if not pa.types.is_dictionary(column.type):
        column = decode(column).dictionary_encode()
    encoded = column.unify_dictionaries().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    indices = encoded.indices.cast(pa.int32())
    codes = (indices.fill_null(-1) if indices.null_count else indices).to_numpy()
    means = _as_text(encoded.dictionary, name).to_pylist()
    used = np.bincount(codes + 1, minlength=len(means) + 1)[1:] > 0
    if None in means:
        used[means.index(None)] = False
    if used.all():
        return codes, means
    compact = np.append(np.where(used, np.cumsum(used) - 1, -1), -1).astype(np.int32)
    return compact[codes], [mean for mean, keep in zip(means, used, strict=True) if keep]


def check_codable(kind: pa.DataType, name: str) -> None:
    """Raise TableError if values of the kind do not tell things apart, as floats and lists."""
    if pa.types.is_floating(kind) or pa.types.is_nested(kind):
        raise TableError(f"{name} must be text or whole numbers. Got a column of type {kind}.")


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _as_text(values: pa.Array, name: str) -> pa.Array:
    """Return bytes as the text that they hold, anything else as it is."""
    if not _is_bytes(values.type):
        return values
    try:
        return values.cast(pa.binary()).cast(pa.string())
    except pa.ArrowException as error:
        raise TableError(f"{name} must be text in UTF-8. Got other bytes: {error}.") from error
