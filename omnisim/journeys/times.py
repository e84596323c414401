"""Read the times of events: dates, timestamps, their text, or days."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omnisim.exceptions import TableError
from omnisim.journeys.tables import check_present, decode, read_float

__all__ = ["exact_order", "exact_time", "read_time"]

SECONDS_PER_DAY = 86_400
MOST_DAYS = 1e6
"""Numbers beyond are no days: dates such as 20260131, or seconds since 1970."""

STAMPS = (pa.timestamp("us"), pa.timestamp("ns"), pa.timestamp("us", "UTC"),
          pa.timestamp("ns", "UTC"))  # fmt: skip
"""What text is read as, the first one that fits."""


def read_time(column: pa.ChunkedArray, name: str, *, row: int = 0) -> npt.NDArray[np.float64]:
    """Return times in days: since 1970 for dates and timestamps, as they are for numbers."""
    if _is_text(column):
        check_present(column, name, row)
        column = _stamps_of_text(column, name)
    kind = column.type
    if pa.types.is_boolean(kind):
        raise TableError(f"{name} must be dates, timestamps or days. Got a column of type {kind}.")
    if not (pa.types.is_temporal(kind) and not pa.types.is_duration(kind)):
        return _read_days(column, name, row)
    check_present(column, name, row)
    if pa.types.is_date32(kind):
        return np.asarray(column.cast(pa.int32()).to_numpy(), dtype=np.float64)
    try:
        stamps = column.cast(pa.timestamp("us"), safe=False).cast(pa.int64()).to_numpy()
    except pa.ArrowException as error:
        raise TableError(f"{name} must be dates, timestamps or days: {error}") from error
    return np.asarray(stamps / (SECONDS_PER_DAY * 1e6), dtype=np.float64)


def _is_text(column: pa.ChunkedArray) -> bool:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return any(is_kind(kind) for is_kind in kinds)


def _stamps_of_text(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    text, why = decode(column), ""
    for kind in STAMPS:
        try:
            return text.cast(kind)
        except pa.ArrowException as error:
            why = why or str(error)
    raise TableError(
        f"{name} must be dates or timestamps such as 2026-01-31 or 2026-01-31 12:00:00, or numbers "
        f"of days. Got text that is neither: {why}. Convert it, such as with pandas.to_datetime."
    )


def _read_days(column: pa.ChunkedArray, name: str, row: int) -> npt.NDArray[np.float64]:
    days = read_float(column, name, low=-np.inf, row=row)
    wrong = np.abs(days) > MOST_DAYS
    if wrong.any():
        at = int(wrong.argmax())
        raise TableError(
            f"{name} must be dates, timestamps or numbers of days, within {MOST_DAYS:,.0f} of 0. "
            f"Got {days[at]:.15g} in row {row + at}. Is it a date such as 20260131, or seconds "
            "since 1970? Convert them, such as with pandas.to_datetime."
        )
    return days


def exact_time(column: pa.ChunkedArray) -> npt.NDArray[np.int64] | None:
    """Return checked times in nanoseconds if they are finer than days in float64 can tell."""
    column = _stamps_of_text(column, "time") if _is_text(column) else column
    kind = column.type
    if not ((pa.types.is_timestamp(kind) or pa.types.is_time64(kind)) and kind.unit == "ns"):
        return None
    fine = np.asarray(column.cast(pa.int64()).to_numpy(), dtype=np.int64)
    return fine if np.any(fine % 1_000) else None


def exact_order(column: pa.ChunkedArray) -> npt.NDArray[np.int64] | None:
    """Return rows by time, then row; None where days in float64 tell the order as well."""
    fine = exact_time(column)
    return None if fine is None else np.argsort(fine, kind="stable")
