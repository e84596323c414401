"""Events whose kind tells whether they convert."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omnisim.exceptions import OmnisimWarning, ParameterError, TableError
from omnisim.journeys import EventColumns, Journeys, stream_events

KINDS = {"user": [1, 1, 1, 2, 2], "time": [0.0, 1.0, 2.0, 0.0, 1.0],
         "channel": ["ad", "mail", None, "ad", "shop"],
         "event": ["Click", "impression", "purchase", "click", "Order "],
         "value": [0.0, 0.0, 30.0, 0.0, 12.0]}  # fmt: skip


def paths_of(journeys):
    table = journeys.to_paths()
    return dict(zip(table["path"].to_pylist(), table["n_conversions"].to_pylist(), strict=True))


def test_events_convert_by_their_kind():
    journeys = Journeys.from_events(KINDS)
    assert paths_of(journeys) == {"ad > mail": 1, "ad > shop": 1}
    assert journeys.value.sum() == 42.0


def test_kinds_that_convert_can_be_named():
    columns = EventColumns(converting=["ORDER"], touching=["click", "order"])
    table = KINDS | {"value": [0.0, 0.0, 0.0, 0.0, 12.0]}
    journeys = Journeys.from_events(table, columns=columns)
    assert paths_of(journeys) == {"ad": 0, "ad > shop": 1}


def test_a_column_of_conversions_comes_before_kinds():
    journeys = Journeys.from_events(KINDS | {"conversion": [0, 1, 1, 0, 2], "value": [0.0] * 5})
    assert journeys.n_conversions.tolist() == [1, 1, 2]


def test_kinds_that_are_named_come_before_a_column_of_conversions(tmp_path):
    table = KINDS | {"conversion": [0, 1, 1, 0, 2]}
    columns = EventColumns(converting=["purchase", "order"])
    assert paths_of(Journeys.from_events(table, columns=columns)) == (
        {"ad > mail": 1, "ad > shop": 1}
    )
    pq.write_table(pa.table(table), tmp_path / "events.parquet")
    parts = list(stream_events(tmp_path / "events.parquet", columns=columns))
    assert sum(int(part.n_conversions.sum()) for part in parts) == 2
    with pytest.raises(ParameterError, match=r"Got 'conversion' and.*leave one out"):
        EventColumns(conversion="conversion", converting=["purchase"])
    no_kind = {name: KINDS[name] for name in ("user", "time")} | {"channel": list("abcde")}
    with pytest.raises(TableError, match="lacks column 'event'"):
        Journeys.from_events(no_kind, columns=columns)


def test_kinds_that_no_event_has_are_told():
    columns = EventColumns(touching=["clik", "impression"])
    with pytest.warns(OmnisimWarning, match="kind 'clik'.*Did you mean 'click'") as told:
        Journeys.from_events(KINDS, columns=columns)
    assert len(told) == 1
    assert told[0].filename == __file__


def test_without_conversions_every_journey_is_null():
    table = {name: KINDS[name] for name in ("user", "time")} | {"channel": list("abcde")}
    journeys = Journeys.from_events(table)
    assert paths_of(journeys) == {"a > b > c": 0, "d > e": 0}


def test_kinds_stream_as_they_are_read(tmp_path):
    pq.write_table(pa.table(KINDS), tmp_path / "events.parquet")
    parts = list(stream_events(tmp_path / "events.parquet", batch_rows=2))
    assert {k: v for part in parts for k, v in paths_of(part).items()} == (
        {"ad > mail": 1, "ad > shop": 1}
    )


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (EventColumns(touching=["click"], kind="knid"), "lacks column 'knid'"),
        (EventColumns(kind="time"), "kind must be text"),
    ],
)
def test_wrong_kinds(columns, message):
    with pytest.raises(TableError, match=message):
        Journeys.from_events(KINDS, columns=columns)


def test_kinds_are_several():
    with pytest.raises(ParameterError, match="converting must be a sequence of text"):
        EventColumns(converting="purchase")
