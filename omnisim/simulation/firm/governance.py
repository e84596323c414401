"""Governance as behaviour: what each manager chooses for the margin that counts for them (K15).

Nothing here knows of synergy. A manager sees own books and market research, believes in the logit
demand that price tests show, and maximises own margin plus `credit_across` times that of the other.
What one does to the other (sales drawn over, tired shoppers, orders not taken) is an externality
exactly to the extent that it does not count.
"""

import math
from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnisim.config.governance import Governance
from omnisim.config.media import Messages
from omnisim.config.scenario import Scenario
from omnisim.schema import Channel
from omnisim.simulation.firm.knowledge import JOINT, ONLINE_TEAM, STORE_TEAM
from omnisim.simulation.firm.moves import refresh
from omnisim.simulation.firm.offers import align
from omnisim.simulation.firm.results import Reader, Results
from omnisim.simulation.world import World

Floats = NDArray[np.float64]
Steps = Generator[Any, Any, None]

CHANNELS_OF = {
    STORE_TEAM: [int(Channel.STORE)],
    ONLINE_TEAM: [int(Channel.WEBSITE), int(Channel.APP)],
}
PROMOTION_STEP = 0.025
WEEK = 7


def govern(world: World) -> Steps:
    """Let the managers review their choices, at the start and every `review_days`."""
    reader = Reader()
    rules = world.scenario.governance
    while True:
        credit = world.primitives["credit_across"]
        conduct = world.conduct
        conduct.effort = choose_effort(world.scenario, credit)
        conduct.campaign_days = choose_pauses(world, credit)
        results = reader.read(world)
        if results is not None:
            conduct.promotion = choose_promotions(world, results, credit)
        refresh(world)
        yield world.env.timeout(rules.review_days)


def choose_effort(scenario: Scenario, credit: float) -> float:
    """Return how much of what helps other channels the store's staff do, in [0, 1].

    The store manager compares the credited margin of an order taken for another channel with the
    staff time that it costs; below that, staff do what head office can enforce.
    """
    rules, costs = scenario.governance, scenario.costs
    mean_basket = sum(
        s.share * s.basket_shape * s.basket_scale / (s.basket_q - 1)
        for s in scenario.segments.values()
    )
    mean_basket *= math.exp(scenario.basket.category)
    gain = credit * (1 - costs.goods_share) * mean_basket
    cost = rules.effort_minutes / 60 * costs.staff_per_hour
    return 1.0 if gain > cost else rules.enforced_effort


def choose_pauses(world: World, credit: float) -> dict[int, int]:
    """Return every sender's days between two campaigns; who sends for both has no other sender."""
    own, now = world.scenario.channels, world.conduct.campaign_days
    is_run = {
        STORE_TEAM: own.store.is_open,
        ONLINE_TEAM: own.website.is_open or own.app.is_open,
    }
    others = {ONLINE_TEAM: STORE_TEAM, STORE_TEAM: ONLINE_TEAM}
    rules, messages = world.scenario.governance, world.scenario.messages
    return {JOINT: choose_pause(rules, messages, credit, 0.0)} | {
        team: choose_pause(rules, messages, credit, WEEK / now[other] if is_run[other] else 0.0)
        for team, other in others.items()
    }


def choose_pause(rules: Governance, messages: Messages, credit: float, other: float) -> int:
    """Return the days between two campaigns of a sender; the `other` sends so many a week.

    Response to a message falls by ``exp(-chi F)``, where F is the fatigue that all messages leave
    (facts.md D4, eq. 3). With f own and g others' campaigns a week, F is ``(f + g) / (1 - phi)`` in
    the long run, and a sender maximises ``(f + credit g) exp(-chi F)``: as many as a common pool
    bears if ``credit`` is 1, more if it is less.
    """
    pauses = np.arange(rules.min_campaign_days, 4 * WEEK + 1)
    own = WEEK / pauses
    tired = messages.fatigue * (own + other) / (1 - messages.fatigue_per_week)
    worth = (own + credit * other) * np.exp(-tired)
    return int(pauses[np.argmax(worth)])


def choose_promotions(world: World, results: Results, credit: float) -> list[float]:
    """Return each sales channel's standing promotion: the best of each manager's alternatives.

    Both choose at once, given what the other does now (Bertrand; the demand is a logit, as in
    Nevo 2001, Econometrica 69(2), 307-342, section 3). Where the firm has one price (K13), each
    asks for what would be best if it held everywhere, and the deeper of the two offers does.
    """
    now = np.array(world.conduct.promotion)
    chosen, aligned = now.copy(), world.primitives["offers_aligned"]
    rules, price = world.scenario.governance, world.scenario.choice.price
    levels = np.arange(0.0, rules.max_promotion + 1e-9, PROMOTION_STEP)
    for channels in CHANNELS_OF.values():
        worth = [credited_margin(results, now, channels, d, price, credit, aligned) for d in levels]
        chosen[channels] = levels[int(np.argmax(worth))]
    return [float(d) for d in chosen]


def credited_margin(
    results: Results, now: Floats, channels: list[int], depth: float, price: float, credit: float,
    aligned: float = 0.0,
) -> float:  # fmt: skip
    """Return what a manager expects per need, as a share of the price, at a promotion `depth`.

    What staff order from the web shop is sold at the store's price and counts for the web shop's
    manager; for that of the store it counts as other channels' margin does.
    """
    tried = now + aligned * (depth - now)
    tried[channels] = depth
    lift = np.exp(price * (tried - align(now, aligned)))
    weight = results.share * lift
    needs = weight.sum() + 1 - results.share.sum()
    counts = np.full(len(now), credit)
    counts[channels] = 1.0
    worth = (counts * (results.margin - tried) * (weight / needs)).sum()
    store = int(Channel.STORE)
    ordered = (results.staff_margin - tried[store] * results.staff_share) * lift[store] / needs
    return float(worth + (1 - credit) * (-ordered if store in channels else ordered))
