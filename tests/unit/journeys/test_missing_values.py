"""A missing value is 0 where nothing converts, and an error where something does."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from omnisim.exceptions import TableError
from omnisim.journeys import Journeys, Shards, stream_events, stream_paths

EVENTS = {"shopper": ["u", "u", "v"], "time": [1.0, 2.0, 1.0], "channel": ["a", "b", "a"],
          "conversion": [0, 1, 0], "value": [None, 20.0, None]}  # fmt: skip
PATHS = {"path": ["a > b", "a", "b"], "n_conversions": [1, 0, 0], "n_nulls": [0, 1, 2],
         "value": [20.0, None, None]}  # fmt: skip

READERS = {
    "events": (EVENTS, Journeys.from_events, stream_events),
    "paths": (PATHS, Journeys.from_paths, stream_paths),
}


@pytest.fixture(params=list(READERS))
def kind(request):
    return READERS[request.param]


@pytest.fixture(params=["csv", "parquet"])
def written(request, tmp_path):
    def write(table):
        file, frame = tmp_path / f"table.{request.param}", pd.DataFrame(table)
        frame.to_csv(file, index=False) if request.param == "csv" else frame.to_parquet(file)
        return file

    return write


def values(parts):
    return sorted(np.concatenate([part.value for part in parts]).tolist())


def expected(table):
    return [0.0] * (1 if "time" in table else 2) + [20.0]


def test_in_memory(kind):
    table, read, _ = kind
    nan = table | {"value": [np.nan if x is None else x for x in table["value"]]}
    decimal = [None if x is None else Decimal("20.00") for x in table["value"]]
    for given in (table, nan, pd.DataFrame(table), table | {"value": pa.array(decimal)}):
        assert values([read(given)]) == expected(table)


def test_in_files_and_streams(kind, written):
    table, read, stream = kind
    file = written(table)
    assert values([read(file)]) == expected(table)
    assert values(stream(file)) == expected(table)
    assert values(stream(file, batch_rows=1)) == expected(table)
    if read == Journeys.from_events:
        assert values(stream(file, shards=Shards(n=2))) == expected(table)


@pytest.mark.parametrize("value", [None, np.nan])
def test_where_something_converts(kind, written, value):
    table, read, stream = kind
    some = [value if x else 0.0 for x in table["value"]]
    for wrong in (table | {"value": some}, table | {"value": [value] * 3}):
        with pytest.raises(TableError, match=r"value must (not be missing where|be finite)"):
            read(wrong)
        with pytest.raises(TableError, match=r"value must not be missing where there is a conv"):
            list(stream(written(wrong)))


def test_nothing_known_where_nothing_converts(kind, written):
    table, read, stream = kind
    column = "conversion" if "time" in table else "n_conversions"
    none = table | {column: [0] * 3, "value": [None] * 3}
    assert set(values([read(none)])) == {0.0}
    assert set(values([read(written(none))])) == {0.0}
    assert set(values(stream(written(none)))) == {0.0}


def test_other_odd_values_stay_errors(kind):
    table, read, _ = kind
    with pytest.raises(TableError, match="value must be finite"):
        read(table | {"value": [np.inf, 20.0, 20.0]})
    with pytest.raises(TableError, match="value must be finite and >= 0"):
        read(table | {"value": [-1.0, -1.0, -1.0]})
