"""Arguments of the readers that are not what they should be get an error that says so."""

import pandas as pd
import pytest

from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import Journeys, stream_events, stream_paths

EVENTS = {"shopper": ["u", "u"], "time": [1.0, 2.0], "channel": ["a", "b"], "conversion": [0, 1]}
PATHS = {"path": ["a > b"], "n_conversions": [2]}


@pytest.fixture
def file(tmp_path):
    pd.DataFrame(EVENTS).to_csv(tmp_path / "events.csv", index=False)
    return tmp_path / "events.csv"


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"channels": ["a"]}, "channels must map names of channels to names of groups"),
        ({"channels": "a"}, "channels must map names of channels to names of groups"),
        ({"rules": "x"}, "rules must be JourneyRules"),
        ({"rules": {}}, "rules must be JourneyRules"),
        ({"columns": {"shopper": "user"}}, "columns must be EventColumns"),
        ({"columns": {}}, "columns must be EventColumns"),
    ],
)
def test_options_of_events(file, option, message):
    with pytest.raises(ParameterError, match=message):
        Journeys.from_events(EVENTS, **option)
    with pytest.raises(ParameterError, match=message):
        next(stream_events(file, **option))


@pytest.mark.parametrize("stream", [stream_events, stream_paths])
@pytest.mark.parametrize("table", [pd.DataFrame(EVENTS), None, 3])
def test_tables_in_memory_are_not_streamed(stream, table):
    with pytest.raises(ParameterError, match=r"file must be the name of a file.*Journeys\.from_"):
        next(stream(table))


@pytest.mark.parametrize("shards", [4, True])
def test_shards_are_an_object(file, shards):
    with pytest.raises(ParameterError, match=r"shards must be Shards\(n=\.\.\.\)"):
        next(stream_events(file, shards=shards))


def test_one_column_does_not_count_conversions_and_nulls():
    with pytest.raises(TableError, match=r"n_conversions and n_nulls must be two columns"):
        Journeys.from_paths(PATHS, n_conversions="n_conversions", n_nulls="n_conversions")
    with pytest.raises(TableError, match=r"n_conversions and n_nulls must be two columns"):
        Journeys.from_paths(PATHS, n_nulls="n_conversions")


@pytest.mark.parametrize("groups", [["a"], "a"])
def test_groups_are_a_mapping(groups):
    with pytest.raises(ParameterError, match=r"channels must map names of channels"):
        Journeys.from_paths(PATHS).regroup(groups)


@pytest.mark.parametrize("rows", [[-1], [0, 1], [7], [True]])
def test_rows_taken_are_there(rows):
    with pytest.raises(ParameterError, match=r"rows must be integers from 0 to 0"):
        Journeys.from_paths(PATHS).take(rows)
