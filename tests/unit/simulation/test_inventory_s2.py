"""Rows of S2 of the inventory acting: the customer journey in ten steps."""

import itertools

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.policies import Uniform
from omnisim.schema import Channel, Event, Trigger
from omnisim.simulation import _outcome as outcome
from omnisim.simulation import simulate
from tests.reference.inventory import PEOPLE, count, needs_with
from tests.reference.worlds import BUSY, new_world, of, small


def test_buyers_meet_firm_and_rivals_at_five_to_ten_kinds_of_touchpoint_a_year():
    """S2-03 (T-04, role B): kinds of touchpoint times firms of a buyer and year."""
    run = simulate(Scenario().replace({"market.n_shoppers": 400, "market.burn_in_days": 0}), seed=1)
    events = run.events.to_pandas()
    met = events[
        ~events["event"].isin((Event.NEED, Event.AWARE)) & (events["channel"] != Channel.NONE)
    ]
    kinds = met.groupby("shopper")["channel"].nunique()
    buyers = np.unique(of(run.orders, "shopper"))
    assert len(buyers) > 100
    assert 5 < kinds[buyers].mean() < 10
    assert set(met["channel"]) >= {Channel.RIVAL_ONLINE, Channel.RIVAL_LOCAL, Channel.STORE}


def test_the_more_experience_counts_the_more_a_bad_one_costs():
    """S2-05: one weight up, fewer orders and shoppers; where experience is good, more of both."""
    orders, stay = {}, {}
    for rating, weights in ((0.0, (0.0, 1.0, 3.0)), (1.0, (0.0, 3.0))):
        runs = [
            simulate(small(PEOPLE | {
                "experience.rating": rating, "experience.satisfaction_on_churn": weight}), seed=1)
            for weight in weights
        ]  # fmt: skip
        orders[rating] = [run.orders.num_rows for run in runs]
        stay[rating] = [run.final["alive"].mean() for run in runs]
    for bad, good in (orders.values(), stay.values()):
        assert bad[0] > bad[1] > bad[2]
        assert good[1] > good[0]


def test_what_one_is_used_to_pleases_no_more():
    """S2-06: the mood after the same good service again and again, by how fast one expects it."""
    mood = []
    for rate in (0.0, 0.1, 0.5):
        fields = {"experience.expectation_rate": rate, "experience.coherence_norm": 0.0}
        world = new_world(small(fields))
        for _ in range(30):
            outcome.live(world.state, 0, 0.9)
        mood.append(float(world.columns["satisfaction"][0]))
    assert mood[0] == pytest.approx(0.9 - 0.6, abs=0.01)  # expected 0.6, and still does
    assert mood[0] > mood[1] > mood[2]
    assert mood[2] == pytest.approx(0, abs=0.01)


def test_the_weakest_link_spoils_what_else_was_good():
    """S4-11: one bad part of three, by the weight of the worst; three alike do not depend on it."""
    for speed, weights in ((-1.0, (0.0, 0.4, 0.9)), (0.65, (0.0, 0.4, 0.9))):
        mood = []
        for weight in weights:
            world = new_world(small({"experience.weakest_link": weight,
                                     "fulfilment.fit_likeness": 0.0}))  # fmt: skip
            outcome.evaluate(
                world.state, 0, 0, 0, int(Channel.STORE), 1.0, 0.0, speed, False, 0.0, 0.0, 0.0
            )
            mood.append(float(world.columns["satisfaction"][0]))
        falls = [later < earlier for earlier, later in itertools.pairwise(mood)]
        assert all(falls) if speed < 0 else mood == pytest.approx([mood[0]] * 3)


def test_a_web_shop_reaches_the_segment_that_stores_do_not():
    """S2-09: buyers by segment, before and after channels open."""
    near = BUSY.model_copy(update={"share": 0.5, "distance_km": 1.0, "distance_sd": 0.1})
    far = near.model_copy(update={"distance_km": 25.0})
    firm = {"market.n_shoppers": 300, "market.horizon_days": 60, "choice.distance_per_km": 0.2,
            "segments": {"near": near, "far": far}}  # fmt: skip
    buyers = []
    for is_open in (False, True):
        online = {f"channels.{name}.is_open": is_open for name in ("website", "app")}
        run = simulate(small(firm | online), seed=1)
        bought = np.unique(of(run.orders, "shopper"))
        buyers.append(np.bincount(run.population.segment[bought], minlength=2))
    names = list(run.population.segment_names)
    gained = dict(zip(names, (buyers[1] - buyers[0]) / buyers[0], strict=True))
    assert gained["far"] > 0.1
    assert gained["far"] > 2 * gained["near"]


def test_who_is_at_risk_is_noticed_before_the_exit():
    """S2-10: silences that the record shows, and who has not yet left when they are noticed."""
    fields = PEOPLE | {
        "messages.at_risk_factor": 1.5, "segments.busy.p_account": 1.0,
        "segments.busy.p_email_consent": 1.0, "market.n_shoppers": 300, "market.horizon_days": 120,
    }  # fmt: skip
    run = simulate(small(fields), policy=Uniform(), seed=1)
    rows, events = run.decisions.to_pandas(), run.events.to_pandas()
    warned = rows[rows["trigger"] == Trigger.AT_RISK].groupby("shopper")["time"].min()
    left = events[events["event"] == Event.CHURN].groupby("shopper")["time"].max()
    caught = warned[warned < left.reindex(warned.index, fill_value=np.inf)]
    assert len(warned) > 50
    assert len(caught) > 0.5 * len(warned)
    assert caught.index.isin(left.index).sum() > 5  # left later, and the firm had noticed
    is_late = ~warned.index.isin(caught.index)
    assert 0 < is_late.mean() < 0.5  # noticed when it is too late: silence is all a record shows


def test_a_shop_that_is_hard_to_use_loses_its_carts():
    """S2-12: carts abandoned by friction."""
    shares = []
    for friction in (-1.0, 0.856, 2.0):
        run = simulate(small(PEOPLE, channels__cart_friction=friction), seed=1)
        shares.append(count(run, Event.CART_ABANDONED) / count(run, Event.CART))
    assert shares[0] < shares[1] - 0.1 < shares[2] - 0.2


def test_journeys_that_meet_an_empty_shelf_end_less_often_there_in_the_integrated_firm():
    """S2-20: dead ends, the needs that meet an empty shelf and are not met by the firm."""
    dead = []
    for levels in (Capabilities.siloed(), Capabilities.integrated()):
        run = simulate(
            small(PEOPLE | {"stock.store_share": 0.4, "stock.n_items": 40}, capabilities=levels),
            seed=1,
        )
        lacked = needs_with(run, Event.STOCKOUT)
        ended = needs_with(run, Event.PURCHASE, Event.RIVAL_PURCHASE, Event.NO_PURCHASE)
        met = needs_with(run, Event.PURCHASE)
        assert len(lacked) > 100
        dead.append(len((lacked & ended) - met) / len(lacked & ended))
    assert dead[1] < dead[0] - 0.05


@pytest.fixture(scope="module")
def firms():
    """Runs of the firm in silos and of the integrated one."""
    return [
        simulate(small(PEOPLE, capabilities=levels), seed=1)
        for levels in (Capabilities.siloed(), Capabilities.integrated())
    ]


def test_channels_are_linked_by_those_who_go_from_one_to_another(firms):
    """S2-01: ordered pairs of kinds of touchpoint that follow each other in one need."""
    events = firms[0].events.to_pandas()
    met = events[(events["journey"] >= 0) & (events["channel"] != Channel.NONE)]
    met = met.sort_values(["shopper", "journey", "time"], kind="stable")
    same = (met[["shopper", "journey"]].diff() == 0).all(axis=1)
    pairs = set(zip(met["channel"].shift()[same], met["channel"][same], strict=True))
    crossing = {pair for pair in pairs if pair[0] != pair[1]}
    assert crossing >= {(Channel.WEBSITE, Channel.STORE), (Channel.SEARCH, Channel.WEBSITE)}
    assert len(crossing) > 15


def test_the_integrated_firm_has_more_engaged_and_more_satisfied_shoppers(firms):
    """S2-08: both stocks, at the end."""
    siloed, integrated = (run.final for run in firms)
    assert integrated["engagement"].mean() > 1.1 * siloed["engagement"].mean()
    assert integrated["satisfaction"].mean() > siloed["satisfaction"].mean()


def test_engagement_after_the_sale_keeps_shoppers():
    """S0-12: who still considers the firm, by how far engagement holds them."""
    kept = []
    for weight in (0.0, 0.3, 2.0):
        fields = {"experience.engagement_on_churn": weight, "experience.engagement_centre": 0.0}
        kept.append(simulate(small(PEOPLE | fields), seed=1).final["alive"].mean())
    assert kept[0] < kept[1] < kept[2]


def test_the_satisfied_recommend_and_others_come_to_know_the_firm():
    """S2-24: recommendations and acquaintances, by how good the experience is."""
    spoke, heard = [], []
    for rating in (0.2, 0.9):
        fields = {"experience.rating": rating, "word.innovation_per_year": 0.0,
                  "word.goodwill_per_year": 0.0, "segments.busy.p_aware": 0.3}  # fmt: skip
        run = simulate(small(PEOPLE | fields), seed=1)
        spoke.append(count(run, Event.WORD_POSITIVE))
        heard.append(count(run, Event.AWARE))
    assert spoke[0] < 0.5 * spoke[1]
    assert heard[0] < heard[1]
