"""Compare orders in which capabilities can be brought in: NPV, payback and risk of each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np

from omnisim._validation import check_count
from omnisim.config.scenario import Scenario
from omnisim.evaluation.orders import Order, extreme_orders, spread_orders
from omnisim.evaluation.precedence import Precedence
from omnisim.evaluation.transition import (
    Floats,
    Projects,
    one_step,
    payback_weeks,
    present_value,
    starts_after,
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
from omnisim.experiment.roll_outs import Flows, RollOuts, summarise_orders
from omnisim.random import Draws

MAX_ORDERS = 40
"""Orders in the tables: the best, the worst, and others spread evenly over all."""

MIN_REPLICATIONS = 5
CHOICE, JUDGEMENT = 1, 0
"""Replications of the draws by which orders are ranked, and of those that tell what each is."""


@dataclass(frozen=True)
class World:
    """What is drawn: earnings, projects and the discount rate."""

    earned: Mapping[int, Floats]
    projects: Projects
    rate: Floats
    priors: CostPriors

    def step_npv(self, coalition: int, player: int) -> Floats:
        """Return what a step is worth in each draw, in EUR."""
        cash = one_step(
            coalition, player, self.earned, self.projects,
            n_weeks=self.priors.n_weeks, outage_share=self.priors.outage_share,
        )  # fmt: skip
        return present_value(cash, self.rate)

    def cash(self, order: Order) -> Floats:
        """Return the cash of an order by step, draw and week."""
        return step_cash(
            order, self.earned, self.projects,
            n_weeks=self.priors.n_weeks, outage_share=self.priors.outage_share,
        )  # fmt: skip

    def npv(self, order: Order) -> Floats:
        """Return the net present value of an order by step and draw."""
        return present_value(self.cash(order), self.rate)

    @cached_property
    def free(self) -> "World":
        """The world in which nothing is earned: what is left is cost."""
        nothing = {c: np.zeros_like(v) for c, v in self.earned.items()}
        return World(nothing, self.projects, self.rate, self.priors)


@dataclass(frozen=True)
class Study:
    """Two firms, what their coalitions are worth, and the priors."""

    values: CapabilityValues
    game: Precedence
    baseline: Scenario
    variant: Scenario
    priors: CostPriors

    def world(self, uniform: Uniforms) -> World:
        """Draw a world."""
        earned = draw_earnings(self.values, self.game, self.variant, self.priors, uniform)
        projects = draw_projects(self.game, self.baseline, self.variant, self.priors, uniform)
        rate = triangular(uniform(RATE), self.priors.discount_rate)
        return World(earned, projects, rate, self.priors)


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
    a draw of every prior, those of unit costs times the lines of each coalition's account; orders
    meet the same draws. Behaviour is held fixed. Running costs, investments, delays, ramps, outages
    and the chance of partial success are the scenario's (`capability_costs`, `investments`,
    `rollout`).

    The best and the worst mean order of all are found exactly, by dynamic programming over the
    coalitions that were run: what a step is worth depends on the set before it only. They are
    chosen by one set of draws and judged by another, so that of orders that differ by the luck of
    the draws none looks better than it is. Both sets stem from the same replications, whose error
    the choice does follow.

    Parameters
    ----------
    values : CapabilityValues
        What `capability_values(baseline, variant)` found in at least 5 replications.
    baseline, variant : Scenario
        The firm before and after.
    orders : sequence of sequences of str, optional
        Orders to compare. By default all feasible ones through coalitions that were run; where
        there are more than `MAX_ORDERS`, the best, the worst, and others spread evenly over all.
    priors : CostPriors, optional
        Priors; those of facts.md C5 by default.
    n_draws : int, default=1000
        Draws of each set.
    seed : int, default=0
        Seed of the draws.

    Raises
    ------
    ParameterError
        If an order is not feasible, or passes through a coalition that was not run; if there are
        fewer than 5 replications.
    """
    check_count("n_draws", n_draws, minimum=2)
    transition_size(values.n_replications)
    game = capability_game(baseline, variant)
    if game.players != values.capabilities:
        raise ParameterError(
            f"values must be those of the same firms. They are of {values.capabilities}; "
            f"the firms differ in {game.players}."
        )
    study = Study(values, game, baseline, variant, priors or CostPriors())
    ranking = study.world(Uniforms(Draws(seed, CHOICE), n_draws))
    if orders is None:
        chosen = _chosen(game, ranking)
    else:
        chosen = _checked(game, orders, ranking.earned)
    luck = Draws(seed, JUDGEMENT)
    worlds = [
        study.world(Uniforms(luck, n_draws, priors=p, luck=v))
        for p, v in ((True, True), (True, False), (False, True))
    ]
    found = [_flows(game, order, ranking, worlds) for order in chosen]
    made = {
        "values": dict(values.provenance), "priors": asdict(study.priors), "n_draws": n_draws,
        "seed": seed,
    }  # fmt: skip
    return summarise_orders(found, confidence=values.confidence, made=made)


def transition_size(n: int) -> int:
    """Return how many runs a transition takes beside those of `capability_values`: none.

    Raises
    ------
    ParameterError
        If the values have too few replications to tell the error of a mean.
    """
    if n < MIN_REPLICATIONS:
        raise ParameterError(
            f"a transition needs values of at least {MIN_REPLICATIONS} replications: below that "
            "Student's t has at most 3 degrees of freedom, and its tails, not what is known, make "
            f"the spread of the NPV. Got {n}; run more, or set value.transition = false."
        )
    return 0


def _chosen(game: Precedence, ranking: World) -> list[Order]:
    """Return the best and the worst of all orders through known coalitions, and others."""
    steps = {
        (coalition, k): float(ranking.step_npv(coalition, k).mean())
        for coalition in ranking.earned
        for k in game.addable(coalition)
        if coalition | 1 << k in ranking.earned
    }
    spread = spread_orders(game, ranking.earned, MAX_ORDERS - 2)
    return list(dict.fromkeys((*extreme_orders(game, steps), *spread)))


def _flows(game: Precedence, order: Order, ranking: World, worlds: Sequence[World]) -> Flows:
    """Value one order: ranked in one world, told in others (whole; priors alone; noise alone)."""
    whole, by_priors, by_noise = worlds
    cash = whole.cash(order)
    sets = [sum(1 << k for k in order[:s]) for s in range(len(order))]
    return Flows(
        order=tuple(game.players[k] for k in order),
        chosen_by=float(ranking.npv(order).sum(axis=0).mean()),
        npv=present_value(cash, whole.rate),
        npv_priors=by_priors.npv(order).sum(axis=0),
        npv_noise=by_noise.npv(order).sum(axis=0),
        cost=-whole.free.npv(order).sum(axis=0),
        payback_weeks=payback_weeks(cash.sum(axis=0)),
        start_weeks=[float(starts_after(s, whole.projects).mean()) for s in sets],
    )


def _checked(
    game: Precedence, orders: Sequence[Sequence[str]], earned: Mapping[int, Floats]
) -> list[Order]:
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
        found.append(tuple(places))
    return found
