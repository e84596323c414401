"""What a roll-out takes, drawn from priors: cost, time, partial success and the error of values."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv, ndtri

from omnisim._validation import check_positive, check_probability
from omnisim.config.rollout import Introduction
from omnisim.config.scenario import Scenario
from omnisim.evaluation.precedence import Precedence
from omnisim.evaluation.transition import (
    WEEKS_PER_YEAR,
    Floats,
    Projects,
    realised_share,
    triangular,
)
from omnisim.exceptions import ParameterError
from omnisim.experiment.capability_worth import PLUS, CapabilityValues
from omnisim.random import Draws, Stream
from omnisim.simulation.firm.capability_costs import n_payments
from omnisim.simulation.firm.rollout import ACROSS, GOVERNANCE, OUTAGE_OF

VALUES, RATE, CAPEX, OPEX, CONSULTING, DELAY, PARTIAL, OUTAGE = range(8)
"""Steps of the draws: the error of the values, and each prior."""


@dataclass(frozen=True)
class CostPriors:
    """Triangular priors (min, mode, max) of what a roll-out takes (facts.md C5).

    Attributes
    ----------
    opex, capex, delay : tuple of float
        Factors on the scenario's running costs, investments and delays, drawn for each capability.
        C5: licences 50,000-500,000 where the scenario has 200,000; integration 1-3 times the first
        licence where it has 2; 1.5-6 months where it has 4.6. V2 of low quality, and assumption.
    consulting : tuple of float
        Change management on top of the investment, as a share of it. C5: 0.2-1, assumption.
    discount_rate : tuple of float
        Yearly. C5: 8-12 %, assumption.
    partial_share : float
        Share of its effect that a partial success reaches. Assumption: level 1 of 2.
    outage_share : float
        Share of the firm's contribution lost while a channel stands still. Assumption.
    horizon_years : float
        Years that count. Assumption: the life of the investment.
    """

    opex: tuple[float, float, float] = (0.25, 1.0, 2.5)
    capex: tuple[float, float, float] = (0.5, 1.0, 1.5)
    delay: tuple[float, float, float] = (0.33, 1.0, 1.3)
    consulting: tuple[float, float, float] = (0.2, 0.5, 1.0)
    discount_rate: tuple[float, float, float] = (0.08, 0.10, 0.12)
    partial_share: float = 0.5
    outage_share: float = 0.5
    horizon_years: float = 5.0

    def __post_init__(self) -> None:
        for name in ("opex", "capex", "delay", "consulting"):
            check_prior(name, getattr(self, name), above=0.0)
        check_prior("discount_rate", self.discount_rate, above=-0.99)
        check_probability("partial_share", self.partial_share)
        check_probability("outage_share", self.outage_share)
        check_positive("horizon_years", self.horizon_years)
        if self.n_weeks < 1:
            raise ParameterError(
                f"horizon_years must be at least a week, 7 / 365. Got {self.horizon_years!r}."
            )

    @property
    def n_weeks(self) -> int:
        """The horizon in whole weeks."""
        return round(self.horizon_years * WEEKS_PER_YEAR)


def check_prior(name: str, prior: tuple[float, float, float], *, above: float) -> None:
    """Raise ParameterError unless a prior is (min, mode, max), finite and from `above` on."""
    if len(prior) != 3 or not above <= prior[0] <= prior[1] <= prior[2] < np.inf:
        raise ParameterError(
            f"{name} must be (min, mode, max), ascending, finite and not below {above:g}. "
            f"Got {prior!r}."
        )


@dataclass(frozen=True)
class Uniforms:
    """One uniform for each draw, player and step, the same for every order."""

    draws: Draws
    n: int

    def __call__(self, step: int, player: int = 0) -> Floats:
        """Return the uniforms of all draws, shape (n,)."""
        return self.draws.uniform(Stream.COST_PRIOR, np.arange(self.n), journey=player, step=step)


def draw_earnings(
    values: CapabilityValues, game: Precedence, variant: Scenario, uniform: Uniforms
) -> dict[int, Floats]:
    """Return what the whole firm earns with each coalition in each draw, in EUR a year.

    The means over replications, moved by their Monte Carlo error: jointly over coalitions, every
    difference of them is drawn from Student's t about its estimate, with the standard error of its
    paired replications.

    References
    ----------
    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd edition, section 3.6: the posterior of
       a mean of normal data under the noninformative prior.
    """
    market = variant.market
    rows = values.samples[values.samples["metric"] == "contribution"]
    wide = rows.pivot(index="replication", columns="coalition", values="value")
    error = _errors_of_means(len(wide), uniform)
    firm = market.shoppers_per_region * market.n_regions
    bit = {name: 1 << k for k, name in enumerate(game.players)}
    return {
        sum(bit[name] for name in str(column).split(PLUS) if name): firm
        * (value.mean() + error @ (value - value.mean()))
        for column, value in ((column, wide[column].to_numpy()) for column in wide.columns)
    }


def _errors_of_means(n: int, uniform: Uniforms) -> Floats:
    """Return weights of replications, shape (n_draws, n): with deviations d, ``weights @ d`` is t.

    Of independent normals z, z @ d / sqrt(n - 1) has the standard deviation of the replications;
    over sqrt(n) and the root of a chi-square over its n - 1 degrees of freedom it is the t error.
    """
    z = np.stack([ndtri(uniform(VALUES, 1000 + k)) for k in range(n)], axis=1)
    chi_square = 2 * gammaincinv((n - 1) / 2, uniform(VALUES, 999))
    return np.asarray(z / np.sqrt(n * chi_square)[:, None])


def draw_projects(
    game: Precedence, baseline: Scenario, variant: Scenario, priors: CostPriors, uniform: Uniforms
) -> Projects:
    """Draw what each capability takes; arrays of shape (n_draws, n_players)."""
    fields: dict[str, list[Floats]] = {name: [] for name in ("capex", "opex", "delay", "outage")}
    ramp, partial = [], []
    for k, name in enumerate(game.players):
        way: Introduction = getattr(variant.rollout, name)
        once = _whole_firm(baseline, variant, "investments", name)
        consulting = 1 + triangular(uniform(CONSULTING, k), priors.consulting)
        fields["capex"].append(once * triangular(uniform(CAPEX, k), priors.capex) * consulting)
        yearly = _whole_firm(baseline, variant, "capability_costs", name)
        fields["opex"].append(yearly * triangular(uniform(OPEX, k), priors.opex))
        fields["delay"].append(way.delay_weeks * triangular(uniform(DELAY, k), priors.delay))
        outage = way.outage_days if name in OUTAGE_OF else 0.0
        fields["outage"].append(-np.log1p(-uniform(OUTAGE, k)) * outage)
        ramp.append(np.full(uniform.n, way.ramp_weeks * _ramp_share(baseline, name)))
        partial.append(uniform(PARTIAL, k) < way.p_partial)
    columns = {name: np.stack(parts, axis=1) for name, parts in fields.items()}
    realised = realised_share(
        np.stack(partial, axis=1), game.needs, partial_share=priors.partial_share
    )
    return Projects(
        columns["capex"], columns["opex"], columns["delay"], np.stack(ramp, axis=1),
        _ramp_shares(game, baseline, variant), realised, columns["outage"],
    )  # fmt: skip


def _ramp_share(firm: Scenario, name: str) -> float:
    """Return which share of its own ramp a capability takes under the governance of the firm."""
    level = firm.capabilities.cross_functional_governance
    return firm.primitives.ramp_share[level] if name in ACROSS else 1.0


def _ramp_shares(game: Precedence, baseline: Scenario, variant: Scenario) -> Floats:
    """Return what governance leaves of each ramp where it comes in before, by (player, other)."""
    shares = np.ones((len(game), len(game)))
    if GOVERNANCE in game.players:
        for k, name in enumerate(game.players):
            before = max(_ramp_share(baseline, name), 1e-9)
            shares[k, game.players.index(GOVERNANCE)] = _ramp_share(variant, name) / before
    return shares


def _whole_firm(baseline: Scenario, variant: Scenario, part: str, name: str) -> float:
    """Return what a capability costs the whole firm more in the variant, in EUR."""
    costs = getattr(getattr(variant, part), name)
    more = costs[getattr(variant.capabilities, name)] - costs[getattr(baseline.capabilities, name)]
    return float(more * n_payments(variant, name))
