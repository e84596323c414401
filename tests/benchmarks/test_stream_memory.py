"""Memory and speed of a chain counted from a file, against Arrow alone, each in its own process.

Twenty million touchpoints by default; OMNISIM_BENCHMARK_ROWS=100000000 for the target itself.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.benchmark

N_ROWS = int(os.environ.get("OMNISIM_BENCHMARK_ROWS", 20_000_000))
PART = 1_000_000
NAMES = pa.array([f"channel_{i:02d}" for i in range(12)])

MEASURE = """
import json, pathlib, re, sys, time
{imports}
begin, cpu = time.perf_counter(), time.process_time()
n = {work}
status = pathlib.Path("/proc/self/status").read_text()
print(json.dumps({{"rows": int(n), "seconds": time.perf_counter() - begin,
                  "cpu_seconds": time.process_time() - cpu,
                  "peak_mb": int(re.search(r"VmHWM:\\s+(\\d+)", status).group(1)) / 1024}}))
"""
ARROW = MEASURE.format(
    imports="import pyarrow.parquet as pq",
    work="sum(b.num_rows for b in pq.ParquetFile(sys.argv[1]).iter_batches(524_288))",
)
OURS = MEASURE.format(
    imports="from omnisim.attribution import count_stream\n"
    "from omnisim.journeys import Shards, stream_events",
    work="count_stream(stream_events(sys.argv[1], shards=SHARDS)).visits.sum()",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Logs of the same events: sorted, and in order of time alone."""
    folder = tmp_path_factory.mktemp("stream")
    out = {"sorted": folder / "sorted.parquet", "unsorted": folder / "unsorted.parquet"}
    for order, file in out.items():
        rng, writer = np.random.default_rng(0), None
        for part in range(N_ROWS // PART):
            table = _events(rng, part, order == "sorted")
            writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
            writer.write_table(table)
        writer.close()
    return out


def _events(rng, part, by_shopper):
    """Return a million events of shoppers with eight each on average."""
    n_shoppers = PART // 8
    if by_shopper:
        shopper = np.sort(rng.integers(0, n_shoppers, PART)) + part * n_shoppers
        time = rng.random(PART) * 300
        time = time[np.lexsort((time, shopper))]
    else:
        shopper = rng.integers(0, n_shoppers * (N_ROWS // PART), PART)
        time = part + np.sort(rng.random(PART))
    converted = (rng.random(PART) < 0.05).astype(np.int8)
    channel = pa.array(rng.integers(0, 12, PART), pa.int8())
    return pa.table({
        "shopper": shopper, "time": time,
        "channel": pa.DictionaryArray.from_arrays(channel, NAMES),
        "conversion": converted, "value": np.where(converted, 10.0, 0.0),
    })  # fmt: skip


def measured(code, file, root):
    words = [sys.executable, "-c", code, str(file)]
    runs = [
        json.loads(subprocess.run(words, capture_output=True, text=True, check=True,
                                  cwd=root, env=os.environ | {"PYTHONPATH": str(root)}).stdout)
        for _ in range(2)
    ]  # fmt: skip
    return min(runs, key=lambda run: run["seconds"])


def test_a_sorted_log_needs_little_memory_and_time(files, root):
    arrow = measured(ARROW, files["sorted"], root)
    ours = measured(OURS.replace("SHARDS", "None"), files["sorted"], root)
    print(f"\narrow {arrow}\nours  {ours}")
    assert ours["rows"] == arrow["rows"] == N_ROWS
    assert ours["peak_mb"] < 1024
    assert ours["seconds"] < 3 * arrow["seconds"]


def test_an_unsorted_log_needs_little_memory(files, root):
    ours = measured(OURS.replace("SHARDS", "Shards()"), files["unsorted"], root)
    print(f"\nours  {ours}")
    assert ours["rows"] == N_ROWS
    assert ours["peak_mb"] < 1024
