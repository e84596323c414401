"""Figures: one function each, result in, matplotlib Axes out.

Every function takes a result (an `omnisim.experiment.Comparison`, a fitted attribution model, the
effects of a trial, the values of policies, uplift curves, a league of policies) and an optional
``ax``, draws the interval with the estimate, names its unit, and leaves pyplot and matplotlib's
settings alone. Without ``ax`` it makes a figure of its own, which ``.figure`` shows in a notebook
and ``.figure.savefig`` saves. matplotlib is imported when the first figure is drawn.
"""

from omnisim.plot.attribution import attribution
from omnisim.plot.audit import attribution_audit, channel_truth
from omnisim.plot.beside import capability_gains, measurement, naive, trials
from omnisim.plot.capabilities import capability_waterfall, interactions
from omnisim.plot.credit import (
    credit,
    journey_length,
    model_comparison,
    time_to_conversion,
    transitions,
)
from omnisim.plot.difference import difference
from omnisim.plot.effects import effects
from omnisim.plot.flow import flow
from omnisim.plot.gain import gain
from omnisim.plot.groups import groups
from omnisim.plot.headline import headline
from omnisim.plot.league import league, off_policy, world_effects
from omnisim.plot.learning import learning_curves, personalisation
from omnisim.plot.policy_values import policy_values
from omnisim.plot.premium import premium
from omnisim.plot.premium_split import premium_split
from omnisim.plot.priors import prior_sensitivity, prior_spread
from omnisim.plot.replications import replications
from omnisim.plot.roll_outs import roll_outs
from omnisim.plot.sales import sales_by_channel
from omnisim.plot.segments import segments
from omnisim.plot.steps import journey_steps
from omnisim.plot.uplift import uplift

__all__ = [
    "attribution",
    "attribution_audit",
    "capability_gains",
    "capability_waterfall",
    "channel_truth",
    "credit",
    "difference",
    "effects",
    "flow",
    "gain",
    "groups",
    "headline",
    "interactions",
    "journey_length",
    "journey_steps",
    "league",
    "learning_curves",
    "measurement",
    "model_comparison",
    "naive",
    "off_policy",
    "personalisation",
    "policy_values",
    "premium",
    "premium_split",
    "prior_sensitivity",
    "prior_spread",
    "replications",
    "roll_outs",
    "sales_by_channel",
    "segments",
    "time_to_conversion",
    "transitions",
    "trials",
    "uplift",
    "world_effects",
]
