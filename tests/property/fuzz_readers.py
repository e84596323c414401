"""Fuzz the readers of paths and events: any input gives journeys or one of our errors.

Not part of the suite. Best on the build of `.ci/sanitize`:

    .ci/sanitize python -m tests.property.fuzz_readers --minutes 60

A finding is printed with its seed, and the rest go on; ``--seed SEED --inputs 1`` repeats it. A
crash leaves the seed in the file named at the start.
"""

import argparse
import collections
import os
import pathlib
import sys
import tempfile
import time
import traceback

import numpy as np

from omnisim.attribution import (
    FirstTouch,
    LastTouch,
    Linear,
    MarkovAttribution,
    Participation,
    ShapleyAttribution,
    TimeDecay,
)
from omnisim.attribution.chain import count_chain
from omnisim.exceptions import OmnisimError
from omnisim.journeys import (
    EventColumns,
    JourneyRules,
    Journeys,
    Shards,
    stream_events,
    stream_paths,
)
from tests.property.fuzz_inputs import (
    arrow_bytes,
    csv_bytes,
    damage,
    events_table,
    parquet_bytes,
    paths_table,
    pick,
)

SEPARATORS = [">", " > ", ">>", "|", ";", "é", " ", "", "\x00", ">" * 300, "> ", "\t",
              "  ", "\n", " \t", "\u00a0", " " * 300]  # fmt: skip
FILES = [(csv_bytes, (".csv", ".tsv", ".txt")), (parquet_bytes, (".parquet", ".PARQUET")),
         (arrow_bytes, (".arrow", ".feather"))]  # fmt: skip


def use(journeys, rng):
    """Run kernels on what was read, and now and then a model."""
    collapsed = journeys.collapse()
    if len(collapsed):
        count_chain(collapsed, int(rng.integers(1, 5)))
    if rng.random() < 0.1:
        journeys.to_paths()
        # The exact game takes 2 ** n_channels sets: minutes on this build at 25.
        method = "exact" if collapsed.n_channels <= 10 else "sampled"
        models = [FirstTouch(), LastTouch(), Linear(), TimeDecay(), Participation(),
                  ShapleyAttribution(),
                  ShapleyAttribution("rate", method=method, n_permutations=16),
                  MarkovAttribution(int(rng.integers(1, 5)))]  # fmt: skip
        pick(rng, models).fit(collapsed)


def rules(rng):
    """Return random rules."""
    return JourneyRules(pick(rng, [0.5, 10.0, np.inf]), pick(rng, [2.0, np.inf]),
                        pick(rng, ["conversion", "shopper"]),
                        pick(rng, ["keep", "collapse"]))  # fmt: skip


def total(batches):
    """Return conversions, nulls and touchpoints of all batches."""
    return tuple(
        np.sum([[j.n_conversions.sum(), j.n_nulls.sum(), len(j.channel)] for j in batches], axis=0)
        if batches else (0, 0, 0)
    )  # fmt: skip


def try_table(rng):
    """Read a table from memory."""
    if rng.random() < 0.5:
        empty = "drop" if rng.random() < 0.5 else "error"
        separator = pick(rng, SEPARATORS) if rng.random() < 0.4 else ">"
        table = paths_table(rng, separator=separator) if rng.random() < 0.7 else paths_table(rng)
        use(Journeys.from_paths(table, separator=separator, empty=empty), rng)
    else:
        use(Journeys.from_events(events_table(rng), columns=EventColumns(), rules=rules(rng)), rng)


def try_file(rng, folder):
    """Read a file, at once and in batches; both must find the same."""
    written, endings = FILES[rng.integers(0, len(FILES))]
    table = pick(rng, [paths_table, events_table])
    file, data = folder / f"f{pick(rng, endings)}", written(rng, table)
    file.write_bytes(damage(rng, data) if rng.random() < 0.5 else data)
    batch_rows, both = int(rng.integers(1, 20)), rng.random() < 0.5
    if table is paths_table:
        batches = list(stream_paths(file, batch_rows=batch_rows))
        whole = Journeys.from_paths(file) if both else None
    else:
        cut = rules(rng)
        shards = Shards(int(rng.integers(1, 5)), folder) if rng.random() < 0.7 else None
        batches = list(stream_events(file, rules=cut, batch_rows=batch_rows, shards=shards))
        whole = Journeys.from_events(file, rules=cut) if both else None
    assert whole is None or total(batches) == total([whole]), (total(batches), total([whole]))
    for journeys in batches[:3]:
        use(journeys, rng)


def one(seed, folder):
    """Try one input; return whether it was read."""
    rng = np.random.default_rng(seed)
    try:
        if rng.random() < 0.4:
            try_table(rng)
        else:
            try_file(rng, folder)
    except OmnisimError:
        return False
    return True


def place(error):
    """Return where an error was raised, to tell findings apart."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {pathlib.Path(frame.filename).name}:{frame.lineno}"


def main():
    """Fuzz for the given time; exit with 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--inputs", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    stop, tried, read, slowest = time.monotonic() + 60 * words.minutes, 0, 0, (0.0, 0)
    found = collections.Counter()
    folder = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    last = os.open(folder / "seed", os.O_RDWR | os.O_CREAT)
    print(f"the seed at work stands in {folder / 'seed'}", flush=True)
    while time.monotonic() < stop and tried < words.inputs:
        seed, begin = words.seed + tried, time.monotonic()
        os.pwrite(last, b"%20d\n" % seed, 0)
        try:
            read += one(seed, folder)
        except Exception as error:
            found[place(error)] += 1
            if found[place(error)] == 1:
                print(f"seed {seed}: {traceback.format_exc()}", flush=True)
        slowest = max(slowest, (time.monotonic() - begin, seed))
        tried += 1
        if tried % 10_000 == 0:
            print(f"{tried} inputs tried, {read} read, found {dict(found)}", flush=True)
    print(f"{tried} inputs tried, {read} read; the slowest took {slowest[0]:.2f} s (seed "
          f"{slowest[1]}); found {dict(found) or 'nothing'}")  # fmt: skip
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
