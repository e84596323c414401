"""What a roll-out takes, drawn from priors: cost, time, partial success and the error of values.

Unit costs are drawn over runs that are there: every run keeps its account by line, and a draw
multiplies lines. Behaviour is held fixed: no price, message or delivery changes because its cost
does, though a firm that knew the cost might choose another.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
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

VALUES, RATE, CAPEX, OPEX, CONSULTING, DELAY, PARTIAL, OUTAGE, LINES = range(9)
"""Steps of the draws: the error of the values, and each prior; from LINES on the lines."""

Prior = tuple[float, float, float]
"""Minimum, mode and maximum of a triangular prior."""

LINES_OF = {
    "goods": ("cost_of_goods", "goods_returned"),
    "delivery": ("delivery",),
    "returns": ("return_handling",),
    "contacts": ("service",),
    "self_service": ("self_service",),
    "clicks": ("media",),
    "messages": ("messages",),
    "training": ("training",),
}
"""By prior, the lines of the account that it multiplies, here as in every coalition."""

NOT_EARNED = ("capabilities", "investment")
"""Lines that are no part of contribution; projects are paid for by `Projects`."""


@dataclass(frozen=True)
class CostPriors:
    """Triangular priors (min, mode, max) of what a roll-out takes (facts.md C5).

    All but `consulting` and `discount_rate` are factors on what the scenario has.

    Attributes
    ----------
    opex, capex, delay : tuple of float
        Running costs, investments and delays, drawn for each capability. C5: licences
        50,000-500,000 where the scenario has 200,000; integration 1-3 times the first licence where
        it has 2; 1.5-6 months where it has 4.6. V2 of low quality, and assumption.
    tags : tuple of float
        Running costs of offline capture, instead of `opex`. C5: 0.03-0.15 a tag, assumption.
    outage : tuple of float
        Days for which a channel stands still when a capability that touches it goes live, drawn for
        each. C5: 0-3 days where the scenario has 1, assumption.
    consulting : tuple of float
        Change management on top of the investment, as a share of it. C5: 0.2-1, assumption.
    discount_rate : tuple of float
        Yearly. C5: 8-12 %, assumption.
    goods : tuple of float
        Cost of goods. C5: gross margin 30-55 % where the scenario has 45, assumption.
    delivery, returns : tuple of float
        Home delivery (C5: 4-10 where it has 6, assumption); handling of returns (T-36: 15-27 % of
        the value where it has 21 V).
    contacts, self_service : tuple of float
        Contacts that agents take, and those of chatbot and help pages. C5: 8.01 and 0.10 V2; half
        more or less, and half to twice, assumption.
    clicks, messages : tuple of float
        Media, whose prices are those of clicks (C5: 2.69 and 0.63 V2, where search has 1.5), and
        messages (C5: 0.0005-0.005 where an e-mail has 0.002).
    training : tuple of float
        Staff hours beyond the baseline's: training and writing to clients. C5: 0.3-1 h a module,
        where 6 hours are 8 modules, assumption.
    partial_share : float
        Share of its effect that a partial success reaches. Assumption: level 1 of 2.
    outage_share : float
        Share of the firm's contribution lost while a channel stands still. Assumption.
    horizon_years : float
        Years that count. Assumption: the life of the investment.
    """

    opex: Prior = (0.25, 1.0, 2.5)
    capex: Prior = (0.5, 1.0, 1.5)
    delay: Prior = (0.33, 1.0, 1.3)
    tags: Prior = (0.4, 1.0, 2.0)
    outage: Prior = (0.0, 1.0, 3.0)
    consulting: Prior = (0.2, 0.5, 1.0)
    discount_rate: Prior = (0.08, 0.10, 0.12)
    goods: Prior = (0.82, 1.0, 1.27)
    delivery: Prior = (0.67, 1.0, 1.67)
    returns: Prior = (0.71, 1.0, 1.29)
    contacts: Prior = (0.5, 1.0, 1.5)
    self_service: Prior = (0.5, 1.0, 2.0)
    clicks: Prior = (0.5, 1.0, 1.8)
    messages: Prior = (0.25, 1.0, 2.5)
    training: Prior = (0.4, 1.0, 1.33)
    partial_share: float = 0.5
    outage_share: float = 0.5
    horizon_years: float = 5.0

    def __post_init__(self) -> None:
        for name in ("opex", "capex", "delay", "tags", "outage", "consulting", *LINES_OF):
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


def check_prior(name: str, prior: Prior, *, above: float) -> None:
    """Raise ParameterError unless a prior is (min, mode, max), finite and from `above` on."""
    if len(prior) != 3 or not above <= prior[0] <= prior[1] <= prior[2] < np.inf:
        raise ParameterError(
            f"{name} must be (min, mode, max), ascending, finite and not below {above:g}. "
            f"Got {prior!r}."
        )


@dataclass(frozen=True)
class Uniforms:
    """One uniform for each draw, player and step, the same for every order.

    Attributes
    ----------
    draws : Draws
        Where they come from.
    n : int
        Draws.
    priors, luck : bool, default=True
        Whether priors, and the error of the values, are drawn; else each prior is at its median,
        and the values at their means. What is drawn is the same in either case.
    """

    draws: Draws
    n: int
    priors: bool = True
    luck: bool = True

    def __call__(self, step: int, player: int = 0) -> Floats:
        """Return the uniforms of all draws, shape (n,)."""
        if step != VALUES and not self.priors:
            return np.full(self.n, 0.5)
        return self.draws.uniform(Stream.COST_PRIOR, np.arange(self.n), journey=player, step=step)


def draw_earnings(
    values: CapabilityValues,
    game: Precedence,
    variant: Scenario,
    priors: CostPriors,
    uniform: Uniforms,
) -> dict[int, Floats]:
    """Return what the whole firm earns with each coalition in each draw, in EUR a year.

    The lines of the account, means over replications moved by their Monte Carlo error, each times
    its factor. The error is joint over coalitions and lines: given the factors, every difference
    between coalitions is drawn from Student's t about its estimate, with the standard error of its
    paired replications.

    References
    ----------
    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd edition, section 3.6: the posterior of
       a mean of normal data under the noninformative prior.
    """
    market = variant.market
    firm = market.shoppers_per_region * market.n_regions
    books = _books(values.account)
    factors = _line_factors(next(iter(books.values())).columns, priors, uniform)
    n = values.n_replications
    error = _errors_of_means(n, uniform) if uniform.luck else np.zeros((uniform.n, n))
    bit = {name: 1 << k for k, name in enumerate(game.players)}
    earned = {}
    for coalition, book in books.items():
        lines = book.to_numpy()
        drawn = lines.mean(axis=0) + error @ (lines - lines.mean(axis=0))
        key = sum(bit[name] for name in coalition.split(PLUS) if name)
        earned[key] = firm * (factors * drawn).sum(axis=1)
    return earned


def _books(account: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return by coalition the lines that are earned: a row a replication, a column a line.

    What staff cost beyond the baseline's is a line of its own, ``training``.
    """
    wide = account.pivot(index=["coalition", "replication"], columns="line", values="value")
    wide = wide.drop(columns=[name for name in NOT_EARNED if name in wide])
    books = {str(name): book.droplevel("coalition") for name, book in wide.groupby("coalition")}
    if "staff" not in wide:
        return books
    usual = books[""]["staff"]
    return {
        name: book.assign(staff=usual, training=book["staff"] - usual)
        for name, book in books.items()
    }


def _line_factors(lines: pd.Index, priors: CostPriors, uniform: Uniforms) -> Floats:
    """Return the factor of each line in each draw, shape (n_draws, n_lines)."""
    factors = np.ones((uniform.n, len(lines)))
    for k, (name, moved) in enumerate(LINES_OF.items()):
        drawn = triangular(uniform(LINES + k), getattr(priors, name))
        factors[:, lines.isin(moved)] = drawn[:, None]
    return factors


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
        running = priors.tags if name == "offline_capture" else priors.opex
        fields["opex"].append(yearly * triangular(uniform(OPEX, k), running))
        fields["delay"].append(way.delay_weeks * triangular(uniform(DELAY, k), priors.delay))
        outage = way.outage_days if name in OUTAGE_OF else 0.0
        fields["outage"].append(outage * triangular(uniform(OUTAGE, k), priors.outage))
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
