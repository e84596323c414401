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
from omnisim.population.layout import ONLINE_ONLY, STORES_ONLY
from omnisim.random import Draws, Stream
from omnisim.schema import Channel
from omnisim.simulation import SimulationResult

NO_CROSS_EFFECTS = {
    "choice.habit_across": 0.0,
    "choice.knowledge_across": 0.0,
    "channels.online_to_store": 0.0,
    "channels.store_to_online": 0.0,
    "channels.social.to_store": 0.0,
    "channels.social.to_online": 0.0,
    "channels.phone.to_store": 0.0,
    "channels.phone.to_online": 0.0,
    "experience.incoherence": 0.0,
    "experience.frustration": 0.0,
    "basket.errand": 0.0,
    "primitives.points_across": (0.0, 0.0, 0.0),
}
"""What is switched off where self-selection is measured: only effects of one channel on another.
The use of a channel wears down no habit of others, what is learnt of an item in the store counts
nowhere else (nor the reverse), a search in one channel makes no purchase in another likelier,
nobody minds prices or points that differ between channels, an errand makes no basket larger, and
points count only where they were earned. What a channel does within itself stays as it is: habit,
points, mail to those whom a team knows, purchases on the side. So does, since no setting takes it
apart, what works through the firm as a whole: satisfaction, engagement, goodwill and drop-out are
towards the firm, not towards a channel. What these cause is in "self-selection"."""

N_RUNS = 7
"""Runs of one replication: no effect, siloed, observed, store, online, own kind, encouraged."""

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
    the channels of its purchases shuffled. ``all``, ``store`` and ``online`` are revenue per
    shopper and year with all channels open, and with one kind closed to everybody; ``own`` is that
    in the firm with all channels open whose shoppers may each use only the kind they spend more in.
    ``itt`` is what app and account, given to a random half, do to their revenue; ``began`` and
    ``stopped`` are the shares of them who buy in both kinds only with, and only without them,
    ``moved`` their difference, ``began change`` the change in the revenue of who began, per
    shopper of the half.
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
    found = {
        kind: float(
            spent_by_kind(task.run(kind, task.variant.without(*names), fixed)).sum(axis=1).mean()
        )
        for kind, names in closed.items()
    }  # fmt: skip
    held = FixedShoppers(replace(fixed.population, held_to=own_kind(whole)))
    found["own"] = float(spent_by_kind(task.run("own", task.variant, held)).sum(axis=1).mean())
    return found | {"all": float(spent_by_kind(whole).sum(axis=1).mean())}


def own_kind(whole: SimulationResult) -> NDArray[np.uint8]:
    """Return the kind of channel that each shopper spends more in, or else likes more.

    Returns
    -------
    ndarray of shape (n_shoppers,), uint8
        As `Population.held_to`.
    """
    spent, affinity = spent_by_kind(whole), whole.population.affinity
    prefers_store = np.where(
        spent[:, 0] == spent[:, 1], affinity[:, 0] >= affinity[:, 1], spent[:, 0] > spent[:, 1]
    )
    return np.where(prefers_store, STORES_ONLY, ONLINE_ONLY).astype(np.uint8)


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
    change = (after - before).sum(axis=1)
    was, is_both = (before > 0).all(axis=1), (after > 0).all(axis=1)
    began, stopped = is_both & ~was, was & ~is_both
    return {
        "itt": float(change.mean()),
        "began": float(began.mean()),
        "stopped": float(stopped.mean()),
        "moved": float(began.mean() - stopped.mean()),
        "began change": float((change * began).mean()),
    }
