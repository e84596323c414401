"""Events in any order, dealt to shards: what memory would have given, and clear errors."""

import resource

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnisim.attribution import MarkovAttribution, count_stream
from omnisim.exceptions import ParameterError, RunError, TableError
from omnisim.journeys import JourneyRules, Journeys, Shards, stream_events
from omnisim.journeys.shards import MAX_SHARDS, ROWS_A_SHARD


def log(rng, n=500, n_shoppers=60):
    """Return events in no order, many of them at the same time."""
    converted = (rng.random(n) < 0.2).astype(np.int64)
    channel = rng.choice(np.array(["a", "b", "c", "dé", None], dtype=object), n)
    channel[(converted == 0) & (channel == None)] = "a"  # noqa: E711
    return pd.DataFrame({
        "shopper": rng.integers(0, n_shoppers, n), "time": rng.integers(0, 60, n) / 2,
        "channel": channel, "conversion": converted, "value": converted * rng.integers(0, 9, n),
    })  # fmt: skip


def rows(batches):
    """Return every journey with its times, in an order that does not depend on the parts."""
    return sorted(
        (tuple(j.channel_names[c] for c in j.channel[a:b]), tuple(j.time[a:b]), int(n), int(m), v)
        for j in batches
        for a, b, n, m, v in zip(
            j.offset[:-1], j.offset[1:], j.n_conversions, j.n_nulls, j.value, strict=True
        )
    )


KINDS = {
    "numbers": lambda s: s,
    "text": lambda s: s.map("kunde é {}".format),
    "categories": lambda s: s.map("{:02d}".format).astype("category"),
    "dates": lambda s: pd.Timestamp("2026-01-01") + pd.to_timedelta(s, unit="D"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", ["parquet", "csv", "arrow"])
def test_shards_give_what_memory_gives(tmp_path, seed, ending, kind):
    frame = log(np.random.default_rng(seed))
    frame["shopper"] = KINDS[kind](frame["shopper"])
    file = write(frame, tmp_path / f"e.{ending}")
    rules = JourneyRules(lookback_days=9.0, gap_days=6.0)
    expected = rows([Journeys.from_events(frame, rules=rules)])
    for n, batch_rows in ((1, 1000), (3, 7), (64, 100), (400, 1000)):
        parts = list(stream_events(file, rules=rules, batch_rows=batch_rows, shards=Shards(n)))
        assert rows(parts) == expected
        assert len(parts) <= n


def write(frame, file):
    table = pa.Table.from_pandas(frame, preserve_index=False)
    if file.suffix == ".parquet":
        pa.parquet.write_table(table, file, row_group_size=130)
    elif file.suffix == ".csv":
        frame.to_csv(file, index=False)
    else:
        with pa.ipc.new_file(str(file), table.schema) as writer:
            writer.write_table(table)
    return file


@given(st.integers(0, 2**32), st.integers(1, 9), st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_any_log_gives_the_same_chain(tmp_path_factory, seed, n, batch_rows):
    frame = log(np.random.default_rng(seed), n=80, n_shoppers=12)
    file = write(frame, tmp_path_factory.mktemp("shards") / "e.parquet")
    whole = MarkovAttribution().fit_chain(count_stream([Journeys.from_events(frame)]))
    parts = stream_events(file, batch_rows=batch_rows, shards=Shards(n))
    model = MarkovAttribution().fit_chain(count_stream(parts))
    assert model.credit_.equals(whole.credit_)
    assert model.value_credit_.equals(whole.value_credit_)  # whole values add up exactly


def test_all_rows_are_reported_and_nothing_is_left_behind(tmp_path):
    file = write(log(np.random.default_rng(1)), tmp_path / "e.parquet")
    folder, done = tmp_path / "shards", []
    folder.mkdir()
    parts = stream_events(file, batch_rows=99, shards=Shards(5, folder, done.append))
    next(parts)
    assert sum(done) == 500
    assert max(done) <= 99
    assert len(list(folder.glob("*/*.arrow"))) == 5
    parts.close()
    assert not list(folder.iterdir())
    list(stream_events(file, shards=Shards(5, folder)))
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("column", "row", "value", "message"),
    [
        ("time", 300, float("nan"), "time must not be missing. It is in row 300"),
        ("conversion", 299, -1, "conversion must be finite and >= 0. Got -1.0 in row 299"),
        ("value", 450, -2.5, "value must be finite and >= 0. Got -2.5 in row 450"),
        ("channel", 411, None, "channel must not be missing .* It is in row 411"),
        ("shopper", 305, None, "shopper must not be missing. It is in row 305"),
    ],
)
def test_bad_rows_are_counted_from_the_files_first(tmp_path, column, row, value, message):
    frame = log(np.random.default_rng(1)).astype({"value": float}).astype({"shopper": "Int64"})
    frame.loc[row, "conversion"] = 0
    frame.loc[row, "value"] = 0.0
    frame.loc[row, column] = value
    file = write(frame, tmp_path / "e.parquet")
    with pytest.raises(TableError, match=message):
        list(stream_events(file, batch_rows=64, shards=Shards(3)))


def test_too_many_channels_over_all_batches(tmp_path):
    frame = pd.DataFrame({"shopper": 1, "time": 0.0, "conversion": 1,
                          "channel": [f"session{k}" for k in range(5000)]})  # fmt: skip
    file = write(frame, tmp_path / "e.parquet")
    with pytest.raises(TableError, match="different names, more than 4,096"):
        list(stream_events(file, batch_rows=1000, shards=Shards(2)))


def test_a_full_disk_is_said_so_and_cleaned_up(tmp_path):
    frame = log(np.random.default_rng(2), n=20_000)
    frame["time"] = np.random.default_rng(3).random(20_000)
    file, folder = write(frame, tmp_path / "e.parquet"), tmp_path / "shards"
    folder.mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(RunError, match=r"cannot be sorted there: File too large. It takes up"):
            list(stream_events(file, shards=Shards(2, folder)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(folder.iterdir())


def test_wrong_folders_counts_and_files(tmp_path):
    file = write(log(np.random.default_rng(1)), tmp_path / "e.parquet")
    with pytest.raises(ParameterError, match=r"folder must be one that can be written to\. Got"):
        list(stream_events(file, shards=Shards(2, tmp_path / "absent")))
    with pytest.raises(ParameterError, match="n must be"):
        Shards(0)
    for name in ("absent.csv", "absent.parquet"):
        with pytest.raises(TableError, match="cannot be read as a table"):
            list(stream_events(tmp_path / name, shards=Shards()))


def test_number_of_shards_follows_the_rows(tmp_path):
    (tmp_path / "e.csv").write_bytes(b"x" * 1000)
    assert Shards().count(tmp_path / "e.csv", None) == 1
    assert Shards().count(tmp_path / "e.csv", 10 * ROWS_A_SHARD) == 11
    assert Shards().count(tmp_path / "e.csv", 10**12) == MAX_SHARDS
    assert Shards(7).count(tmp_path / "absent.csv", None) == 7


def test_a_log_without_rows(tmp_path):
    file = write(log(np.random.default_rng(1)).iloc[:0].astype({"channel": str}),
                 tmp_path / "e.parquet")  # fmt: skip
    assert list(stream_events(file, shards=Shards())) == []
