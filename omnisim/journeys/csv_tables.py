"""Read CSV files: find their delimiter, and say which columns are text or real numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from omnisim.exceptions import TableError

__all__ = ["CsvColumns", "CsvLayout", "open_csv", "read_csv", "read_csv_schema"]

SNIFFED_BYTES = 65_536
PACKED_ENDINGS = (".gz", ".bz2", ".zst", ".lz4")
OTHER_PACKINGS = (".zip", ".xz", ".7z", ".tgz")
DELIMITERS = (",", ";", "\t", "|")
MISSING = pacsv.ConvertOptions().null_values
"""How Arrow expects a missing number to be spelled: "", "NA", "null" and the like."""


@dataclass(frozen=True)
class CsvColumns:
    """What is known of a CSV file's columns; Arrow tells the other types from their values.

    Parameters
    ----------
    text : sequence of str
        Text as it stands: "01" is not "1", and "NA" is a name.
    numbers : sequence of str
        May be whole numbers in a stream's first block and no longer so farther down.
    times : sequence of str
        As `numbers`; or text, for one block may hold dates and another one times of day or zones.
    identifier : str, optional
        Text as well, but without white space at its ends, and it may be missing.
    """

    text: Sequence[str] = ()
    numbers: Sequence[str] = ()
    times: Sequence[str] = ()
    identifier: str | None = None

    @property
    def all_text(self) -> frozenset[str]:
        """Columns that are read as text, the identifier included."""
        return frozenset((*self.text, *(() if self.identifier is None else (self.identifier,))))

    @property
    def all_used(self) -> frozenset[str]:
        """All columns that are known."""
        return self.all_text.union(self.numbers, self.times)

    def used(self, have: Sequence[str]) -> list[str]:
        """Return those of a file's columns that are known, in its order."""
        return [name for name in have if name in self.all_used]

    def cleaned(self, table: pa.Table) -> pa.Table:
        """Return the table with the identifier trimmed, and null where it is missing."""
        if self.identifier is None:
            return table
        place = table.schema.get_field_index(self.identifier)
        name = pc.utf8_trim_whitespace(table[place])
        missing = pc.is_in(name, value_set=pa.array(MISSING))
        name = pc.if_else(missing, pa.scalar(None, pa.string()), name)
        return table.set_column(place, self.identifier, name)


CsvLayout = Callable[[Sequence[str]], CsvColumns]
"""What is known of the columns, given their names."""


def read_csv(path: Path, source: Path | pa.NativeFile, layout: CsvLayout | None) -> pa.Table:
    """Read a whole CSV file, from its path or from the file that was opened there."""
    parse = _parse_options(path)
    if layout is None:
        return pacsv.read_csv(source, parse_options=parse)
    have = read_csv_schema(path).names
    columns = layout(have)
    types = dict.fromkeys(columns.all_text, pa.string())
    convert = pacsv.ConvertOptions(column_types=types, include_columns=columns.used(have))
    return columns.cleaned(pacsv.read_csv(source, parse_options=parse, convert_options=convert))


def open_csv(path: Path, layout: CsvLayout) -> tuple[Any, CsvColumns]:
    """Return the batches of a CSV file, not yet cleaned, and what is known of its columns.

    Each block is read with the types of the first one, so columns whose values may look otherwise
    farther down are given a type that takes them all; unused ones are not read.
    """
    schema = read_csv_schema(path)
    columns = layout(schema.names)
    kinds = {name: schema.field(name).type for name in columns.all_used}
    whole, real = (pa.int64(), pa.null()), (*columns.numbers, *columns.times)
    types = (
        {name: pa.float64() for name in real if kinds[name] in whole}
        | {name: pa.string() for name in columns.times if pa.types.is_temporal(kinds[name])}
        | dict.fromkeys(columns.all_text, pa.string())
    )
    used = columns.used(schema.names)
    convert = pacsv.ConvertOptions(column_types=types, include_columns=used)
    batches = pacsv.open_csv(path, parse_options=_parse_options(path), convert_options=convert)
    return batches, columns


def read_csv_schema(path: Path) -> pa.Schema:
    """Return the columns of a CSV file, with the types that its beginning suggests."""
    with pacsv.open_csv(path, parse_options=_parse_options(path)) as reader:
        return reader.schema


def _parse_options(path: Path) -> pacsv.ParseOptions:
    """Return how to parse a CSV file: its delimiter is the commonest of its first line."""
    ending = path.suffix
    if ending not in PACKED_ENDINGS and ending.lower() in (*PACKED_ENDINGS, *OTHER_PACKINGS):
        raise TableError(
            f"{path}: cannot be read as it is packed. Unpack it, or pack it as .gz, .bz2, .zst or "
            ".lz4 (small letters)."
        )
    with pa.input_stream(str(path)) as file:  # unpacks by the name's ending, as the reader does
        head = file.read(SNIFFED_BYTES).split(b"\n", 1)[0].decode("utf-8", errors="replace")
    counts = {mark: head.count(mark) for mark in DELIMITERS}
    return pacsv.ParseOptions(delimiter=max(DELIMITERS, key=lambda mark: counts[mark]))
