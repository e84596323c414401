"""Figures: one function each, result in, matplotlib Axes out.

Every function takes a result (an `omnisim.experiment.Comparison`, or a fitted attribution model)
and an optional ``ax``, draws the interval with the estimate, names its unit, and leaves pyplot and
matplotlib's settings alone. Without ``ax`` it makes a figure of its own, which ``.figure`` shows in
a notebook and ``.figure.savefig`` saves. matplotlib is imported when the first figure is drawn.
"""

from omnisim.plot.attribution import attribution
from omnisim.plot.credit import (
    credit,
    journey_length,
    model_comparison,
    time_to_conversion,
    transitions,
)
from omnisim.plot.difference import difference
from omnisim.plot.flow import flow
from omnisim.plot.gain import gain
from omnisim.plot.headline import headline
from omnisim.plot.premium import premium
from omnisim.plot.replications import replications
from omnisim.plot.sales import sales_by_channel
from omnisim.plot.segments import segments

__all__ = [
    "attribution",
    "credit",
    "difference",
    "flow",
    "gain",
    "headline",
    "journey_length",
    "model_comparison",
    "premium",
    "replications",
    "sales_by_channel",
    "segments",
    "time_to_conversion",
    "transitions",
]
