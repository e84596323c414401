"""CSV files: text stays text, packed files are unpacked, and streams read what memory reads."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omnisim.attribute_input import read_groups
from omnisim.exceptions import TableError
from omnisim.journeys import EventColumns, Journeys, Shards, channel_costs
from omnisim.journeys import stream_events as stream_log
from omnisim.journeys import stream_paths as stream_table
from omnisim.journeys.stream import read_columns

EVENTS = ["whole", "stream", "shards"]


def write(file, head, lines):
    file.write_text("\n".join([head, *lines]))
    return file


def read_log(file, how, **options):
    if how == "whole":
        return Journeys.from_events(file, **options)
    parts = list(stream_log(file, shards=Shards(1) if how == "shards" else None, **options))
    return parts[0] if len(parts) == 1 else parts


def read_table(file, how):
    if how == "whole":
        return Journeys.from_paths(file)
    (part,) = stream_table(file)
    return part


def paths_of(journeys):
    if isinstance(journeys, list):
        return {path: n for part in journeys for path, n in paths_of(part).items()}
    table = journeys.to_paths()
    return dict(zip(table["path"].to_pylist(), table["n_conversions"].to_pylist(), strict=True))


@pytest.mark.parametrize("how", EVENTS)
def test_identifiers_keep_their_zeros(tmp_path, how):
    lines = ["0012,2024-01-01,01,0", "12,2024-01-02,1,1"]
    file = write(tmp_path / "e.csv", "customer_id,date,channel,conversion", lines)
    assert paths_of(read_log(file, how)) == {"01": 0, "1": 1}


@pytest.mark.parametrize("how", EVENTS)
@pytest.mark.parametrize("missing", ["", " ", "NA", "null"])
def test_a_missing_identifier_is_still_missing(tmp_path, how, missing):
    lines = ["1,0,a,0", f"{missing},0,a,1"]
    file = write(tmp_path / "e.csv", "shopper,time,channel,conversion", lines)
    with pytest.raises(TableError, match=r"shopper must not be missing\. It is in row 1"):
        read_log(file, how)


@pytest.mark.parametrize("how", EVENTS)
def test_kinds_that_are_digits(tmp_path, how):
    file = write(tmp_path / "e.csv", "shopper,time,channel,event", ["1,0,7,01", "1,1,,1", "1,2,,1"])
    columns = EventColumns(converting=["1"])
    assert read_log(file, how, columns=columns).n_conversions.tolist() == [1, 1]


@pytest.mark.parametrize("how", ["whole", "stream"])
@pytest.mark.parametrize("name", ["NA", "01", "2024-01-01", "true", "null", "1.50"])
def test_any_path_is_text(tmp_path, how, name):
    file = write(tmp_path / "p.csv", "path,conversions", [f"{name},1"] * 2)
    assert paths_of(read_table(file, how)) == {name: 2}


@pytest.mark.parametrize("how", EVENTS)
def test_a_column_keeps_the_role_that_it_is_given(tmp_path, how):
    file = write(tmp_path / "e.csv", "shopper,time,channel,action", ["1,0,a,0", "1,1,b,1"])
    columns = EventColumns(conversion="action")
    assert paths_of(read_log(file, how, columns=columns)) == {"a > b": 1}


def test_costs_and_groups_are_of_names(tmp_path):
    file = write(tmp_path / "c.csv", "channel,cost", ["01,2", "1,3"])
    assert channel_costs(file) == {"01": 2.0, "1": 3.0}
    file = write(tmp_path / "g.csv", "channel,group", ["01,1", "1,02"])
    assert read_groups([str(file)]) == {"01": "1", "1": "02"}


@pytest.mark.parametrize("ending", ["gz", "bz2", "zst"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("n", [1, 3, 20, 300])
def test_packed_files(tmp_path, ending, mark, n):
    table = pd.DataFrame({"path": [f"c{k} > x" for k in range(n)], "n_conversions": 1})
    file = tmp_path / f"p.csv.{ending}"
    with pa.output_stream(str(file)) as packed:  # packs by the name's ending
        packed.write(table.to_csv(index=False, sep=mark).encode())
    expected = Journeys.from_paths(table).to_paths()
    assert Journeys.from_paths(file).to_paths().equals(expected)
    assert read_table(file, "stream").to_paths().equals(expected)
    assert read_columns(file) == ["path", "n_conversions"]


def test_a_damaged_packed_file(tmp_path):
    (tmp_path / "p.csv.gz").write_bytes(b"path,n_conversions\na,1\n")
    with pytest.raises(TableError, match="cannot be read as a table"):
        Journeys.from_paths(tmp_path / "p.csv.gz")


LONG = 150_000  # rows of more than a block, from which a stream tells the types


@pytest.mark.parametrize("last", ["a > 1,1.0", "1,3"])
def test_a_stream_of_paths_reads_what_memory_reads(tmp_path, last):
    file = write(tmp_path / "p.csv", "path,conversions", ["1234567890,1"] * LONG + [last])
    whole = Journeys.from_paths(file)
    parts = list(stream_table(file))
    assert sum(int(part.n_conversions.sum()) for part in parts) == whole.n_conversions.sum()
    assert {name for part in parts for name in part.channel_names} == set(whole.channel_names)


@pytest.mark.parametrize(
    ("shoppers", "last"),
    [
        (range(LONG), f"{LONG},2024-01-01 10:00:00,a,1.0"),
        (range(LONG), "zz,2024-01-01,b,1"),
        (range(-LONG, 0), "7,2024-01-01,b,1"),
        (range(LONG), f"{LONG},2024-01-01 10:00:00.123456,a,1"),
        (range(LONG), f"{LONG},2024-01-01 10:00:00.123456789,a,1"),
    ],
)
def test_a_stream_of_events_reads_what_memory_reads(tmp_path, shoppers, last):
    lines = [f"{k},2024-01-01,a,1" for k in shoppers]
    file = write(tmp_path / "e.csv", "shopper,time,channel,conversion", [*lines, last])
    whole = Journeys.from_events(file)
    parts = list(stream_log(file))
    assert sum(len(part) for part in parts) == len(whole) == LONG + 1
    assert parts[-1].end[-1] == whole.end[-1]


@pytest.mark.parametrize("last", ["00.5Z", "00+02:00", "00.123456789Z"])
def test_a_stream_takes_zones_and_fractions_farther_down(tmp_path, last):
    lines = [f"{k},2024-01-01T00:00:00Z,a,1" for k in range(LONG)]
    lines.append(f"{LONG},2024-01-02T00:00:{last},a,1")
    file = write(tmp_path / "e.csv", "shopper,time,channel,conversion", lines)
    assert list(stream_log(file))[-1].end[-1] == Journeys.from_events(file).end[-1]


@pytest.mark.parametrize("unused", ["hello", "1.5", "2024-01-01", "caf\u00e9"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_stream_does_not_mind_columns_that_nobody_uses(tmp_path, unused, encoding):
    lines = [f"{k},0,a,1,7" for k in range(LONG)] + [f"{LONG},0,a,1,{unused}"]
    text = "\n".join(["shopper,time,channel,conversion,note", *lines])
    (tmp_path / "e.csv").write_text(text, encoding=encoding)
    assert sum(len(part) for part in stream_log(tmp_path / "e.csv")) == LONG + 1


@pytest.mark.parametrize(
    ("shoppers", "row"),
    [
        (["10", "9", "10"], 2),
        (["9", "10", "9"], 2),
        (["b", "a"], 1),
        (["01", "1", "01"], 2),
        (["2", "a", "1"], 2),
        (["-5", "-3", "-5"], 2),
    ],
)
@pytest.mark.parametrize("batch_rows", [1, 2, 10])
def test_shoppers_rise_in_one_order(tmp_path, shoppers, row, batch_rows):
    table = pa.table({"shopper": shoppers, "time": np.arange(len(shoppers), dtype=float),
                      "channel": ["a"] * len(shoppers)})  # fmt: skip
    pq.write_table(table, tmp_path / "e.parquet")
    with pytest.raises(TableError, match=f"Shoppers fall at row {row}"):
        list(stream_log(tmp_path / "e.parquet", batch_rows=batch_rows))


def test_latin_1_says_so(tmp_path):
    (tmp_path / "p.csv").write_bytes("path,conversions\ncafé,1\n".encode("latin-1"))
    for how in ("whole", "stream"):
        with pytest.raises(TableError, match=r"invalid UTF8 data.*Save it as UTF-8"):
            read_table(tmp_path / "p.csv", how)


@pytest.mark.parametrize("ending", ["pq", "parq", "PARQUET"])
def test_parquet_files_have_several_endings(tmp_path, ending):
    file = tmp_path / f"p.{ending}"
    pq.write_table(pa.table({"path": ["a"], "n_conversions": [1]}), file)
    assert paths_of(read_table(file, "whole")) == paths_of(read_table(file, "stream")) == {"a": 1}
    assert read_columns(file) == ["path", "n_conversions"]


def test_columns_that_are_no_sequences():
    with pytest.raises(TableError, match="The table cannot be read"):
        Journeys.from_paths({"path": "a", "n_conversions": 1})
