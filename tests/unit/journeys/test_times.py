"""Times of events: text, numbers that are no days, and times below a microsecond."""

import numpy as np
import pandas as pd
import pytest

from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import JourneyRules, Journeys, Shards, stream_events

LOG = {"shopper": [1, 1], "channel": ["a", "b"], "conversion": [0, 1]}


def names(journeys):
    return [journeys.channel_names[code] for code in journeys.channel]


@pytest.mark.parametrize(
    ("times", "days"),
    [
        (["2024-01-01", "2024-01-02"], 1.0),
        (["2024-01-01 12:00", "2024-01-02 18:00:00"], 1.25),
        (["2024-01-01T00:00:00.123456789", "2024-01-02T00:00:00.123456789"], 1.0),
        (["2024-01-01T00:00:00Z", "2024-01-02T02:00:00+02:00"], 1.0),
    ],
)
@pytest.mark.parametrize("kind", ["object", "category", "string"])
def test_text_is_read_as_it_is_in_files(times, days, kind):
    table = pd.DataFrame(LOG | {"time": pd.Series(times, dtype=kind)})
    journeys = Journeys.from_events(table)
    assert journeys.time[1] - journeys.time[0] == pytest.approx(days)
    assert int(journeys.time[0]) == 19723


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (["2024-01-01", "1.2.2024"], "time must be dates or timestamps such as 2026-01-31"),
        ([False, True], "time must be dates, timestamps or days. Got a column of type bool"),
        (["2024-01-01", ""], "time must be dates or timestamps such as 2026-01-31"),
        (["2024-01-01", None], "time must not be missing. It is in row 1"),
        ([19970131, 19970201], "Got 19970131 in row 0. Is it a date such as 20260131, or seconds"),
        ([0.0, 1.7e9], "Got 1700000000 in row 1"),
    ],
)
def test_what_is_no_time(times, message):
    with pytest.raises(TableError, match=message.replace(".", r"\.")):
        Journeys.from_events(LOG | {"time": times})


@pytest.fixture
def nanoseconds():
    start = pd.Timestamp("2024-01-01 10:00:00.000000900")
    return pd.DataFrame(LOG | {"time": [start, start - pd.Timedelta(800, "ns")]})


@pytest.mark.parametrize("text", [False, True])
def test_times_below_a_microsecond_are_sorted(nanoseconds, text):
    if text:
        nanoseconds["time"] = [stamp.isoformat() for stamp in nanoseconds["time"]]
    journeys = Journeys.from_events(nanoseconds)
    assert names(journeys) == ["b", "a"]
    assert journeys.n_conversions.tolist() == [1, 0]
    assert names(Journeys.from_events(nanoseconds[::-1])) == ["b", "a"]


def test_streams_see_times_below_a_microsecond(nanoseconds, tmp_path):
    nanoseconds.to_parquet(tmp_path / "wrong.parquet")
    nanoseconds[::-1].to_parquet(tmp_path / "right.parquet")
    with pytest.raises(TableError, match="Time falls at row 1"):
        list(stream_events(tmp_path / "wrong.parquet"))
    assert names(next(stream_events(tmp_path / "right.parquet"))) == ["b", "a"]
    with pytest.raises(TableError, match="time must be whole microseconds"):
        list(stream_events(tmp_path / "wrong.parquet", shards=Shards(1)))


def test_rules_take_the_numbers_of_numpy():
    assert JourneyRules(lookback_days=np.int64(3), gap_days=np.float32(2)).lookback_days == 3
    for wrong in (0, -1, "3", True, np.nan, np.bool_(True), 1j):
        with pytest.raises(ParameterError, match="lookback_days must be a number > 0"):
            JourneyRules(lookback_days=wrong)
