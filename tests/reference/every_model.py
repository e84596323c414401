"""Every model of attribution, in every variant that computes differently."""

import inspect

import omnisim.attribution as attribution
from omnisim.attribution import AttributionModel

CLASSES = [
    kind for name in attribution.__all__
    if inspect.isclass(kind := getattr(attribution, name))
    and issubclass(kind, AttributionModel) and kind is not AttributionModel
]  # fmt: skip

MODELS = {
    "first touch": lambda name: attribution.FirstTouch(),
    "last touch": lambda name: attribution.LastTouch(),
    "last non-direct": lambda name: attribution.LastNonDirect(name("a")),
    "linear": lambda name: attribution.Linear(),
    "U": lambda name: attribution.PositionBased.preset("U"),
    "W": lambda name: attribution.PositionBased.preset("W"),
    "time decay": lambda name: attribution.TimeDecay(half_life=2.0),
    "participation": lambda name: attribution.Participation(),
    "position weights": lambda name: attribution.PositionWeights([0.5, 0.0, 0.3]),
    "channel weights": lambda name: attribution.ChannelWeights({name("a"): 3.0, name("b"): 0.0}),
    "Shapley": lambda name: attribution.ShapleyAttribution(),
    "Shapley, rate": lambda name: attribution.ShapleyAttribution("rate", method="exact"),
    "Shapley, sampled": lambda name: attribution.ShapleyAttribution(
        "rate", method="sampled", n_permutations=300
    ),
    "Markov 1": lambda name: attribution.MarkovAttribution(),
    "Markov 3": lambda name: attribution.MarkovAttribution(3),
    "Markov, no nulls": lambda name: attribution.MarkovAttribution(use_nulls=False),
    "Markov 2, collapsed": lambda name: attribution.MarkovAttribution(2, repeats="collapse"),
    "Markov, redistributed": lambda name: attribution.MarkovAttribution(removal="redistribute"),
    "hazard": lambda name: attribution.HazardAttribution(tolerance=1e-3),
    "logistic": lambda name: attribution.LogisticAttribution(5),
}
"""By name, what makes the model where channels are called by the given function."""
