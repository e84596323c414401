"""Customer files that must be refused, each with a message that says where and what."""

import contextlib
import pathlib
import tracemalloc

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omnisim.exceptions import ParameterError, TableError
from omnisim.population import read_customers, read_transactions

HEAD = "customer,date,value\n"
GOOD = HEAD + "a,2024-01-05,10\nb,2024-01-06,20\n"
LINE = r"bad\.csv, line {}"
DATE = "must be a date, YYYY-MM-DD or YYYYMMDD, from 1900 to 2099"
NUMBER = r"must be a number from 0 to 1e\+12"


def date(value, line=2):
    return f"{HEAD}a,{value},10\n", f"{LINE.format(line)}, column 'date': {DATE}. Got '{value}'"


def value(text, shown=None):
    shown = text if shown is None else shown
    return f"{HEAD}a,2024-01-05,{text}\n", f"line 2, column 'value': {NUMBER}. Got '{shown}'"


TEXTS = {
    "no bytes": ("", r"bad\.csv is empty"),
    "only blank lines": ("\n\n\n", r"bad\.csv is empty"),
    "only a byte order mark": ("\ufeff", r"bad\.csv is empty"),
    "only a header": (HEAD, "holds no transaction: it has columns but no row"),
    "no customer column": ("who,date,value\nx,2024-01-05,1\n", "lacks column 'customer'"),
    "no date column": ("customer,when,value\nx,2024-01-05,1\n", "lacks column 'date'"),
    "no value column": ("customer,date,price\nx,2024-01-05,1\n", "lacks column 'value'"),
    "a near name": ("customers,date,value\nx,2024-01-05,1\n", "Did you mean 'customers'"),
    "one column": ("customer\nx\n", "lacks column 'date'"),
    "one word": ("nonsense\n", "lacks column 'customer'"),
    "a header twice": ("customer,date,value,date\n", "line 1: names column 'date' twice"),
    "an empty header twice": ("customer,,date,value,\n", "line 1: names column '' twice"),
    "no header": ("a,2024-01-05,10\n" * 3, "must name the columns|lacks column"),
    "numbers for a header": ("1,2,3\n4,5,6\n", "line 1: must name the columns"),
    "six aligned numbers": ("1 2 3 4 5 6\n", "line 1: must name the columns"),
    "too few fields": (GOOD + "c,2024-01-07\n", r"line 4: must have 3 fields.*Got 2: 'c,"),
    "too many fields": (GOOD + "c,2024-01-07,1,2\n", r"line 4: must have 3 fields.*Got 4"),
    "a decimal comma": (GOOD + "c,2024-01-07,12,50\n", r"line 4: must have 3 fields.*Got 4"),
    "a short line after blank lines": ("\n\n" + GOOD + "\n\nc\n", r"line 8: must have 3 fields"),
    "an unclosed quote": (GOOD + 'c,"2024-01-07,1\n', "line 4"),
    "empty customer": (GOOD + ",2024-01-07,1\n", "line 4, column 'customer': must not be"),
    "blank customer": (GOOD + "  ,2024-01-07,1\n", "line 4, column 'customer': must not be empty"),
    "30 February": date("2024-02-30"),
    "29 February of no leap year": date("2023-02-29"),
    "month 13": date("2024-13-01"),
    "month 0": date("2024-00-10"),
    "day 0": date("2024-01-00"),
    "day 32": date("20240132"),
    "year 0": date("0000-01-01"),
    "year 1066": date("1066-10-14"),
    "year 3024": date("3024-01-05"),
    "an American date": date("01/05/2024"),
    "an Italian date": date("5.1.2024"),
    "two digits of a year": date("24-01-05"),
    "a spreadsheet day": date("45296"),
    "a word for a date": date("yesterday"),
    "an empty date": date(""),
    "NaT": date("NaT"),
    "a mixed separator": date("2024-01/05"),
    "a date with a tail": date("2024-01-05x"),
    "a negative value": value("-5"),
    "a negative zero point": value("-0.01"),
    "NaN": value("nan"),
    "NA": value("NA"),
    "infinity": value("inf"),
    "minus infinity": value("-Infinity"),
    "an overflow": value("1e400"),
    "too much money": value("1e13"),
    "an empty value": value(""),
    "a currency sign": value("€5"),
    "a word for a value": value("ten"),
    "underscores": value("1_000"),
    "hexadecimal": value("0x10"),
    "a truth value": value("True"),
    "two points": value("1.2.3"),
    "an unknown channel": (
        "customer,date,value,channel\na,2024-01-05,1,teleport\n",
        "line 2, column 'channel': must be a known channel .*Got 'teleport'",
    ),
    "an empty channel": (
        "customer,date,value,channel\na,2024-01-05,1,store\nb,2024-01-05,1,\n",
        "line 3, column 'channel': must not be empty",
    ),
    "the first of many faults": (
        HEAD + "a,2024-01-05,1\na,2024-01-05,-1\na,2024-01-05,-2\n", "line 3, .*Got '-1'",
    ),
}  # fmt: skip

ZERO = GOOD.encode() + b"c,2024\x00-01-07,1\n"
BYTES = {
    "Latin-1": (GOOD.encode() + "Andr\xe9,2024-01-07,1\n".encode("latin-1"),
                r"line 4, column 'customer': must be UTF-8. Got byte b'\\xe9' at byte 5"),
    "bad UTF-8 in a later column": (GOOD.encode() + b"c,2024-01-07,\xff\n",
                                    r"line 4, column 'value': must be UTF-8"),
    "cut within a character": (GOOD.encode() + "é".encode()[:1], "line 4, column 'customer'"),
    "bad UTF-8 in the header": (b"custom\xe9r,date,value\n", "line 1: must be UTF-8"),
    "UTF-16": (GOOD.encode("utf-16"), "line 1: must be"),
    "a zero byte": (ZERO, "line 4, column 'date': must be text. Got a zero byte"),
    "random bytes": (bytes(range(255, 0, -1)) * 50, "must be UTF-8|zero byte"),
    "a ZIP archive": (b"PK\x03\x04" + b"x" * 50, "is a ZIP archive or Excel workbook"),
    "gzip": (b"\x1f\x8b" + b"x" * 50, "is a gzip file"),
    "PDF": (b"%PDF-1.7 ...", "is a PDF"),
    "a torn Parquet file": (b"PAR1" + b"x" * 50, "is not a whole Parquet file"),
    "a huge field": (GOOD.encode() + b"c,2024-01-07," + b"9" * 3_000_000,
                     "line 4, column 'value': must be at most 1,048,576 bytes long"),
    "a huge field at once": (b"9" * 3_000_000, "line 1: must be at most"),
    "a huge quoted field": (GOOD.encode() + b'"' + (b"x" * 999 + b"\n") * 5_000, "bad"),
    "endless blank lines": (b"\n" * 20_000, "more than 10000 empty lines"),
    "zeros": (bytes(5_000), "line 1: must be text. Got a zero byte"),
}  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def put(content):
        path = tmp_path / "bad.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put


@pytest.mark.parametrize("name", TEXTS)
def test_bad_text_is_refused_where_it_is_bad(write, name):
    content, message = TEXTS[name]

    with pytest.raises(TableError, match=message):
        read_transactions(write(content))


@pytest.mark.parametrize("name", BYTES)
def test_bad_bytes_are_refused_where_they_are(write, name):
    content, message = BYTES[name]

    with pytest.raises(TableError, match=message):
        read_transactions(write(content))


def test_ten_gigabytes_in_one_field_are_not_read(write):
    path = write(GOOD.encode() + b"c,2024-01-07," + b"9" * 2_000_000)
    with path.open("r+b") as file:
        file.truncate(10 * 2**30)  # sparse: takes no room on disk

    tracemalloc.start()
    with pytest.raises(TableError, match="line 4, column 'value': must be at most 1,048,576"):
        read_customers(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 10e6


def test_ten_gigabytes_of_zeros_are_not_read(write):
    path = write(b"")
    with path.open("r+b") as file:
        file.truncate(10 * 2**30)

    with pytest.raises(TableError, match=r"must be at most|zero byte"):
        read_customers(path)


def test_files_that_are_not_there(tmp_path):
    for path, message in [
        (tmp_path / "none.csv", r"none\.csv does not exist"),
        (str(tmp_path / "none.csv"), r"none\.csv does not exist"),
        (tmp_path, "is a folder. Give the file itself"),
        (pathlib.Path("a\0b"), "cannot be read"),
        (tmp_path / ("x" * 300), "cannot be read"),
    ]:
        with pytest.raises(TableError, match=message):
            read_customers(path)


@pytest.mark.parametrize("table", [None, 7, [1, 2], {"customer": ["a"]}, object(), b"bytes"])
def test_what_is_no_table_is_named(table):
    with pytest.raises(TableError, match="must be a path or a dataframe"):
        read_transactions(table)


def typed(**changes):
    data = {"customer": ["a", "b"], "date": ["2024-01-05", "2024-01-06"], "value": [1.0, 2.0]}
    return pa.table(data | changes)


TABLES = {
    "a missing customer": (typed(customer=["a", None]), "row 1, column 'customer': must not be"),
    "a missing date": (typed(date=["2024-01-05", None]), f"row 1, column 'date': {DATE}. Got ''"),
    "a missing value": (typed(value=[None, 2.0]), "row 0, column 'value'"),
    "a NaN": (typed(value=[1.0, float("nan")]), f"row 1, column 'value': {NUMBER}. Got nan"),
    "an infinity": (typed(value=[1.0, float("inf")]), "row 1, column 'value'.*Got inf"),
    "a negative": (typed(value=[1, -2]), "row 1, column 'value'.*Got -2"),
    "truth values": (typed(value=[True, False]), "row 0, column 'value'.*Got True"),
    "lists": (typed(value=[[1.0], [2.0]]), "column 'value': must be plain values. Got list"),
    "bytes": (typed(customer=[b"a", b"b"]), "column 'customer': must be plain values. Got binary"),
    "a time of day": (typed(date=pa.array([1, 2], pa.time32("s"))), "row 0, column 'date'"),
    "bad UTF-8": (
        typed(customer=pa.array([b"a", b"\xe9"]).view(pa.string())),
        r"row 1, column 'customer': must be UTF-8 \(unexpected end of data\). Got b'\\xe9'",
    ),
    "no row": (typed().slice(0, 0), "holds no transaction"),
    "no column": (pa.table({}), "lacks column 'customer'. It has ."),
    "a column twice": (
        pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["date", "date"]),
        "names column 'date' twice",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_bad_tables_are_refused_at_their_row(name):
    table, message = TABLES[name]

    with pytest.raises(TableError, match=f"transactions.*{message}"):
        read_transactions(table)


@pytest.mark.parametrize("name", TABLES)
def test_bad_parquet_is_refused_at_its_row(tmp_path, name):
    table, message = TABLES[name]
    path = tmp_path / "bad.parquet"
    pq.write_table(table, path)

    with pytest.raises(TableError, match=f"bad.parquet.*{message}"):
        read_transactions(path)


def test_flipped_parquet_bytes_never_end_in_another_error(tmp_path):
    path = tmp_path / "log.parquet"
    rows = [(str(i), "2024-01-05", float(i)) for i in range(500)]
    data = pd.DataFrame(rows, columns=["customer", "date", "value"])
    data.to_parquet(path, index=False)
    whole = path.read_bytes()

    for place in range(0, len(whole), max(len(whole) // 60, 1)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        with contextlib.suppress(TableError):
            read_transactions(path)


def test_named_column_that_is_not_there():
    with pytest.raises(TableError, match=r"lacks column 'valeu'.*Did you mean 'value'"):
        read_transactions(typed(), value="valeu")


def test_meaning_that_is_no_channel():
    table = typed(channel=["here", "there"])

    with pytest.raises(ParameterError, match="Unknown channel 'shop'"):
        read_transactions(table, channel_names={"here": "shop", "there": "app"})


def test_too_few_customers_to_fit(write):
    rows = "".join(f"c{i},2024-01-{d:02d},5\n" for i in range(29) for d in (1, 9))

    with pytest.raises(TableError, match=r"at least 30 customers who bought on two days.*Got 29"):
        read_customers(write(HEAD + rows))


def test_file_of_neither_kind(write):
    with pytest.raises(TableError, match=r"lacks column 'date'.*and column 'past_value'.*has 'a'"):
        read_customers(write("a,b\n1,2\n"))


CUSTOMERS = "recency,history,channel\n" + "3,50.5,Web\n" * 40
TABLE_FAULTS = {
    "no recency": (CUSTOMERS.replace("recency", "rec"), "lacks column 'recency'"),
    "no history for a year": (CUSTOMERS + "3,0,Web\n", "line 42, column 'history'.*above 0"),
    "negative history": (CUSTOMERS + "3,-5,Web\n", "line 42, column 'history'.*Got '-5'"),
    "recency out of the window": (CUSTOMERS + "13,5,Web\n", "line 42, column 'recency'.*to 12"),
    "negative recency": (CUSTOMERS + "-1,5,Web\n", "line 42, column 'recency'.*Got '-1'"),
    "unknown channel": (CUSTOMERS + "1,5,Fax\n", "line 42, column 'channel'.*Got 'Fax'"),
    "few customers": ("recency,history\n1,5\n", "at least 30 customers to be fitted. Got 1"),
    "a customer twice": (
        "customer,recency,history\n" + "".join(f"{i},1,5\n" for i in [*range(40), 7]),
        "line 42, column 'customer': must name every customer once",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE_FAULTS)
def test_bad_customer_tables_are_refused(write, name):
    content, message = TABLE_FAULTS[name]

    with pytest.raises(TableError, match=message):
        read_customers(write(content))
