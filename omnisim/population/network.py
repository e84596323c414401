"""The social network: who can tell whom, as compressed sparse rows.

Shopper *i* is acquainted with ``indices[indptr[i]:indptr[i + 1]]``, in increasing order. The graph
is undirected, so every tie is stored in both rows, and nobody is tied to themselves.
"""

from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array

from omnisim._validation import check_count, check_probability
from omnisim.exceptions import ParameterError
from omnisim.random import Draws, Stream

MAX_ATTEMPTS = 64  # proposals for one rewired tie; only nearly complete graphs come close

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Network:
    """An undirected graph of shoppers, laid out as compressed sparse rows.

    Attributes
    ----------
    indptr : ndarray of shape (n_shoppers + 1,), int64
        Non-decreasing; starts at 0 and ends at ``len(indices)``.
    indices : ndarray of shape (2 * n_ties,), int32
        Acquaintances of each shopper, increasing within a row; symmetric, no self-loops.

    Raises
    ------
    ParameterError
        If the arrays do not fit together. Symmetry is the maker's duty and is not checked.
    """

    indptr: npt.NDArray[np.int64]
    indices: npt.NDArray[np.int32]

    def __post_init__(self) -> None:
        indptr = np.ascontiguousarray(self.indptr, dtype=np.int64)
        indices = np.ascontiguousarray(self.indices, dtype=np.int32)
        if indptr.ndim != 1 or indptr.size == 0 or indptr[0] != 0 or (np.diff(indptr) < 0).any():
            raise ParameterError("network.indptr must start at 0 and never decrease.")
        if indptr[-1] != indices.size:
            raise ParameterError(
                f"network.indptr[-1] must equal len(indices), {indices.size}. Got {indptr[-1]}."
            )
        n_shoppers = indptr.size - 1
        if indices.size and not 0 <= indices.min() <= indices.max() < n_shoppers:
            raise ParameterError(f"network.indices must lie in [0, {n_shoppers}).")
        for name, array in (("indptr", indptr), ("indices", indices)):
            view = array.view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)

    def __len__(self) -> int:
        return int(self.indptr.size) - 1

    def __repr__(self) -> str:
        return f"Network({len(self):,} shoppers, {self.n_ties:,} ties)"

    @property
    def n_ties(self) -> int:
        """Number of acquainted pairs."""
        return int(self.indices.size) // 2

    @property
    def degree(self) -> Ints:
        """Number of acquaintances of each shopper, shape (n_shoppers,), int64."""
        return np.diff(self.indptr)

    @property
    def nbytes(self) -> int:
        """Size of the arrays in bytes."""
        return int(self.indptr.nbytes + self.indices.nbytes)

    def neighbours(self, shopper: int) -> npt.NDArray[np.int32]:
        """Return the acquaintances of one shopper, increasing, int32."""
        row = check_count("shopper", shopper, minimum=0)
        if row >= len(self):
            raise ParameterError(f"shopper must be below {len(self)}. Got {row}.")
        return self.indices[self.indptr[row] : self.indptr[row + 1]]

    def to_networkx(self) -> "nx.Graph[int]":
        """Return the network as a networkx graph on the nodes 0 ... n_shoppers - 1."""
        graph: nx.Graph[int] = nx.Graph()
        graph.add_nodes_from(range(len(self)))
        row = np.repeat(np.arange(len(self)), self.degree)
        once = row < self.indices
        graph.add_edges_from(zip(row[once].tolist(), self.indices[once].tolist(), strict=True))
        return graph

    @classmethod
    def from_networkx(cls, graph: "nx.Graph[Any]") -> "Network":
        """Take over a networkx graph; its nodes become shoppers in the order of ``graph.nodes``.

        Raises
        ------
        ParameterError
            If the graph is directed, a multigraph, or holds a self-loop.
        """
        if graph.is_directed() or graph.is_multigraph():
            raise ParameterError(
                f"graph must be an undirected simple graph. Got {type(graph).__name__}."
            )
        loop = next(nx.selfloop_edges(graph), None)
        if loop is not None:
            raise ParameterError(f"graph must hold no self-loop. Got one at node {loop[0]!r}.")
        place = {node: row for row, node in enumerate(graph.nodes)}
        ties = np.array(
            [(place[a], place[b]) for a, b in graph.edges], dtype=np.int64
        ).reshape(-1, 2)  # fmt: skip
        return _from_ties(len(place), ties[:, 0], ties[:, 1])


def small_world(n_shoppers: int, mean_degree: int, p_rewire: float, draws: Draws) -> Network:
    """Draw a Watts-Strogatz small world without ever holding a graph object.

    Shoppers stand on a ring and know the ``mean_degree / 2`` next on either side [1]_; each of
    these ``n_shoppers * mean_degree / 2`` ties is, with probability `p_rewire`, given up for one to
    a shopper drawn from all beyond them. Rows next to each other are neighbours on the ring, so a
    caller who orders shoppers by place or age gets a network that is clustered by them. Unlike
    shoppers' traits, ties depend on the number of shoppers.

    Parameters
    ----------
    n_shoppers : int
        At least 1.
    mean_degree : int
        Even, at least 0 and below `n_shoppers`.
    p_rewire : float
        In [0, 1].
    draws : Draws
        Uses `Stream.NETWORK`, addressed by the shopper at the lower end of the ring tie, the
        distance on the ring (step) and the attempt (journey).

    References
    ----------
    .. [1] Watts and Strogatz (1998). Collective dynamics of 'small-world' networks. Nature 393,
       440-442. doi:10.1038/30918
    """
    n = check_count("n_shoppers", n_shoppers)
    half, odd = divmod(check_count("mean_degree", mean_degree, minimum=0), 2)
    check_probability("p_rewire", p_rewire)
    if odd or mean_degree >= n:
        raise ParameterError(
            f"mean_degree must be even and below n_shoppers, {n}. Got {mean_degree}."
        )
    everyone = np.arange(n)
    steps = np.arange(1, half + 1)
    u = draws.uniform(Stream.NETWORK, everyone[:, None], step=steps)
    rewired, place = np.nonzero(u < p_rewire)
    del u
    other = (everyone[:, None] + steps) % n
    other[rewired, place] = _rewire(
        n, half, rewired, steps[place], other[rewired, place], draws
    )  # fmt: skip
    return _from_ties(n, np.repeat(everyone, half), other.ravel())


def _rewire(n: int, half: int, shopper: Ints, step: Ints, other: Ints, draws: Draws) -> Ints:
    """Return new ends of rewired ties: none on the ring's own places, none twice.

    A tie that finds no place in MAX_ATTEMPTS proposals keeps its ring place, `other`.
    """
    target = other.copy()
    open_ties = np.arange(shopper.size)
    taken = np.empty(0, dtype=np.int64)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        if open_ties.size == 0 or 2 * half >= n - 1:
            break
        source = shopper[open_ties]
        u = draws.uniform(Stream.NETWORK, source, journey=attempt, step=step[open_ties])
        proposal = (u * n).astype(np.int64)
        around = (proposal - source) % n
        pair = np.minimum(source, proposal) * n + np.maximum(source, proposal)
        first = np.zeros(pair.size, dtype=bool)
        first[np.unique(pair, return_index=True)[1]] = True
        accepted = first & (around > half) & (around < n - half) & ~np.isin(pair, taken)
        target[open_ties[accepted]] = proposal[accepted]
        taken = np.concatenate([taken, pair[accepted]])
        open_ties = open_ties[~accepted]
    return target


def _from_ties(n: int, one: Ints, other: Ints) -> Network:
    """Lay out ties, each given once, as symmetric rows."""
    pair = one.astype(np.int32), other.astype(np.int32)
    ends = np.concatenate(pair), np.concatenate(pair[::-1])
    matrix = coo_array((np.ones(ends[0].size, dtype=np.int8), ends), shape=(n, n)).tocsr()
    matrix.sort_indices()
    return Network(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32))
