"""Attribution: divide conversions and their value among channels.

Every model reads `Journeys` (or a table of paths, ``a > b > c`` with its conversions and nulls) and
has scikit-learn's contract: ``MarkovAttribution(order=2).fit(paths).credit_``. It knows nothing of
the simulator.
"""

from omnisim.attribution.base import AttributionModel
from omnisim.attribution.bootstrap import Bootstrap, bootstrap
from omnisim.attribution.ensemble import compare_models, standard_models
from omnisim.attribution.graph import to_digraph
from omnisim.attribution.hazard import HazardAttribution
from omnisim.attribution.logistic import LogisticAttribution
from omnisim.attribution.markov import MarkovAttribution
from omnisim.attribution.merge import count_files, count_stream, merge_chains
from omnisim.attribution.money import budget_table
from omnisim.attribution.order import OrderSelection, choose_order
from omnisim.attribution.rules import (
    FirstTouch,
    LastNonDirect,
    LastTouch,
    Linear,
    Participation,
)
from omnisim.attribution.shapley import ShapleyAttribution
from omnisim.attribution.weights import (
    ChannelWeights,
    PositionBased,
    PositionWeights,
    TimeDecay,
)

__all__ = [
    "AttributionModel",
    "Bootstrap",
    "ChannelWeights",
    "FirstTouch",
    "HazardAttribution",
    "LastNonDirect",
    "LastTouch",
    "Linear",
    "LogisticAttribution",
    "MarkovAttribution",
    "OrderSelection",
    "Participation",
    "PositionBased",
    "PositionWeights",
    "ShapleyAttribution",
    "TimeDecay",
    "bootstrap",
    "budget_table",
    "choose_order",
    "compare_models",
    "count_files",
    "count_stream",
    "merge_chains",
    "standard_models",
    "to_digraph",
]
