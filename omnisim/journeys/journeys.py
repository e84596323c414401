"""The container of ordered touchpoints that all attribution reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys.cutting import JourneyRules
from omnisim.journeys.events import EventColumns, event_options, group_names, read_events
from omnisim.journeys.paths import check_separable, read_paths
from omnisim.schema import PATHS

__all__ = ["Journeys"]

MAX_TOUCHPOINTS = 2.0**62  # half of what 64 bits count: bootstrap weights add some
MAX_VALUE = 1e300  # sums of products of values with shares and weights stay finite


@dataclass(frozen=True, eq=False, repr=False)
class Journeys:
    """Ordered touchpoints of many journeys, laid out like a CSR matrix.

    Journey *j* is ``channel[offset[j]:offset[j + 1]]``, oldest touchpoint first. A row may stand
    for many journeys with the same path: it says how many of them converted and how many did not.
    Kernels read the arrays without a copy; they are made read-only.

    Parameters
    ----------
    channel : ndarray of shape (n_touchpoints,), int32
        Positions in `channel_names`.
    offset : ndarray of shape (n_rows + 1,), int64
        Strictly increasing from 0 to n_touchpoints: no journey is empty.
    n_conversions, n_nulls : ndarray of shape (n_rows,), int64, >= 0
        Times the path ended in a conversion, and without.
    value : ndarray of shape (n_rows,), float64, finite, >= 0
        Value of the row's conversions, in the unit of the table it came from.
    channel_names : tuple of str
        Distinct names.
    time : ndarray of shape (n_touchpoints,), float64, unit: days, optional
        When each touchpoint happened, never decreasing within a journey. Tables of paths have none.
    end : ndarray of shape (n_rows,), float64, unit: days, optional
        When the journey converted; NaN where it did not. There where `time` is.

    Raises
    ------
    TableError
        If an array has the wrong type or shape, or values outside its range; if the rows add up
        to 2**62 touchpoints or more, or to a value beyond 1e300.

    Examples
    --------
    >>> Journeys.from_paths({"path": ["a > b", "b"], "n_conversions": [2, 1], "n_nulls": [0, 3]})
    Journeys: 6 journeys (3 conversions, 3 nulls) in 2 rows, 3 touchpoints, 2 channels
    """

    channel: npt.NDArray[np.int32]
    offset: npt.NDArray[np.int64]
    n_conversions: npt.NDArray[np.int64]
    n_nulls: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    channel_names: tuple[str, ...]
    time: npt.NDArray[np.float64] | None = field(default=None)
    end: npt.NDArray[np.float64] | None = field(default=None)

    def __post_init__(self) -> None:
        n_rows = len(self.offset) - 1
        _check_array("channel", self.channel, np.int32, None)
        _check_array("offset", self.offset, np.int64, None)
        _check_array("n_conversions", self.n_conversions, np.int64, n_rows)
        _check_array("n_nulls", self.n_nulls, np.int64, n_rows)
        _check_array("value", self.value, np.float64, n_rows)
        object.__setattr__(self, "channel_names", tuple(self.channel_names))
        _check_layout(self)
        if self.time is not None:
            _check_array("time", self.time, np.float64, len(self.channel))
            _check_time(self.time, self.offset)
        if self.end is not None:
            _check_array("end", self.end, np.float64, n_rows)
        for name in ("channel", "offset", "n_conversions", "n_nulls", "value", "time", "end"):
            array = getattr(self, name)
            if array is not None:
                view = array.view()
                view.flags.writeable = False
                object.__setattr__(self, name, view)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.offset) - 1

    def __repr__(self) -> str:
        conversions, nulls = int(self.n_conversions.sum()), int(self.n_nulls.sum())
        return (
            f"Journeys: {conversions + nulls:,} journeys ({conversions:,} conversions, {nulls:,} "
            f"nulls) in {len(self):,} rows, {len(self.channel):,} touchpoints, "
            f"{len(self.channel_names):,} channels"
        )

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return len(self.channel_names)

    @property
    def length(self) -> npt.NDArray[np.int64]:
        """Touchpoints of each row, int64, shape (n_rows,)."""
        return np.diff(self.offset)

    @classmethod
    def from_paths(
        cls,
        table: Any,
        *,
        path: str | None = None,
        n_conversions: str | None = None,
        n_nulls: str | None = None,
        value: str | None = None,
        separator: str = ">",
        empty: str = "error",
    ) -> Journeys:
        """Read a table of paths, such as ``a > b > c`` with its conversions, value and nulls.

        Parameters
        ----------
        table : object, str or path
            Anything that speaks the Arrow PyCapsule interface (pandas, polars, pyarrow, DuckDB), a
            mapping of columns, or the name of a CSV, Parquet or Arrow file, or of a folder of
            Parquet files, as Spark and Dask write: these are read in order of their names, with
            ``part.9`` before ``part.10``.
        path, n_conversions, n_nulls, value : str, optional
            Columns. Where not given, the first of the common names of
            `omnisim.journeys.paths.COMMON_NAMES` that is there. Without a column of nulls there are
            none; without one of values they are 0. In a row without a conversion the value is 0 or
            missing (null or NaN), which is read as 0.
        separator : str, default=">"
            What stands between channels; a tab or a blank is one like any other. The path
            loses white space at both ends, is split wherever the separator stands, from left to
            right, and then names lose white space at both ends. So with ``" "`` two blanks have a
            blank channel between them, which is an error; with ``"  "`` a third blank is dropped. A
            name that holds the separator itself is split; give ``" > "`` to split there only.
        empty : {"error", "drop"}, default="error"
            What to do with a row whose path is missing or blank.

        Returns
        -------
        Journeys
            One row a table row, in the same order; channels in order of their names. A row that
            occurs twice counts twice.

        Raises
        ------
        TableError
            If a column is missing; if a path is empty or has a blank channel; if a count is
            missing, negative or not whole; if a value is negative, infinite, without a conversion,
            or missing where there is one; or if there are more than 4,096 channels.
        """
        columns = {"path": path, "n_conversions": n_conversions, "n_nulls": n_nulls, "value": value}
        return cls(**read_paths(table, columns, separator=separator, empty=empty))

    @classmethod
    def from_events(
        cls,
        table: Any,
        *,
        columns: EventColumns | None = None,
        rules: JourneyRules | None = None,
        channels: Mapping[str, str] | None = None,
    ) -> Journeys:
        """Cut a log of events into journeys.

        Parameters
        ----------
        table : object, str or path
            As in `from_paths`; one row an event, in any order.
        columns : EventColumns, optional
            Names of the columns; the common names where not given.
        rules : JourneyRules, optional
            Where a journey begins and ends; 30 days of lookback where not given.
        channels : mapping of str to str, optional
            Groups: the name that each channel gets. A channel that is not there keeps its own.

        Returns
        -------
        Journeys
            With times; ordered by shopper (in order of first appearance), then time.

        Raises
        ------
        TableError
            If a column is missing or holds what it must not.

        Notes
        -----
        Events at the same time keep the order of their rows. A row that occurs twice is two events:
        drop duplicates first where they are none.
        """
        columns, rules, groups = event_options(columns, rules, channels)
        journeys = cls(**read_events(table, columns, rules, groups))
        return journeys.collapse() if rules.repeats == "collapse" else journeys

    def to_paths(self, *, separator: str = " > ") -> pa.Table:
        """Return the journeys as a table of paths, rows with the same path added up.

        Rows are ordered by path. See `omnisim.schema.PATHS`.

        Raises
        ------
        TableError
            If the name of a channel holds the separator: `from_paths` would split it.
        """
        check_separable(self.channel_names, separator)
        names = pa.array(self.channel_names, pa.string())
        flat = pc.take(names, pa.array(self.channel))
        lists = pa.LargeListArray.from_arrays(pa.array(self.offset), flat)
        table = pa.table({
            "path": pc.binary_join(lists, separator).cast(pa.string()),
            "n_conversions": self.n_conversions,
            "n_nulls": self.n_nulls,
            "value": self.value,
        })  # fmt: skip
        total = table.group_by("path", use_threads=False).aggregate(
            [(name, "sum") for name in ("n_conversions", "n_nulls", "value")]
        )
        total = total.rename_columns(["path", "n_conversions", "n_nulls", "value"])
        return total.sort_by("path").cast(PATHS.arrow)

    def regroup(self, channels: Mapping[str, str]) -> Journeys:
        """Return the journeys with channels renamed; those given the same name become one."""
        names = group_names(self.channel_names, channels)
        known = tuple(sorted(set(names)))
        code = {name: i for i, name in enumerate(known)}
        remap = np.array([code[name] for name in names], dtype=np.int32)
        return self._with(channel=remap[self.channel], channel_names=known)

    def collapse(self) -> Journeys:
        """Return the journeys with runs of the same channel kept as their first touchpoint."""
        keep = np.ones(len(self.channel), dtype=bool)
        keep[1:] = self.channel[1:] != self.channel[:-1]
        keep[self.offset[:-1]] = True
        offset = np.concatenate(([0], np.cumsum(keep)))[self.offset]
        time = None if self.time is None else self.time[keep]
        return self._with(channel=self.channel[keep], offset=offset, time=time)

    def take(self, rows: npt.ArrayLike) -> Journeys:
        """Return the given rows, in the given order.

        Parameters
        ----------
        rows : array of int, shape (k,)
            Numbers of rows, from 0; one may come more than once.

        Raises
        ------
        ParameterError
            If a number is no row.
        """
        rows = np.asarray(rows)
        if len(rows) and (rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= len(self)):
            raise ParameterError(
                f"rows must be integers from 0 to {len(self) - 1}. Got {rows!r:.60}."
            )
        length = self.length[rows]
        offset = np.concatenate(([0], np.cumsum(length)))
        where = np.repeat(self.offset[:-1][rows] - offset[:-1], length) + np.arange(offset[-1])
        return self._with(
            channel=self.channel[where],
            offset=offset,
            n_conversions=self.n_conversions[rows],
            n_nulls=self.n_nulls[rows],
            value=self.value[rows],
            time=None if self.time is None else self.time[where],
            end=None if self.end is None else self.end[rows],
        )

    def _with(self, **changes: Any) -> Journeys:
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return Journeys(**(fields | changes))


def _check_array(name: str, array: Any, dtype: Any, length: int | None) -> None:
    ok = isinstance(array, np.ndarray) and array.dtype == dtype and array.ndim == 1
    if not ok or not array.flags.c_contiguous:
        got = f"{array.dtype} of shape {array.shape}" if isinstance(array, np.ndarray) else (
            type(array).__name__)  # fmt: skip
        raise TableError(f"{name} must be a contiguous {np.dtype(dtype)} array of one dimension. "
                         f"Got {got}.")  # fmt: skip
    if length is not None and len(array) != length:
        raise TableError(f"{name} must have {length} elements, one a row. Got {len(array)}.")


def _check_layout(journeys: Journeys) -> None:
    """Check what the kernels assume."""
    offset, channel, names = journeys.offset, journeys.channel, journeys.channel_names
    if len(offset) == 0 or offset[0] != 0 or offset[-1] != len(channel):
        got = offset[-1] if len(offset) else "no offset"
        raise TableError(f"offset must run from 0 to len(channel), {len(channel)}. Got {got}.")
    if len(offset) > 1 and np.diff(offset).min() < 1:
        row = int(np.argmax(np.diff(offset) < 1))
        raise TableError(f"offset must increase: a journey has at least one touchpoint. Row {row}.")
    if len(channel) and (channel.min() < 0 or channel.max() >= len(names)):
        raise TableError(f"channel must lie in [0, {len(names)}). Got {channel.min()} to "
                         f"{channel.max()}.")  # fmt: skip
    if len(set(names)) != len(names) or not all(isinstance(n, str) and n for n in names):
        raise TableError(f"channel_names must be distinct, non-empty strings. Got {names!r}.")
    for name, array in _amounts(journeys):
        wrong = ~((array >= 0) & (array < np.inf))
        if wrong.any():
            row = int(wrong.argmax())
            raise TableError(f"{name} must be finite and >= 0. Got {array[row]} in row {row}.")
    with np.errstate(over="ignore"):
        weight = journeys.n_conversions.astype(np.float64) + journeys.n_nulls
        check_totals(float(weight @ journeys.length), float(journeys.value.sum()))


def check_journeys(journeys: Any) -> None:
    """Raise ParameterError if these are no journeys."""
    if not isinstance(journeys, Journeys):
        raise ParameterError(
            "journeys must be Journeys, as Journeys.from_paths or from_events returns. Got "
            f"{type(journeys).__name__}."
        )


def check_totals(n_touchpoints: float, value: float) -> None:
    """Raise TableError if what all journeys add up to is too large for 64 bits."""
    if n_touchpoints >= MAX_TOUCHPOINTS:
        raise TableError(
            "n_conversions and n_nulls must count fewer than 2**62 touchpoints: the journeys of "
            f"all rows times their lengths. Got {n_touchpoints:.3g}."
        )
    if not value <= MAX_VALUE:
        raise TableError(f"value must sum to at most {MAX_VALUE:g}. Got {value:.3g}.")


def _amounts(journeys: Journeys) -> Sequence[tuple[str, npt.NDArray[Any]]]:
    return (
        ("n_conversions", journeys.n_conversions),
        ("n_nulls", journeys.n_nulls),
        ("value", journeys.value),
    )


def _check_time(time: npt.NDArray[np.float64], offset: npt.NDArray[np.int64]) -> None:
    if not np.isfinite(time).all():
        raise TableError(f"time must be finite. Got {time[~np.isfinite(time)][0]}.")
    backwards = np.diff(time) < 0
    starts = offset[1:-1] - 1
    backwards[starts] = False
    if backwards.any():
        place = int(backwards.argmax())
        raise TableError(f"time must not decrease within a journey. It does at touchpoint {place}.")
