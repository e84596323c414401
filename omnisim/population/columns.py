"""Find the columns of a customer file by common names, and check every value in them."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from omnisim._validation import check_columns, suggest
from omnisim.exceptions import TableError
from omnisim.population.sources import Source
from omnisim.population.text_tables import shorten

MAX_VALUE = 1e12
FIRST_DATE, LAST_DATE = np.datetime64("1900-01-01"), np.datetime64("2100-01-01")
DATE_PATTERN = r"^(\d{4})([-/.]?)(\d{2})\2(\d{2})(?:[T ]\d{1,2}:\d{2}.*)?$"

KNOWN_NAMES: Mapping[str, Sequence[str]] = {
    "customer": ("customer", "customer_id", "customerid", "cust_id", "client", "client_id",
                 "user", "user_id", "shopper", "shopper_id", "member_id", "household", "id"),
    "date": ("date", "order_date", "purchase_date", "transaction_date", "invoice_date",
             "invoicedate", "datetime", "timestamp", "day"),
    "value": ("value", "amount", "dollar_value", "order_value", "revenue", "sales", "total",
              "spend", "net_amount"),
    "channel": ("channel", "sales_channel", "purchase_channel", "order_channel"),
    "past_value": ("past_value", "history", "past_spend", "total_spend", "yearly_spend",
                   "annual_spend", "spend_12m", "monetary"),
    "recency": ("recency", "recency_months", "months_since_purchase", "months_since_last"),
}  # fmt: skip
"""Names, in lower case and in order of preference, by which a column is recognised."""

Codes = npt.NDArray[np.int64]


def find_column(source: Source, role: str, given: str | None = None) -> str | None:
    """Return the column that plays a role: the one given, else the first known name, else None.

    Raises
    ------
    TableError
        If `given` is not a column.
    """
    if given is not None:
        check_columns(source.label, source.names, [given])
        return given
    plain = {name.strip().lower().replace(" ", "_"): name for name in reversed(source.names)}
    return next((plain[name] for name in KNOWN_NAMES[role] if name in plain), None)


def require_column(source: Source, role: str, given: str | None = None) -> str:
    """Return the column that plays a role, as `find_column`; raise TableError if there is none."""
    column = find_column(source, role, given)
    if column is None:
        listed = ", ".join(repr(name) for name in source.names)
        known = ", ".join(repr(name) for name in KNOWN_NAMES[role])
        near = [hint for name in KNOWN_NAMES[role] if (hint := suggest(name, source.names))]
        raise TableError(
            f"{source.label} lacks column '{role}'. It has {listed}. Known names: {known}."
            f"{near[0] if near else ''}"
        )
    return column


def read_labels(source: Source, table: pa.Table, column: str) -> tuple[Codes, list[str]]:
    """Return each row's label as a place in the sorted list of labels; none may be missing."""
    codes, values = _encode(source, table, column)
    labels = ["" if value is None else str(value).strip() for value in values]
    wrong = np.array([not label for label in labels] or [False])
    _refuse(source, column, codes, values, wrong, "must not be empty")
    names = sorted(set(labels) - {""})
    rank = {name: place for place, name in enumerate(names)} | {"": -1}
    return np.array([rank[label] for label in labels], dtype=np.int64)[codes], names


def read_numbers(
    source: Source, table: pa.Table, column: str, high: float = MAX_VALUE, *, zero: bool = True
) -> npt.NDArray[np.float64]:
    """Return a column as float64; every value must be a number from 0 (or above it) to `high`."""
    codes, values = _encode(source, table, column)
    text = pd.Series(values, dtype=object)
    number = pd.to_numeric(text.where(text.map(_is_number)), errors="coerce").to_numpy(np.float64)
    fits = (number >= 0 if zero else number > 0) & (number <= high)
    low = "from 0" if zero else "above 0 and up"
    _refuse(source, column, codes, values, ~fits, f"must be a number {low} to {high:g}")
    return np.asarray(number[codes])


def read_dates(source: Source, table: pa.Table, column: str) -> npt.NDArray[np.datetime64]:
    """Return a column as days, datetime64[D]; the time of day is dropped."""
    codes, values = _encode(source, table, column)
    text = pd.Series([str(value).strip() for value in values], dtype=object)
    part = text.str.extract(DATE_PATTERN)
    digits = part[0] + part[2] + part[3]
    day = pd.to_datetime(digits, format="%Y%m%d", errors="coerce").to_numpy("datetime64[D]")
    fits = (day >= FIRST_DATE) & (day < LAST_DATE)
    must = "must be a date, YYYY-MM-DD or YYYYMMDD, from 1900 to 2099"
    _refuse(source, column, codes, values, ~fits, must)
    return np.asarray(day[codes])


def refuse_row(source: Source, column: str, row: int, value: object, must: str) -> NoReturn:
    """Raise the TableError that names the table, row, column, value and what must hold."""
    raise TableError(
        f"{source.label}, {source.place(row)}, column {column!r}: {must}. Got {shorten(value)}."
    )


def _is_number(value: object) -> bool:
    """Tell numbers and their plain text from truth values, '1_000' and the like."""
    if isinstance(value, str):
        return bool(value.strip()) and not set(value) & set("_xX")
    return value is not None and not isinstance(value, bool)


def _encode(source: Source, table: pa.Table, column: str) -> tuple[Codes, list[Any]]:
    """Return a column as codes into its distinct values; None stands for missing ones."""
    data = table.column(column)
    is_encoded = pa.types.is_dictionary(data.type)
    kind = data.type.value_type if is_encoded else data.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise TableError(f"{source.label}, column {column!r}: must be plain values. Got {kind}.")
    whole = (data if is_encoded else data.dictionary_encode()).unify_dictionaries()
    if whole.num_chunks == 0:
        return np.empty(0, dtype=np.int64), [None]
    distinct = whole.chunk(0).dictionary
    parts = [np.asarray(chunk.indices.fill_null(len(distinct))) for chunk in whole.chunks]
    codes = np.concatenate(parts).astype(np.int64)
    values: list[Any] = []
    for value in distinct:
        try:
            values.append(_plain(value))
        except UnicodeDecodeError as error:
            row = int((codes == len(values)).argmax())
            refuse_row(source, column, row, error.object, f"must be UTF-8 ({error.reason})")
    return codes, [*values, None]


def _plain(value: pa.Scalar) -> Any:
    """Return an Arrow scalar as a Python value; timestamps and dates as ISO text."""
    if pa.types.is_temporal(value.type) and value.is_valid:
        return str(value.cast(pa.string()))
    plain = value.as_py()
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain


def _refuse(
    source: Source, column: str, codes: Codes, values: list[Any],
    wrong: npt.NDArray[np.bool_], must: str,
) -> None:  # fmt: skip
    """Raise TableError at the first row whose value is wrong."""
    rows = wrong[codes] if codes.size else np.zeros(0, dtype=bool)
    if rows.any():
        row = int(rows.argmax())
        value = values[codes[row]]
        refuse_row(source, column, row, "" if value is None else value, must)
