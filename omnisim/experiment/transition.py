"""Compare orders in which capabilities can be brought in: NPV, payback and risk of each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from omnisim._validation import check_count
from omnisim.config.scenario import Scenario
from omnisim.evaluation.precedence import Precedence
from omnisim.evaluation.transition import (
    WEEKS_PER_YEAR,
    Floats,
    Projects,
    payback_weeks,
    present_value,
    step_cash,
    triangular,
)
from omnisim.exceptions import ParameterError
from omnisim.experiment.capability_values import capability_game
from omnisim.experiment.capability_worth import CapabilityValues
from omnisim.experiment.cost_priors import (
    RATE,
    CostPriors,
    Uniforms,
    draw_earnings,
    draw_projects,
)
from omnisim.random import Draws

MAX_ORDERS = 100
ARROW = " > "


class Flows(NamedTuple):
    """One order in every draw: value by step and draw, payback and cost by draw."""

    npv: Floats
    payback_weeks: Floats
    cost: Floats


@dataclass(frozen=True, repr=False)
class RollOuts:
    """What each order of bringing capabilities in is worth to the whole firm.

    Attributes
    ----------
    orders : DataFrame
        One row an order, the best mean first: order (names joined by " > "), npv, npv_low,
        npv_high (million EUR; mean and central interval over the draws), cost, cost_low, cost_high
        (million EUR: investments, consultants and running costs, discounted), p_loss (probability
        that the NPV is below zero), payback_years (median; inf where it is never), p_best (share of
        the draws in which it is the best of these orders), behind, behind_low, behind_high (million
        EUR behind the order with the best mean, over the same draws).
    steps : DataFrame
        One row an order and step: order, step, capability, start_years (mean), npv, npv_low,
        npv_high (million EUR that this step adds), p_loss.
    draws : DataFrame
        One row a draw and order: draw, order, npv.
    confidence : float
        Share of the draws between low and high.
    provenance : mapping
        How the result was made.
    """

    orders: pd.DataFrame
    steps: pd.DataFrame
    draws: pd.DataFrame
    confidence: float
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the best order and its chances."""
        best = self.orders.iloc[0]
        return (
            f"RollOuts of {len(self.orders)} orders; the best on average: {best['order']}\n"
            f"NPV {best['npv']:+.2f} million EUR ({self.confidence:.0%} of draws from "
            f"{best['npv_low']:+.2f} to {best['npv_high']:+.2f}), below zero with probability "
            f"{best['p_loss']:.2f}"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return `orders` as a new frame."""
        return self.orders.copy()


def transition(
    values: CapabilityValues,
    baseline: Scenario,
    variant: Scenario,
    *,
    orders: Sequence[Sequence[str]] | None = None,
    priors: CostPriors | None = None,
    n_draws: int = 1_000,
    seed: int = 0,
) -> RollOuts:
    """Value orders of bringing the variant's capabilities in, under priors of cost, time and luck.

    The yearly gain of a step is the difference in contribution between two coalitions of `values`.
    Each draw moves these gains by their Monte Carlo error (Student's t over replications) and takes
    a draw of every prior; orders meet the same draws. Running costs, investments, delays, ramps,
    outages and the chance of partial success are the scenario's (`capability_costs`, `investments`,
    `rollout`).

    Parameters
    ----------
    values : CapabilityValues
        What `capability_values(baseline, variant)` found in at least 3 replications.
    baseline, variant : Scenario
        The firm before and after.
    orders : sequence of sequences of str, optional
        Orders to compare. By default all feasible ones through coalitions that were run, at most
        `MAX_ORDERS`, spread evenly over them.
    priors : CostPriors, optional
        Priors; those of facts.md C5 by default.
    n_draws : int, default=1000
        Draws.
    seed : int, default=0
        Seed of the draws.

    Raises
    ------
    ParameterError
        If an order is not feasible, or passes through a coalition that was not run; if there are
        fewer than 3 replications.
    """
    check_count("n_draws", n_draws, minimum=2)
    transition_size(values.n_replications)
    priors = priors or CostPriors()
    game = capability_game(baseline, variant)
    if game.players != values.capabilities:
        raise ParameterError(
            f"values must be those of the same firms. They are of {values.capabilities}; "
            f"the firms differ in {game.players}."
        )
    uniform = Uniforms(Draws(seed), n_draws)
    earned = draw_earnings(values, game, variant, uniform)
    chosen = _known_orders(game, earned) if orders is None else _checked(game, orders, earned)
    projects = draw_projects(game, baseline, variant, priors, uniform)
    rate = triangular(uniform(RATE), priors.discount_rate)
    n_weeks = priors.n_weeks
    cash = (
        step_cash(order, earned, projects, n_weeks=n_weeks, outage_share=priors.outage_share)
        for order in chosen
    )
    nothing = {coalition: np.zeros(n_draws) for coalition in earned}
    spent = (
        -step_cash(order, nothing, projects, n_weeks=n_weeks, outage_share=0.0).sum(axis=0)
        for order in chosen
    )
    names = [[game.players[k] for k in order] for order in chosen]
    starts = [_starts(order, projects) for order in chosen]
    made = {
        "values": dict(values.provenance), "priors": asdict(priors), "n_draws": n_draws,
        "seed": seed,
    }  # fmt: skip
    found = [
        Flows(present_value(flow, rate), payback_weeks(flow.sum(axis=0)), present_value(paid, rate))
        for flow, paid in zip(cash, spent, strict=True)
    ]
    return _summarise(names, starts, found, values.confidence, made)


def transition_size(n: int) -> int:
    """Return how many runs a transition takes beside those of `capability_values`: none.

    Raises
    ------
    ParameterError
        If the values have too few replications to tell the error of a mean.
    """
    if n < 3:
        raise ParameterError(
            "a transition needs values of at least 3 replications: Student's t on one degree of "
            f"freedom has no mean. Got {n}; run more, or set value.transition = false."
        )
    return 0


def _known_orders(game: Precedence, earned: Mapping[int, Floats]) -> list[list[int]]:
    """Return feasible orders through known coalitions, evenly spread where there are too many."""
    ways = {game.all: 1}
    for coalition in sorted(earned, reverse=True):
        onward = (ways.get(coalition | 1 << k, 0) for k in game.addable(coalition))
        ways.setdefault(coalition, sum(onward))
    n = min(ways[0], MAX_ORDERS)
    return [_order_at(game, ways, place * ways[0] // n) for place in range(n)]


def _order_at(game: Precedence, ways: Mapping[int, int], place: int) -> list[int]:
    """Return the order at a place in the lexicographic list of those through known coalitions."""
    order: list[int] = []
    coalition = 0
    while coalition != game.all:
        for k in game.addable(coalition):
            onward = ways.get(coalition | 1 << k, 0)
            if place < onward:
                order.append(k)
                coalition |= 1 << k
                break
            place -= onward
    return order


def _checked(
    game: Precedence, orders: Sequence[Sequence[str]], earned: Mapping[int, Floats]
) -> list[list[int]]:
    if len(orders) == 0:
        raise ParameterError("orders must hold at least one order; None compares all of them.")
    found = []
    for order in orders:
        if isinstance(order, str):
            raise ParameterError(f"an order must be a sequence of names. Got the text {order!r}.")
        if sorted(order) != sorted(game.players):
            raise ParameterError(
                f"an order must name each of {game.players} once. Got {tuple(order)}."
            )
        places, coalition = [game.players.index(name) for name in order], 0
        for k in places:
            if k not in game.addable(coalition):
                needs = game.members(game.needs[k])
                raise ParameterError(f"{game.players[k]!r} must come after {needs}.")
            coalition |= 1 << k
            if coalition not in earned:
                raise ParameterError(
                    f"no run has the coalition {game.members(coalition)}. Run capability_values "
                    "without n_orderings, or choose an order that it sampled."
                )
        found.append(places)
    return found


def _starts(order: Sequence[int], projects: Projects) -> list[float]:
    """Return the mean start of each step, in years."""
    delays = projects.delay_weeks[:, list(order)].mean(axis=0)
    return [float(v) for v in (np.cumsum(delays) - delays) / WEEKS_PER_YEAR]


def _summarise(
    names: list[list[str]],
    starts: list[list[float]],
    found: list[Flows],
    confidence: float,
    made: Mapping[str, Any],
) -> RollOuts:
    millions = [flows.npv / 1e6 for flows in found]
    npv = np.stack([steps.sum(axis=0) for steps in millions])
    best = int(npv.mean(axis=1).argmax())
    p_best = np.bincount(npv.argmax(axis=0), minlength=len(npv)) / npv.shape[1]
    labels = [ARROW.join(order) for order in names]
    orders = pd.DataFrame(
        [
            {"order": labels[k], **_spread("npv", npv[k], confidence),
             **_spread("cost", found[k].cost / 1e6, confidence),
             "p_loss": float((npv[k] < 0).mean()),
             "payback_years": float(np.median(found[k].payback_weeks)) / WEEKS_PER_YEAR,
             "p_best": float(p_best[k]), **_spread("behind", npv[best] - npv[k], confidence)}
            for k in np.argsort(-npv.mean(axis=1), kind="stable")
        ]
    )  # fmt: skip
    steps = pd.DataFrame(
        [
            {"order": labels[k], "step": s, "capability": name, "start_years": starts[k][s],
             **_spread("npv", millions[k][s], confidence),
             "p_loss": float((millions[k][s] < 0).mean())}
            for k, order in enumerate(names) for s, name in enumerate(order)
        ]
    )  # fmt: skip
    n_draws = npv.shape[1]
    draws = pd.DataFrame({
        "draw": np.tile(np.arange(n_draws), len(npv)),
        "order": np.repeat(np.array(labels, dtype=object), n_draws),
        "npv": npv.ravel(),
    })  # fmt: skip
    return RollOuts(orders, steps, draws, confidence, made)


def _spread(name: str, values: Floats, confidence: float) -> dict[str, float]:
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return {name: float(values.mean()), f"{name}_low": float(low), f"{name}_high": float(high)}
