"""Journeys from the simulator's logs: each rule by hand."""

import numpy as np
import pyarrow as pa
import pytest

from omnisim.exceptions import TableError
from omnisim.journeys import journeys_from_log
from omnisim.journeys.log import CHANNEL_NAMES
from omnisim.schema import OBSERVED, Channel, Event

STORE, WEB, APP, EMAIL, SEARCH, DISPLAY = (Channel(i) for i in range(6))


def observed(rows):
    """Make an observed log of (time, visitor, channel, event, value)."""
    columns = zip(*((*row, 1) for row in rows), strict=True) if rows else [[]] * 6
    data = {c.name: pa.array(np.array(v, dtype=float)).cast(c.dtype)
            for c, v in zip(OBSERVED.columns, columns, strict=True)}  # fmt: skip
    return pa.table(data, schema=OBSERVED.arrow)


def listed(rows, **options):
    journeys = journeys_from_log(observed(rows), **options)
    return [
        (" ".join(journeys.channel_names[c] for c in journeys.channel[a:b]), int(n), float(v))
        for a, b, n, v in zip(journeys.offset[:-1], journeys.offset[1:], journeys.n_conversions,
                              journeys.value, strict=True)
    ]  # fmt: skip


def test_what_counts_as_a_touchpoint():
    every = [(float(e), 1, c, e, 0.0) for e in Event for c in Channel if e != Event.PURCHASE]
    journeys = journeys_from_log(observed(every))
    seen = [journeys.channel_names[c] for c in journeys.channel]
    # Staff advise, and write; social networks show posts, and are visited.
    assert sorted(seen) == sorted([*CHANNEL_NAMES, "staff", "social"])


def test_opens_can_stand_for_emails():
    rows = [(0.0, 1, EMAIL, Event.OPEN, 0), (1.0, 1, EMAIL, Event.CLICK, 0)]
    assert [len(p) for p, *_ in listed(rows, email_event=Event.OPEN)] == [len("email")]
    assert journeys_from_log(observed(rows), email_event=Event.OPEN).time.tolist() == [0.0]


def test_a_purchase_takes_the_lookback_and_ends_the_journey():
    rows = [
        (0.0, 1, SEARCH, Event.CLICK, 0), (9.0, 1, EMAIL, Event.CLICK, 0),
        (9.5, 1, WEB, Event.VISIT, 0), (9.6, 1, WEB, Event.PURCHASE, 30),
        (9.7, 1, APP, Event.VISIT, 0),
    ]  # fmt: skip
    assert listed(rows, lookback_days=5.0) == [
        ("search", 0, 0.0), ("email website", 1, 30.0), ("app", 0, 0.0),
    ]  # fmt: skip


def test_a_purchase_is_a_contact_in_its_channel():
    rows = [(0.0, 1, WEB, Event.VISIT, 0), (1.0, 1, STORE, Event.PURCHASE, 5)]
    assert listed(rows) == [("website store", 1, 5.0)]
    assert listed(rows[1:]) == [("store", 1, 5.0)]


def test_anonymous_events_are_journeys_of_their_own():
    rows = [
        (0.0, -1, WEB, Event.VISIT, 0),
        (0.1, -1, WEB, Event.PURCHASE, 5),
        (1.0, -1, WEB, Event.VISIT, 0),
    ]
    assert sorted(listed(rows)) == [("website", 0, 0.0), ("website", 0, 0.0), ("website", 1, 5.0)]


def test_refunds_are_no_value():
    rows = [(0.0, 1, WEB, Event.PURCHASE, 5), (9.0, 1, WEB, Event.RETURN, -5)]
    assert listed(rows) == [("website", 1, 5.0)]


def test_all_channels_are_named_even_if_unseen():
    journeys = journeys_from_log(observed([]))
    assert journeys.channel_names == CHANNEL_NAMES
    assert len(journeys) == 0


def test_missing_column():
    with pytest.raises(TableError, match=r"events lacks column 'value'"):
        journeys_from_log(observed([]).drop_columns(["value"]))
