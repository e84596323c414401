"""Streams: batches give what the whole file gives; bad files are named."""

import re
import threading

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import JourneyRules, Journeys, stream_events, stream_paths
from omnisim.journeys.paths import path_layout
from omnisim.journeys.stream import _batches, count_rows
from omnisim.journeys.tables import as_table


def listed(batches):
    return [
        ([j.channel_names[c] for c in j.channel[a:b]], int(n), float(v))
        for j in batches
        for a, b, n, v in zip(j.offset[:-1], j.offset[1:], j.n_conversions, j.value, strict=True)
    ]


def events(rng, n=400, text=False):
    shopper = np.sort(rng.integers(0, 40, n))
    frame = pd.DataFrame({
        "shopper": shopper, "time": rng.integers(0, 90, n).astype(float),
        "channel": rng.choice(list("abcd"), n), "conversion": rng.integers(0, 2, n),
    })  # fmt: skip
    frame["value"] = frame["conversion"] * 2.5
    frame = frame.sort_values(["shopper", "time"], kind="stable")
    return frame.assign(shopper=frame["shopper"].map("{:03d}".format)) if text else frame


@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize("batch_rows", [1, 7, 100, 1000])
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_events_in_batches(tmp_path, seed, batch_rows, ending, text):
    frame = events(np.random.default_rng(seed), text=text)
    file = tmp_path / f"events.{ending}"
    frame.to_parquet(file) if ending == "parquet" else frame.to_csv(file, index=False)
    rules = JourneyRules(lookback_days=20.0)
    batches = list(stream_events(file, rules=rules, batch_rows=batch_rows))
    assert listed(batches) == listed([Journeys.from_events(frame, rules=rules)])


@given(st.integers(1, 50))
@settings(max_examples=10, deadline=None)
def test_paths_in_batches(tmp_path_factory, batch_rows):
    file = tmp_path_factory.mktemp("paths") / "paths.parquet"
    table = {"path": [f"a > {'bcd'[i % 3]}" for i in range(40)], "n_conversions": [1] * 40}
    pq.write_table(pa.table(table), file, row_group_size=13)
    assert count_rows(file) == 40
    batches = list(stream_paths(file, batch_rows=batch_rows))
    assert listed(batches) == listed([Journeys.from_paths(table)])


@pytest.mark.parametrize(
    ("column", "bad", "message"),
    [
        ("path", "", "path must not be empty. It is in row 33"),
        ("path", "a > > b", "blank channel. Got 'a > > b' in row 33"),
        ("n_conversions", -1.0, "n_conversions must be finite and >= 0. Got -1.0 in row 33"),
        ("n_conversions", 0.5, "n_conversions must be whole. Got 0.5 in row 33"),
        ("n_conversions", None, "n_conversions must not be missing. It is in row 33"),
        ("n_nulls", 2.0**60, "n_nulls must be below 2**53. Got 1.15292e+18 in row 33"),
        ("value", np.inf, "value must be finite and >= 0. Got inf in row 33"),
        ("n_conversions", 0.0, "value must be 0 where there is no conversion. Got 2.0 in row 33"),
    ],
)
@pytest.mark.parametrize("batch_rows", [1, 7, 100])
def test_rows_of_bad_paths_are_counted_from_the_start(tmp_path, column, bad, message, batch_rows):
    table = {"path": ["a > b"] * 40, "n_conversions": [1.0] * 40, "n_nulls": [0.0] * 40,
             "value": [2.0] * 40}  # fmt: skip
    table[column][33] = bad
    pq.write_table(pa.table(table), tmp_path / "paths.parquet")
    with pytest.raises(TableError, match=re.escape(message)):
        list(stream_paths(tmp_path / "paths.parquet", batch_rows=batch_rows))


def test_dropped_rows_count(tmp_path):
    table = {"path": ["a", "", "a", "a >"], "n_conversions": [1] * 4}
    pq.write_table(pa.table(table), tmp_path / "paths.parquet")
    with pytest.raises(TableError, match="in row 3"):
        list(stream_paths(tmp_path / "paths.parquet", batch_rows=2, empty="drop"))


def test_paths_take_the_options_of_the_reader(tmp_path):
    table = pa.table({"route": ["a|b", "c"], "won": [1, 2]})
    pq.write_table(table, tmp_path / "paths.parquet")
    words = {"path": "route", "n_conversions": "won", "separator": "|"}
    batches = list(stream_paths(tmp_path / "paths.parquet", batch_rows=1, **words))
    assert listed(batches) == listed([Journeys.from_paths(table, **words)])
    with pytest.raises(TypeError, match="seperator"):
        list(stream_paths(tmp_path / "paths.parquet", **words, seperator="|"))


def test_numbers_of_a_long_csv_file_need_not_be_whole_throughout(tmp_path):
    lines = ["a > b,1,0"] * 150_000 + ["b,2,2.5"]  # more than the block that types are told from
    (tmp_path / "paths.csv").write_text("\n".join(["path,n_conversions,value", *lines]))
    parts = list(stream_paths(tmp_path / "paths.csv"))
    assert sum(part.value.sum() for part in parts) == 2.5
    lines = [f"{k},1,a,0,0" for k in range(150_000)] + ["150000,1.5,b,1,2.5"]
    (tmp_path / "events.csv").write_text(
        "\n".join(["shopper,time,channel,conversion,value", *lines])
    )
    parts = list(stream_events(tmp_path / "events.csv"))
    assert parts[-1].time[-1] == 1.5
    assert sum(part.value.sum() for part in parts) == 2.5


def test_a_stream_may_be_left_early(tmp_path):
    before = threading.active_count()
    table = {"path": ["a > b"] * 40, "n_conversions": [1] * 40}
    pq.write_table(pa.table(table), tmp_path / "paths.parquet")
    batches = stream_paths(tmp_path / "paths.parquet", batch_rows=7)
    assert len(next(batches)) == 7
    batches.close()
    assert threading.active_count() <= before
    assert next(batches, None) is None


def test_repeats_collapse(tmp_path):
    frame = pd.DataFrame({"shopper": [1, 1], "time": [0.0, 1.0], "channel": ["a", "a"],
                          "conversion": [0, 1]})  # fmt: skip
    frame.to_parquet(tmp_path / "e.parquet")
    batches = stream_events(tmp_path / "e.parquet", rules=JourneyRules(repeats="collapse"))
    assert listed(batches) == [(["a"], 1, 0.0)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(2, 0.0), (1, 0.0)], "Shoppers fall at row 1"),
        ([(1, 5.0), (1, 4.0)], "Time falls at row 1"),
        ([("b", 0.0), ("a", 0.0)], "Shoppers fall at row 1"),
        ([(1.0, 0.0), (None, 0.0)], "shopper must not be missing. It is in row 1"),
    ],
)
def test_unsorted_files(tmp_path, rows, message):
    shopper, time = zip(*rows, strict=True)
    table = pa.table(
        {"shopper": shopper, "time": time, "channel": ["a", "b"], "conversion": [0, 1]}
    )
    pq.write_table(table, tmp_path / "e.parquet")
    with pytest.raises(TableError, match=message):
        list(stream_events(tmp_path / "e.parquet"))


def test_files_that_are_none(tmp_path):
    (tmp_path / "p.parquet").write_bytes(b"not parquet")
    for file in (tmp_path / "p.parquet", tmp_path / "absent.csv"):
        with pytest.raises(TableError, match="cannot be read as a table"):
            list(stream_paths(file))
    with pytest.raises(TableError, match="cannot be read as a table"):
        count_rows(tmp_path / "p.parquet")


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow"])
def test_files_without_rows_must_have_the_columns(tmp_path, ending):
    file = tmp_path / f"p.{ending}"
    table = pa.table({"way": pa.array([], pa.string()), "n_conversions": pa.array([], pa.int64())})
    if ending == "csv":
        file.write_text("way,n_conversions\n")
    elif ending == "parquet":
        pq.write_table(table, file)
    else:
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    with pytest.raises(TableError, match="paths lacks column 'path'"):
        list(stream_paths(file))
    with pytest.raises(TableError, match="events lacks column 'shopper'"):
        list(stream_events(file))
    assert list(stream_paths(file, path="way")) == []


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_columns_that_nobody_asks_for_are_not_read(tmp_path, ending):
    used = pa.table({"path": ["a > b"] * 9, "n_conversions": [1] * 9})
    table = used.append_column("a.b", pa.array(range(9))).append_column("text", used["path"])
    file = tmp_path / f"p.{ending}"
    pq.write_table(table, file) if ending == "parquet" else pacsv.write_csv(table, file)
    names = {"path": None, "n_conversions": None, "n_nulls": None, "value": None}
    assert as_table(file, layout=path_layout(names)).equals(used)
    for batch in _batches(file, names, 4):
        assert batch.column_names == ["path", "n_conversions"]
    assert Journeys.from_paths(file, path="text", value="a.b").value.tolist() == list(range(9))
    (stream,) = stream_paths(file, path="text", value="a.b")
    assert stream.value.tolist() == list(range(9))


def test_damaged_pages_are_noticed(tmp_path):
    file = tmp_path / "p.parquet"
    table = pa.table({"path": [f"a{i} > b" for i in range(500)], "n_conversions": [1] * 500})
    pq.write_table(table, file, write_page_checksum=True, compression="none", use_dictionary=False)
    data = bytearray(file.read_bytes())
    data[data.index(b"a250")] = ord("z")
    file.write_bytes(data)
    with pytest.raises(TableError, match="cannot be read"):
        list(stream_paths(file))


def test_wrong_batch_rows(tmp_path):
    with pytest.raises(ParameterError, match="batch_rows"):
        list(stream_paths(tmp_path / "p.parquet", batch_rows=0))
