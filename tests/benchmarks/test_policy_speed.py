"""Linear bandits beside MABWiser in one run: 50 features, 10 actions, processor time."""

import pytest
from threadpoolctl import threadpool_limits

from tests.benchmarks.bandits import measure

pytestmark = pytest.mark.benchmark


def test_linear_bandits_are_fifty_times_as_fast_and_a_million_a_second_in_batches(capsys):
    pytest.importorskip("mabwiser", reason="MABWiser is not installed")
    with threadpool_limits(1):
        table = measure(50, 10, 2_000, 200_000, 3).set_index("policy")
    with capsys.disabled():
        print(f"\n{table.to_string(float_format=lambda value: f'{value:,.0f}')}")
    assert table.loc[["LinUCB", "LinearThompson"], "times_mabwiser"].min() > 50
    assert table.loc[["Greedy", "EpsilonGreedy", "LinUCB"], "batched"].min() > 1e6
