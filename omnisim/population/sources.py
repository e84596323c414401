"""One way in for customer data: text, Parquet, or any table that speaks Arrow."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from omnisim.exceptions import TableError
from omnisim.population.text_tables import open_text_table, shorten

MAX_ROWS = 500_000_000  # of a Parquet file: a few bytes may claim any number
PARQUET_MAGIC = b"PAR1"
PACKED = {b"PK": "a ZIP archive or Excel workbook", b"\x1f\x8b": "a gzip file",
          b"\x28\xb5\x2f\xfd": "a zstd file", b"\xd0\xcf\x11\xe0": "an old Excel workbook",
          b"%PDF": "a PDF"}  # fmt: skip
"""First bytes of files that people hand in by mistake."""

TableLike: TypeAlias = str | os.PathLike[str] | Any
"""A path, or a table that `pyarrow.table` takes: pandas, polars, DuckDB, Arrow."""


class Source(Protocol):
    """A table whose columns are read on demand."""

    @property
    def label(self) -> str:
        """Name of the table in messages."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, unique."""

    def place(self, row: int) -> str:
        """Return how a message names data row `row`, counted from 0."""

    def load(self, columns: list[str]) -> pa.Table:
        """Read some columns."""


@dataclass(frozen=True)
class ParquetSource:
    """A Parquet file."""

    path: Path
    schema: pa.Schema

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.schema.names)

    @property
    def label(self) -> str:
        """Name of the table in messages."""
        return str(self.path)

    def place(self, row: int) -> str:
        """Return the row number, from 0."""
        return f"row {row}"

    def load(self, columns: list[str]) -> pa.Table:
        """Read some columns; strings come dictionary-encoded, however often they repeat."""
        text = [c for c in columns if pa.types.is_string(self.schema.field(c).type)]
        try:
            with pq.ParquetFile(
                self.path, read_dictionary=text, page_checksum_verification=True
            ) as file:
                return file.read(columns, use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise TableError(f"{self.label} cannot be read: {_first_line(error)}") from error


@dataclass(frozen=True)
class TableSource:
    """A table in memory."""

    label: str
    table: pa.Table

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.table.column_names)

    def place(self, row: int) -> str:
        """Return the row number, from 0."""
        return f"row {row}"

    def load(self, columns: list[str]) -> pa.Table:
        """Return some columns."""
        return self.table.select(columns)


def open_source(table: TableLike, *, label: str = "table") -> Source:
    """Open a file or take over a table, reading no column yet.

    Parameters
    ----------
    table : path or table
        CSV or text aligned by blanks, Parquet, or a table of any library that speaks the Arrow
        PyCapsule interface.
    label : str, default="table"
        What messages call a table that has no path.

    Raises
    ------
    TableError
        If it does not exist, is empty, is not a table, or names a column twice.
    """
    if isinstance(table, (str, os.PathLike)):
        return _open_file(Path(table))
    is_table = hasattr(table, "__arrow_c_stream__") or hasattr(table, "__arrow_c_array__")
    if not is_table and not hasattr(table, "__dataframe__"):
        raise TableError(
            f"{label} must be a path or a dataframe (pandas, polars, DuckDB, Arrow). "
            f"Got {shorten(table)}."
        )
    try:
        arrow = pa.table(table)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise TableError(f"{label} cannot be read as a table: {_first_line(error)}") from error
    source = TableSource(label, arrow)
    _check_names(label, source.names)
    return source


def _open_file(path: Path) -> Source:
    try:
        if path.is_dir():
            raise TableError(f"{path} is a folder. Give the file itself.")
        with path.open("rb") as file:
            magic = file.read(4)
        if not magic:
            raise TableError(f"{path} is empty.")
        if magic == PARQUET_MAGIC:
            return _open_parquet(path)
        packed = next((what for first, what in PACKED.items() if magic.startswith(first)), None)
        if packed:
            raise TableError(f"{path} is {packed}. Save the table as CSV in UTF-8 or as Parquet.")
        return open_text_table(path)
    except FileNotFoundError as error:
        raise TableError(f"{path} does not exist.") from error
    except (OSError, ValueError) as error:
        if isinstance(error, TableError):
            raise
        raise TableError(f"{path} cannot be read: {_first_line(error)}") from error


def _open_parquet(path: Path) -> ParquetSource:
    try:
        with pq.ParquetFile(path) as file:
            schema, n_rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise TableError(f"{path} is not a whole Parquet file: {_first_line(error)}") from error
    if n_rows > MAX_ROWS:
        raise TableError(f"{path} must hold at most {MAX_ROWS:,} rows. Got {n_rows:,}.")
    _check_names(str(path), tuple(schema.names))
    return ParquetSource(path, schema)


def _check_names(label: str, names: tuple[str, ...]) -> None:
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise TableError(f"{label} names column {twice!r} twice.")


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return shorten(text[0]) if text else type(error).__name__
