"""Time from a data frame of paths to credits, and of a stream against Arrow alone."""

import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from omnisim.attribution import MarkovAttribution, bootstrap, count_stream
from omnisim.journeys import stream_events
from tests.benchmarks.tables import synthetic_paths

pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("n_channels", [12, 50])
@pytest.mark.parametrize("n_rows", [10_000, 100_000])
def test_markov_from_a_data_frame(benchmark, n_rows, n_channels, order):
    table = synthetic_paths(n_rows, n_channels)
    rounds = 1 if (n_channels, order) == (50, 3) else 3
    model = benchmark.pedantic(lambda: MarkovAttribution(order).fit(table), rounds=rounds)
    assert model.credit_.sum() == pytest.approx(table["total_conversions"].sum())


def test_thousand_replicates(benchmark):
    table = synthetic_paths(10_000, 12)
    result = benchmark.pedantic(lambda: bootstrap(MarkovAttribution(), table), rounds=1)
    assert result.replicates["credit"].shape == (1000, 12)


def test_stream_reads_at_a_third_of_arrows_speed(tmp_path):
    """Both read the same five columns of ten million events, one after the other."""
    rng = np.random.default_rng(0)
    file, base = tmp_path / "events.parquet", 0
    names = pa.array([f"channel_{i:02d}" for i in range(12)])
    with pq.ParquetWriter(file, _events(rng, names, 0, 1).schema, compression="zstd") as writer:
        for _ in range(10):
            table = _events(rng, names, base, 1_000_000)
            base = int(table["shopper"][-1].as_py()) + 1
            writer.write_table(table)
    begin = time.perf_counter()
    read = sum(b.num_rows for b in pq.ParquetFile(file).iter_batches(524_288))
    arrow = time.perf_counter() - begin
    begin = time.perf_counter()
    chain = count_stream(stream_events(file))
    ours = time.perf_counter() - begin
    print(f"\narrow {read / arrow / 1e6:.1f}, ours {read / ours / 1e6:.1f} million events a second")
    assert chain.visits.sum() == read
    assert ours < 3 * arrow


def _events(rng, names, base, n):
    new = rng.random(n) < 1 / 8
    new[0] = True
    elapsed = np.cumsum(rng.exponential(3.0, n))
    first = np.maximum.accumulate(np.where(new, np.arange(n), 0))
    converted = (rng.random(n) < 0.05).astype(np.int8)
    channel = pa.array(rng.integers(0, 12, n), pa.int8())
    return pa.table({
        "shopper": base + np.cumsum(new),
        "time": elapsed - elapsed[first],
        "channel": pa.DictionaryArray.from_arrays(channel, names),
        "conversion": converted,
        "value": np.where(converted, 10.0, 0.0),
    })  # fmt: skip
