"""Priors of what is not known about shoppers, messages, capabilities and service (facts.md C1-C4).

A draw of all of them is another scenario: the same firm among shoppers who might as well be so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from omnisim._validation import check_choice
from omnisim.config.scenario import Scenario
from omnisim.evaluation.transition import Floats, triangular
from omnisim.exceptions import ParameterError
from omnisim.random import Draws, Stream

KINDS = ("value", "factor", "level 2")


@dataclass(frozen=True)
class ParameterPrior:
    """A triangular prior of one thing that is not known.

    Attributes
    ----------
    name : str
        What it is, in a few words; unique among the priors of a study.
    field : str
        Dotted name of the field that it moves; ``segments.*`` stands for every segment.
    low, mode, high : float
        Ends and mode, in the unit of the field, or as a multiple of it.
    source : str
        Row of the fact base, and what in it is an assumption.
    kind : {"value", "factor", "level 2"}
        Whether the draw is the new value; a multiple of the scenario's; or the new value of a
        primitive at level 2, while level 1 keeps its share of the way from level 0 and a primitive
        that no capability moves stays as it is.
    """

    name: str
    field: str
    low: float
    mode: float
    high: float
    source: str
    kind: Literal["value", "factor", "level 2"] = "value"

    def __post_init__(self) -> None:
        check_choice("kind", self.kind, KINDS)
        if not -np.inf < self.low <= self.mode <= self.high < np.inf:
            raise ParameterError(
                f"the prior of {self.name!r} must be (low, mode, high), ascending and finite. "
                f"Got {(self.low, self.mode, self.high)}."
            )

    def fields(self, scenario: Scenario) -> list[str]:
        """Return the dotted names of the fields that it moves in a scenario."""
        head, star, tail = self.field.partition("*")
        return [f"{head}{name}{tail}" for name in scenario.segments] if star else [self.field]

    def changes(self, scenario: Scenario, drawn: float) -> dict[str, Any]:
        """Return what a draw changes in a scenario, by dotted name."""
        return {
            name: self._moved(field_value(scenario, name), drawn) for name in self.fields(scenario)
        }

    def _moved(self, value: Any, drawn: float) -> Any:
        if self.kind == "value":
            return drawn
        if self.kind == "factor":
            return value * drawn
        none, partial, whole = value
        if whole == none:
            return value
        return (none, none + (partial - none) / (whole - none) * (drawn - none), drawn)


PRIORS = (
    ParameterPrior("purchase rate, scale", "segments.*.need_scale_weeks", 0.68, 1.0, 2.73,
                   "C1: alpha 4.4 (3-12), T-41 V", "factor"),
    ParameterPrior("drop-out, b", "segments.*.dropout_b", 0.62, 1.0, 2.47,
                   "C1: b 2.43 (1.5-6), T-41 V", "factor"),
    ParameterPrior("spread of channel tastes", "segments.*.affinity_sd", 0.58, 1.0, 1.67,
                   "C1: SD 0.7-2.0 around 1.2, assumption", "factor"),
    ParameterPrior("weight of price", "choice.price", 2.0, 3.5, 5.4,
                   "C1: elasticity -1.5 to -4, mean -2.6 M-high, read across in proportion"),
    ParameterPrior("weight of distance", "choice.distance_per_km", 0.03, 0.06, 0.15,
                   "C1: 0.03-0.15, assumption"),
    ParameterPrior("weight of delivery time", "choice.delivery_per_day", 0.01, 0.02, 0.04,
                   "C1: T-19 V; half to twice, assumption"),
    ParameterPrior("weight of habit", "choice.habit", 0.3, 0.4, 1.2,
                   "C1: 0.3-1.2; sign V, size assumption"),
    ParameterPrior("weight of uncertain fit", "choice.risk", 0.4, 0.8, 1.2,
                   "C1: half more or less, assumption"),
    ParameterPrior("store after online search", "channels.online_to_store", 0.0, 0.3, 0.8,
                   "C1: 0.3 (0-0.8); sign V, size assumption"),
    ParameterPrior("lock-in of the store", "channels.store.lock_in", 0.2, 0.8, 1.5,
                   "C1: 0.8 (0.2-1.5); ordering M-high, size assumption"),
    ParameterPrior("lock-in of the website", "channels.website.lock_in", 0.0, 0.2, 0.8,
                   "C1: 0.2 (0-0.8); ordering M-high, size assumption"),
    ParameterPrior("carry-over of goodwill", "media.goodwill_per_week", 0.75, 0.9, 0.97,
                   "C2: 0.90 (0.75-0.97), LEO95 V"),
    ParameterPrior("fatigue with messages", "messages.fatigue", 0.05, 0.15, 0.3,
                   "C2: each further mail in the week 0.7-0.95 as strong, assumption"),
    ParameterPrior("creep", "messages.creep", 0.0, 0.2, 0.7,
                   "C2: wrong content leaves 0.3-0.9 of the response, assumption"),
    ParameterPrior("recall of matching", "primitives.match_recall", 0.3, 0.7, 0.9,
                   "C3 K1: 0.3-0.9; T-78 V2", "level 2"),
    ParameterPrior("card shown at the till", "primitives.card_shown", 0.5, 0.7, 0.8,
                   "C3 K2: up to 0.8, assumption", "level 2"),
    ParameterPrior("accuracy of stock records", "primitives.record_accuracy", 0.8, 0.95, 0.99,
                   "C3 K2: T-25 V2, 95 %; ends assumption", "level 2"),
    ParameterPrior("skill of trained staff", "primitives.staff_skill", 0.3, 0.6, 0.8,
                   "C3 K11: T-21 V for takers only; size assumption", "level 2"),
    ParameterPrior("complaints made good", "primitives.recovery", 0.3, 0.6, 0.7,
                   "C3 K16: 30-70 %, assumption", "level 2"),
    ParameterPrior("fit shown online", "primitives.fit_resolved", 0.1, 0.3, 0.4,
                   "C3 K17: 10-40 %, assumption", "level 2"),
    ParameterPrior("patience in the store", "service.patience_minutes", 2.0, 5.0, 10.0,
                   "C4: mean 2-10 minutes, T-75"),
    ParameterPrior("patience at the desk", "service_desk.patience_minutes", 2.0, 5.0, 10.0,
                   "C4: mean 2-10 minutes, T-75"),
)  # fmt: skip
"""Priors of facts.md C1-C4. Costs (C5) are those of `CostPriors`."""


def draw_parameters(priors: Sequence[ParameterPrior], n_draws: int, seed: int) -> Floats:
    """Draw a Latin hypercube of the priors; shape (n_draws, n_priors), float64.

    Each prior is cut into `n_draws` parts of equal probability, and each part is met once. Every
    number has an address: another prior moves no draw of the others.

    References
    ----------
    .. [1] McKay, Beckman and Conover (1979). A comparison of three methods for selecting values of
       input variables. Technometrics 21(2), 239-245. doi:10.2307/1268522
    """
    draws, rows = Draws(seed), np.arange(n_draws)
    columns = []
    for k, prior in enumerate(priors):
        place, within = (
            draws.uniform(Stream.PARAMETER_PRIOR, rows, journey=k, step=step) for step in (0, 1)
        )
        u = (np.argsort(np.argsort(place, kind="stable"), kind="stable") + within) / n_draws
        columns.append(triangular(u, (prior.low, prior.mode, prior.high)))
    return np.stack(columns, axis=1)


def drawn_scenario(
    scenario: Scenario, priors: Sequence[ParameterPrior], drawn: Sequence[float]
) -> Scenario:
    """Return a scenario with every prior at its drawn value.

    Raises
    ------
    ConfigError
        If a drawn value is outside what its field allows.
    """
    changes: dict[str, Any] = {}
    for prior, value in zip(priors, drawn, strict=True):
        changes |= prior.changes(scenario, float(value))
    return scenario.replace(changes)


def field_value(scenario: Scenario, name: str) -> Any:
    """Return the value of a field by dotted name.

    Raises
    ------
    ParameterError
        If there is no such field.
    """
    node: Any = scenario
    for key in name.split("."):
        if isinstance(node, Mapping):
            node = node.get(key)
        else:
            node = getattr(node, key, None)
        if node is None:
            raise ParameterError(f"no field of a scenario is called {name!r}.")
    return node


def check_priors(
    priors: Sequence[ParameterPrior], baseline: Scenario, variant: Scenario
) -> tuple[ParameterPrior, ...]:
    """Return the priors if they have names of their own and move what both firms share.

    Raises
    ------
    ParameterError
        If there is none, a name or a field appears twice, a field is unknown, or the firms differ
        in it.
    """
    names = [prior.name for prior in priors]
    fields = [field for prior in priors for field in prior.fields(baseline)]
    for what, found in (("names", names), ("fields", fields)):
        if not found or len(set(found)) < len(found):
            raise ParameterError(f"priors must be one or more, with {what} that differ: {found}.")
    for field in fields:
        if field_value(baseline, field) != field_value(variant, field):
            raise ParameterError(
                f"the firms differ in {field!r}, so it cannot be drawn for both. Leave it out."
            )
    return tuple(priors)
