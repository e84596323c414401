"""The paired worlds from which the omnichannel premium is split: one replication of all of them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.evaluation import omnichannel_premium
from omnisim.exceptions import ParameterError
from omnisim.experiment.arm import ArmTask, simulate_arm
from omnisim.experiment.shoppers import Shoppers
from omnisim.policies import Policy
from omnisim.population import Population
from omnisim.random import Draws, Stream
from omnisim.schema import Channel
from omnisim.simulation import SimulationResult

NO_CROSS_EFFECTS = {
    "choice.habit": 0.0,
    "channels.online_to_store": 0.0,
    "channels.store_to_online": 0.0,
    "channels.social.to_store": 0.0,
    "channels.social.to_online": 0.0,
    "channels.phone.to_store": 0.0,
    "channels.phone.to_online": 0.0,
    "experience.incoherence": 0.0,
    "stores.p_unplanned": 0.0,
    "costs.points_share": 0.0,
    "messages.cap_per_week": 0,
}
"""What is switched off where self-selection is measured: habit, help of a search in one channel for
buying in another, offence at prices that differ between channels, purchases on the side, points and
mail after purchases. Channels still differ in wait, distance and risk: that is their quality, not
the use of several. What no setting takes apart stays: what a look in the store reveals of an item
counts wherever it is bought, and satisfaction, engagement, goodwill and drop-out are towards the
firm, not towards a channel. What these cause is in "self-selection"."""

N_RUNS = 6
"""Runs of one replication: no effect, siloed, observed, store only, online only, encouraged."""

ONLINE = ("website", "app")
STORE = ("store",)


@dataclass(frozen=True)
class PremiumTask:
    """One replication of every world."""

    baseline: Scenario
    variant: Scenario
    shoppers: Shoppers
    policy: Policy | None
    seed: int
    replication: int

    @property
    def address(self) -> str:
        """The replication."""
        return f"premium-r{self.replication}"

    def run(self, world: str, scenario: Scenario, shoppers: Shoppers) -> SimulationResult:
        """Simulate one world of the replication."""
        return simulate_arm(
            ArmTask(world, scenario, shoppers, self.policy, self.seed, self.replication)
        )


@dataclass(frozen=True)
class FixedShoppers:
    """Shoppers that are given, not drawn."""

    population: Population

    def draw(self, scenario: Scenario, *, seed: int, replication: int) -> Population:
        """Return the population."""
        return self.population


def premium_size(baseline: Scenario, variant: Scenario) -> int:
    """Return how many runs a replication takes.

    Raises
    ------
    ParameterError
        If a firm does not sell both in stores and online: it has no such premium.
    """
    for name, firm in (("baseline", baseline), ("variant", variant)):
        sells = firm.channels
        if not (sells.store.is_open and (sells.website.is_open or sells.app.is_open)):
            raise ParameterError(
                f"the premium compares buyers in stores and online, so channels of {name} must "
                f"have the store open, and website or app. Open: {_open(firm) or 'none'}."
            )
    return N_RUNS


def run_premium_worlds(task: PremiumTask) -> dict[str, float]:
    """Return ratios, values and shares of one replication by name.

    ``observed``, ``siloed`` and ``no effect`` are premia; ``permuted`` is that of "no effect" with
    the channels of its purchases shuffled. ``all``, ``store``, ``online`` and ``own`` are revenue
    per shopper and year with all channels open, with one kind closed to everybody, and with each
    shopper held to the kind they spend more in. ``itt`` and ``moved`` are what the app, given to a
    random half, does to their revenue and to the share of them who buy in both kinds.
    """
    fixed = FixedShoppers(
        task.shoppers.draw(task.variant, seed=task.seed, replication=task.replication)
    )
    luck = Draws(task.seed, task.replication)
    plain = task.run("no effect", no_cross_effects(task.baseline), fixed)
    found = {"no effect": _premium(plain, luck)[0], "permuted": _premium(plain, luck)[1]}
    found["siloed"] = _premium(task.run("siloed", task.baseline, fixed), luck)[0]
    whole = task.run("observed", task.variant, fixed)
    found["observed"] = _premium(whole, luck)[0]
    return found | _do_effects(task, fixed, whole) | _encouragement(task, fixed, whole, luck)


def no_cross_effects(scenario: Scenario) -> Scenario:
    """Return the world without the effects between channels that `NO_CROSS_EFFECTS` names."""
    return scenario.replace(NO_CROSS_EFFECTS)


def spent_by_kind(run: SimulationResult) -> NDArray[np.float64]:
    """Return what each shopper paid in stores and online, shape (n_shoppers, 2), in EUR a year."""
    orders = run.orders
    shopper = orders["shopper"].to_numpy()
    online = orders["channel"].to_numpy() != Channel.STORE
    n = len(run.population)
    total = np.bincount(shopper * 2 + online, weights=orders["value"].to_numpy(), minlength=2 * n)
    return np.asarray(total.reshape(n, 2) * n / run.shopper_years)


def _open(firm: Scenario) -> str:
    names = ("store", "website", "app")
    return ", ".join(name for name in names if getattr(firm.channels, name).is_open)


def _premium(run: SimulationResult, luck: Draws) -> tuple[float, float]:
    """Return the naive and the permuted ratio of buyers in stores and online to all others."""
    orders = run.orders
    kind = (orders["channel"].to_numpy() != Channel.STORE).astype(np.int64)
    found = omnichannel_premium(
        orders["shopper"].to_numpy(), kind, orders["value"].to_numpy(), draws=luck
    )
    return found.naive, found.permuted


def _do_effects(
    task: PremiumTask, fixed: FixedShoppers, whole: SimulationResult
) -> dict[str, float]:
    closed = {"store": ONLINE, "online": STORE}
    single = {
        kind: spent_by_kind(task.run(kind, task.variant.without(*names), fixed)).sum(axis=1)
        for kind, names in closed.items()
    }
    spent = spent_by_kind(whole)
    affinity = fixed.population.affinity
    prefers_store = np.where(
        spent[:, 0] == spent[:, 1], affinity[:, 0] >= affinity[:, 1], spent[:, 0] > spent[:, 1]
    )
    own = np.where(prefers_store, single["store"], single["online"])
    values = {"all": spent.sum(axis=1), **single, "own": own}
    return {kind: float(value.mean()) for kind, value in values.items()}


def _encouragement(
    task: PremiumTask, fixed: FixedShoppers, whole: SimulationResult, luck: Draws
) -> dict[str, float]:
    people = fixed.population
    chosen = luck.uniform(Stream.ENCOURAGED, np.arange(len(people))) < 0.5
    given: dict[str, Any] = {
        name: np.where(chosen, 1, getattr(people, name)).astype(np.uint8)
        for name in ("has_app", "has_account")
    }
    run = task.run("encouraged", task.variant, FixedShoppers(replace(people, **given)))
    before, after = spent_by_kind(whole)[chosen], spent_by_kind(run)[chosen]
    moved = (after > 0).all(axis=1).mean() - (before > 0).all(axis=1).mean()
    return {"itt": float((after - before).sum(axis=1).mean()), "moved": float(moved)}
