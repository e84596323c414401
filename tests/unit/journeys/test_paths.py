"""Tables of paths: names, separators, bad rows, every kind of dataframe and file."""

import re
import warnings

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnisim.exceptions import ParameterError, SeparatorWarning, TableError
from omnisim.journeys import Journeys

TABLE = {"path": ["search > email", "store", "email"], "n_conversions": [2, 0, 1],
         "n_nulls": [0, 3, 0], "value": [9.5, 0.0, 1.0]}  # fmt: skip

NARROW = pa.schema([("path", pa.string_view()), ("n_conversions", pa.int8()),
                    ("n_nulls", pa.uint64()), ("value", pa.float32())])  # fmt: skip


def read(path, n_conversions=None, **options):
    n_conversions = [1] * len(path) if n_conversions is None else n_conversions
    return Journeys.from_paths({"path": path, "n_conversions": n_conversions}, **options)


def names(journeys):
    return [" > ".join(journeys.channel_names[c] for c in journeys.channel[a:b])
            for a, b in zip(journeys.offset[:-1], journeys.offset[1:], strict=True)]  # fmt: skip


@pytest.mark.parametrize(
    "make",
    [
        dict, pa.table, pd.DataFrame, pl.DataFrame,
        lambda t: pa.table(t).to_reader(),
        lambda t: pa.record_batch(t),
        lambda t: duckdb.from_arrow(pa.table(t)),
        lambda t: pd.DataFrame(t).astype({"path": "category"}),
        lambda t: pd.DataFrame(t).astype({"path": object}),
        lambda t: pl.DataFrame(t).with_columns(pl.col("path").cast(pl.Categorical)),
        lambda t: pa.table(t).cast(NARROW),
    ],
    ids=["dict", "arrow", "pandas", "polars", "reader", "batch", "duckdb", "category", "object",
         "polars categorical", "narrow types"],
)  # fmt: skip
def test_every_kind_of_table_reads_the_same(make):
    journeys = Journeys.from_paths(make(TABLE))
    assert names(journeys) == TABLE["path"]
    assert journeys.n_conversions.tolist() == [2, 0, 1]
    assert journeys.n_nulls.tolist() == [0, 3, 0]
    assert journeys.value.tolist() == [9.5, 0.0, 1.0]
    assert journeys.channel_names == ("email", "search", "store")


def test_journeys_keep_their_own_copy():
    frame = pd.DataFrame({"path": ["a", "b"], "n_conversions": [1, 2], "n_nulls": [1, 2],
                          "value": [1.0, 2.0]})  # fmt: skip
    journeys = Journeys.from_paths(frame)
    frame.loc[:, ["n_conversions", "n_nulls", "value"]] = 9
    assert journeys.value.tolist() == [1.0, 2.0]
    assert journeys.n_conversions.tolist() == journeys.n_nulls.tolist() == [1, 2]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_csv_files(tmp_path, mark):
    file = tmp_path / "paths.csv"
    pd.DataFrame(TABLE).to_csv(file, sep=mark, index=False)
    assert names(Journeys.from_paths(file)) == TABLE["path"]


def test_parquet_files(tmp_path):
    pq.write_table(pa.table(TABLE), tmp_path / "paths.parquet")
    assert names(Journeys.from_paths(str(tmp_path / "paths.parquet"))) == TABLE["path"]


def test_real_paths(data_dir):
    journeys = Journeys.from_paths(data_dir / "paths" / "paths_10k.csv")
    assert (len(journeys), journeys.n_channels) == (10_000, 12)
    assert (journeys.n_conversions.sum(), journeys.n_nulls.sum()) == (19_785, 68_602)


@pytest.mark.parametrize(
    "seen", ["total_conversions", "conversions", "Conversions", "TOTAL_CONVERSIONS"]
)
def test_common_names_are_found(seen):
    assert Journeys.from_paths({"Path": ["a"], seen: [4]}).n_conversions.tolist() == [4]


def test_named_columns_come_first():
    table = {"path": ["a"], "other": ["b > c"], "n_conversions": [1], "k": [7]}
    journeys = Journeys.from_paths(table, path="other", n_conversions="k")
    assert names(journeys) == ["b > c"]
    assert journeys.n_conversions.tolist() == [7]


@pytest.mark.parametrize(
    ("path", "separator", "expected"),
    [
        ("a>b", ">", "a > b"),
        ("  a  >   b ", ">", "a > b"),
        ("a|b", "|", "a > b"),
        ("a->b -> c", "->", "a > b > c"),
        ("paid > free", " > ", "paid > free"),
        ("x>y > z", " > ", "x>y > z"),
        ("ä > 渠道 > 🛒", ">", "ä > 渠道 > 🛒"),
        ("a.b", ".", "a > b"),
    ],
)
def test_separators(path, separator, expected):
    assert names(read([path], separator=separator)) == [expected]


def test_names_that_differ_only_in_white_space_are_one_channel():
    assert read(["a >b", " a", "b "]).channel_names == ("a", "b")


def test_duplicated_rows_add_up():
    journeys = read(["a", "a"], [1, 2])
    assert journeys.to_paths()["n_conversions"].to_pylist() == [3]


def test_chunks_are_joined():
    parts = [["a > b", "c"], [], ["b > d > a", None], ["c"]]
    path = pa.chunked_array([pa.array(p, pa.string()) for p in parts])
    table = pa.table({"path": path, "n_conversions": [1, 1, 1, 1, 1]})
    journeys = Journeys.from_paths(table.slice(1), empty="drop")
    assert names(journeys) == ["c", "b > d > a", "c"]


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters=">|", codec="utf-8"), min_size=1).filter(
                str.strip
            )
        ),
        min_size=1,
    ),
    st.sampled_from([">", "|", ">|>", " > "]),
)
@settings(max_examples=200, deadline=None)
@pytest.mark.filterwarnings("ignore::omnisim.exceptions.SeparatorWarning")
def test_any_names_survive(rows, separator):
    paths = [separator.join(row) for row in rows if row]
    if separator.strip() != separator:
        rows = [[name.strip() for name in row] for row in rows]
    journeys = read(paths, separator=separator) if paths else None
    seen = [row for row in rows if row]
    if journeys is not None:
        got = [
            [journeys.channel_names[c] for c in journeys.channel[a:b]]
            for a, b in zip(journeys.offset[:-1], journeys.offset[1:], strict=True)
        ]
        assert got == [[name.strip() for name in row] for row in seen]


@pytest.mark.parametrize("path", ["", "   ", None])
def test_empty_paths_are_an_error_or_dropped(path):
    with pytest.raises(TableError, match=r"path must not be empty. It is in row 1"):
        read(["a", path, "b"])
    journeys = read(["a", path, "b"], [1, 2, 3], empty="drop")
    assert names(journeys) == ["a", "b"]
    assert journeys.n_conversions.tolist() == [1, 3]


@pytest.mark.parametrize("path", ["a > > b", "> a", "a >", ">"])
def test_blank_channels_are_an_error(path):
    with pytest.raises(TableError, match=r"blank channel. Got"):
        read(["a > b", path])


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("n_conversions", [1, -1], "n_conversions must be finite and >= 0. Got -1.0 in row 1"),
        ("n_conversions", [1, None], "n_conversions must not be missing. It is in row 1"),
        ("n_conversions", [1.0, 1.5], "n_conversions must be whole. Got 1.5 in row 1"),
        ("n_conversions", [1.0, float("nan")], "n_conversions must be finite"),
        ("n_conversions", [1.0, float("inf")], "n_conversions must be finite"),
        ("n_conversions", ["1", "2"], "n_conversions must be numbers. Got a column of type string"),
        ("n_conversions", [1, 2**60], r"below 2\*\*53"),
        ("n_nulls", [0, -3], "n_nulls must be finite and >= 0"),
        ("value", [1.0, -0.5], "value must be finite and >= 0. Got -0.5 in row 1"),
        ("value", [1.0, float("inf")], "value must be finite"),
        ("value", [1.0, None], "value must not be missing"),
        ("path", [1, 2], "path must be text. Got a column of type int64"),
    ],
)
def test_bad_columns(column, values, message):
    table = {"path": ["a", "b"], "n_conversions": [1, 1], "n_nulls": [0, 0], "value": [0.0, 0.0]}
    with pytest.raises(TableError, match=message):
        Journeys.from_paths(table | {column: values})


def test_value_without_conversion_is_an_error():
    with pytest.raises(
        TableError, match=r"value must be 0 where there is no conversion. Got 2.0 in row 0"
    ):
        Journeys.from_paths({"path": ["a"], "n_conversions": [0], "value": [2.0]})


def test_missing_columns_are_named():
    with pytest.raises(
        TableError, match=r"paths lacks column 'n_conversions' .* It has 'path', 'n'"
    ):
        Journeys.from_paths({"path": ["a"], "n": [1]})
    with pytest.raises(TableError, match=r"Did you mean 'path'"):
        Journeys.from_paths({"path": ["a"], "n_conversions": [1]}, path="paht")


def test_an_identifier_as_channel_is_refused():
    with pytest.raises(TableError, match=r"more than 4,096 channels, such as .* identifier"):
        read([f"session{i}" for i in range(5000)])


@pytest.mark.parametrize("separator", ["", b">", None, 3])
def test_wrong_separators(separator):
    with pytest.raises(ParameterError, match=r"separator must be text of a character or more"):
        read(["a"], separator=separator)


def test_wrong_choice_for_empty():
    with pytest.raises(ParameterError, match=r"Did you mean 'drop'"):
        read(["a"], empty="dorp")


@pytest.mark.parametrize("source", [3, None, [1, 2], "/no/such/file.csv", "/no/such/file.parquet"])
def test_what_is_no_table(source):
    with pytest.raises(TableError):
        Journeys.from_paths(source)


def test_columns_of_different_length():
    with pytest.raises(TableError, match=r"cannot be read"):
        Journeys.from_paths({"path": ["a"], "n_conversions": [1, 2]})


def test_csv_that_is_not_utf8(tmp_path):
    file = tmp_path / "paths.csv"
    file.write_bytes(b"path,n_conversions\n\xff\xfe > a,1\n")
    with pytest.raises(TableError):
        Journeys.from_paths(file)


@pytest.mark.parametrize(
    ("path", "separator", "told"),
    [("a|b|c", ">", "|"), ("a -> b -> c", ">", "->"), ("a > b", "|", ">"), ("a;b", " > ", ";")],
)
def test_paths_that_look_separated_by_something_else_are_told(path, separator, told):
    with pytest.warns(SeparatorWarning, match=f"Pass separator='{re.escape(told)}'"):
        read([path, path], separator=separator)


@pytest.mark.parametrize("path", ["google / organic > e-mail", "a > b|c > d > e", "search"])
def test_names_with_signs_of_their_own_are_told_of_in_no_warning(path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read([path])
