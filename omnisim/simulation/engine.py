"""Simulate: build the world, start its processes, run the clock, close the books."""

import gc
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from omnisim._validation import check_choice, check_count, check_instance
from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ParameterError, RunError
from omnisim.policies import Blanket, Online, Policy, RecencyCampaign
from omnisim.population import Population
from omnisim.provenance import record
from omnisim.random import Draws, chosen_seed
from omnisim.simulation.decision_log import DecisionLog
from omnisim.simulation.firm.capacity import open_days
from omnisim.simulation.firm.following import files
from omnisim.simulation.firm.governance import govern
from omnisim.simulation.firm.knowledge import teams_at_work
from omnisim.simulation.firm.rollout import roll_out
from omnisim.simulation.firm.stock import popularity, replenish, spoil
from omnisim.simulation.intervention import Intervention, check_interventions, intervene
from omnisim.simulation.market import market
from omnisim.simulation.result import SimulationResult, close_books
from omnisim.simulation.rivals import Shares, react, watch
from omnisim.simulation.shock import shut_stores
from omnisim.simulation.world import World, build_world

Progress = Callable[[int, int], None]
"""Called once a simulated day with the day and the number of events logged so far."""


def simulate(
    scenario: Scenario,
    *,
    population: Population | None = None,
    policy: Policy | None = None,
    seed: int | None = None,
    replication: int = 0,
    interventions: Sequence[Intervention] = (),
    progress: Progress | None = None,
    decisions: str = "log",
) -> SimulationResult:
    """Run one retailer for one period and return everything that happened.

    Parameters
    ----------
    scenario : Scenario
        Market, firm and rivals.
    population : Population, optional
        Shoppers; drawn from the scenario's segments by default. Its size replaces
        ``market.n_shoppers``.
    policy : Policy, optional
        Whom to write to and what to show; `default_policy` of the scenario by default. It
        does not learn in the run, but wrapped in `omnisim.policies.Online`: then a copy does.
    seed : int, optional
        Seed of the study; drawn and recorded if absent.
    replication : int, default=0
        Number of the replication; runs with equal seed and replication share all their luck.
    interventions : sequence of Intervention, default=()
        What the firm changes while the clock runs.
    progress : callable, optional
        Called once a simulated day with the day and the number of events so far.
    decisions : {"log", "features", "off"}, default="log"
        Whether the policy's decisions are recorded, with the features that it saw or without.

    Returns
    -------
    SimulationResult
        True event log, postings and provenance. The same arguments give the same bytes.

    Raises
    ------
    RunError
        If the run fails; the message names the replication, the day and the cause.
    """
    check_instance("scenario", scenario, Scenario)
    seed = chosen_seed(seed)
    check_count("replication", replication, minimum=0)
    if population is None:
        population = draw_shoppers(scenario, seed=seed, replication=replication)
    if len(population) == 0:
        raise ParameterError("population must hold at least one shopper. Got 0.")
    policy = default_policy(scenario) if policy is None else policy
    check_instance("policy", policy, Policy)
    made = record(scenario=scenario, seed=seed, replication=replication, policy=policy)
    if isinstance(policy, Online):
        policy = policy.copy()
    world = build_world(scenario, population, policy, seed=seed, replication=replication)
    world.progress = progress
    check_interventions(scenario, interventions)
    if interventions:
        world.env.process(intervene(world, interventions))
    if check_choice("decisions", decisions, ("log", "features", "off")) != "off":
        world.decisions = DecisionLog(with_features=decisions == "features")
    run(world)
    if interventions:
        made["interventions"] = [repr(what) for what in interventions]
    return close_books(world, population, made)


def default_policy(scenario: Scenario) -> Policy:
    """Return the contact rule that the scenario's messages describe.

    A firm that files no purchase under anybody knows no recent buyer: it writes to all whose
    address it has, of what sells best.
    """
    if not any(files(scenario, team) for team in teams_at_work(scenario)):
        return Blanket()
    messages = scenario.messages
    return RecencyCampaign(
        messages.recent_days, messages.cap_per_week, scenario.direct_mail.letter_value
    )


def draw_shoppers(scenario: Scenario, *, seed: int, replication: int = 0) -> Population:
    """Return the shoppers that the scenario's segments describe."""
    return Population.from_segments(
        scenario.segments,
        scenario.market.n_shoppers,
        draws=Draws(seed, replication),
        mean_degree=scenario.word.mean_degree,
        p_rewire=scenario.word.p_rewire,
    )


def run(world: World) -> None:
    """Start every process and run the clock to the end of the horizon."""
    start(world)
    with _no_cyclic_collector():
        run_clock(world)


def start(world: World) -> None:
    """Start every process."""
    scenario = world.scenario
    start_replenishment(world)
    if scenario.rollout.is_simulated:
        world.env.process(roll_out(world))
    if scenario.governance.managers_decide:
        world.env.process(govern(world))
    if scenario.shock.closed_days > 0:
        world.env.process(shut_stores(world))
    if scenario.rivals.react:
        world.env.process(react(world, usual_shares(world)))
    world.env.process(market(world))


def usual_shares(world: World) -> Shares:
    """Return what the rivals mean to keep, review by review: the scenario's shares, where given.

    Else what they hold against the same firm in silos, found by a run of its own, of equal luck,
    with no capability, the default policy and rivals who do not answer: it is the same whatever
    capabilities, policy and interventions are.
    """
    rules, market = world.scenario.rivals, world.scenario.market
    given = np.array([rules.online_usual_share, rules.local_usual_share])
    if (given > 0).all():
        return [given] * math.ceil((market.burn_in_days + market.horizon_days) / rules.review_days)
    silos = world.scenario.replace({
        "capabilities": Capabilities.siloed(), "rivals.react": False, "rollout.is_simulated": False,
    })  # fmt: skip
    twin = build_world(
        silos, world.population, default_policy(silos), seed=world.draws.seed,
        replication=world.draws.replication,
    )  # fmt: skip
    shares: Shares = []
    twin.env.process(watch(twin, shares))
    run(twin)
    return [np.where(given > 0, given, held) for held in shares]


def run_clock(world: World) -> None:
    """Run the clock to the end of the horizon; say where it stopped if it fails."""
    market = world.scenario.market
    try:
        world.env.run(until=market.burn_in_days + market.horizon_days)
    except Exception as error:
        raise RunError(
            f"Replication {world.draws.replication} failed while simulating, at day "
            f"{world.env.now:.1f}: {type(error).__name__}: {error}"
        ) from error


def start_replenishment(world: World) -> None:
    """Fill every location for the demand that the population's own rates make likely.

    Where a store has a capacity a day there is no stock, but what the day has.
    """
    if world.capacity is not None:
        world.env.process(open_days(world, world.capacity))
        return
    stock, columns = world.scenario.stock, world.columns
    needs = world.scenario.market.needs_per_purchase
    per_day = columns["need_rate"][columns["alive"] == 1].sum() / needs
    demand = per_day * popularity(stock)
    in_stores = demand.copy()
    in_stores[stock.n_stocked :] = 0
    if stock.shelf_life_days > 0:  # begun first: every day first what is spoiled goes
        for location in range(world.n_stores + 1):
            world.env.process(spoil(world, location))
    for store in range(world.n_stores):
        world.env.process(replenish(world, store, in_stores / world.n_stores))
    world.env.process(replenish(world, world.n_stores, demand))


@contextmanager
def _no_cyclic_collector() -> Iterator[None]:
    """Pause Python's cyclic collector: it takes most of the time of 100,000 processes."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
