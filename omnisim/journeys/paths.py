"""Read tables of paths into the arrays of `Journeys`.

Arrow splits the strings and codes the channels, a slice of rows at a time: of the engines measured
(Arrow, Polars, DuckDB) it was the fastest, and its memory stays bounded.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from omnisim._validation import check_choice
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys.tables import as_table, decode, find_column, read_count, read_float

__all__ = ["COMMON_NAMES", "MAX_CHANNELS", "read_paths"]

MAX_CHANNELS = 4096
SLICE_ROWS = 65_536

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
    source: Any, columns: Mapping[str, str | None], *, separator: str, empty: str
) -> dict[str, Any]:
    """Return the arrays of `Journeys`; see `Journeys.from_paths`."""
    check_choice("empty", empty, ("error", "drop"))
    if not isinstance(separator, str) or not separator.strip():
        raise ParameterError(f"separator must hold a visible character. Got {separator!r}.")
    table = as_table(source)
    where = {
        key: find_column("paths", table.column_names, columns[key], COMMON_NAMES[key],
                         required=key in ("path", "n_conversions"))
        for key in COMMON_NAMES
    }  # fmt: skip
    counts = _read_counts(table, where)
    rows, offset, channel, names = _read_strings(table[where["path"]], separator, empty)
    counts = {key: array[rows] for key, array in counts.items()} if rows is not None else counts
    return counts | {"offset": offset, "channel": channel, "channel_names": names}


def _read_counts(table: pa.Table, where: Mapping[str, str | None]) -> dict[str, Any]:
    n_rows = table.num_rows
    n_conversions = read_count(table[where["n_conversions"]], str(where["n_conversions"]))
    n_nulls, value = np.zeros(n_rows, dtype=np.int64), np.zeros(n_rows)
    if where["n_nulls"] is not None:
        n_nulls = read_count(table[where["n_nulls"]], where["n_nulls"])
    if where["value"] is not None:
        value = read_float(table[where["value"]], where["value"])
        wrong = (value > 0) & (n_conversions == 0)
        if wrong.any():
            row = int(wrong.argmax())
            raise TableError(
                f"{where['value']} must be 0 where there is no conversion. Got {value[row]} in row "
                f"{row}."
            )
    return {"n_conversions": n_conversions, "n_nulls": n_nulls, "value": value}


def _read_strings(
    column: pa.ChunkedArray, separator: str, empty: str
) -> tuple[
    npt.NDArray[np.int64] | None, npt.NDArray[np.int64], npt.NDArray[np.int32], tuple[str, ...]
]:
    """Return the rows kept (None: all), their offsets, channel codes and the channel names."""
    column = decode(column)
    if pa.types.is_null(column.type) and len(column) == 0:
        column = column.cast(pa.string())
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        raise TableError(f"path must be text. Got a column of type {column.type}.")
    column = column.cast(pa.large_string())
    rows = _rows_with_a_path(column, empty)
    if rows is not None:
        column = column.take(pa.array(rows))
    known: dict[str, int] = {}
    lengths, codes = [], []
    for chunk in column.chunks:
        for start in range(0, len(chunk), SLICE_ROWS):
            length, code = _code_slice(chunk.slice(start, SLICE_ROWS), separator, known)
            lengths.append(length)
            codes.append(code)
    names = tuple(sorted(known))
    remap = np.empty(len(known), dtype=np.int32)
    remap[[known[name] for name in names]] = np.arange(len(names))
    length = np.concatenate(lengths) if lengths else np.empty(0, dtype=np.int64)
    channel = remap[np.concatenate(codes)] if codes else np.empty(0, dtype=np.int32)
    offset = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(length, dtype=np.int64)))
    return rows, offset, channel, names


def _rows_with_a_path(column: pa.ChunkedArray, empty: str) -> npt.NDArray[np.int64] | None:
    """Return which rows to keep, None for all; an empty path may be an error."""
    try:
        blank = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), True)
    except pa.ArrowException as error:
        raise TableError(f"path must be valid UTF-8: {error}") from error
    mask = blank.to_numpy()
    if not mask.any():
        return None
    if empty == "error":
        raise TableError(
            f"path must not be empty. It is in row {int(mask.argmax())}. Pass empty='drop' to "
            "leave such rows out."
        )
    return np.flatnonzero(~mask)


def _code_slice(
    chunk: pa.Array, separator: str, known: dict[str, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Split a slice of paths; return touchpoints a row and codes in `known`, which grows."""
    split = pc.split_pattern(chunk, separator)
    offset = split.offsets.to_numpy()
    encoded = split.flatten().dictionary_encode()
    names = [name.strip() for name in encoded.dictionary.to_pylist()]
    indices = encoded.indices.to_numpy()
    if "" in names:
        blank = np.isin(indices, [i for i, name in enumerate(names) if not name])
        row = int(np.searchsorted(offset, offset[0] + int(blank.argmax()), side="right")) - 1
        raise TableError(f"path must not have a blank channel. Got {chunk[row].as_py()!r}.")
    for name in names:
        known.setdefault(name, len(known))
    if len(known) > MAX_CHANNELS:
        raise TableError(
            f"path has more than {MAX_CHANNELS:,} channels, such as {names[-1]!r}. Is that an "
            "identifier? Group the channels first."
        )
    remap = np.array([known[name] for name in names], dtype=np.int32)
    return np.diff(offset).astype(np.int64), remap[indices]
