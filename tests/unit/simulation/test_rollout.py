"""Roll-out: late, by a ramp, with outages, not always fully; nothing moves but primitives."""

import numpy as np
import pytest

from omnisim.config.capabilities import NEEDS, Capabilities
from omnisim.config.capability_costs import CapabilityCosts, Investments
from omnisim.config.rollout import Introduction, Rollout
from omnisim.experiment.measures import measure
from omnisim.random import Draws
from omnisim.schema import Channel, Event, Line
from omnisim.simulation import simulate
from omnisim.simulation.firm.moves import move_primitives
from omnisim.simulation.firm.rollout import ACROSS, Arrival, plan, primitives_on
from tests.reference.worlds import finished_world, new_world, of, small

AT_ONCE = Introduction(delay_weeks=0.0, ramp_weeks=0.0, p_partial=0.0, outage_days=0.0)


def rolled_out(way=AT_ONCE, **fields):
    """Return an integrated scenario in which every capability comes in the same `way`."""
    ways = dict.fromkeys(Capabilities.model_fields, way)
    return small(
        {"rollout": Rollout(is_simulated=True, **ways), "capabilities": Capabilities.integrated()},
        **fields,
    )


def test_a_roll_out_at_once_is_the_integrated_firm_but_for_when_it_pays():
    there = simulate(small(capabilities=Capabilities.integrated()), seed=3)
    rolled = simulate(rolled_out(), seed=3)
    assert rolled.events.to_pandas().equals(there.events.to_pandas())
    moved = rolled.ledger() - there.ledger()
    assert set(moved.index[moved.abs() > 1e-9]) == {"capabilities", "investment"}
    contribution = [measure(run)["contribution", ""] for run in (there, rolled)]
    assert contribution[1] == pytest.approx(contribution[0])


def test_a_roll_out_that_never_goes_live_is_the_siloed_firm_that_pays():
    never = Introduction(delay_weeks=1000.0, p_partial=0.0)
    siloed, waiting = simulate(small(), seed=3), simulate(rolled_out(never), seed=3)
    assert waiting.events.to_pandas().equals(siloed.events.to_pandas())
    assert waiting.profit_per_shopper_year < siloed.profit_per_shopper_year


def test_nothing_changes_before_the_first_capability_goes_live():
    late = Introduction(delay_weeks=4.0, ramp_weeks=1.0, p_partial=0.0)
    siloed, rolled = simulate(small(), seed=3).events, simulate(rolled_out(late), seed=3).events
    first = [table.filter(of(table, "time") < 28.0) for table in (siloed, rolled)]
    assert first[0].to_pandas().equals(first[1].to_pandas())
    assert not siloed.to_pandas().equals(rolled.to_pandas())


def test_effects_grow_by_a_ramp():
    slow = Introduction(delay_weeks=1.0, ramp_weeks=2.0, p_partial=0.0, outage_days=0.0)
    scenario = rolled_out(slow)
    arrivals = plan(scenario, Draws(0))
    found = [primitives_on(scenario, arrivals, day)["card_shown"] for day in (0, 7, 14, 21, 99)]
    assert found == pytest.approx([0.4, 0.4, 0.55, 0.7, 0.7])


def test_a_ramp_starts_when_the_outage_ends():
    there = Arrival("offline_capture", 2, start=0.0, live=7.0, ramp_days=10.0, outage_days=5.0)
    assert [there.share(day) for day in (7.0, 11.9, 12.0, 17.0, 22.0, 30.0)] == pytest.approx(
        [0.0, 0.0, 0.0, 0.5, 1.0, 1.0]
    )


@pytest.mark.parametrize(("level", "share"), [(0, 1.0), (1, 0.75), (2, 0.5)])
def test_governance_shortens_the_ramp_of_what_needs_several_channels(level, share):
    way = Introduction(delay_weeks=1.0, ramp_weeks=10.0, p_partial=0.0, outage_days=0.0)
    firm = rolled_out(way).replace({
        "rollout.cross_functional_governance": AT_ONCE,
        "capabilities.cross_functional_governance": level,
    })  # fmt: skip
    ramps = {a.capability: a.ramp_days for a in plan(firm, Draws(0))}
    assert {name for name, days in ramps.items() if days == 70.0 * share != 70.0} == (
        set(ACROSS) if level else set()
    )
    assert ramps["staff_training"] == 70.0


def test_governance_that_comes_later_shortens_nothing():
    way = Introduction(delay_weeks=1.0, ramp_weeks=10.0, p_partial=0.0, outage_days=0.0)
    firm = rolled_out(way).replace({"rollout.cross_functional_governance.delay_weeks": 99.0})
    assert all(a.ramp_days == 70.0 for a in plan(firm, Draws(0)))


@pytest.mark.parametrize("replication", range(20))
def test_no_capability_outruns_the_one_it_needs(replication):
    risky = Introduction(delay_weeks=1.0, p_partial=0.5)
    scenario = rolled_out(risky).replace({"rollout.single_customer_view.delay_weeks": 9.0})
    arrivals = {a.capability: a for a in plan(scenario, Draws(1, replication))}
    assert len(arrivals) == len(Capabilities.model_fields)
    for name, needs in NEEDS.items():
        for least, first in ((n.least[arrivals[name].level], n.capability) for n in needs):
            assert arrivals[first].level >= least
            assert least == 0 or arrivals[name].live >= arrivals[first].running


def test_partial_success_is_as_frequent_as_stated():
    scenario = rolled_out(Introduction(p_partial=0.3))
    partial = [
        next(a for a in plan(scenario, Draws(5, k)) if a.capability == "offline_capture").level == 1
        for k in range(2000)
    ]
    assert np.mean(partial) == pytest.approx(0.3, abs=5 * np.sqrt(0.21 / 2000))


def test_a_channel_stands_still_while_a_capability_goes_live():
    outage = Introduction(delay_weeks=2.0, ramp_weeks=0.0, p_partial=0.0, outage_days=5.0)
    scenario = rolled_out(outage, market__n_shoppers=200)
    arrivals = {a.capability: a for a in plan(scenario, Draws(0))}
    closed = [a for a in arrivals.values() if a.capability != "offline_capture"]
    end = 14 + min(closed, key=lambda a: a.outage_days).outage_days
    events = finished_world(scenario).state.log
    columns = [np.concatenate(parts) for parts in events.columns()[:5]]
    time, _, _, channel, event = columns
    carts = (channel == Channel.WEBSITE) & (event == Event.CART)
    assert carts.any()
    assert not (carts & (time > 14.0) & (time < end)).any()


def test_the_investment_is_posted_once_and_running_costs_daily():
    nothing = dict.fromkeys(Capabilities.model_fields, (0.0, 0.0, 0.0))
    scenario = rolled_out().replace({
        "capability_costs": CapabilityCosts(**nothing | {"visible_stock": (0.0, 0.0, 36500.0)}),
        "investments": Investments(**nothing | {"endless_aisle": (0.0, 0.0, 100.0)}),
        "market.n_regions": 1, "market.shoppers_per_region": 40,
    })  # fmt: skip
    table = simulate(scenario, seed=0).postings.to_pandas()
    invested = table[table["line"] == Line.INVESTMENT]
    running = table[table["line"] == Line.CAPABILITIES]
    assert invested["cents"].tolist() == [-20000]  # two stores at 100 EUR
    assert (running["cents"] == -10000).all()
    assert len(running) == scenario.market.horizon_days


def test_joining_records_keeps_what_they_held():
    world = new_world(small())
    columns, n = world.columns, world.n_shoppers
    columns["record_count"][:] = columns["record_weight"][:] = 2
    columns["record_value"][:] = np.arange(2 * n)
    columns["record_teams"][:n], columns["record_teams"][n:] = 1, 2
    columns["record_profile"][:n], columns["record_profile"][n:] = 1.0, 3.0
    move_primitives(world, {"match_recall": 1.0})
    assert columns["record_of"].tolist() == [[i, i] for i in range(n)]
    assert columns["record_count"].tolist() == [4] * n + [0] * n
    assert columns["record_value"][:n].tolist() == [n + 2.0 * i for i in range(n)]
    assert (columns["record_profile"][:n] == 2.0).all()
    assert (columns["record_teams"] == [3] * n + [0] * n).all()


def test_every_capability_has_costs_and_a_way_in():
    names = set(Capabilities.model_fields)
    assert names == set(CapabilityCosts.model_fields) == set(Investments.model_fields)
    assert names == set(Rollout.model_fields) - {"is_simulated", "migration_loss"}
