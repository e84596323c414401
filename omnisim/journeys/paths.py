"""Read tables of paths into the arrays of `Journeys`.

Arrow brings the strings of every kind of table into one layout; a compiled tokenizer codes their
channels in place. Of the engines measured on 6 million touchpoints Arrow's own split took 0.6 s,
Polars 0.9 s and DuckDB 0.6 s for the split alone, the tokenizer under 0.2 s.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omnisim._validation import check_choice
from omnisim.exceptions import BuildError, ParameterError, SeparatorWarning, TableError
from omnisim.journeys.csv_tables import CsvColumns, CsvLayout
from omnisim.journeys.tables import (
    as_table,
    decode,
    find_column,
    read_count,
    read_value,
    table_errors,
)

try:
    import omnisim.journeys._tokens as _tokens
except ImportError as error:
    raise BuildError(
        f"The compiled part of omnisim.journeys is missing ({error}). Run: pip install -e .  "
        "(or: python setup.py build_ext --inplace)"
    ) from error

__all__ = ["COMMON_NAMES", "MAX_CHANNELS", "read_paths"]

MAX_CHANNELS = 4096
SHOWN = 80  # characters of a path in a message
TYPICAL_BYTES = 8  # of a channel and its separator, to begin with
BLANK, MANY, FULL = 1, 2, 3  # why code_paths ended
OTHER_SEPARATORS = ("->", "=>", ">", "→", "|", ";", ",", "\t")
Ints = npt.NDArray[np.int64]

COMMON_NAMES: Mapping[str, tuple[str, ...]] = {
    "path": ("path", "paths", "journey", "channels", "marketing_path", "channel_path"),
    "n_conversions": ("n_conversions", "total_conversions", "conversions", "total_conversion",
                      "conv", "conversion"),
    "n_nulls": ("n_nulls", "total_null", "total_nulls", "nulls", "null", "non_conversions"),
    "value": ("value", "total_conversion_value", "conversion_value", "total_value",
              "conversions_value", "revenue"),
}  # fmt: skip
"""Names under which each column of a table of paths is found, in lower case, first one first."""


def read_paths(
    source: Any,
    columns: Mapping[str, str | None],
    *,
    separator: str = ">",
    empty: str = "error",
    row: int = 0,
) -> dict[str, Any]:
    """Return the arrays of `Journeys`; see `Journeys.from_paths`.

    The first row of the table is number `row` in messages.
    """
    check_choice("empty", empty, ("error", "drop"))
    if not isinstance(separator, str) or not separator:
        raise ParameterError(f"separator must be text of a character or more. Got {separator!r}.")
    with table_errors("paths"):
        return _read(as_table(source, layout=path_layout(columns)), columns, separator, empty, row)


def find_path_columns(
    have: Sequence[str], columns: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Return the name of each column; None where there is none."""
    found = {
        key: find_column("paths", have, columns.get(key), common,
                         required=key in ("path", "n_conversions"))
        for key, common in COMMON_NAMES.items()
    }  # fmt: skip
    if found["n_conversions"] == found["n_nulls"]:
        raise TableError(
            f"n_conversions and n_nulls must be two columns. Got {found['n_nulls']!r} for both."
        )
    return found


def path_layout(columns: Mapping[str, str | None]) -> CsvLayout:
    """Return what tells which columns of a file of paths are text, and which are numbers."""

    def layout(have: Sequence[str]) -> CsvColumns:
        found = find_path_columns(have, columns)
        path = str(found.pop("path"))
        numbers = [name for name in found.values() if name]
        return CsvColumns([path] if path not in numbers else [], numbers)

    return layout


def _read(
    table: pa.Table, columns: Mapping[str, str | None], separator: str, empty: str, row: int
) -> dict[str, Any]:
    where = find_path_columns(table.column_names, columns)
    counts = _read_counts(table, where, row)
    rows, offset, channel, names = _read_strings(table[where["path"]], separator, empty, row)
    _warn_of_separator(names, separator)
    counts = {key: array[rows] for key, array in counts.items()} if rows is not None else counts
    return counts | {"offset": offset, "channel": channel, "channel_names": names}


def _read_counts(table: pa.Table, where: Mapping[str, str | None], row: int) -> dict[str, Any]:
    """Return the columns of numbers, copied: the table's owner may go on to write to it."""
    n_rows = table.num_rows
    n_conversions = read_count(table[where["n_conversions"]], str(where["n_conversions"]), row=row)
    n_nulls, value = np.zeros(n_rows, dtype=np.int64), np.zeros(n_rows)
    if where["n_nulls"] is not None:
        n_nulls = read_count(table[where["n_nulls"]], where["n_nulls"], row=row)
    if where["value"] is not None:
        value = read_value(table[where["value"]], where["value"], n_conversions, row=row)
    columns = {"n_conversions": n_conversions, "n_nulls": n_nulls, "value": value}
    return {name: array.copy() for name, array in columns.items()}


def _read_strings(
    column: pa.ChunkedArray, separator: str, empty: str, first_row: int
) -> tuple[Ints | None, Ints, npt.NDArray[np.int32], tuple[str, ...]]:
    """Return the rows kept (None: all), their offsets, channel codes and the channel names."""
    column = decode(column)
    if pa.types.is_null(column.type):
        column = column.cast(pa.large_string())
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        raise TableError(f"path must be text. Got a column of type {column.type}.")
    column = column.cast(pa.large_string())
    coder = _tokens.Coder(2 * MAX_CHANNELS)
    offset = np.zeros(len(column) + 1, dtype=np.int64)
    channel = np.empty(len(column) + column.nbytes // TYPICAL_BYTES, dtype=np.int32)
    row = 0
    for chunk in column.chunks:
        own = offset[row : row + len(chunk) + 1]
        _code_chunk(coder, chunk, separator.encode(), first_row + row, channel, own)
        row += len(chunk)
    channel.resize(offset[-1], refcheck=False)
    names, remap = _names(coder)
    _tokens.recode(channel, remap)
    rows = _rows_with_a_path(offset, empty, first_row)
    if rows is not None:
        offset = np.append(offset[rows], offset[-1:])
    return rows, offset, channel, names


def _code_chunk(
    coder: Any,
    chunk: pa.Array,
    separator: bytes,
    row: int,
    channel: npt.NDArray[np.int32],
    offset: Ints,
) -> None:
    """Split and code one chunk of paths, of which the first is number `row` in messages.

    Channels are written from offset[0] on; `channel` grows where it is too short.
    """
    chunk = chunk.fill_null("") if chunk.null_count else chunk
    _, begin, text = chunk.buffers()
    if text is None or text.size == 0 or len(chunk) == 0:
        offset[1:] = offset[0]
        return
    begins = np.frombuffer(begin, dtype=np.int64)[chunk.offset : chunk.offset + len(chunk) + 1]
    data = np.frombuffer(text, dtype=np.uint8)
    mark = np.frombuffer(separator, dtype=np.uint8)
    done, why = _tokens.code_paths(coder, data, begins, mark, 0, channel, offset)
    while why == FULL:
        more = len(channel) // 2 + begins[done + 1] - begins[done] + 1
        channel.resize(len(channel) + more, refcheck=False)
        done, why = _tokens.code_paths(coder, data, begins, mark, done, channel, offset)
    if why == BLANK:
        raise TableError(
            f"path must not have a blank channel. Got {chunk[done].as_py()[:SHOWN]!r} in row "
            f"{row + done}."
        )
    if why == MANY:
        raise TableError(
            f"path has more than {MAX_CHANNELS:,} channels, as of row {row + done}: "
            f"{chunk[done].as_py()[:SHOWN]!r}. Is that an identifier? Group the channels first."
        )


def _names(coder: Any) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    """Return the channels in order of name, and the position of each of the coder's names."""
    try:
        raw = [name.decode().strip() for name in coder.names()]
    except UnicodeDecodeError as error:
        raise TableError(f"path must be valid UTF-8: {error}.") from error
    names = tuple(sorted(set(raw)))
    if "" in names:
        raise TableError("path must not have a blank channel. One is of white space only.")
    if len(names) > MAX_CHANNELS:
        raise TableError(
            f"path has more than {MAX_CHANNELS:,} channels, such as {raw[-1][:SHOWN]!r}. Is that "
            "an identifier? Group the channels first."
        )
    position = {name: i for i, name in enumerate(names)}
    return names, np.array([position[name] for name in raw], dtype=np.int32)


def _warn_of_separator(names: Sequence[str], separator: str) -> None:
    """Warn where a third of the names look as if something else separated the paths."""
    for other in OTHER_SEPARATORS:
        if other in separator:
            continue
        rest = other.removesuffix(separator)  # what a split at '>' leaves of '->'
        odd = [name for name in names if (name.endswith(rest) if rest != other else rest in name)]
        if 3 * len(odd) >= max(len(names), 1):
            warnings.warn(
                f"Many channels look like {odd[0][:SHOWN]!r}, read with separator={separator!r}. "
                f"Pass separator={other!r} if that is what separates the paths.",
                SeparatorWarning,
                stacklevel=2,
            )
            return


def check_separable(names: Sequence[str], separator: str) -> None:
    """Raise TableError if a path of these names would not split into them again."""
    for name in names:
        if f"{name}{separator}".find(separator) != len(name):
            raise TableError(
                f"separator must not occur in the name of a channel. Got {separator!r} and "
                f"{name[:SHOWN]!r}. Choose another, or rename the channel with regroup."
            )


def _rows_with_a_path(offset: Ints, empty: str, row: int) -> Ints | None:
    """Return which rows to keep, None for all; an empty path may be an error."""
    blank = offset[1:] == offset[:-1]
    if not blank.any():
        return None
    if empty == "error":
        raise TableError(
            f"path must not be empty. It is in row {row + int(blank.argmax())}. Pass empty='drop' "
            "to leave such rows out."
        )
    return np.flatnonzero(~blank)
