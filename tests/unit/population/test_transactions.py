"""Transactions: every door gives the same log; histories against a slow count."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omnisim import schema
from omnisim.exceptions import ParameterError, TableError
from omnisim.population import read_transactions

ROWS = [
    ("a", "2024-01-05", 10.0, "store"),
    ("b", "2024-01-06", 20.5, "web"),
    ("a", "2024-01-19", 5.0, "web"),
    ("a", "2024-01-19", 7.0, "web"),
    ("c", "2024-01-31", 0.0, "app"),
]
NAMES = ["customer", "date", "value", "channel"]


def frame():
    return pd.DataFrame(ROWS, columns=NAMES)


def as_text(delimiter=",", names=NAMES, end="\n", decimal="."):
    lines = [delimiter.join(names)]
    lines += [delimiter.join(map(str, row)).replace(".", decimal) for row in ROWS]
    return end.join(lines) + end


def check(log):
    assert log.customer_names == ("a", "b", "c")
    assert log.customer.tolist() == [0, 1, 0, 0, 2]
    assert log.date.astype(str).tolist() == [row[1] for row in ROWS]
    assert log.value.tolist() == [row[2] for row in ROWS]
    assert log.channel.tolist() == [0, 1, 1, 1, 2]


@pytest.mark.parametrize(
    "text",
    [
        as_text(), as_text(";"), as_text("\t"), as_text("|"), as_text(end="\r\n"),
        "\ufeff" + as_text(), as_text().rstrip("\n"), "\n\n" + as_text() + "\n\n",
        as_text().replace("a,", '"a",'), as_text().replace("-", "/"),
        as_text().replace("-", ""), as_text().replace("-", "."),
        as_text().replace("-05,", "-05 10:30:00,").replace("-06,", "-06T09:00:00Z,"),
        as_text(names=["Customer ID", "Order Date", "Amount", "Sales Channel"]),
        as_text().replace("store", "Retail").replace("web", "E-Commerce"),
        as_text(" "), as_text("   ", end="\r\n"), "  " + as_text("  ").replace("\n", " \n  "),
    ],
)  # fmt: skip
def test_text_in_any_dialect_is_the_same_log(tmp_path, text):
    path = tmp_path / "log.csv"
    path.write_bytes(text.encode())

    check(read_transactions(path))


def _typed():
    data = frame()
    data["date"] = pd.to_datetime(data["date"])
    return data


@pytest.mark.parametrize(
    "make",
    [
        frame, _typed, lambda: pa.Table.from_pandas(_typed()),
        lambda: pa.Table.from_pandas(frame()).to_reader(max_chunksize=2),
        lambda: pa.concat_tables([pa.Table.from_pandas(frame()[:2], preserve_index=False),
                                  pa.Table.from_pandas(frame()[2:], preserve_index=False)]),
        lambda: frame().assign(date=[int(d.replace("-", "")) for d in frame()["date"]]),
        lambda: frame().assign(date=[datetime.date.fromisoformat(d) for d in frame()["date"]]),
        lambda: frame().astype({"customer": "category", "channel": "category"}),
        lambda: frame().assign(value=frame()["value"].map(str)),
        lambda: pytest.importorskip("polars").from_pandas(_typed()),
        lambda: pytest.importorskip("duckdb").from_arrow(pa.Table.from_pandas(frame())),
    ],
)  # fmt: skip
def test_any_table_is_the_same_log(make):
    check(read_transactions(make()))


@pytest.mark.parametrize("dictionary", [True, False])
def test_parquet_is_the_same_log(tmp_path, dictionary):
    path = tmp_path / "log.parquet"
    pq.write_table(pa.Table.from_pandas(_typed()), path, use_dictionary=dictionary,
                   row_group_size=2)  # fmt: skip

    check(read_transactions(path))


def test_columns_can_be_named_and_labels_given_a_meaning():
    data = frame().rename(
        columns=dict(zip(NAMES, ["chi", "quando", "quanto", "dove"], strict=True))
    )
    data["dove"] = data["dove"].replace({"store": "negozio", "web": "sito"})

    log = read_transactions(
        data, customer="chi", date="quando", value="quanto", channel="dove",
        channel_names={"negozio": "store", "Sito": "website"},
    )  # fmt: skip

    check(log)


def test_log_without_channel_has_none():
    log = read_transactions(frame().drop(columns="channel"))

    assert log.channel is None
    assert log.histories().by_channel is None


def test_whole_numbers_that_pandas_made_floats_keep_their_names():
    log = read_transactions(frame().assign(customer=[17850.0, 3.0, 17850.0, 17850.0, 4.0]))

    assert log.customer_names == ("17850", "3", "4")


def test_arrow_round_trip_has_the_columns_of_the_schema():
    log = read_transactions(frame())

    table = log.to_arrow()

    assert table.schema.names == list(schema.TRANSACTIONS.names)
    assert table.schema.types == [column.dtype for column in schema.TRANSACTIONS.columns]
    check(read_transactions(table))


def test_histories_merge_a_day_and_end_with_the_log():
    h = read_transactions(frame()).histories()

    assert h.x.tolist() == [1, 0, 0]
    assert (h.t_x * 7).tolist() == [14, 0, 0]
    assert (h.T * 7).round(9).tolist() == [26, 25, 0]
    assert h.total.tolist() == [22, 20.5, 0]
    assert h.repeat_total.tolist() == [12, 0, 0]
    assert h.by_channel.tolist() == [[1, 2, 0], [0, 1, 0], [0, 0, 1]]


def test_histories_can_end_later_but_not_earlier():
    log = read_transactions(frame())

    assert (log.histories(np.datetime64("2024-02-07")).T * 7).round(9).tolist() == [33, 32, 7]
    with pytest.raises(TableError, match=r"must not be before the last purchase, 2024-01-31"):
        log.histories(np.datetime64("2024-01-30"))


def test_first_days_are_a_calibration_period():
    log = read_transactions(frame()).first_days(15)

    assert log.customer_names == ("a", "b")
    assert len(log) == 4
    assert (log.histories().T * 7).tolist() == [14, 13]
    with pytest.raises(ParameterError, match="n_days must be an integer >= 1"):
        log.first_days(0)


def test_histories_match_a_slow_count(seed):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({
        "customer": rng.integers(0, 40, 300).astype(str),
        "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 60, 300), "D"),
        "value": rng.integers(0, 1000, 300) / 4,
    })  # fmt: skip
    log = read_transactions(data)

    h = log.histories()

    for row, name in enumerate(log.customer_names):
        own = data[data["customer"] == name]
        days = sorted(set(own["date"]))
        repeats = own[own["date"] > days[0]]
        assert h.x[row] == len(days) - 1
        assert h.t_x[row] == (days[-1] - days[0]).days / 7
        assert h.T[row] == (data["date"].max() - days[0]).days / 7
        assert (h.total[row], h.repeat_total[row]) == (own["value"].sum(), repeats["value"].sum())


@pytest.mark.parametrize(
    ("file", "n_customers", "n_transactions"),
    [("CDNOW_sample.txt", 2_357, 6_919), ("CDNOW_master.txt", 23_570, 69_659)],
)
def test_both_cdnow_layouts_are_read(data_dir, file, n_customers, n_transactions):
    log = read_transactions(data_dir / "cdnow" / file)

    assert (len(log.customer_names), len(log)) == (n_customers, n_transactions)
    assert str(log.date.min()) == "1997-01-01"
    assert repr(log) == (
        f"Transactions({n_transactions:,} of {n_customers:,} customers, 1997-01-01 to 1998-06-30)"
    )


def test_cdnow_concentration_is_the_published_one(data_dir):
    """facts.md T-45: the top 20 % of customers make 67.8 % of spend, the top 10 % 50.9 %."""
    total = read_transactions(data_dir / "cdnow" / "CDNOW_master.txt").histories().total

    share = np.cumsum(np.sort(total)[::-1]) / total.sum()
    assert share[len(total) // 5] == pytest.approx(0.678, abs=0.001)
    assert share[len(total) // 10] == pytest.approx(0.509, abs=0.001)
