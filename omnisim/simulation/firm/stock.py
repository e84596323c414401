"""Stock and its replenishment: periodic review, order up to a level (facts.md D1)."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtrik

from omnisim.config.operations import Stock
from omnisim.config.scenario import Scenario
from omnisim.random import Draws, Stream
from omnisim.schema import Channel, Line
from omnisim.simulation.by_store import reopening
from omnisim.simulation.firm.ledger import post_cost

if TYPE_CHECKING:
    from omnisim.simulation.world import World


def popularity(stock: Stock) -> NDArray[np.float64]:
    """Return Zipf weights of the items, the most popular first, summing to 1."""
    weights = np.arange(1, stock.n_items + 1, dtype=np.float64) ** -stock.popularity_exponent
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def attributes(n_items: int, n_dimensions: int, draws: Draws) -> NDArray[np.float64]:
    """Return unit vectors of shape (n_items, n_dimensions): what the items are like."""
    items, axes = np.meshgrid(np.arange(n_items), np.arange(n_dimensions), indexing="ij")
    vectors = draws.normal(Stream.ATTRIBUTE, items, step=axes)
    unit: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.ascontiguousarray(unit)


def shown_items(scenario: Scenario, share: float, draws: Draws) -> NDArray[np.uint8]:
    """Return which items' store stock is shown online: about `share` of them.

    A higher share shows every item that a lower one shows; without website and app there is
    nowhere to show any.
    """
    channels, items = scenario.channels, np.arange(scenario.stock.n_items)
    is_online = channels.website.is_open or channels.app.is_open
    u = draws.uniform(Stream.STOCK_RECORD, items, journey=-1 % 2**64)
    return ((u < share) & is_online).astype(np.uint8)


def replenish(
    world: "World", location: int, expected_per_day: NDArray[np.float64]
) -> Generator[Any, Any, None]:
    """Keep one location in stock: review, forecast from its own demand, order up to a level.

    Parameters
    ----------
    world : World
        The world; its last location is the warehouse.
    location : int
        Row of ``on_hand``.
    expected_per_day : ndarray of shape (n_items,)
        Demand expected at the start; 0 for items that the location does not stock.
    """
    stock, env = world.scenario.stock, world.env
    goods_share = world.scenario.costs.goods_share
    is_warehouse = location == world.n_stores
    lead = stock.warehouse_lead_days if is_warehouse else stock.lead_days
    safety = stock.warehouse_safety_factor if is_warehouse else stock.safety_factor
    stocked = expected_per_day > 0
    forecast = expected_per_day * stock.review_days
    on_hand, demand = world.columns["on_hand"][location], world.columns["demand"][location]
    coming = np.zeros(len(stocked), dtype=np.int64)
    on_hand[:] = _level(forecast, lead, stock, safety, goods_share)
    world.lots[location] = [(env.now, on_hand.astype(np.int64))]
    while True:
        yield env.timeout(stock.review_days)
        if not is_warehouse and reopening(world, location) is not None:
            demand[:] = 0  # a store that is shut orders nothing, and forgets nothing
            continue
        forecast += stock.demand_smoothing * (demand - forecast)
        forecast[~stocked] = 0
        demand[:] = 0
        order = np.maximum(_level(forecast, lead, stock, safety, goods_share) - on_hand - coming, 0)
        coming += order
        env.process(_arrive(world, location, order, coming, lead))


def _level(
    forecast: NDArray[np.float64], lead_days: float, stock: Stock, safety: float, goods_share: float
) -> NDArray[np.int64]:
    """Return order-up-to levels: mean demand until the next arrival plus safety stock (Poisson).

    Of goods that spoil, no more than the newsvendor's quantile of the demand within a shelf life:
    a further unit is held if it sells with at least the chance of its cost, a share of its price.
    What would more likely be lost is not held, but got on demand.
    """
    mean = forecast * (stock.review_days + lead_days) / stock.review_days
    level = np.ceil(mean + safety * np.sqrt(mean)).astype(np.int64)
    level = np.where(forecast > 0, np.maximum(level, 1), 0)
    if stock.shelf_life_days == 0 or goods_share == 0:
        return level
    sells = forecast * stock.shelf_life_days / stock.review_days
    most = np.ceil(pdtrik(1 - goods_share, sells))  # the quantile of a Poisson distribution
    held: NDArray[np.int64] = np.minimum(level, most).astype(np.int64)
    return held


def _arrive(
    world: "World", location: int, order: NDArray[np.int64], coming: NDArray[np.int64], lead: float
) -> Generator[Any, Any, None]:
    yield world.env.timeout(lead)
    coming -= order
    world.columns["on_hand"][location] += order.astype(np.int32)
    if world.scenario.stock.shelf_life_days > 0:
        world.lots[location].append((world.env.now, order))


def spoil(world: "World", location: int) -> Generator[Any, Any, None]:
    """Write off, once a day and at cost, what has been at a location for longer than it keeps.

    What came first is sold first, so that what is left came last: all that exceeds the arrivals
    within a shelf life is older. Goods brought back count as old.
    """
    life, env = world.scenario.stock.shelf_life_days, world.env
    on_hand = world.columns["on_hand"][location]
    channel = Channel.WEBSITE if location == world.n_stores else Channel.STORE
    unit = world.scenario.costs.goods_share * _mean_order(world)
    while True:
        yield env.timeout(1)
        kept = [lot for lot in world.lots[location] if lot[0] + life > env.now]
        world.lots[location] = kept
        fresh = sum((amount for _, amount in kept), np.zeros(len(on_hand), np.int64))
        spoiled = np.maximum(on_hand - fresh, 0)
        on_hand -= spoiled.astype(np.int32)
        post_cost(world, Line.WRITE_OFFS, channel, float(spoiled.sum()) * unit)


def _mean_order(world: "World") -> float:
    """Return the mean order, EUR, each shopper counting as often as needs arise."""
    columns = world.columns
    return float(np.average(columns["mean_basket"], weights=columns["need_rate"]))
