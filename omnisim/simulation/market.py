"""The daily round: what happens to the whole population once a simulated day."""

import math

import omnisim.simulation._browsing as browsing
import omnisim.simulation._loyalty as _loyalty
import omnisim.simulation._market as kernel
import omnisim.simulation._media as _media
from omnisim.config.market import Market
from omnisim.schema import Channel, Line
from omnisim.simulation.actions import MEDIUM_CHANNELS, message_costs
from omnisim.simulation.clienteling import write_to_clients
from omnisim.simulation.firm.capability_costs import steady_cost
from omnisim.simulation.firm.holdout import display_withheld
from omnisim.simulation.firm.invitation import invite
from omnisim.simulation.firm.ledger import post_cost
from omnisim.simulation.in_store import train
from omnisim.simulation.journey import begin_journeys
from omnisim.simulation.messages import send_messages
from omnisim.simulation.parameters import DAYS_PER_WEEK, DAYS_PER_YEAR
from omnisim.simulation.shock import staff_paid
from omnisim.simulation.store import Steps
from omnisim.simulation.world import World


def market(world: World) -> Steps:
    """Run every day: word of mouth, advertising, messages, needs, and the costs of the day."""
    env, state = world.env, world.state
    kernel.first_needs(state)
    kernel.count_aware_neighbours(state)
    costs = daily_costs(world)
    last_day = world.scenario.market.burn_in_days + world.scenario.market.horizon_days
    for day in range(last_day):
        kernel.spread_word(state, float(day))
        kernel.spread_awareness(state, day)
        _loyalty.expire_points(state, day)
        if day == world.scenario.invitation.day:
            env.process(invite(world))
        advertise(world, day)
        sent, cost = send_messages(world, day), message_costs(world.scenario)
        for channel, euros in zip(MEDIUM_CHANNELS, sent * cost, strict=True):
            post_cost(world, Line.MESSAGES, channel, float(euros))
        post_cost(world, Line.STAFF, Channel.STORE, costs[Line.STAFF] * staff_paid(world))
        post_cost(world, Line.CAPABILITIES, Channel.NONE, costs[Line.CAPABILITIES])
        train(world, day)
        write_to_clients(world, day)
        post_cost(world, Line.TRACKING, Channel.NONE, bought_data_cost(world))
        browsing.browse(state, day)
        season = season_factor(world.scenario.market, day)
        env.process(begin_journeys(world, *kernel.needs(state, day, season)))
        if world.progress is not None:
            world.progress(day, len(state.log))
        yield env.timeout(1)


def advertise(world: World, day: int) -> None:
    """Show what is the same for everybody, and pay for it."""
    media, state = world.scenario.media, world.state
    if media.saturation > 0 and day % DAYS_PER_WEEK == 0:
        world.columns["exposed"].fill(0)
    shown = _media.show_display(state, day, display_withheld(world, day))
    post_cost(world, Line.MEDIA, Channel.DISPLAY, shown * media.display_cost)
    shown = _media.show_posts(state, day)
    post_cost(world, Line.MEDIA, Channel.SOCIAL, shown * media.social_cost)
    shown = _media.broadcast(state, day)
    post_cost(world, Line.MEDIA, Channel.BROADCAST, shown * media.broadcast_cost)


def season_factor(market: Market, day: int) -> float:
    """Return the day's multiple of the need rates: a yearly cosine of mean 1 (C1)."""
    phase = 2 * math.pi * (day - market.season_peak_day) / DAYS_PER_YEAR
    return 1 + market.season_amplitude * math.cos(phase)


def daily_costs(world: World) -> dict[Line, float]:
    """Return what a day costs whatever happens: staff, and capabilities at their level.

    The population is a sample of the region, and bears that share of its fixed costs. A simulated
    roll-out posts what capabilities cost by itself.
    """
    scenario = world.scenario
    stores = scenario.stores
    n_stores = stores.n_stores if scenario.channels.store.is_open else 0
    hours = stores.closing_hour - stores.opening_hour
    staff = n_stores * scenario.service.staff_per_store * hours
    capabilities = 0.0 if scenario.rollout.is_simulated else steady_cost(scenario)
    sample = world.n_shoppers / scenario.market.shoppers_per_region
    return {
        Line.STAFF: sample * staff * scenario.costs.staff_per_hour,
        Line.CAPABILITIES: sample * capabilities,
    }


def bought_data_cost(world: World) -> float:
    """Return what a day of bought data costs: those who accept cookies, if the firm buys any."""
    if world.primitives["third_party_accuracy"] <= 0:
        return 0.0
    n_known = int(world.columns["tracking_consent"].sum())
    return n_known * world.scenario.costs.third_party_per_year / DAYS_PER_YEAR
