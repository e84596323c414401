"""Chains counted in pieces equal the chain counted at once."""

import multiprocessing
import pathlib
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnisim.attribution import MarkovAttribution, count_files, count_stream, merge_chains
from omnisim.attribution.chain import count_chain
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import Journeys, Shards
from tests.reference.journeys import as_columns, tables


def same(first, second):
    assert first.channel_names == second.channel_names
    for name in ("key", "start", "to_conversion", "to_null", "value"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    assert (first.count != second.count).nnz == 0


@given(table=tables, order=st.integers(1, 3), cuts=st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_pieces_add_up_to_the_whole(table, order, cuts):
    pieces = [table[i::cuts] for i in range(cuts) if table[i::cuts]]
    batches = [Journeys.from_paths(as_columns(piece)) for piece in pieces]
    seen = sorted({c for r in table if r[1] + r[2] for c in r[0]})
    whole = count_chain(Journeys.from_paths(as_columns(table)), order)
    merged = count_stream(batches, order)
    assert set(seen) <= set(merged.channel_names)
    same(merged, whole)


def write(folder, data_dir):
    journeys = Journeys.from_paths(data_dir / "paths" / "paths_10k.csv")
    files = []
    for k in range(3):
        files.append(folder / f"part{k}.csv")
        part = journeys.take(np.arange(k, len(journeys), 3)).to_paths()
        part.to_pandas().to_csv(files[-1], index=False)
    return journeys, files


def test_number_of_workers_changes_nothing(tmp_path, data_dir):
    journeys, files = write(tmp_path, data_dir)
    alone = count_files(files, 2, batch_rows=1000)
    with ThreadPoolExecutor(2) as executor:
        same(count_files(files, 2, executor=executor, batch_rows=1000), alone)
    whole = MarkovAttribution(2).fit(journeys)
    model = MarkovAttribution(2).fit_chain(alone)
    np.testing.assert_array_equal(model.credit_, whole.credit_)


@pytest.mark.parametrize("options", [{"use_nulls": False}, {"repeats": "collapse"}])
def test_options_of_the_model_hold_for_files(tmp_path, data_dir, options):
    journeys, files = write(tmp_path, data_dir)
    expected = MarkovAttribution(2, **options).fit(journeys)
    model = MarkovAttribution(2, **options).fit_chain(count_files(files, 2, **options))
    np.testing.assert_array_equal(model.credit_, expected.credit_)


@pytest.fixture
def files(tmp_path):
    """Two logs of events in no order, and two tables of paths."""
    out = {"events": [], "paths": []}
    for k in range(4):
        rng = np.random.default_rng(k)
        events, paths = tmp_path / f"events{k}.parquet", tmp_path / f"paths{k}.csv"
        converted = (rng.random(300) < 0.2).astype(int)
        frame = pd.DataFrame({
            "shopper": rng.integers(0, 40, 300) + 100 * k, "time": rng.random(300) * 60,
            "channel": rng.choice(list("abcdef"[: k + 3]), 300), "conversion": converted,
            "value": converted * rng.integers(1, 99, 300),
        })  # fmt: skip
        frame.to_parquet(events)
        Journeys.from_events(frame).to_paths().to_pandas().to_csv(paths, index=False)
        out["events"].append(events)
        out["paths"].append(paths)
    return out


def count_both(files, executor):
    options = {"batch_rows": 50, "executor": executor}
    return [
        count_files(files["paths"], 2, **options),
        count_files(files["events"], 2, kind="events", shards=Shards(3), **options),
    ]


def check_executor(files, executor):
    """Both kinds of files give the bytes that one process gives, and each other's."""
    found, alone = count_both(files, executor), count_both(files, None)
    same(found[0], alone[0])
    same(found[1], alone[1])
    same(found[0], found[1])
    whole = MarkovAttribution(2).fit_chain(merge_chains([alone[0]]))
    assert MarkovAttribution(2).fit_chain(found[0]).credit_.equals(whole.credit_)
    with pytest.raises(TableError, match=r"absent\.csv: cannot be read"):
        count_files(["absent.csv"], executor=executor)


@pytest.mark.parametrize("n_workers", [1, 3])
def test_a_dask_cluster_of_threads_counts_the_same(files, n_workers):
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=n_workers, threads_per_worker=1, processes=False,
                     dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        check_executor(files, client.get_executor())


@pytest.mark.slow
def test_a_dask_cluster_of_processes_counts_the_same(files):
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        check_executor(files, client.get_executor())


def test_a_pool_of_threads_counts_the_same(files):
    with ThreadPoolExecutor(3) as executor:
        check_executor(files, executor)


@pytest.mark.slow
def test_a_pool_of_processes_counts_the_same(files):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        check_executor(files, executor)


def test_progress_counts_touchpoints(data_dir):
    journeys = Journeys.from_paths(data_dir / "paths" / "paths_10k.csv")
    done = []
    count_stream([journeys, journeys], progress=done.append)
    assert done == [len(journeys.channel)] * 2


def test_errors():
    with pytest.raises(TableError, match="no journey"):
        count_stream([])
    chains = [
        count_chain(Journeys.from_paths({"path": ["a"], "n_conversions": [1]}), k) for k in (1, 2)
    ]
    with pytest.raises(TableError, match="one order"):
        merge_chains(chains)
    other = replace(chains[0], repeats="collapse")
    with pytest.raises(TableError, match="one repeats"):
        merge_chains([chains[0], other])
    with pytest.raises(ParameterError, match="Unknown kind"):
        count_files([], kind="rows")
    with pytest.raises(ParameterError, match="order must be"):
        count_files(["absent.csv"], 0)
    with pytest.raises(TableError, match="no chain"):
        merge_chains([])


def test_files_without_rows_add_nothing(tmp_path):
    full, quiet = str(tmp_path / "full.csv"), str(tmp_path / "quiet.csv")
    pathlib.Path(full).write_text("path,n_conversions\na > b,3\n")
    pathlib.Path(quiet).write_text("path,n_conversions\n")
    same(count_files([quiet, full, quiet]), count_files([full]))
    for files in ([quiet, quiet], []):
        with pytest.raises(TableError, match="no journey"):
            count_files(files)


@pytest.mark.parametrize("text", ["path,n_conversions\na > b,-3\n", "way,n_conversions\n"])
def test_errors_name_the_file(tmp_path, text):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("path,n_conversions\na > b,3\n")
    bad.write_text(text)
    with pytest.raises(TableError, match=r"bad\.csv: (n_conversions must be|paths lacks)"):
        count_files([good, bad])
    with ThreadPoolExecutor(1) as executor, pytest.raises(TableError, match=r"bad\.csv: "):
        count_files([good, bad], executor=executor)


def test_keys_of_all_channels_together_must_fit():
    paths = [" > ".join(f"{letter}{i:02d}" for i in range(50)) for letter in "ab"]
    batches = [Journeys.from_paths({"path": [path], "n_conversions": [1]}) for path in paths]
    with pytest.raises(ParameterError, match=r"order must leave .* Got 10 with 100 channels"):
        count_stream(batches, 10)


def test_identifiers_are_refused_over_all_batches():
    names = [[f"s{day}_{i}" for i in range(3000)] for day in range(3)]
    batches = [Journeys.from_paths({"path": n, "n_conversions": [1] * 3000}) for n in names]
    with pytest.raises(TableError, match=r"channel has 9,000 different names, more than 4,096"):
        count_stream(batches)


def test_totals_of_all_batches_must_fit():
    many = Journeys.from_paths({"path": ["a > b"] * 200, "n_conversions": [2**53 - 1] * 200})
    with pytest.raises(TableError, match=r"fewer than 2\*\*62 touchpoints"):
        count_stream([many, many])
    dear = Journeys.from_paths({"path": ["a"], "n_conversions": [1], "value": [9e299]})
    with pytest.raises(TableError, match=r"value must sum to at most 1e\+300. Got 1.8e\+300"):
        count_stream([dear, dear])


@pytest.mark.parametrize("file", ["part0.csv", pathlib.Path("part0.csv")])
def test_one_file_is_no_sequence_of_files(file):
    with pytest.raises(ParameterError, match=r"files must be a sequence of files.*part0\.csv"):
        count_files(file)
