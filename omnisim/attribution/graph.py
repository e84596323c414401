"""The chain as a networkx graph."""

import re

import networkx as nx

from omnisim._validation import check_probability
from omnisim.attribution.chain import Chain
from omnisim.attribution.markov import MarkovAttribution
from omnisim.exceptions import ParameterError, TableError

__all__ = ["to_digraph"]

NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML 1.0 has no way to write: https://www.w3.org/TR/xml/#charsets."""


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

    Raises
    ------
    TableError
        If the name of a channel holds a control character, which GraphML, being XML, cannot hold.

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
    for channel in chain.channel_names:
        if NO_XML.search(channel):
            raise TableError(
                f"Names of channels must hold no control characters. Got {channel!r}: rename it "
                "with Journeys.regroup."
            )
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
