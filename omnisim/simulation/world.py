"""World: everything that exists in one run."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.policies import Online, Policy
from omnisim.population import Population
from omnisim.random import Draws
from omnisim.schema import Channel, Trigger
from omnisim.simulation._state import State
from omnisim.simulation.actions import ActionList, action_list
from omnisim.simulation.by_store import home_stores
from omnisim.simulation.decision_log import DecisionLog
from omnisim.simulation.firm.capacity import Capacity, capacity_of
from omnisim.simulation.firm.following import followed
from omnisim.simulation.firm.knowledge import JOINT, ONLINE_TEAM, STORE_TEAM, draw_record_of
from omnisim.simulation.firm.profiles import bought_profiles, common_taste
from omnisim.simulation.firm.stock import attributes, popularity, shown_items
from omnisim.simulation.lessons import Lessons
from omnisim.simulation.own_factors import draw_own_factors
from omnisim.simulation.parameters import kernel_parameters, search_places
from omnisim.simulation.standing import Standing

Mailing = tuple[int, int, NDArray[np.int32], NDArray[np.int32]]
"""Day of a campaign and its sender; by message, the shopper and the team whose record it is."""

Due = tuple[float, int, int, float]
"""Due day, shopper, the team that saw the event, and the day of the event."""


@dataclass(slots=True)
class Conduct:
    """What managers and rivals have chosen for the time being.

    Attributes
    ----------
    effort : float in [0, 1]
        How much of what helps other channels the store's staff do.
    promotion : list of 3 floats
        Share off the price of everything in the store, on the website, in the app.
    campaign_days : dict of int to int
        Days between two campaigns of each sender.
    rival_price_cut : list of 2 floats
        Share by which the online and the local rival have lowered their prices.
    rival_advertising : list of 2 floats, in [0, 1]
        Share of shoppers whom further advertising of the online and of the local rival reaches.
    local_rival_shut : bool
        Whether the local rival's store has to be closed.
    """

    campaign_days: dict[int, int]
    effort: float = 1.0
    promotion: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    rival_price_cut: list[float] = field(default_factory=lambda: [0.0, 0.0])
    rival_advertising: list[float] = field(default_factory=lambda: [0.0, 0.0])
    local_rival_shut: bool = False


@dataclass(slots=True)
class World:
    """Clock, shoppers, firm and recorders of one run; it holds no logic.

    Attributes
    ----------
    columns : mapping of str to ndarray
        The state by name, one row a shopper, record or location; kernels see the same memory.
    primitives : dict of str to float
        What the capabilities move, as it is at the moment; see `firm.moves`.
    conduct : Conduct
        What managers and rivals have chosen.
    staff : list of simpy.Resource
        The staff of each store, or its tables, where there are seats.
    agents : simpy.Resource
        The agents of the contact centre.
    standing : Standing
        What the public can read of the firm.
    actions : ActionList
        What the policy can do.
    population : Population
        The shoppers as they were before the first day.
    capacity : Capacity, optional
        What is to be had of the days to come; None for goods that are stocked.
    lots : dict of int to list of (float, ndarray of int64)
        Arrivals at each location that may still be fresh, by item, and when.
    waiting : dict of int to simpy.Process
        Journeys that a message can take up again, by shopper.
    reminders, thanks : list of Due
        Messages that an abandoned cart or a purchase has triggered and that are not yet sent.
    postponed : dict of (Trigger, int) to dict of int to (float, int)
        By trigger and team, shoppers whom a policy that waits is to be asked about again, the day
        of the event, and the day on which it was asked last.
    noticed : dict of int to int
        The last day on which the app noticed a shopper on the way to the local rival.
    mailings : list of Mailing
        Campaigns that the managers' books have not yet looked at, if managers decide.
    closures : dict of int to int
        How many reasons there are at the moment to keep a channel closed that is run otherwise.
    reopening : simpy.Event, optional
        What happens when stores that are closed for the time being open again; None if they are
        not.
    shut : dict of int to simpy.Event
        The same for each store that is closed alone.
    by_store : dict of int to dict of str to float
        Primitives of stores that an intervention has set apart; see `by_store`.
    spent_this_week : ndarray of shape (3,), float64, unit: EUR
        Cost of this week's messages by medium.
    sent_today : ndarray of shape (3,), int64
        Messages that the policy has sent today, by medium.
    unpaid : ndarray of shape (3,), int64
        Messages sent since the morning, by medium; they are paid for on the next.
    decisions : DecisionLog, optional
        Where decisions are recorded.
    lessons : Lessons, optional
        What a policy that learns in the run is still to be told.
    moves : list of (float, dict)
        The day of every move of the primitives and what they were from then on.
    log_ins : LogIns, optional
        Log-ins that a field trial has read from the log so far.
    """

    scenario: Scenario
    env: simpy.Environment
    draws: Draws
    policy: Policy
    state: State
    columns: Mapping[str, NDArray[Any]]
    primitives: dict[str, float]
    conduct: Conduct
    staff: list[simpy.Resource]
    agents: simpy.Resource
    standing: Standing
    actions: ActionList
    population: Population
    waiting: dict[int, Any] = field(default_factory=dict)
    reminders: list[Due] = field(default_factory=list)
    thanks: list[Due] = field(default_factory=list)
    postponed: dict[tuple[Trigger, int], dict[int, tuple[float, int]]] = field(default_factory=dict)
    spent_this_week: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    sent_today: NDArray[np.int64] = field(default_factory=lambda: np.zeros(3, np.int64))
    noticed: dict[int, int] = field(default_factory=dict)
    unpaid: NDArray[np.int64] = field(default_factory=lambda: np.zeros(3, np.int64))
    mailings: list[Mailing] = field(default_factory=list)
    closures: Counter[int] = field(default_factory=Counter)
    reopening: Any = None
    shut: dict[int, Any] = field(default_factory=dict)
    by_store: dict[int, dict[str, float]] = field(default_factory=dict)
    decisions: DecisionLog | None = None
    lessons: Lessons | None = None
    progress: Any = None
    moves: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    capacity: Capacity | None = None
    lots: dict[int, list[tuple[float, NDArray[np.int64]]]] = field(default_factory=dict)
    log_ins: Any = None

    @property
    def n_shoppers(self) -> int:
        """Number of shoppers."""
        return len(self.columns["alive"])

    @property
    def n_stores(self) -> int:
        """Number of stores; also the row of the warehouse in ``on_hand``."""
        return self.scenario.stores.n_stores


def build_world(
    scenario: Scenario, population: Population, policy: Policy, *, seed: int, replication: int
) -> World:
    """Return the world before its first day."""
    env = simpy.Environment()
    draws = Draws(seed, replication)
    primitives = followed(scenario, scenario.primitives.at(scenario.capabilities))
    goods = _goods(scenario, primitives, draws)
    columns = (
        _traits(scenario, population, draws)
        | _moods(scenario, population)
        | goods
        | _records(population, goods, primitives, draws)
    )
    parameters = kernel_parameters(scenario, primitives, seed=seed, replication=replication)
    state = State(parameters, columns)
    staff = [
        simpy.Resource(env, scenario.service.seats or scenario.service.staff_per_store)
        for _ in range(scenario.stores.n_stores)
    ]
    agents = simpy.Resource(env, scenario.service_desk.agents)
    actions = action_list(scenario)
    every = scenario.messages.campaign_every_days
    conduct = Conduct(dict.fromkeys((ONLINE_TEAM, STORE_TEAM, JOINT), every))
    return World(
        scenario, env, draws, policy, state, columns, primitives, conduct, staff, agents,
        Standing(scenario.voice.memory_per_week), actions, population,
        lessons=Lessons(policy.window_days) if isinstance(policy, Online) else None,
        moves=[(0.0, dict(primitives))],
        capacity=capacity_of(scenario, len(population)),
    )  # fmt: skip


def _traits(scenario: Scenario, population: Population, draws: Draws) -> dict[str, NDArray[Any]]:
    """Columns that no kernel changes."""
    n = len(population)
    needs = scenario.market.needs_per_purchase * scenario.market.category_needs
    basket_scale = population.basket_scale / math.exp(scenario.basket.category)
    return {
        "need_rate": population.need_rate * needs,
        "dropout": population.dropout,
        "basket_shape": population.basket_shape,
        "basket_scale": basket_scale,
        "mean_basket": population.basket_shape / basket_scale,
        "taste": population.taste,
        "affinity": population.affinity,
        "digital": population.digital,
        "price_sensitivity": population.price_sensitivity,
        "distance": population.distance_km,
        "privacy": population.privacy,
        "own_factors": draw_own_factors(scenario.heterogeneity, n, draws),
        "held_to": population.held_to,
        "n_devices": population.n_devices,
        "location_consent": population.location_consent,
        "home_store": home_stores(n, scenario.stores.n_stores, draws),
        "indptr": population.network.indptr,
        "indices": population.network.indices,
    }


def _moods(scenario: Scenario, population: Population) -> dict[str, NDArray[Any]]:
    """Columns of what shoppers are like at the moment."""
    n = len(population)
    start = scenario.experience.expectation_start
    zeros = (
        "goodwill",
        "fatigue",
        "engagement",
        "touched",
        "satisfaction",
        "until_need",
        "surplus",
    )
    return {name: np.zeros(n) for name in zeros} | {
        "expectation": np.full(n, start),
        "alive": population.alive.copy(),
        "aware": population.aware.copy(),
        "has_account": population.has_account.copy(),
        "has_app": population.has_app.copy(),
        "has_card": population.has_card.copy(),
        "tracking_consent": population.tracking_consent.copy(),
        "subscribed": np.column_stack(
            (population.email_consent, population.push_consent, population.mail_consent)
        ),
        "exposed": np.zeros((n, len(Channel)), np.uint8),
        "settled": np.zeros(n, np.uint8),
        "bonus": np.tile([0.0, -1.0], (n, 1)),
        "opened": np.tile([0.0, -1.0], (n, 1)),
        "nurtured_until": np.full(n, -np.inf),
        "habit": np.zeros((n, 5 if any(search_places(scenario)) else 3)),
        "points": np.zeros((n, 2)),
        "points_day": np.zeros((n, 2), np.int16),
        "last_written": np.full(n, -(2**14), np.int16),
        "n_needs": np.zeros(n, np.int32),
        "n_aware_near": np.zeros(n, np.int32),
        "n_identified": np.zeros(n, np.int32),
        "coupon": np.zeros(n),
        "coupon_until": np.full(n, -np.inf),
    }


def _goods(
    scenario: Scenario, primitives: Mapping[str, float], draws: Draws
) -> dict[str, NDArray[Any]]:
    """Columns of items and locations; the warehouse is the last location."""
    stock, n_locations = scenario.stock, scenario.stores.n_stores + 1
    return {
        "attributes": attributes(stock.n_items, 5, draws),
        "popularity": popularity(stock),
        "is_shown": shown_items(scenario, primitives["stock_shown"], draws),
        "on_hand": np.zeros((n_locations, stock.n_items), np.int32),
        "store_open": np.ones(scenario.stores.n_stores, np.uint8),
        "demand": np.zeros((n_locations, stock.n_items), np.int32),
        "weights": np.zeros(stock.n_items),
    }


def _records(
    population: Population,
    goods: Mapping[str, NDArray[Any]],
    primitives: Mapping[str, float],
    draws: Draws,
) -> dict[str, NDArray[Any]]:
    """Columns of what the firm knows, two records a shopper: first the online team's."""
    n = len(population)
    common = common_taste(goods["attributes"], goods["popularity"])
    accuracy = primitives["third_party_accuracy"]
    profile, weight = bought_profiles(
        population.taste, population.tracking_consent, common, accuracy, draws
    )
    record_of = draw_record_of(
        n,
        match_recall=primitives["match_recall"],
        false_merge=primitives["false_merge"],
        draws=draws,
    )
    return {
        "record_of": record_of,
        "record_first": np.full(2 * n, -np.inf),
        "record_last": np.full(2 * n, -np.inf),
        "record_shown": np.full((2 * n, 2), -1, np.int16),
        "record_warned": np.full(2 * n, -np.inf, np.float32),  # whole days: exact
        "record_asked": np.full(2 * n, -np.inf, np.float32),
        "record_value": np.zeros(2 * n),
        "record_count": np.zeros(2 * n, np.int32),
        "record_profile": _with_store_rows(profile),
        "record_weight": _with_store_rows(weight),
        "common_taste": common,
        "record_sent": np.zeros((2 * n, 2), np.int16),
        "record_written": np.full((2 * n, 2), -np.inf, np.float32),  # whole days: exact
        "record_teams": np.zeros(2 * n, np.uint8),
    }


def _with_store_rows(online: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a column of the online team's records followed by as many empty ones."""
    both = np.zeros((2 * len(online), *online.shape[1:]))
    if online.any():  # else its pages stay untouched, and take no memory
        both[: len(online)] = online
    return both
