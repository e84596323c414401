"""Governance as behaviour: what each manager chooses for the margin that counts for them (K15).

Nothing here knows of synergy. A manager sees own books and market research, believes in the logit
demand that price tests show, and maximises own margin plus `credit_across` times that of the other.
What one does to the other (sales drawn over, tired shoppers, orders not taken) is an externality
exactly to the extent that it does not count.
"""

from collections.abc import Generator
from dataclasses import replace
from math import exp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.schema import Channel
from omnisim.simulation.firm.books import SENDERS, Books, mean_basket
from omnisim.simulation.firm.knowledge import JOINT, ONLINE_TEAM, STORE_TEAM, teams_at_work
from omnisim.simulation.firm.moves import refresh
from omnisim.simulation.firm.offers import align
from omnisim.simulation.firm.pressure import Sender, choose_pauses, letters, tiredness
from omnisim.simulation.firm.results import Results
from omnisim.simulation.world import World

Floats = NDArray[np.float64]
Steps = Generator[Any, Any, None]

CHANNELS_OF = {
    STORE_TEAM: [int(Channel.STORE)],
    ONLINE_TEAM: [int(Channel.WEBSITE), int(Channel.APP)],
}
PROMOTION_STEP = 0.005


def govern(world: World) -> Steps:
    """Let the managers review their choices, at the start and every `review_days`."""
    books = Books()
    while True:
        credit, conduct = world.primitives["credit_across"], world.conduct
        results = books.read(world)
        conduct.effort = choose_effort(world.scenario, effort_gain(world.scenario, books, credit))
        senders = senders_of(world, books)
        conduct.campaign_days = choose_pauses(
            world.scenario, senders, conduct.campaign_days, credit
        )
        if results is not None:
            conduct.promotion = choose_promotions(world, results, credit)
        refresh(world)
        yield world.env.timeout(world.scenario.governance.review_days)


def effort_gain(scenario: Scenario, books: Books, credit: float) -> float:
    """Return what an order that staff take for another channel counts for their manager, EUR.

    The order's margin as far as it is credited, and what those who come to collect it buy
    unplanned, which is the store's own.
    """
    visit = scenario.stores.p_unplanned * mean_basket(scenario) * exp(scenario.basket.errand)
    unplanned = visit * books.results(scenario).margin[Channel.STORE]
    return float(credit * books.order_margin(scenario) + unplanned)


def choose_effort(scenario: Scenario, gain: float) -> float:
    """Return the share of the orders for other channels that the store's staff take, in [0, 1].

    Taking a share e costs ``k e ** (1 + g)`` minutes an order that comes up (`effort_minutes`,
    `effort_exponent`); ``e gain`` less the value of these minutes is largest where the last order
    is worth its minutes. Below what head office can enforce nobody goes.
    """
    rules = scenario.governance
    last = rules.effort_minutes / 60 * scenario.costs.staff_per_hour * (1 + rules.effort_exponent)
    if last == 0:
        return 1.0
    wanted = (max(gain, 0.0) / last) ** (1 / rules.effort_exponent)
    return float(min(1.0, max(rules.enforced_effort, wanted)))


def senders_of(world: World, books: Books) -> dict[int, Sender]:
    """Return the senders as the managers see them."""
    scenario, joint = world.scenario, world.primitives["joint_sending"]
    teams = teams_at_work(scenario)
    as_one = joint if len(teams) == 2 else 0.0
    most = max(books.sent.values(), default=1.0)
    active = {team: (1 - as_one) * (team in teams) for team in SENDERS} | {JOINT: as_one}
    reach = {sender: books.sent.get(sender, most) / most for sender in SENDERS}
    margin = {sender: books.message_margin(scenario, sender) for sender in SENDERS}
    fresh = {k: Sender(active[k], reach[k], margin[k]) for k in SENDERS}
    tired = {
        k: tiredness(scenario, n) for k, n in letters(fresh, world.conduct.campaign_days).items()
    }
    return {k: replace(s, margin=s.margin * np.exp(tired[k])) for k, s in fresh.items()}


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
