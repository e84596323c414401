"""Rows of S4 of the inventory acting: loyalty, what integration costs, who gains."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from omnisim.config.scenario import Scenario
from omnisim.experiment import CostPriors, transition
from omnisim.policies import Blanket, NoContact, Policy
from omnisim.policies.choosing import certain
from omnisim.schema import Event
from omnisim.simulation import simulate
from omnisim.simulation.engine import draw_shoppers
from omnisim.simulation.firm.knowledge import ONLINE_TEAM, STORE_TEAM
from tests.reference.inventory import ONLINE, PEOPLE, likeness
from tests.reference.worlds import finished_world, of, small
from tests.reference.worths import made_values


def by_age(run, chosen, among):
    """Return the share of some rows of the log that are chosen, of those under 35 and from 55."""
    years = run.population.age[of(run.events, "shopper")]
    young, old = years < 35, years >= 55
    return [chosen[group].sum() / among[group].sum() for group in (young, old)]


def after_opening(run, days=7.0):
    """Return which rows of the log come within some days after the shopper opened a message."""
    event, shopper, time = (of(run.events, name) for name in ("event", "shopper", "time"))
    last = np.full(len(run.population), -np.inf)
    after = np.zeros(len(event), np.bool_)
    for row, (kind, i, now) in enumerate(zip(event, shopper, time, strict=True)):
        after[row] = now - last[i] <= days
        if kind == Event.OPEN:
            last[i] = now
    return after


def test_the_young_try_on_more_and_take_more_of_their_journeys_online():
    """S4-08: searches, interactive views (K17), purchases, those after a personal e-mail, by age.

    Of searches online as many have a view at any age where all are equally digital.
    """
    scenario = small(PEOPLE | {
        "market.n_shoppers": 600, "capabilities.interactive_fit": 2, "messages.p_open": 0.6,
        "segments.busy.p_email_consent": 1.0,
    })  # fmt: skip
    people = draw_shoppers(scenario, seed=1)
    alike = replace(people, digital=np.full_like(people.digital, people.digital.mean()))
    in_views = []
    for population in (people, alike):
        run = simulate(scenario, population=population, policy=Blanket("email:profile"), seed=1)
        event, online = of(run.events, "event"), np.isin(of(run.events, "channel"), ONLINE)
        search = (event == Event.VISIT) & (of(run.events, "journey") >= 0)
        viewed, bought = event == Event.VIEWED, event == Event.PURCHASE
        in_views.append(by_age(run, viewed, search & online))
        if population is alike:
            break
        told = bought & after_opening(run)
        for chosen, among in (
            (search & online, search), (viewed, search), (bought & online, bought),
            (told & online, told),
        ):  # fmt: skip
            young, old = by_age(run, chosen, among)
            assert young > old + 0.04
    (young, old), (young_alike, old_alike) = in_views
    assert young > old + 0.1
    assert abs(young_alike - old_alike) < 0.06
    app, age = people.has_app, people.age
    assert app[age < 35].mean() > app[age >= 55].mean()


def test_data_at_one_place_know_tastes_better_than_at_two():
    """S4-10: the estimate from joined records against that of each team from its own."""
    fields = PEOPLE | {"stock.n_items": 40, "segments.busy.p_loyalty": 1.0}
    local, central = (
        finished_world(small(fields, primitives__match_recall=(recall,) * 3), seed=1)
        for recall in (0.0, 1.0)
    )
    of_teams = [likeness(local, team) for team in (ONLINE_TEAM, STORE_TEAM)]
    assert likeness(central, ONLINE_TEAM) > max(of_teams) > min(of_teams) > 0


@dataclass
class Rewards(Policy):
    """Promise extra points to records silent for so many days; to all where it is 0."""

    silent_days: float = 0.0

    def decide(self, context):
        """Return who is rewarded."""
        bonus = context.action_number("reward:bonus")
        chosen = (context.column("is_reward") == 1) & context.eligible[:, bonus]
        chosen &= context.column("days_since_purchase") >= self.silent_days
        return certain(np.where(chosen, bonus, 0))


def test_a_reward_for_each_costs_less_than_one_for_the_segment():
    """S4-25: extra points by a record's own silence, against the same for everybody."""
    fields = PEOPLE | {
        "segments.busy.p_loyalty": 1.0, "primitives.card_shown": (1.0, 1.0, 1.0),
        "surfaces.reward_every_days": 7, "surfaces.bonus": 5.0, "costs.points_share": 0.05,
        "costs.points_minimum": 0.0,
    }  # fmt: skip
    nobody = simulate(small(fields), policy=NoContact(), seed=1)
    spent, more, gained = {}, {}, {}
    for name, days in (("segment", 0.0), ("individual", 20.0)):
        run = simulate(small(fields), policy=Rewards(days), seed=1)
        difference = run.ledger() - nobody.ledger()
        spent[name] = -(difference["points"] + difference["discounts"])
        more[name] = run.orders.num_rows - nobody.orders.num_rows
        gained[name] = difference.sum()
    assert min(more.values()) > 0  # both make some buy again
    assert 0 < spent["individual"] < 0.3 * spent["segment"]
    assert gained["individual"] > gained["segment"]


SURE = CostPriors(
    opex=(1, 1, 1), capex=(1, 1, 1), delay=(1, 1, 1), consulting=(0, 0, 0), tags=(1, 1, 1),
    outage=(1, 1, 1), discount_rate=(0, 0, 0), horizon_years=2.0,
)  # fmt: skip
FREE = (0.0, 0.0, 0.0)
AT_ONCE = {
    f"rollout.{name}.{field}": 0.0
    for name in ("visible_stock", "endless_aisle")
    for field in ("p_partial", "outage_days", "ramp_weeks", "delay_weeks")
}
STOCK = {"capabilities.visible_stock": 2, "capabilities.endless_aisle": 2}


def rolled_out(priors=SURE, *, running=0.0, capex=0.0, outage_days=0.0):
    """Return the one order of visible stock and endless aisle, each worth half a euro a year."""
    base = Scenario().replace(AT_ONCE | {
        "capabilities.offline_capture": 1, "investments.endless_aisle": FREE,
        "capability_costs.endless_aisle": FREE, "investments.visible_stock": (0.0, 0.0, capex),
        "capability_costs.visible_stock": (0.0, 0.0, running),
        "rollout.visible_stock.outage_days": outage_days,
    })  # fmt: skip
    variant = base.replace(STOCK)
    values = made_values(base, variant, lambda members: 10 + 0.5 * len(members))
    return transition(values, base, variant, priors=priors, n_draws=200).orders.iloc[0]


def test_a_larger_investment_makes_a_loss_likelier():
    """S0-14: by the priors of cost: what is sure to pay at a small size is not at a large one."""
    small_, middle, large = (
        rolled_out(CostPriors(discount_rate=(0, 0, 0), horizon_years=2.0), capex=capex)
        for capex in (1e5, 4.0e6, 3e7)
    )
    assert small_["p_loss"] < middle["p_loss"] < large["p_loss"] == 1
    assert small_["payback_years"] < middle["payback_years"]


def test_every_euro_for_systems_is_a_euro_less():
    """S4-20: NPV by investment and by what it costs to run, undiscounted and by hand."""
    free, bought, run_ = (
        rolled_out(**costs)["npv"] for costs in ({}, {"capex": 7e5}, {"running": 2e5})
    )
    assert bought == pytest.approx(free - 0.7)
    assert run_ == pytest.approx(free - 0.2 * 104 * 7 / 365)


def test_a_way_in_without_outages_is_worth_what_would_not_have_been_sold():
    """S4-23: the same roll-out with no day of interruption, a few, and many."""
    none, few, many = (rolled_out(outage_days=days)["npv"] for days in (0.0, 2.0, 8.0))
    assert none > few > many
    assert none - many == pytest.approx(4 * (none - few), rel=0.05)


def test_after_a_purchase_the_journey_begins_again():
    """S4-05: most who bought have a later need, and buy again in another journey."""
    events = simulate(small(PEOPLE), seed=1).events.to_pandas()
    journeys = events[events["journey"] >= 0]
    bought = journeys[journeys["event"] == Event.PURCHASE].groupby("shopper")["journey"]
    needs = journeys[journeys["event"] == Event.NEED].groupby("shopper")["journey"].max()
    first = bought.min()[bought.min().index.isin(needs.index)]
    assert (needs[first.index] > first).mean() > 0.8
    assert (bought.nunique() > 1).mean() > 0.5
