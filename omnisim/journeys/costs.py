"""What the channels of an event log cost."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from omnisim.exceptions import TableError
from omnisim.journeys.csv_tables import CsvColumns
from omnisim.journeys.events import COMMON_NAMES, check_channels, group_names
from omnisim.journeys.tables import as_table, find_column, read_codes, read_float, table_errors

__all__ = ["channel_costs"]

COST_NAMES = ("cost", "spend", "costs", "media_cost", "price")


def channel_costs(
    table: Any,
    *,
    channel: str | None = None,
    cost: str | None = None,
    channels: Mapping[str, str] | None = None,
) -> dict[str, float]:
    """Add up the cost of every event by channel, for `omnisim.attribution.budget_table`.

    All events count, whether or not a journey takes them: money is spent on them all.

    Parameters
    ----------
    table : object, str or path
        As in `Journeys.from_events`.
    channel, cost : str, optional
        Columns; where not given, the first common name that is there.
    channels : mapping of str to str, optional
        Groups, as in `Journeys.from_events`.

    Returns
    -------
    dict of str to float
        By channel, in order of name; in the unit of the column.

    Raises
    ------
    TableError
        If a column is missing, or a cost is missing, negative, infinite or without a channel.

    Examples
    --------
    >>> channel_costs({"channel": ["ad", "mail", "ad"], "cost": [0.5, 0.1, 0.25]})
    {'ad': 0.75, 'mail': 0.1}
    """
    with table_errors("events"):
        events = as_table(table, layout=lambda have: _layout(have, channel, cost))
        have = events.column_names
        where = find_column("events", have, channel, COMMON_NAMES["channel"], required=True)
        price = find_column("events", have, cost, COST_NAMES, required=True)
        amount = read_float(events[price], str(price))
        codes, raw = read_codes(events[where], "channel")
    names = [str(name).strip() for name in raw]
    names = group_names(names, channels or {})
    check_channels(set(names))
    spent = np.bincount(codes + 1, weights=amount, minlength=len(names) + 1)
    lost = np.flatnonzero((amount > 0) & np.array([*(name == "" for name in names), True])[codes])
    if len(lost):
        raise TableError(
            f"channel must not be missing where there is a cost. It is in row {lost[0]}."
        )
    total = dict.fromkeys(sorted(set(names) - {""}), 0.0)
    for name, part in zip(names, spent[1:].tolist(), strict=True):
        if name:
            total[name] += part
    return total


def _layout(have: Sequence[str], channel: str | None, cost: str | None) -> CsvColumns:
    name = find_column("events", have, channel, COMMON_NAMES["channel"], required=True)
    price = find_column("events", have, cost, COST_NAMES, required=True)
    return CsvColumns([str(name)], [str(price)])
