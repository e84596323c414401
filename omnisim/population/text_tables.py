"""Read a text table without trusting it: delimited, or aligned by blanks like the CDNOW files.

The file is scanned once, line by line, before anything is parsed: encoding, binary content and the
length of lines are checked there, so a field of 10 GB is refused after its first megabyte.
"""

import csv
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv

from omnisim.exceptions import TableError

MAX_LINE_BYTES = 2**20
MAX_BLANK_LINES = 10_000
MAX_ALIGNED_BYTES = 2**30  # such files are held in memory
BLOCK_BYTES = 2**22  # above MAX_LINE_BYTES: no line needs more than two blocks
DELIMITERS = ",;\t|"
MAX_SHOWN = 60  # characters of a value in a message
CDNOW_COLUMNS = {
    4: ("customer_id", "date", "number_of_cds", "dollar_value"),
    5: ("master_id", "customer_id", "date", "number_of_cds", "dollar_value"),
}
"""Columns of the headerless CDNOW files of Fader and Hardie, by their number."""


@dataclass(frozen=True)
class TextTable:
    """A text file that passed the scan; its columns are read on demand, as strings.

    Attributes
    ----------
    path : Path
    names : tuple of str
        Names of the columns, unique.
    delimiter : str
        One of ``, ; | tab``, or a blank for columns aligned by blanks.
    header_line : int
        Number of the line that holds the names, from 1; 0 if there is none.
    blank_lines : tuple of int
        Numbers of the empty lines, increasing, from 1.
    """

    path: Path
    names: tuple[str, ...]
    delimiter: str
    header_line: int
    blank_lines: tuple[int, ...] = field(repr=False)

    @property
    def label(self) -> str:
        """Name of the table in messages."""
        return str(self.path)

    def place(self, row: int) -> str:
        """Return where data row `row`, from 0, stands in the file: its line, from 1."""
        line = row + 1 + (self.header_line > 0)
        for blank in self.blank_lines:
            line += blank <= line
        return f"line {line}"

    def load(self, columns: list[str]) -> pa.Table:
        """Read some columns as strings.

        Raises
        ------
        TableError
            If a row has too few or too many fields.
        """
        wrong: list[pacsv.InvalidRow] = []

        def note(row: pacsv.InvalidRow) -> str:
            wrong.append(row)
            return "error"

        source = self.path if self.delimiter != " " else pa.BufferReader(self._as_delimited())
        try:
            # Read in one thread: only then are rows numbered.
            return pacsv.read_csv(
                source,
                pacsv.ReadOptions(
                    use_threads=False, block_size=BLOCK_BYTES, column_names=list(self.names),
                    skip_rows=self.header_line,
                ),
                pacsv.ParseOptions(
                    delimiter="," if self.delimiter == " " else self.delimiter,
                    invalid_row_handler=note,
                ),
                pacsv.ConvertOptions(
                    column_types=dict.fromkeys(self.names, pa.string()), include_columns=columns,
                    strings_can_be_null=False,
                ),
            )  # fmt: skip
        except pa.ArrowInvalid as error:
            if not wrong:
                raise TableError(
                    f"{self.label} cannot be read: {shorten(str(error))}. "
                    "A field must not run over several lines."
                ) from error
            row = wrong[0]
            raise TableError(
                f"{self.label}, {self.place(row.number - 1 - self.header_line)}: must have "
                f"{row.expected_columns} fields ({', '.join(self.names)}). Got "
                f"{row.actual_columns}: {shorten(row.text)}."
            ) from error

    def _as_delimited(self) -> bytes:
        size = self.path.stat().st_size
        if size > MAX_ALIGNED_BYTES:
            raise TableError(
                f"{self.label}: columns aligned by blanks must be at most {MAX_ALIGNED_BYTES:,} "
                f"bytes long in all. Got {size:,}. Save the table as CSV or Parquet."
            )
        data = re.sub(rb"(?m)^[ \t]+|[ \t]+(?=\r?$)", b"", self.path.read_bytes())
        return re.sub(rb"[ \t]+", b",", data)


def open_text_table(path: Path) -> TextTable:
    """Scan a text file and find its delimiter and the names of its columns.

    Raises
    ------
    TableError
        If the file is empty, binary, not UTF-8, has a line above 1 MiB, no header or a header that
        names a column twice.
    """
    table: TextTable | None = None
    blank_lines: list[int] = []
    with path.open("rb") as file:
        lines = iter(lambda: file.readline(MAX_LINE_BYTES + 1), b"")
        for number, line in enumerate(lines, start=1):
            text = _check_line(path, number, line, table)
            if not text.strip("\ufeff\r\n"):
                blank_lines.append(number)
                if len(blank_lines) > MAX_BLANK_LINES:
                    raise TableError(f"{path} holds more than {MAX_BLANK_LINES} empty lines.")
            elif table is None:
                table = _read_header(path, number, text.strip("\ufeff\r\n"))
    if table is None:
        raise TableError(f"{path} is empty.")
    return replace(table, blank_lines=tuple(blank_lines))


def shorten(value: object) -> str:
    """Return the repr of a value, cut to a length that fits a message."""
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def _check_line(path: Path, number: int, line: bytes, table: TextTable | None) -> str:
    """Decode a line; raise TableError if it is too long, binary or not UTF-8."""

    def at(offset: int) -> str:
        return f"{path}, line {number}{_name_column(line[:offset], table)}"

    if len(line) > MAX_LINE_BYTES:
        raise TableError(
            f"{at(len(line))}: must be at most {MAX_LINE_BYTES:,} bytes long. "
            f"Got more: {shorten(line[:40])}."
        )
    zero = line.find(0)
    if zero >= 0:
        raise TableError(
            f"{at(zero)}: must be text. Got a zero byte: this is a binary file, or UTF-16; "
            "save it as CSV in UTF-8, or as Parquet."
        )
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        bad = line[error.start : error.start + 1]
        raise TableError(
            f"{at(error.start)}: must be UTF-8. Got byte {bad!r} at byte {error.start + 1} of the "
            "line. Save the file as UTF-8."
        ) from error


def _name_column(before: bytes, table: TextTable | None) -> str:
    """Name the column that a line has reached after `before`, as far as it is known."""
    if table is None:
        return ""
    if table.delimiter == " ":
        index = len((before + b"x").split()) - 1
    else:
        index = before.count(table.delimiter.encode())
    return f", column {table.names[index]!r}" if index < len(table.names) else ""


def _read_header(path: Path, number: int, header: str) -> TextTable:
    """Return the table, its names and delimiter taken from its first line."""
    delimiter = max(DELIMITERS, key=header.count)
    if header.count(delimiter):
        names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter))]
    else:
        delimiter = " "
        names = header.split()
    has_header = not any(re.fullmatch(r"[-+]?[\d.]+", name) for name in names)
    if not has_header:
        if delimiter != " " or len(names) not in CDNOW_COLUMNS:
            raise TableError(
                f"{path}, line {number}: must name the columns, e.g. customer,date,value. "
                f"Got {shorten(header)}."
            )
        names = list(CDNOW_COLUMNS[len(names)])
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise TableError(f"{path}, line {number}: names column {twice!r} twice.")
    return TextTable(path, tuple(names), delimiter, number if has_header else 0, ())
