"""Inputs for the readers that nobody would write on purpose: tables, texts and damaged files."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

PIECES = [
    ">", " > ", ">>", "a", "b", "search", " ", "\t", "\n", "\r\n", "\u00a0", "é", "渠道", "\x00",
    "", "|", '"', '""', ",", ";", "a" * 300, "null", "NaN", "-1", "\u2028", "🛒", "\ufeff",
    "\u202e", "'", "=1+1", "\\", "e\u0301", "(none)",
]  # fmt: skip
COUNTS = [0, 1, 2, 3, -1, 2**31, 2**53, 2**62, None]
FLOATS = [0.0, 1.0, 0.5, -0.0, -1.0, float("nan"), float("inf"), 1e300, 1e308, 5e-324, None]
WORDS = [
    "", " ", "0", "1", "2", "-1", "1.5", "1e3", "1e400", "-1e-400", "99999999999999999999", "0x1f",
    "NaN", "nan", "inf", "-inf", "NULL", "null", "N/A", "true", "False", "2026-01-02",
    "2026-01-02 03:04:05", "2026-13-45", "9999-12-31T23:59:59.999999999", "0001-01-01", "12:30:00",
    "a > b", "a", '"a > b"', '"a, b"', '"', 'a"b', "é > 渠道", "\ufeffa", "\x00", "a\x00b", "> > >",
    ">", "a >", "1,5", "١٢", "½", "-0", "+7", "1_000", "$5", "x" * 1000,
]  # fmt: skip
NAMES = [
    "path", "PATH", "Path ", "paths", "n_conversions", "conversions", "n_nulls", "null", "value",
    "revenue", "shopper", "user_id", "time", "timestamp", "date", "channel", "source", "conversion",
    "converted", "", "x", "渠道", "\ufeffpath", '"path"', "a\nb", "value.1", "None",
]  # fmt: skip
NUMBER_TYPES = [
    pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint64(), pa.float16(),
    pa.float32(), pa.float64(), pa.decimal128(20, 3), pa.decimal256(40, 0), pa.bool_(), pa.string(),
    pa.dictionary(pa.int8(), pa.int64()),
]  # fmt: skip
TEXT_TYPES = [
    pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string()),
    pa.dictionary(pa.uint16(), pa.large_string()), pa.binary(), pa.large_binary(),
]  # fmt: skip
TIME_TYPES = [
    pa.timestamp("s"), pa.timestamp("ns"), pa.timestamp("us", "UTC"),
    pa.timestamp("ms", "Europe/Vienna"), pa.date32(), pa.date64(), pa.time32("s"), pa.time64("ns"),
    pa.duration("us"), pa.int64(), pa.float32(), pa.string(), pa.month_day_nano_interval(),
]  # fmt: skip


def pick(rng, values):
    """Return one of the values."""
    return values[rng.integers(0, len(values))]


def text(rng, separator=" > "):
    """Return a random path, often well formed."""
    if rng.random() < 0.003:
        return None
    if rng.random() < 0.97:
        return separator.join(f"c{k}" for k in rng.integers(0, 20, rng.integers(1, 8)))
    return "".join(pick(rng, PIECES) for _ in range(rng.integers(0, 12)))


def column(rng, values, n):
    """Return n values; mostly the harmless ones at the front of the list."""
    high = 3 if rng.random() < 0.92 else len(values)
    return [values[i] for i in rng.integers(0, high, n)]


def cast(rng, array, types, *, p=0.4):
    """Return an array as another type where that can be done, or filled with nulls at random."""
    array = pa.array(array) if not isinstance(array, pa.Array) else array
    if rng.random() < p:
        try:
            array = array.cast(pick(rng, types), safe=False)
        except (pa.ArrowException, UnicodeError):
            pass
    if len(array) and rng.random() < 0.03:
        array = pa.array([None] * len(array), array.type)
    return array


def paths_table(rng, n=None, separator=" > "):
    """Return a random table of paths."""
    n = int(rng.integers(0, 30)) if n is None else n
    columns = {
        "path": cast(
            rng, pa.array([text(rng, separator) for _ in range(n)], pa.string()), TEXT_TYPES
        ),
        "n_conversions": cast(rng, column(rng, COUNTS, n), NUMBER_TYPES, p=0.2),
    }
    if rng.random() < 0.7:
        columns["n_nulls"] = cast(rng, column(rng, COUNTS, n), NUMBER_TYPES, p=0.2)
    if rng.random() < 0.4:
        value = [v if c else 0.0 for c, v in zip(columns["n_conversions"].to_pylist(),
                                                 column(rng, FLOATS, n), strict=True)]  # fmt: skip
        columns["value"] = cast(rng, pa.array(value, pa.float64()), NUMBER_TYPES, p=0.2)
    return disturb(rng, columns)


def events_table(rng, n=None):
    """Return a random log of events, sorted half of the time."""
    n = int(rng.integers(0, 40)) if n is None else n
    shopper, time = rng.integers(0, 5, n), rng.integers(0, 60, n).astype(float)
    if rng.random() < 0.5:
        order = np.lexsort((time, shopper))
        shopper, time = shopper[order], time[order]
    channel = [text(rng) if rng.random() < 0.1 else f"c{k}" for k in rng.integers(0, 4, n)]
    time = pa.array(column(rng, FLOATS, n) if rng.random() < 0.1 else time)
    columns = {
        "shopper": cast(rng, pa.array(shopper), [*NUMBER_TYPES, *TEXT_TYPES]),
        "time": cast(rng, time.cast(pa.int64(), safe=False), TIME_TYPES),
        "channel": cast(rng, pa.array(channel, pa.string()), TEXT_TYPES),
        "conversion": cast(rng, column(rng, COUNTS[:2] * 2 + COUNTS, n), NUMBER_TYPES, p=0.2),
    }
    if rng.random() < 0.4:
        value = [v if c else 0.0 for c, v in zip(columns["conversion"].to_pylist(),
                                                 column(rng, FLOATS, n), strict=True)]  # fmt: skip
        columns["value"] = cast(rng, pa.array(value, pa.float64()), NUMBER_TYPES, p=0.2)
    return disturb(rng, columns)


def disturb(rng, columns):
    """Return the columns as a table: renamed, repeated, left out, sliced or in chunks."""
    names, arrays = list(columns), list(columns.values())
    if rng.random() < 0.1:
        at = int(rng.integers(0, len(names)))
        kind = rng.integers(0, 4)
        if kind == 0:
            names[at] = pick(rng, NAMES)
        elif kind == 1:
            names, arrays = [*names, names[at]], [*arrays, arrays[at]]
        elif kind == 2:
            del names[at], arrays[at]
        else:
            arrays[at] = pa.array([[1], None] * len(arrays[at]))[: len(arrays[at])]
    table = pa.Table.from_arrays(arrays, names=names)
    if rng.random() < 0.4:
        low = int(rng.integers(0, table.num_rows + 1))
        parts = [table.slice(low), table.slice(0, low)]
        table = pa.concat_tables(parts if rng.random() < 0.8 else [*parts, table.slice(0, 0)])
    return table


def csv_bytes(rng, make):
    """Return a CSV file: a written table, or lines of words that only look like one."""
    if rng.random() < 0.6:
        table, out = make(rng), io.BytesIO()
        quoting = pick(rng, ["needed", "all_valid", "none"])
        options = pa.csv.WriteOptions(delimiter=pick(rng, [",", ";", "\t", "|"]),
                                      quoting_style=quoting)  # fmt: skip
        try:
            pa.csv.write_csv(decoded(table), out, options)
        except pa.ArrowException:
            return b""
        return out.getvalue()
    mark, end = pick(rng, [",", ";", "\t", "|", ", ", ""]), pick(rng, ["\n", "\r\n", "\r", "\n\n"])
    whole = {paths_table: ["path", "n_conversions"],
             events_table: ["shopper", "time", "channel", "conversion"]}  # fmt: skip
    head = whole[make] if rng.random() < 0.8 else [pick(rng, NAMES) for _ in range(4)]
    words = WORDS if rng.random() < 0.3 else ["1", "0"]
    lines = [head]
    for _ in range(rng.integers(0, 20)):
        width = len(head) if rng.random() < 0.995 else int(rng.integers(0, 9))
        lines.append([pick(rng, words) for _ in range(width)])
    whole_text = end.join(mark.join(line) for line in lines) + pick(rng, ["", end])
    return whole_text.encode(pick(rng, ["utf-8"] * 6 + ["utf-8-sig", "utf-16", "latin-1"]),
                             errors="replace")  # fmt: skip


def decoded(table):
    """Return the table with its dictionaries spelled out, which files of text need."""
    for i, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(i, field.name, table[i].cast(field.type.value_type))
    return table


def parquet_bytes(rng, make):
    """Return a Parquet file of a random table."""
    table, out = make(rng), io.BytesIO()
    try:
        pa.parquet.write_table(
            table, out, write_page_checksum=bool(rng.random() < 0.9),
            compression=pick(rng, ["none", "snappy", "zstd", "gzip"]),
            use_dictionary=bool(rng.random() < 0.5), row_group_size=int(rng.integers(1, 40)),
            data_page_version=pick(rng, ["1.0", "2.0"]), version=pick(rng, ["1.0", "2.6"]),
        )  # fmt: skip
    except pa.ArrowException:
        return b""
    return out.getvalue()


def arrow_bytes(rng, make):
    """Return an Arrow IPC file, or stream, of a random table."""
    table, out = make(rng), io.BytesIO()
    new = pa.ipc.new_file if rng.random() < 0.7 else pa.ipc.new_stream
    options = pa.ipc.IpcWriteOptions(compression=pick(rng, [None, "zstd", "lz4"]),
                                     unify_dictionaries=True)  # fmt: skip
    try:
        with new(out, table.schema, options=options) as writer:
            writer.write_table(table, max_chunksize=int(rng.integers(1, 40)))
    except pa.ArrowException:
        return b""
    return out.getvalue()


def damage(rng, data):
    """Return the bytes with some changed, cut off, doubled, moved or left out."""
    data = bytearray(data)
    for _ in range(int(rng.integers(1, 4))):
        if not data:
            break
        low, high = sorted(int(k) for k in rng.integers(0, len(data) + 1, 2))
        kind = rng.integers(0, 8)
        if kind < 3:
            data[rng.integers(0, len(data))] = rng.integers(0, 256)
        elif kind == 3:
            data[rng.integers(0, len(data))] ^= 1 << rng.integers(0, 8)
        elif kind == 4:
            data = data[:low]
        elif kind == 5:
            data[low:low] = data[low : min(high, low + 64)]
        elif kind == 6:
            del data[low : min(high, low + 16)]
        else:
            width = int(pick(rng, [1, 2, 4, 8]))
            data[low : low + width] = pick(rng, [b"\xff", b"\x00", b"\x7f", b"\x80"]) * width
    return bytes(data)
