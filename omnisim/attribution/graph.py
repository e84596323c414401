"""The chain as a networkx graph."""

import networkx as nx

from omnisim._validation import check_probability
from omnisim.attribution.chain import Chain
from omnisim.attribution.markov import MarkovAttribution
from omnisim.exceptions import ParameterError

__all__ = ["to_digraph"]


def to_digraph(model: MarkovAttribution, *, min_probability: float = 0.0) -> "nx.DiGraph[str]":
    """Return the chain of a fitted model as a directed graph.

    Parameters
    ----------
    model : MarkovAttribution
        Fitted.
    min_probability : float, default=0.0, in [0, 1]
        Leave out edges less likely than this.

    Returns
    -------
    networkx.DiGraph
        Nodes ``(start)``, the states, ``(conversion)`` and ``(null)``, with attribute ``visits``;
        edges with ``count`` and ``probability``. ``networkx.write_graphml`` writes it.

    Examples
    --------
    >>> model = MarkovAttribution().fit({"path": ["a > b"], "n_conversions": [2]})
    >>> to_digraph(model).edges["a", "b"]
    {'count': 2, 'probability': 1.0}
    """
    if not isinstance(model, MarkovAttribution):
        raise ParameterError(
            f"model must be a MarkovAttribution, whose chain is drawn. Got {model!r}."
        )
    check_probability("min_probability", min_probability)
    chain: Chain = model.chain_
    graph: nx.DiGraph[str] = nx.DiGraph(order=chain.order)
    graph.add_node("(start)", visits=chain.start.sum().item())
    for name, visits in zip(chain.node_names()[1:-2], chain.visits.tolist(), strict=True):
        graph.add_node(name, visits=visits)
    graph.add_node("(conversion)", visits=chain.to_conversion.sum().item())
    graph.add_node("(null)", visits=chain.to_null.sum().item())
    steps = model.transitions()
    steps = steps[steps["probability"] >= min_probability]
    for source, target, count, probability in steps.itertuples(index=False):
        graph.add_edge(source, target, count=count, probability=probability)
    return graph
