"""The network against networkx, and its invariants."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnisim.exceptions import ParameterError
from omnisim.population import Network, small_world
from omnisim.random import Draws


@given(n=st.integers(1, 120), half=st.integers(0, 6), p=st.floats(0, 1), seed=st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_is_simple_symmetric_and_keeps_every_tie(n, half, p, seed):
    degree = min(2 * half, (n - 1) // 2 * 2)

    network = small_world(n, degree, p, Draws(seed))

    rows = [network.neighbours(i).tolist() for i in range(n)]
    assert network.n_ties == n * degree // 2
    assert all(row == sorted(set(row)) for row in rows)
    assert all(i not in row and all(i in rows[j] for j in row) for i, row in enumerate(rows))


def test_without_rewiring_is_the_ring_of_networkx():
    network = small_world(50, 6, 0.0, Draws(1))

    expected = nx.watts_strogatz_graph(50, 6, 0.0)
    assert set(map(frozenset, network.to_networkx().edges)) == set(map(frozenset, expected.edges))


def test_clustering_and_degree_are_those_of_watts_strogatz(seed):
    """C(p) = C(0) (1 - p)^3 up to O(1/n) (Barrat and Weigt 2000); C(0) = 3(k-2) / 4(k-1).

    Of a degree, k / 2 ties are the shopper's own, k / 2 come from the ring (kept with 1 - p), and a
    Poisson count of mean p k / 2 comes from afar.
    """
    n, k, p = 8_000, 8, 0.1

    network = small_world(n, k, p, Draws(seed))

    theory = 3 * (k - 2) / (4 * (k - 1)) * (1 - p) ** 3
    assert nx.transitivity(network.to_networkx()) == pytest.approx(theory, abs=0.015)
    variance = k / 2 * p * (1 - p) + k / 2 * p
    assert network.degree.mean() == k
    assert network.degree.var() == pytest.approx(variance, rel=0.15)


def test_everything_rewired_reaches_across_the_ring(seed):
    network = small_world(10_000, 8, 1.0, Draws(seed))

    row = np.repeat(np.arange(10_000), network.degree)
    around = np.abs(row - network.indices)
    around = np.minimum(around, 10_000 - around)
    assert around.min() > 4
    # Uniform on 5 ... 5000: mean 2502.5, standard error 1443 / sqrt(40,000) = 7.2; five of them.
    assert around.mean() == pytest.approx(2502.5, abs=36)


def test_rewiring_more_keeps_what_was_rewired():
    few, many = (small_world(500, 6, p, Draws(3)) for p in (0.1, 0.2))

    ring = set(map(frozenset, small_world(500, 6, 0.0, Draws(3)).to_networkx().edges))
    kept_few = ring & set(map(frozenset, few.to_networkx().edges))
    kept_many = ring & set(map(frozenset, many.to_networkx().edges))
    assert kept_many < kept_few


def test_networkx_round_trip_keeps_order_of_nodes():
    graph = nx.Graph([("b", "a"), ("c", "a")])

    network = Network.from_networkx(graph)

    assert network.neighbours(1).tolist() == [0, 2]  # nodes in order: b, a, c
    assert Network.from_networkx(network.to_networkx()).indices.tolist() == [1, 0, 2, 1]
    assert len(Network.from_networkx(nx.empty_graph(3))) == 3


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (nx.DiGraph([(0, 1)]), "undirected simple graph. Got DiGraph"),
        (nx.MultiGraph([(0, 1)]), "undirected simple graph. Got MultiGraph"),
        (nx.Graph([(0, 1), (1, 1)]), "no self-loop. Got one at node 1"),
    ],
)
def test_other_graphs_are_refused(graph, message):
    with pytest.raises(ParameterError, match=message):
        Network.from_networkx(graph)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 0, 0.1), "n_shoppers must be an integer >= 1. Got 0"),
        ((10, 3, 0.1), "even and below n_shoppers, 10. Got 3"),
        ((10, 10, 0.1), "even and below n_shoppers, 10. Got 10"),
        ((10, -2, 0.1), "mean_degree must be an integer >= 0. Got -2"),
        ((10, 2, 1.5), r"p_rewire must lie in \[0, 1\]. Got 1.5"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ParameterError, match=message):
        small_world(*arguments, Draws(1))


@pytest.mark.parametrize(
    ("indptr", "indices", "message"),
    [
        ([], [], "must start at 0"),
        ([1, 2], [0, 0], "must start at 0"),
        ([0, 2, 1], [1], "never decrease"),
        ([0, 1], [0, 0], r"indptr\[-1\] must equal len\(indices\), 2. Got 1"),
        ([0, 1, 2], [1, 2], r"indices must lie in \[0, 2\)"),
        ([0, 1, 2], [1, -1], r"indices must lie in \[0, 2\)"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(indptr, indices, message):
    with pytest.raises(ParameterError, match=message):
        Network(np.array(indptr, dtype=np.int64), np.array(indices, dtype=np.int32))


def test_arrays_are_read_only_and_short_in_print():
    network = small_world(100, 4, 0.1, Draws(1))

    assert repr(network) == "Network(100 shoppers, 200 ties)"
    with pytest.raises(ValueError, match="read-only"):
        network.indices[0] = 1
    with pytest.raises(ParameterError, match=r"shopper must be below 100. Got 100"):
        network.neighbours(100)


@pytest.mark.slow
def test_a_million_shoppers_in_seconds_without_a_graph_object():
    import time
    import tracemalloc

    tracemalloc.start()
    begin = time.process_time()
    network = small_world(1_000_000, 8, 0.1, Draws(1))
    seconds = time.process_time() - begin
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert network.n_ties == 4_000_000
    assert seconds < 20
    assert peak < 300e6
