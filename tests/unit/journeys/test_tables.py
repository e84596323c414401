"""The door for tables: columns found once, and Arrow files, sound or damaged."""

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import EventColumns, Journeys, Shards, stream_events, stream_paths
from omnisim.journeys.stream import read_columns
from omnisim.journeys.tables import as_table

PATHS = pa.table({"path": ["a > b", "b", "a"], "n_conversions": [1, 2, 0], "n_nulls": [0, 1, 4]})
EVENTS = pa.table({"shopper": [1, 1, 2], "time": [0.0, 1.0, 0.0], "channel": ["a", "b", "a"],
                   "conversion": [0, 1, 0]})  # fmt: skip


def write_arrow(table, file, *, stream=False, rows=2):
    new = pa.ipc.new_stream if stream else pa.ipc.new_file
    with new(str(file), table.schema) as writer:
        writer.write_table(table, max_chunksize=rows)
    return file


def same(first, second):
    assert first.to_paths().equals(second.to_paths())


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("ending", ["arrow", "feather"])
def test_arrow_files(tmp_path, ending, stream):
    paths = write_arrow(PATHS, tmp_path / f"p.{ending}", stream=stream)
    events = write_arrow(EVENTS, tmp_path / f"e.{ending}", stream=stream)
    same(Journeys.from_paths(paths), Journeys.from_paths(PATHS))
    same(Journeys.from_events(events), Journeys.from_events(EVENTS))
    assert [len(j) for j in stream_paths(paths)] == [2, 1]
    assert sum(len(j) for j in stream_events(events, batch_rows=1)) == 2
    assert read_columns(events) == EVENTS.column_names


def test_an_arrow_file_whose_offsets_lie_is_refused(tmp_path):
    # A reader that believed these offsets would read far outside the text.
    table = pa.table({"path": pa.array(["a > b"] * 9, pa.large_string()), "n_conversions": [1] * 9})
    data = bytearray(write_arrow(table, tmp_path / "p.arrow", rows=9).read_bytes())
    at = data.index((5).to_bytes(8, "little") + (10).to_bytes(8, "little"))
    data[at : at + 8] = (2**40).to_bytes(8, "little")
    (tmp_path / "p.arrow").write_bytes(data)
    for read in (Journeys.from_paths, lambda file: list(stream_paths(file))):
        with pytest.raises(TableError, match="cannot be read as a table"):
            read(tmp_path / "p.arrow")


@pytest.mark.parametrize("table", [PATHS, EVENTS])
@pytest.mark.parametrize("ending", ["arrow", "csv", "parquet", None])
def test_a_column_that_occurs_twice_is_named(tmp_path, table, ending):
    name = table.column_names[0]
    twice = table.append_column(name, table[name])
    source = twice
    if ending is not None:
        source = tmp_path / f"t.{ending}"
        write = {"arrow": write_arrow, "csv": pa.csv.write_csv, "parquet": pa.parquet.write_table}
        write[ending](twice, source)
    read = Journeys.from_paths if table is PATHS else Journeys.from_events
    with pytest.raises(TableError, match=f"must have one column '{name}'. It has "):
        read(source)
    if ending is not None:
        stream = stream_paths if table is PATHS else stream_events
        with pytest.raises(TableError, match=f"must have one column '{name}'. It has "):
            list(stream(source))
    unused = table.append_column("x", table[name]).append_column("x", table[name])
    assert len(read(unused)) == (3 if table is PATHS else 2)


def test_paths_without_a_single_byte():
    # Their Arrow buffer of text is there, but empty: a kernel must not be pointed at it.
    text = pa.array(["", ""], pa.large_string())
    assert text.buffers()[2] is not None
    table = pa.table({"path": text, "n_conversions": [1, 1]})
    assert len(Journeys.from_paths(table, empty="drop")) == 0
    with pytest.raises(TableError, match="path must not be empty"):
        Journeys.from_paths(table)


def test_a_column_that_pandas_has_twice_is_refused():
    frame = pd.DataFrame([["a", "b", 1]], columns=["path", "path", "n_conversions"])
    with pytest.raises(TableError, match="cannot be read: Duplicate column names"):
        Journeys.from_paths(frame)


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "arrow"])
def test_reading_is_told_byte_by_byte(tmp_path, ending):
    table = pa.table({"path": [f"a > {k}" for k in range(2_000)], "n": range(2_000)})
    file = tmp_path / f"paths.{ending}"
    writers = {"parquet": pa.parquet.write_table, "arrow": write_arrow}
    if ending == "csv.gz":
        table.to_pandas().to_csv(file, index=False)
    else:
        writers.get(ending, pa.csv.write_csv)(table, file)
    done = []
    assert as_table(file, progress=done.append).equals(as_table(file))
    assert bool(done) == (ending != "csv.gz")  # Arrow opens what it unpacks itself
    if ending == "csv":
        assert sum(done) == file.stat().st_size


def test_a_damaged_file_is_named_while_it_is_watched(tmp_path):
    (tmp_path / "x.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(TableError, match=r"x\.parquet: cannot be read"):
        as_table(tmp_path / "x.parquet", progress=print)


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary(1)])
@pytest.mark.parametrize("is_coded", [False, True])
def test_bytes_are_the_text_that_they_hold(kind, is_coded):
    def column(*values):
        made = pa.array(values, pa.binary()).cast(kind)
        return made.dictionary_encode() if is_coded else made

    table = {"shopper": column(b"1", b"1"), "time": [1.0, 2.0], "channel": column(b"x", b"y"),
             "event": column(b"c", b"p")}  # fmt: skip
    columns = EventColumns(converting=["P"])
    journeys = Journeys.from_events(pa.table(table), columns=columns)
    assert (journeys.channel_names, journeys.n_conversions.tolist()) == (("x", "y"), [1])
    with pytest.raises(TableError, match="channel must be text in UTF-8"):
        Journeys.from_events(pa.table(table | {"channel": column(b"x", b"\xff")}), columns=columns)


@pytest.mark.parametrize("value", [["a"], {"a": 1}])
@pytest.mark.parametrize("name", ["shopper", "channel"])
def test_lists_are_no_names(tmp_path, name, value):
    table = EVENTS.drop_columns(name).append_column(name, pa.array([value] * 3))
    file = tmp_path / "events.parquet"
    pa.parquet.write_table(table, file)
    for read in (Journeys.from_events, lambda f: list(stream_events(f)),
                 lambda f: list(stream_events(f, shards=Shards(2)))):  # fmt: skip
        with pytest.raises(TableError, match=f"{name} must be text or whole numbers"):
            read(file)


def test_names_of_columns_are_text():
    with pytest.raises(ParameterError, match="Names of columns must be text"):
        Journeys.from_paths({"path": ["a"], "n_conversions": [1]}, path=3)
