"""Rows of S3 of the inventory acting: silos, moments that matter, one aim."""

import pathlib
import re

import numpy as np
import pytest

import omnisim as om
from omnisim.config.capabilities import Capabilities
from omnisim.experiment import measurement_value
from omnisim.experiment.flows import crossing_share, journey_flows
from omnisim.policies import Blanket, NoContact
from omnisim.schema import Event, Fulfilment, Line
from omnisim.simulation import Intervention, simulate
from omnisim.simulation.firm.governance import credited_margin
from omnisim.simulation.firm.results import Results
from tests.reference.inventory import ONLINE, PEOPLE, needs_with, profit
from tests.reference.worlds import finished_world, of, small

ACROSS = (Fulfilment.PICKUP, Fulfilment.ENDLESS_AISLE)


def crossings(run):
    """Return orders filled, and goods brought back, by another channel than that of the sale."""
    filled = int(np.isin(of(run.orders, "fulfilment"), ACROSS).sum())
    events = run.events
    back = (of(events, "event") == Event.RETURN) & (of(events, "store") >= 0)
    return filled, int((back & np.isin(of(events, "channel"), ONLINE)).sum())


def test_no_order_crosses_a_channel_in_silos_and_some_do_in_the_integrated_firm():
    """S3-01: nothing collected, ordered by staff or brought back across channels."""
    siloed, integrated = (
        simulate(small(PEOPLE | {"stock.store_share": 0.5}, capabilities=levels), seed=1)
        for levels in (Capabilities.siloed(), Capabilities.integrated())
    )
    assert crossings(siloed) == (0, 0)
    assert all(n > 0 for n in crossings(integrated))
    records = siloed.final["record_of"]
    assert not (records[:, 0] == records[:, 1]).any()


def test_the_dearer_it_is_to_change_channel_the_fewer_journeys_cross():
    """S3-03: journeys decided in another place than they began in, by the lock-in of channels."""
    shares = [
        crossing_share(journey_flows(simulate(small(PEOPLE | {
            f"channels.{name}.lock_in": size for name in ("store", "website", "app")
        }), seed=1)))
        for size in (0.0, 4.0)
    ]  # fmt: skip
    assert shares[1] < 0.8 * shares[0]


def test_search_here_and_buy_there_fills_the_matrix_of_channels():
    """S4-07: what is searched online and bought in the store, by the help of one to the other."""
    shares = []
    for help_ in (0.0, 2.0):
        flows = journey_flows(simulate(small(PEOPLE, channels__online_to_store=help_), seed=1))
        online = flows["first"].isin(("website", "app"))
        in_store = flows["end"] == "bought in store"
        bought = flows["end"].str.startswith(("bought", "click"))
        shares.append(flows.loc[online & in_store, "journeys"].sum()
                      / flows.loc[online & bought, "journeys"].sum())  # fmt: skip
        from_store = flows["first"] == "store"
        assert flows.loc[from_store & bought & ~in_store, "journeys"].sum() > 0
    assert 0 < shares[0] < shares[1] - 0.1


def test_the_firm_is_there_when_the_phone_is_taken_out():
    """S3-04: share of the looks at the phone in the store that are answered at that very time."""
    people = PEOPLE | {"choice.p_phone_check": 1.0, "segments.busy.p_app": 1.0,
                       "segments.busy.p_location_consent": 1.0}  # fmt: skip
    present = []
    for level in (0, 2):
        levels = Capabilities(single_customer_view=2, price_coherence=level)
        run = simulate(small(people, capabilities=levels), seed=1)
        answered, looked = needs_with(run, Event.DEFENCE), needs_with(run, Event.PHONE_CHECK)
        assert answered <= looked
        times = {}
        for kind in (Event.DEFENCE, Event.PHONE_CHECK):
            rows = of(run.events, "event") == kind
            times[kind] = set(of(run.events, "time")[rows].tolist())
        assert times[Event.DEFENCE] <= times[Event.PHONE_CHECK]
        present.append(len(answered) / len(looked))
    assert present[0] == 0
    assert 0.3 < present[1] < 1


def test_data_shared_and_one_aim_move_decisions_each_and_profit_together():
    """S3-06: K1 joins records, K15 moves conduct; each changes what is earned before its cost."""
    earned = []
    for view, aim in ((0, 0), (2, 0), (0, 2), (2, 2)):
        levels = Capabilities(single_customer_view=view, cross_functional_governance=aim)
        world = finished_world(small(PEOPLE, capabilities=levels), seed=1)
        joined = world.columns["record_of"][:, 0] == world.columns["record_of"][:, 1]
        assert joined.any() == (view == 2)
        assert (world.conduct.effort == 1.0) == (aim == 2)
        assert (world.conduct.campaign_days[0] > 14) == (aim == 2)
        postings = world.state.postings.columns()
        line, cents = np.concatenate(postings[1]), np.concatenate(postings[5])
        bought = np.isin(line, (Line.CAPABILITIES, Line.INVESTMENT))
        earned.append(int(cents[~bought].sum()))
    assert len(set(earned)) == 4


def test_managers_in_conflict_lose_profit_of_the_firm():
    """S4-19: what the online manager's own best promotion costs all channels, by fine search."""
    results = Results(np.array([0.3, 0.2, 0.1]), np.full(3, 0.6), np.zeros(2))
    depths = np.linspace(0, 0.5, 501)

    def worth(depth, credit):
        return credited_margin(results, np.zeros(3), [1, 2], depth, 3.5, credit)

    own, joint = (
        depths[int(np.argmax([worth(depth, credit) for depth in depths]))] for credit in (0.0, 1.0)
    )
    assert own > joint + 0.05
    lost = worth(joint, 1.0) - worth(own, 1.0)
    assert lost > 0.01 * worth(joint, 1.0)  # of the margin of all channels
    assert worth(own, 0.0) > worth(joint, 0.0)  # and why he does it


def test_to_follow_everybody_may_cost_more_than_it_earns():
    """S3-07: net worth of TL2 over TL1, with tags and readers that are dear."""
    firm = small({
        "capabilities": Capabilities.integrated(), "market.n_shoppers": 80,
        "market.horizon_days": 40, "capability_costs.offline_capture": (0.0, 0.0, 3e9),
    })  # fmt: skip
    found = measurement_value(
        firm, candidates={"nobody": NoContact(), "blanket": Blanket()}, seed=5,
        n_training=1, n_rehearsals=1, n_replications=2, window_days=14.0,
    )  # fmt: skip
    steps = found.steps.set_index("step")
    last = steps.loc["TL2 - TL1"]
    assert last["cost"] > 500
    assert last["net"] == pytest.approx(last["gross"] - last["cost"])
    assert last["net"] < 0


DAY = 45


def test_one_aim_from_a_day_on_and_what_before_and_after_make_of_it():
    """S3-14: until the day nothing moves; the season and all else move before and after, too."""
    firm = small(PEOPLE)
    never = simulate(firm, seed=1)
    aim = Intervention(DAY, Capabilities(cross_functional_governance=2))
    changed = om.simulate(firm, seed=1, interventions=(aim,))
    assert profit(changed, 0, DAY) == profit(never, 0, DAY)
    effect = profit(changed, DAY) - profit(never, DAY)
    assert effect != 0
    before_and_after = profit(changed, DAY) - profit(changed, 0, DAY)
    assert abs(before_and_after - effect) > abs(effect)


@pytest.fixture(scope="module")
def versus():
    firm = small(PEOPLE)
    return om.compare(
        firm, firm.replace({"capabilities": Capabilities.integrated()}), n_replications=4, seed=1
    )


@pytest.fixture(scope="module")
def nothing():
    firm = small({"market.n_shoppers": 60, "market.horizon_days": 30}).placebo()
    return om.compare(
        firm, firm.replace({"capabilities": Capabilities.integrated()}), n_replications=2, seed=1
    )


def test_everything_integrated_has_an_effect_that_its_primitives_make(versus, nothing):
    """S2-26: orders and crossing journeys, and not one more where no primitive moves."""
    for metric in ("orders", "surplus"):
        assert versus.row(metric)["ci_low"] > 0
        assert nothing.row(metric)["difference"] == 0


def test_sales_and_margin_rise_by_integration_in_this_world(versus, nothing):
    """S3-15: the sign is found: both intervals lie above nothing here."""
    for metric in ("revenue", "contribution"):
        row = versus.row(metric)
        assert 0 < row["ci_low"] < row["difference"]
        assert nothing.row(metric)["difference"] == 0


def test_both_sides_gain_or_it_is_said_that_not(versus, nothing):
    """S4-01: the verdict of a study, from its own intervals."""
    for _, row in versus.verdicts().iterrows():
        gains = row["firm_low"] > 0 and row["shoppers_low"] > 0
        assert (row["verdict"] == "win-win") == gains
    assert versus.verdicts()["group"].iloc[0] == ""
    assert set(nothing.verdicts()["verdict"]) <= {"nothing changes", "unclear"}
    assert nothing.verdicts()["verdict"].iloc[0] == "nothing changes"


MODEL = pathlib.Path(__file__).resolve().parents[3] / "experiments" / "MODEL.md"
PHASES = ("awareness", "consideration", "action", "after the purchase")


def phases():
    """Return the events of each phase, as documented."""
    text = MODEL.read_text(encoding="utf-8").partition("| phase | events |")[2]
    lines = {p: re.search(rf"^\| {p} \| (.*) \|$", text, re.MULTILINE) for p in PHASES}
    return {phase: [Event[name] for name in line[1].split(", ")] for phase, line in lines.items()}


@pytest.mark.skipif(not MODEL.exists(), reason="the tests run without the sources")
def test_every_event_is_in_one_of_four_phases_and_a_journey_runs_through_them():
    """S3-05: the phases of the documentation, over the needs that the firm meets."""
    found = phases()
    assert sorted(kind for kinds in found.values() for kind in kinds) == sorted(Event)
    events = simulate(small(PEOPLE), seed=1).events.to_pandas()
    phase_of = {int(kind): k for k, kinds in enumerate(found.values()) for kind in kinds}
    phase = events["event"].map(phase_of)
    assert set(phase) == {0, 1, 2, 3}
    met = events.assign(phase=phase)[events["journey"] >= 0]
    first = met.groupby(["shopper", "journey", "phase"])["time"].min().unstack()
    bought = met[met["event"] == Event.PURCHASE].set_index(["shopper", "journey"]).index.unique()
    needed, acted = (first.loc[bought, k] for k in (1, 2))
    assert (needed <= acted).all()
    sent = met[(met["event"] == Event.PURCHASE) & (met["fulfilment"] == Fulfilment.DELIVERY)]
    early = sent[sent["time"] < 60].set_index(["shopper", "journey"]).index
    assert len(early) > 20
    assert first.loc[early, 3].notna().all()  # a parcel arrives
