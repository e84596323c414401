"""A folder of Parquet files is the table that they hold, one after the other."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omnisim.attribution import count_files
from omnisim.exceptions import TableError
from omnisim.journeys import Journeys, Shards, stream_events, stream_paths
from omnisim.journeys.stream import count_rows, read_columns
from omnisim.journeys.tables import as_table

EVENTS = pd.DataFrame({"shopper": np.repeat(np.arange(12), 3), "time": np.tile([1.0, 2.0, 3.0], 12),
                       "channel": np.tile(list("abcb"), 9),
                       "conversion": np.tile([0, 0, 1, 0], 9)})  # fmt: skip
PATHS = {"path": ["a > b", "b"], "n_conversions": [2, 1]}


@pytest.fixture(params=["log", "log.parquet"])
def folder(request, tmp_path):
    """Twelve parts as Dask names them, which are not in order of their names' letters."""
    folder = tmp_path / request.param
    folder.mkdir()
    for k in range(12):
        EVENTS[EVENTS.shopper == k].to_parquet(folder / f"part.{k}.parquet")
    for name in ("_SUCCESS", ".part.0.parquet.crc", "_metadata.parquet", "notes.txt"):
        (folder / name).write_text("no table")
    return folder


def listed(parts):
    return [(part.channel_names, part.channel.tolist(), part.time.tolist()) for part in parts]


def test_memory_and_streams_read_the_parts_in_order_of_their_numbers(folder):
    whole = Journeys.from_events(EVENTS)
    read = Journeys.from_events(folder)
    assert listed([read]) == listed([whole])
    assert read.n_conversions.tolist() == whole.n_conversions.tolist()
    parts = list(stream_events(folder))
    assert np.concatenate([part.time for part in parts]).tolist() == whole.time.tolist()
    dealt = list(stream_events(folder, shards=Shards(n=2)))
    assert sum(len(part) for part in dealt) == len(whole)
    assert count_rows(folder) == len(EVENTS)
    assert read_columns(folder)[:4] == list(EVENTS)
    assert count_files([folder], kind="events").visits.sum() == len(whole.channel)


def test_progress_counts_the_bytes_of_all_parts(folder):
    done = []
    as_table(folder, progress=done.append)
    assert sum(done) > sum(file.stat().st_size for file in folder.glob("part*.parquet")) / 2


def test_paths_are_read_from_folders_too(tmp_path):
    for k in range(2):
        pd.DataFrame(PATHS).to_parquet(tmp_path / f"part-{k:05d}.parquet")
    assert Journeys.from_paths(tmp_path).n_conversions.tolist() == [2, 1, 2, 1]
    assert sum(len(part) for part in stream_paths(tmp_path)) == 4


def test_a_part_may_not_know_the_type_of_what_it_lacks(tmp_path):
    frame = EVENTS.assign(value=np.where(EVENTS.conversion, 5.0, np.nan))
    frame[:3].to_parquet(tmp_path / "0.parquet")
    rest = pa.Table.from_pandas(EVENTS[3:].assign(conversion=0)).append_column(
        "value", pa.nulls(33)
    )
    pq.write_table(rest, tmp_path / "1.parquet")
    assert Journeys.from_events(tmp_path).value.sum() == 5.0
    assert sum(part.value.sum() for part in stream_events(tmp_path)) == 5.0


def test_parts_may_hold_whole_numbers_or_real_ones(tmp_path):
    whole = pa.Table.from_pandas(EVENTS.assign(value=EVENTS.conversion * 5))
    real = whole.set_column(4, "value", whole["value"].cast(pa.float64()))
    place = real.schema.get_field_index("channel")
    real = real.set_column(place, "channel", real["channel"].cast(pa.string()))
    whole = whole.set_column(place, "channel", whole["channel"].cast(pa.large_string()))
    half = len(EVENTS) // 2
    pq.write_table(whole[:half], tmp_path / "0.parquet")
    pq.write_table(real[half:], tmp_path / "1.parquet")
    expected = Journeys.from_events(whole)
    assert Journeys.from_events(tmp_path).to_paths().equals(expected.to_paths())
    assert sum(part.value.sum() for part in stream_events(tmp_path)) == expected.value.sum()


def test_the_part_that_cannot_be_read_is_named(tmp_path):
    pd.DataFrame(PATHS).to_parquet(tmp_path / "0.parquet")
    (tmp_path / "1.parquet").write_text("no table")
    for read in (Journeys.from_paths, lambda file: list(stream_paths(file))):
        with pytest.raises(TableError, match=r"1\.parquet: cannot be read"):
            read(tmp_path)


def test_other_folders_are_refused(tmp_path):
    (tmp_path / "part.csv").write_text("path,n_conversions\na,1\n")
    for read in (Journeys.from_paths, lambda file: list(stream_paths(file)), read_columns):
        with pytest.raises(TableError, match=r"is a folder without Parquet files.*ending"):
            read(tmp_path)


def test_parts_have_the_same_columns(tmp_path):
    pd.DataFrame(PATHS).to_parquet(tmp_path / "0.parquet")
    pd.DataFrame(PATHS | {"value": [1.0, 1.0]}).to_parquet(tmp_path / "1.parquet")
    for read in (Journeys.from_paths, lambda file: list(stream_paths(file))):
        with pytest.raises(TableError, match=r"1\.parquet: must have the columns of 0\.parquet"):
            read(tmp_path)


@pytest.mark.parametrize("ending", [".zip", ".xz", ".GZ"])
def test_unknown_packing_is_told(tmp_path, ending):
    file = tmp_path / f"paths.csv{ending}"
    file.write_bytes(b"PK\x03\x04\xff\xfe\x00\x9d" * 50)
    for read in (Journeys.from_paths, lambda file: list(stream_paths(file))):
        with pytest.raises(TableError, match=r"Unpack it, or pack it as \.gz, \.bz2"):
            read(file)
