"""Chains counted in pieces equal the chain counted at once."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnisim.attribution import MarkovAttribution, count_files, count_stream, merge_chains
from omnisim.attribution.chain import count_chain
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import Journeys
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
    with pytest.raises(ParameterError, match="Unknown kind"):
        count_files([], kind="rows")
