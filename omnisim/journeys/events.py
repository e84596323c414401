"""Read logs of events, to be cut into journeys."""

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omnisim._validation import suggest
from omnisim.exceptions import OmnisimWarning, ParameterError, TableError
from omnisim.journeys.csv_tables import CsvColumns, CsvLayout
from omnisim.journeys.cutting import NO_TOUCHPOINT, JourneyRules, cut_columns
from omnisim.journeys.paths import MAX_CHANNELS
from omnisim.journeys.tables import (
    as_table,
    check_codable,
    check_present,
    find_column,
    read_codes,
    read_count,
    read_value,
    table_errors,
)
from omnisim.journeys.times import exact_order, read_time

__all__ = ["COMMON_NAMES", "NO_TOUCHPOINT", "EventColumns", "JourneyRules", "read_events"]

CONVERTING = ("conversion", "purchase", "order", "transaction")
"""Kinds of events that convert, where no others are named."""

SHOWN_KINDS = 20
"""Kinds of events that a message lists at most."""

COMMON_NAMES: Mapping[str, tuple[str, ...]] = {
    "shopper": ("shopper", "customer", "customer_id", "user", "user_id", "visitor", "visitor_id",
                "cookie", "id"),
    "time": ("time", "timestamp", "datetime", "date", "event_time"),
    "channel": ("channel", "channel_grouping", "source", "medium", "touchpoint"),
    "conversion": ("conversion", "n_conversions", "converted", "is_conversion", "conversions"),
    "value": ("value", "conversion_value", "revenue"),
    "kind": ("event", "event_type", "event_name", "kind", "type", "action"),
}  # fmt: skip
"""Names under which each column of an event log is found, in lower case, first one first."""


@dataclass(frozen=True)
class EventColumns:
    """Names of the columns of an event log; None takes the first common name that is there.

    Parameters
    ----------
    shopper : str, optional
        Text or whole numbers; never missing. In CSV files, which cannot tell, white space around
        it does not count, and ``NA``, ``null`` and the like are missing.
    time : str, optional
        Dates, timestamps, the text of either (2026-01-31, 2026-01-31 12:00) or numbers (days,
        within a million of 0); never missing. Journeys hold it to the microsecond.
    channel : str, optional
        Text. May be missing in a row that is a conversion: then it is no touchpoint.
    conversion : str, optional
        Conversions that the event brings: whole numbers >= 0, or booleans. Without the column an
        event converts once where its kind says so.
    value : str, optional
        Value of the conversions, >= 0. Where there is no conversion, 0 or missing (null or NaN),
        which is read as 0. Without the column, 0.
    kind : str, optional
        Text: what sort of event it is. Without it and without `conversion`, no event converts.
    converting : sequence of str, optional
        Kinds that convert, in any case, whatever other columns say: not to be given together with
        `conversion`. By default those of `CONVERTING`, where there is no column of conversions.
    touching : sequence of str, optional
        Kinds that are touchpoints, in any case; all that have a channel where not given.
    """

    shopper: str | None = None
    time: str | None = None
    channel: str | None = None
    conversion: str | None = None
    value: str | None = None
    kind: str | None = None
    converting: Sequence[str] | None = None
    touching: Sequence[str] | None = None

    def __post_init__(self) -> None:
        for name in ("converting", "touching"):
            kinds = getattr(self, name)
            if isinstance(kinds, str) or not all(isinstance(kind, str) for kind in kinds or ()):
                raise ParameterError(f"{name} must be a sequence of text. Got {kinds!r}.")
        if self.converting is not None and self.conversion is not None:
            raise ParameterError(
                "conversion and converting both say what converts: a column and kinds of events. "
                f"Got {self.conversion!r} and {self.converting!r}: leave one out."
            )


def event_options(
    columns: EventColumns | None, rules: JourneyRules | None, channels: Mapping[str, str] | None
) -> tuple[EventColumns, JourneyRules, Mapping[str, str]]:
    """Return what is given of the three, else the defaults."""
    columns = EventColumns() if columns is None else columns
    rules = JourneyRules() if rules is None else rules
    channels = {} if channels is None else channels
    if not isinstance(columns, EventColumns):
        raise ParameterError(f"columns must be EventColumns(...). Got {columns!r}.")
    if not isinstance(rules, JourneyRules):
        raise ParameterError(f"rules must be JourneyRules(...). Got {rules!r}.")
    _check_groups(channels)
    return columns, rules, channels


def read_events(
    source: Any, columns: EventColumns, rules: JourneyRules, groups: Mapping[str, str]
) -> dict[str, Any]:
    """Return the arrays of `Journeys`; see `Journeys.from_events`."""
    with table_errors("events"):
        table = as_table(source, layout=event_layout(columns))
        where = find_event_columns(table.column_names, columns)
        shopper = _read_shopper(table[where.shopper])
        *arrays, names = read_event_columns(table, where, groups)
        _warn_of_unmet_kinds(table, where)
        order = exact_order(table[where.time])
    conditional = np.zeros(table.num_rows, dtype=np.uint8)
    columns_read = [shopper, *arrays[:2], conditional, *arrays[2:]]
    if order is not None:
        columns_read = [column[order] for column in columns_read]
    return cut_columns(columns_read, names, rules)


def event_layout(columns: EventColumns) -> CsvLayout:
    """Return what tells which columns of a log are text, and which are numbers."""

    def layout(have: Sequence[str]) -> CsvColumns:
        found = find_event_columns(have, columns)
        numbers = [name for name in (found.conversion, found.value) if name]
        used = {*numbers, found.time}
        text = [name for name in (found.channel, found.kind) if name and name not in used]
        shopper = found.shopper if found.shopper not in used else None
        return CsvColumns(text, numbers, [str(found.time)], shopper)

    return layout


def find_event_columns(have: Sequence[str], columns: EventColumns) -> EventColumns:
    """Return `columns` with the name of each column; None stays where there is none."""
    by_kind = columns.converting is not None
    required = {"shopper", "time", "channel"} | ({"kind"} if columns.touching or by_kind else set())
    found: dict[str, Any] = {
        key: find_column("events", have, getattr(columns, key), common, required=key in required)
        for key, common in COMMON_NAMES.items()
        if not (by_kind and key == "conversion")
    }
    return replace(columns, **found)


def read_event_columns(
    table: pa.Table, where: EventColumns, groups: Mapping[str, str], *, row: int = 0
) -> tuple[Any, Any, Any, Any, tuple[str, ...]]:
    """Return times, channel codes, conversions and values, checked, and the channel names.

    The first row of the table is number `row` in messages.
    """
    time = read_time(table[where.time], str(where.time), row=row)
    n_conversions = _read_conversions(table, where, row)
    value = np.zeros(table.num_rows)
    if where.value is not None:
        value = read_value(table[where.value], where.value, n_conversions, row=row)
    optional = n_conversions > 0
    touches = None
    if where.touching is not None:
        touches = _is_of_kind(table[where.kind], where.touching)
        optional |= ~touches
    channel, names = _read_channel(table[where.channel], optional, groups, row)
    if touches is not None:
        channel[~touches] = -1
    return time, channel, n_conversions, value, names


def _read_conversions(table: pa.Table, where: EventColumns, row: int) -> npt.NDArray[np.int64]:
    if where.conversion is not None:
        return read_count(table[where.conversion], where.conversion, row=row)
    if where.kind is not None:
        kinds = CONVERTING if where.converting is None else where.converting
        return _is_of_kind(table[where.kind], kinds).astype(np.int64)
    return np.zeros(table.num_rows, dtype=np.int64)


def _is_of_kind(column: pa.ChunkedArray, kinds: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return which events are of the kinds; one whose kind is missing is of none."""
    codes, names = read_codes(column, "kind")
    wanted = {kind.strip().lower() for kind in kinds}
    known = [str(name).strip().lower() in wanted for name in names]
    return np.array([*known, False])[codes]


def _warn_of_unmet_kinds(table: pa.Table, where: EventColumns) -> None:
    """Warn of kinds that were named and that no event has."""
    named = [*(where.converting or ()), *(where.touching or ())]
    if not named or not table.num_rows:
        return
    _, names = read_codes(table[where.kind], "kind")
    known = sorted({str(name).strip().lower() for name in names})
    for kind in named:
        if kind.strip().lower() not in known:
            listed = ", ".join(map(repr, known[:SHOWN_KINDS])) or "none"
            warnings.warn(
                f"No event is of the kind {kind!r}. Kinds: {listed}.{suggest(kind, known)}",
                OmnisimWarning,
                stacklevel=4,
            )


def _read_shopper(column: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    codes, _ = read_codes(column, "shopper")
    if len(codes) and codes.min() < 0:
        raise TableError(f"shopper must not be missing. It is in row {int(codes.argmin())}.")
    return codes


def check_shopper(column: pa.ChunkedArray, row: int) -> None:
    """Raise TableError if a shopper is missing or of a type that does not tell shoppers apart."""
    check_present(column, "shopper", row)
    check_codable(column.type, "shopper")


def group_names(names: Sequence[str], groups: Mapping[str, str]) -> list[str]:
    """Return the name of each channel's group; a channel that is in none keeps its own."""
    _check_groups(groups)
    for name, group in groups.items():
        if not isinstance(group, str) or not group.strip():
            raise ParameterError(f"channels[{name!r}] must be text, not blank. Got {group!r}.")
    found = [groups.get(name) for name in names]
    return [name if group is None else group.strip()
            for name, group in zip(names, found, strict=True)]  # fmt: skip


def _check_groups(groups: Mapping[str, str]) -> None:
    if not isinstance(groups, Mapping):
        raise ParameterError(
            f"channels must map names of channels to names of groups. Got {groups!r}."
        )


def check_channels(names: Collection[str]) -> None:
    """Raise TableError if there are more channels than there can be."""
    if len(names) > MAX_CHANNELS:
        raise TableError(
            f"channel has {len(names):,} different names, more than {MAX_CHANNELS:,}. Is it an "
            "identifier? Group the channels with channels={...}."
        )


def _read_channel(
    column: pa.ChunkedArray,
    optional: npt.NDArray[np.bool_],
    groups: Mapping[str, str],
    row: int,
) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """Return channel codes in order of name, -1 where it is missing, as it may where `optional`."""
    codes, raw = read_codes(column, "channel")
    names = [str(name).strip() for name in raw]
    names = group_names(names, groups)
    check_channels(set(names))
    known = tuple(sorted(set(names) - {""}))
    code = {name: i for i, name in enumerate(known)} | {"": -1}
    remap = np.array([*(code[name] for name in names), -1], dtype=np.int32)
    channel = remap[codes]
    wrong = (channel < 0) & ~optional
    if wrong.any():
        raise TableError(
            "channel must not be missing where there is no conversion. It is in row "
            f"{row + int(wrong.argmax())}."
        )
    return channel, known
