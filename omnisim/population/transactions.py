"""Transactions of a retailer, checked and laid out as columns, and the histories they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omnisim._validation import check_count
from omnisim.exceptions import TableError
from omnisim.population.channels import ChannelNames, read_channels
from omnisim.population.columns import (
    find_column,
    read_dates,
    read_labels,
    read_numbers,
    require_column,
)
from omnisim.population.sources import Source, TableLike, open_source

DAYS_PER_WEEK = 7.0

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class Histories:
    """What BG/NBD and Gamma-Gamma need of each customer, one row a customer.

    Purchases of one customer on one day are one purchase, as in Fader, Hardie and Lee (2005).

    Attributes
    ----------
    x : ndarray of shape (n_customers,), float64
        Repeat purchases, days after the first day with one.
    t_x, T : ndarrays of shape (n_customers,), float64, unit: weeks
        From the first purchase to the last, and to the end of observation.
    total, repeat_total : ndarrays of shape (n_customers,), float64, unit: money
        Spend on all purchases, and on repeat purchases.
    by_channel : ndarray of shape (n_customers, 3), float64, or None
        Transactions in store, website and app, where the file tells.
    """

    x: Floats
    t_x: Floats
    T: Floats
    total: Floats
    repeat_total: Floats
    by_channel: Floats | None = None

    def __len__(self) -> int:
        return int(self.x.size)

    def __repr__(self) -> str:
        return f"Histories({len(self):,} customers, {self.x.sum():,.0f} repeat purchases)"


@dataclass(frozen=True, eq=False, repr=False)
class Transactions:
    """A log of purchases, one row a transaction, as read and checked by `read_transactions`.

    Attributes
    ----------
    label : str
        Where it comes from.
    customer : ndarray of shape (n_transactions,), int64
        Place in `customer_names`.
    date : ndarray of shape (n_transactions,), datetime64[D]
    value : ndarray of shape (n_transactions,), float64, unit: money
        Non-negative.
    channel : ndarray of shape (n_transactions,), int64, or None
        0 store, 1 website, 2 app.
    customer_names : tuple of str
        Identifiers, sorted.
    """

    label: str
    customer: Ints
    date: npt.NDArray[np.datetime64]
    value: Floats
    channel: Ints | None
    customer_names: tuple[str, ...]

    def __len__(self) -> int:
        return int(self.customer.size)

    def __repr__(self) -> str:
        return (
            f"Transactions({len(self):,} of {len(self.customer_names):,} customers, "
            f"{self.date.min()} to {self.date.max()})"
        )

    def first_days(self, n_days: int) -> Self:
        """Return the log of the first `n_days` days: a calibration period.

        The customers are those who bought in it; 39 weeks of CDNOW are 273 days.
        """
        check_count("n_days", n_days)
        keep = self.date < self.date.min() + np.timedelta64(n_days, "D")
        codes, customer = np.unique(self.customer[keep], return_inverse=True)
        return type(self)(
            self.label, customer.astype(np.int64), self.date[keep], self.value[keep],
            None if self.channel is None else self.channel[keep],
            tuple(self.customer_names[code] for code in codes),
        )  # fmt: skip

    def histories(self, end: np.datetime64 | None = None) -> Histories:
        """Summarise each customer at the end of the day `end`, by default the last in the log.

        Customers stand in the order of `customer_names`.

        Raises
        ------
        TableError
            If `end` is before the last purchase.
        """
        last_day = self.date.max()
        if end is None:
            end = last_day
        if end < last_day:
            raise TableError(
                f"end must not be before the last purchase, {last_day}. Got {end}. "
                "Use first_days to cut the log."
            )
        n = len(self.customer_names)
        first = np.full(n, last_day)
        last = np.full(n, self.date.min())
        np.minimum.at(first, self.customer, self.date)
        np.maximum.at(last, self.customer, self.date)
        day = (self.date - self.date.min()).astype(np.int64)
        n_days = np.bincount(np.unique(self.customer * (day.max() + 1) + day) // (day.max() + 1))
        is_repeat = self.date > first[self.customer]
        return Histories(
            x=n_days.astype(np.float64) - 1,
            t_x=_weeks(last - first),
            T=_weeks(end - first),
            total=_sum_by(self.customer, self.value, n),
            repeat_total=_sum_by(self.customer, self.value * is_repeat, n),
            by_channel=None if self.channel is None else _count(self.customer, self.channel, n),
        )

    def to_arrow(self) -> pa.Table:
        """Return the log as a table with the columns of `omnisim.schema.TRANSACTIONS`."""
        names = pa.array(self.customer_names)
        columns = {
            "customer": names.take(pa.array(self.customer)),
            "date": pa.array(self.date),
            "value": pa.array(self.value),
        }
        if self.channel is not None:
            known = pa.array(["store", "website", "app"])
            columns["channel"] = known.take(pa.array(self.channel))
        return pa.table(columns)


def read_transactions(
    table: TableLike,
    *,
    customer: str | None = None,
    date: str | None = None,
    value: str | None = None,
    channel: str | None = None,
    channel_names: Mapping[str, str] | None = None,
) -> Transactions:
    """Read and check a transaction log.

    Parameters
    ----------
    table : path or table
        CSV (comma, semicolon, tab or bar), the fixed-width CDNOW files, Parquet, or a table of any
        library that speaks Arrow: one row a transaction.
    customer, date, value : str, optional
        Names of the columns; by default recognised by common names (`KNOWN_NAMES`).
    channel : str, optional
        Name of the column that tells where it was bought; used if present.
    channel_names : mapping of str to str, optional
        What each label of `channel` means: ``"store"``, ``"website"`` or ``"app"``; in addition to
        common names (`CHANNEL_NAMES`).

    Raises
    ------
    TableError
        Naming file, row, column and value, if a column is missing, a date impossible, a value
        negative or not a number, a label unknown; or if the file cannot be read.
    """
    source = open_source(table, label="transactions")
    return read_log(source, customer=customer, date=date, value=value, channel=channel,
                    channel_names=channel_names)  # fmt: skip


def read_log(
    source: Source,
    *,
    customer: str | None = None,
    date: str | None = None,
    value: str | None = None,
    channel: str | None = None,
    channel_names: Mapping[str, str] | None = None,
) -> Transactions:
    """Read an opened source as `read_transactions` does."""
    columns = [
        require_column(source, "customer", customer),
        require_column(source, "date", date),
        require_column(source, "value", value),
    ]
    where = find_column(source, "channel", channel)
    table = source.load([*dict.fromkeys([*columns, where] if where else columns)])
    if table.num_rows == 0:
        raise TableError(f"{source.label} holds no transaction: it has columns but no row.")
    names: ChannelNames = channel_names or {}
    codes, customer_names = read_labels(source, table, columns[0])
    return Transactions(
        label=source.label,
        customer=codes,
        date=read_dates(source, table, columns[1]),
        value=read_numbers(source, table, columns[2]),
        channel=read_channels(source, table, where, names).argmax(axis=1) if where else None,
        customer_names=tuple(customer_names),
    )


def _weeks(span: npt.NDArray[Any]) -> Floats:
    """Turn spans of whole days, timedelta64[D], into weeks."""
    return span.astype(np.float64) / DAYS_PER_WEEK


def _sum_by(customer: Ints, value: Floats, n_customers: int) -> Floats:
    return np.bincount(customer, value, minlength=n_customers).astype(np.float64)


def _count(customer: Ints, channel: Ints, n_customers: int) -> Floats:
    """Count transactions by customer and channel, (n_customers, 3)."""
    flat = np.bincount(customer * 3 + channel, minlength=n_customers * 3)
    return flat.reshape(n_customers, 3).astype(np.float64)
