"""What must hold of every capability: it acts, by its own primitives only, and books balance."""

import numpy as np
import pytest

from omnisim.config.capabilities import NEEDS, Capabilities
from omnisim.config.capability_costs import CapabilityCosts, Investments
from omnisim.config.exposures import WRITTEN
from omnisim.config.primitives import MOVES, Primitives
from omnisim.config.rollout import Introduction, Rollout
from omnisim.config.sign_ups import SignUps
from omnisim.random import Draws
from omnisim.schema import Event, Line
from omnisim.simulation import simulate
from omnisim.simulation.firm.rollout import OUTAGE_OF, plan, primitives_on
from tests.reference.worlds import bits, of, small

PAID = (Line.REVENUE, Line.DISCOUNTS, Line.PROMOTIONS, Line.DELIVERY_FEES, Line.REFUNDS)
"""Lines of what passes between shopper and firm."""

EVERY = tuple(Capabilities.model_fields)
FREE = {
    "capability_costs": CapabilityCosts(**dict.fromkeys(EVERY, (0.0, 0.0, 0.0))),
    "investments": Investments(**dict.fromkeys(EVERY, (0.0, 0.0, 0.0))),
}
PEOPLE = {
    "market.n_shoppers": 200, "segments.busy.p_loyalty": 0.8, "segments.busy.p_app": 0.8,
    "stock.store_share": 0.3, "stock.n_items": 40,
}  # fmt: skip

NO_MESSAGES = {"exposures.off": WRITTEN}
NO_SURFACES = {f"surfaces.{name}_every_days": 0 for name in ("online", "store", "reward")}
NO_CARDS = {"segments.busy.p_loyalty": 0.0, "sign_ups.card": 0.0}
NO_STORE = {"channels.store.is_open": False}
BY_HAND = {
    "single_customer_view": ({"match_recall", "false_merge"}, NO_CARDS),
    "offline_capture": (
        {"card_shown", "visits_sensed", "item_noticed", "record_accuracy"}, NO_STORE,
    ),
    "personalisation_engine": (
        {"content_signals", "popularity_corrected", "third_party_accuracy"},
        NO_MESSAGES | NO_SURFACES | {"costs.third_party_per_year": 0.0},
    ),
    "coordinated_automation": ({"trigger_days", "joint_sending"}, NO_MESSAGES),
    "geofence": ({"near_noticed"}, {"segments.busy.p_location_consent": 0.0}),
    "in_store_digital": ({"screens_used", "coupons_shown"}, NO_STORE),
    "visible_stock": ({"stock_shown"}, NO_STORE),
    "endless_aisle": ({"aisle_offered"}, {"stock.store_share": 1.0, "stock.safety_factor": 10.0}),
    "cross_channel_returns": ({"returns_across"}, {"fulfilment.return_threshold": -100.0}),
    "unified_loyalty": (
        {"points_across", "sign_up_factor"},
        {"costs.points_share": 0.0, "sign_ups": SignUps(card=0.0, app=0.0, cookies=0.0)},
    ),
    "staff_training": ({"staff_skill", "training_hours", "clients_written"}, NO_STORE),
    "always_open_service": ({"bot_first", "context_passed"}, {"service_desk.is_open": False}),
    "price_coherence": (
        {"offers_aligned", "checks_answered"},
        {"governance.managers_decide": False, "choice.p_phone_check": 0.0},
    ),
    "advocacy_nurturing": ({"recommend_factor"}, {"offers.promoter_purchases": 1000}),
    "cross_functional_governance": (
        {"credit_across", "ramp_share"}, {"governance.managers_decide": False},
    ),
    "social_care": ({"recovery", "reply_days"}, {"voice.p_complain": 0.0}),
    "interactive_fit": (
        {"views_offered", "fit_resolved"},
        {"channels.website.risk_resolved": 1.0, "channels.app.risk_resolved": 1.0},
    ),
}  # fmt: skip
"""What each capability moves, written down from facts.md D5 and C3 and from no table of the
package, and a world that lacks only what it acts on."""

LONG_OUTAGES = 247
"""A seed under which no outage is short."""


def levels(name: str) -> tuple[Capabilities, Capabilities]:
    """Return the firm with what the capability needs, and with the capability as well."""
    needed = {}
    wanted = [name]
    while wanted:
        first = [need.capability for need in NEEDS.get(wanted.pop(), ())]
        needed |= dict.fromkeys(first, 2)
        wanted += first
    return Capabilities(**needed), Capabilities(**needed, **{name: 2})


def held(name: str) -> dict[str, tuple[float, float, float]]:
    """Return the primitives of one capability, held where they are without it."""
    unmoved = Primitives().unmoved()
    return {f"primitives.{p}": getattr(unmoved, p) for p, owner in MOVES.items() if owner == name}


def runs(name: str, changes: dict[str, object]):
    worlds = [small(PEOPLE | FREE | changes | {"capabilities": firm}) for firm in levels(name)]
    return [simulate(world, seed=3) for world in worlds]


@pytest.mark.parametrize("name", EVERY)
def test_it_moves_its_own_primitives_only(name: str) -> None:
    primitives = Primitives()
    without, with_ = (primitives.at(firm) for firm in levels(name))
    moved = {p for p in with_ if with_[p] != without[p]}
    assert moved == BY_HAND[name][0]


def test_every_capability_is_written_down_and_no_primitive_has_two() -> None:
    assert tuple(BY_HAND) == EVERY
    moved = [primitive for primitives, _ in BY_HAND.values() for primitive in primitives]
    assert sorted(moved) == sorted(Primitives.model_fields)


@pytest.mark.parametrize("name", EVERY)
def test_where_there_is_nothing_for_it_to_act_on_not_a_bit_changes(name: str) -> None:
    """Whatever else there is in the world, the capability must not touch."""
    without, with_ = runs(name, BY_HAND[name][1])
    assert bits(without, "events") == bits(with_, "events")
    assert bits(without, "postings") == bits(with_, "postings")
    assert without.orders.num_rows > 50


@pytest.mark.parametrize("name", EVERY)
def test_it_acts(name: str) -> None:
    without, with_ = runs(name, {})
    assert bits(without, "events") != bits(with_, "events")


@pytest.mark.parametrize("name", EVERY)
def test_with_its_primitives_held_not_a_bit_changes(name: str) -> None:
    without, with_ = runs(name, held(name))
    assert bits(without, "events") == bits(with_, "events")
    assert bits(without, "postings") == bits(with_, "postings")


@pytest.mark.parametrize("name", EVERY)
def test_first_needs_come_when_they_would_have(name: str) -> None:
    """Later ones may not: a need waits for the one before it to end."""
    times = []
    for run in runs(name, {}):
        rows = (of(run.events, "event") == Event.NEED) & (of(run.events, "journey") == 0)
        shopper, time = of(run.events, "shopper")[rows], of(run.events, "time")[rows]
        times.append(time[np.argsort(shopper)].tobytes())
    assert times[0] == times[1]


@pytest.mark.parametrize("name", EVERY)
def test_the_books_balance(name: str) -> None:
    run = runs(name, {})[1]
    line, cents = of(run.postings, "line"), of(run.postings, "cents")
    years = run.shopper_years
    assert run.profit_per_shopper_year == pytest.approx(cents.sum() / 100 / years, rel=1e-12)
    event, value = of(run.events, "event"), of(run.events, "value")
    kept = value[(event == Event.PURCHASE) | (event == Event.RETURN)].sum()
    assert cents[np.isin(line, PAID)].sum() == pytest.approx(100 * kept, abs=0.5)
    owed = -cents[line == Line.POINTS].sum()  # nobody holds points on the first day
    assert owed == pytest.approx(100 * run.final["points"].sum(), abs=1e-6)
    assert owed > 0


@pytest.mark.parametrize("name", EVERY)
def test_it_does_nothing_while_it_is_out(name: str) -> None:
    mean = plan(rolled_out(name, outage_days=1.0), Draws(LONG_OUTAGES))
    factor = next(a.outage_days for a in mean if a.capability == name)
    out = rolled_out(name, outage_days=min(45.0 / factor, 100.0))
    arrivals = plan(out, Draws(LONG_OUTAGES))
    end = next(a.outage_days for a in arrivals if a.capability == name)
    firms = [Primitives().at(firm) for firm in levels(name)]
    for day, expected in zip((0.99 * end, end), firms, strict=True):
        assert primitives_on(out, arrivals, day) == pytest.approx(expected)
    worlds = (rolled_out(name), out, rolled_out(name, delay_weeks=100.0))
    kept, lost, never = (simulate(world, seed=LONG_OUTAGES) for world in worlds)
    assert bits(kept, "events") != bits(lost, "events")
    if name not in OUTAGE_OF:
        assert before(lost, end) == before(never, end)


def rolled_out(name: str, **way: float):
    """Return the firm of a capability that comes in in a `way`, and all that it needs at once."""
    at_once = {"delay_weeks": 0.0, "ramp_weeks": 0.0, "p_partial": 0.0, "outage_days": 0.0}
    ways = {n: Introduction(**at_once) for n in EVERY} | {name: Introduction(**(at_once | way))}
    rollout = Rollout(is_simulated=True, **ways)
    firm = {"capabilities": levels(name)[1], "rollout": rollout, "market.n_shoppers": 300}
    return small(PEOPLE | FREE | firm)


def before(run, day: float) -> bytes:
    rows = run.events.filter(of(run.events, "time") < day)
    return b"".join(of(rows, column).tobytes() for column in rows.column_names)
