"""Fuzz the readers of paths and events: any input gives journeys or one of our errors.

Not part of the suite. Run from the root, best on a build with OMNISIM_SANITIZE=1:

    python -m tests.property.fuzz_readers --minutes 60
"""

import argparse
import pathlib
import tempfile
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from omnisim.attribution import FirstTouch, LastTouch, Linear, MarkovAttribution, ShapleyAttribution
from omnisim.exceptions import OmnisimError
from omnisim.journeys import EventColumns, JourneyRules, Journeys, stream_events, stream_paths

PIECES = [
    ">", " > ", ">>", "a", "b", "search", " ", "\t", "\n", "\u00a0", "é", "渠道", "\x00", "", "|",
    '"', ",", ";", "a" * 300, "null", "-1", "\u2028", "🛒",
]  # fmt: skip
NUMBERS = [0, 1, 2, 3, -1, 2**31, 2**53, 2**62, None]
FLOATS = [0.0, 1.0, 0.5, -1.0, float("nan"), float("inf"), 1e300, 5e-324, None]
SEPARATORS = [">", " > ", ">>", "|", ";", "é", " "]


def text(rng: np.random.Generator) -> str | None:
    """Return a random path, often well formed."""
    if rng.random() < 0.03:
        return None
    if rng.random() < 0.7:
        return " > ".join(f"c{rng.integers(0, 20)}" for _ in range(rng.integers(1, 8)))
    return "".join(rng.choice(PIECES) for _ in range(rng.integers(0, 12)))


def column(rng: np.random.Generator, values: list, n: int) -> list:
    """Return n values; mostly the harmless ones at the front of the list."""
    if rng.random() < 0.8:
        return [values[i] for i in rng.integers(0, 3, n)]
    return [values[i] for i in rng.integers(0, len(values), n)]


def paths_table(rng: np.random.Generator) -> pa.Table:
    """Return a random table of paths, sliced and in chunks."""
    n = int(rng.integers(0, 30))
    kinds = [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int8(), pa.string()),
    ]
    path = pa.array([text(rng) for _ in range(n)], pa.string()).cast(kinds[rng.integers(0, 3)])
    if rng.random() < 0.2:
        path = path.cast(pa.string()).dictionary_encode()
    columns = {"path": path, "n_conversions": column(rng, NUMBERS, n)}
    if rng.random() < 0.7:
        columns["n_nulls"] = column(rng, NUMBERS, n)
    if rng.random() < 0.5:
        columns["value"] = column(rng, FLOATS, n)
    table = pa.table(columns)
    low = int(rng.integers(0, n + 1))
    return (
        pa.concat_tables([table.slice(low), table.slice(0, low)]) if rng.random() < 0.5 else table
    )


def events_table(rng: np.random.Generator) -> pa.Table:
    """Return a random log of events, sorted half of the time."""
    n = int(rng.integers(0, 40))
    shopper = rng.integers(0, 5, n)
    time_ = column(rng, FLOATS, n) if rng.random() < 0.3 else rng.integers(0, 60, n).astype(float)
    if rng.random() < 0.5 and not isinstance(time_, list):
        order = np.lexsort((time_, shopper))
        shopper, time_ = shopper[order], time_[order]
    channel = [text(rng) if rng.random() < 0.2 else f"c{rng.integers(0, 4)}" for _ in range(n)]
    table = {"shopper": shopper, "time": time_, "channel": channel,
             "conversion": column(rng, NUMBERS[:2] * 2 + NUMBERS, n)}  # fmt: skip
    if rng.random() < 0.5:
        table["value"] = column(rng, [0.0, 0.0, 0.0, *FLOATS], n)
    return pa.table(table)


def use(journeys: Journeys, rng: np.random.Generator) -> None:
    """Run kernels on what was read."""
    journeys.to_paths()
    models = [
        FirstTouch(), LastTouch(), Linear(), ShapleyAttribution(), ShapleyAttribution("rate"),
        MarkovAttribution(int(rng.integers(1, 5))),
    ]  # fmt: skip
    models[rng.integers(0, len(models))].fit(journeys.collapse())


def one(rng: np.random.Generator, folder: pathlib.Path) -> bool:
    """Try one input; return whether it was read."""
    try:
        kind = rng.integers(0, 4)
        if kind == 0:
            separator = str(rng.choice(SEPARATORS))
            empty = "drop" if rng.random() < 0.5 else "error"
            use(Journeys.from_paths(paths_table(rng), separator=separator, empty=empty), rng)
        elif kind == 1:
            rules = JourneyRules(
                float(rng.choice([0.5, 10.0, np.inf])),
                float(rng.choice([2.0, np.inf])),
                str(rng.choice(["conversion", "shopper"])),
                str(rng.choice(["keep", "collapse"])),
            )
            use(Journeys.from_events(events_table(rng), columns=EventColumns(), rules=rules), rng)
        else:
            file = folder / ("f.csv" if kind == 2 else "f.parquet")
            write_damaged(rng, file)
            stream = stream_paths if rng.random() < 0.5 else stream_events
            for journeys in stream(file, batch_rows=int(rng.integers(1, 20))):
                use(journeys, rng)
    except OmnisimError:
        return False
    return True


def write_damaged(rng: np.random.Generator, file: pathlib.Path) -> None:
    """Write a random table, then change some of its bytes or cut it off."""
    table = paths_table(rng) if rng.random() < 0.5 else events_table(rng)
    if file.suffix == ".csv":
        table.to_pandas().to_csv(file, index=False, sep=str(rng.choice([",", ";", "\t"])))
    else:
        pa.parquet.write_table(table, file, write_page_checksum=True)
    data = bytearray(file.read_bytes())
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.5 else 0):
        data[rng.integers(0, len(data))] = rng.integers(0, 256)
    file.write_bytes(data[: rng.integers(0, len(data) + 1)] if rng.random() < 0.05 else data)


def main() -> None:
    """Fuzz for the given time; any other exception ends it with its seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    stop, tried, read = time.monotonic() + 60 * words.minutes, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < stop:
            seed = words.seed + tried
            try:
                read += one(np.random.default_rng(seed), pathlib.Path(folder))
            except BaseException:
                print(f"seed {seed} failed, after {tried} inputs", flush=True)
                raise
            tried += 1
            if tried % 5000 == 0:
                print(f"{tried} inputs tried, {read} read", flush=True)
    print(f"{tried} inputs tried, {read} read, nothing found")


if __name__ == "__main__":
    main()
