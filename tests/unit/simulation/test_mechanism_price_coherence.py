"""One price everywhere, and an answer to the phone in the store (K13)."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.heterogeneity import Heterogeneity
from omnisim.schema import Channel, Event, Line
from omnisim.simulation import _coherence as coherence
from omnisim.simulation import _journey as kernel
from omnisim.simulation import _outcome as outcome
from omnisim.simulation import engine, simulate
from omnisim.simulation.firm.governance import choose_promotions
from omnisim.simulation.firm.moves import move_primitives, refresh
from omnisim.simulation.firm.results import Results
from omnisim.simulation.trip import APP, RIVAL_ONLINE, STORE, WEBSITE, WITH_PICKUP
from tests.reference.worlds import assert_same_bytes, new_world, of, small

FREE = {"capability_costs.price_coherence": (0.0, 0.0, 0.0),
        "investments.price_coherence": (0.0, 0.0, 0.0)}  # fmt: skip
CHECKING = {"choice.p_phone_check": 1.0, "segments.busy.p_app": 1.0,
            "segments.busy.p_location_consent": 0.5, "primitives.match_recall": (0.0, 0.4, 0.5),
            "primitives.false_merge": (0.0, 0.0, 0.0)}  # fmt: skip


def firm(level, changes=None, **fields):
    levels = Capabilities(single_customer_view=2, price_coherence=level)
    return small(FREE | dict(changes or {}), capabilities=levels, **fields)


def promoting(level, store, online, changes=None, **fields):
    """Return a world in which both managers promote."""
    world = new_world(firm(level, changes, **fields))
    world.conduct.promotion = [store, online, online]
    refresh(world)
    return world


@pytest.mark.parametrize(
    ("level", "expected"), [(0, [0.05, 0.1, 0.1]), (1, [0.1] * 3), (2, [0.1] * 3)]
)
def test_the_best_offer_holds_everywhere(level, expected):
    assert promoting(level, 0.05, 0.1).state.params["promotion"] == pytest.approx(expected)


def test_offers_come_together_as_the_capability_ramps_up():
    world = promoting(0, 0.1, 0.0)
    move_primitives(world, {"offers_aligned": 0.5})
    assert world.state.params["promotion"] == pytest.approx([0.1, 0.05, 0.05])


def test_managers_know_that_the_deeper_offer_will_hold():
    results = Results(np.array([0.1, 0.3, 0.1]), np.array([0.2, 0.6, 0.6]), np.zeros(2))
    apart, one = (choose_promotions(new_world(firm(k)), results, 0.0) for k in (0, 1))
    assert apart[STORE] == one[STORE] == 0.0  # the store cannot afford more
    assert 0.0 < one[WEBSITE] < apart[WEBSITE]  # what holds everywhere draws fewer from the store


def test_a_lower_price_seen_elsewhere_is_felt():
    world = promoting(0, 0.0, 0.1, {"choice.p_phone_check": 0.0})
    sees = {searched: coherence.conflict(world.state, 0, 0, 0, searched, True, STORE, 0.0)
            for searched in (STORE, WEBSITE, RIVAL_ONLINE)}  # fmt: skip
    assert sees == pytest.approx({STORE: 0.0, WEBSITE: 0.1, RIVAL_ONLINE: 0.0})
    world.state.params = world.state.params | {"p_phone_check": 1e9}
    assert coherence.conflict(world.state, 0, 0, 0, STORE, True, STORE, 0.0) == pytest.approx(0.1)
    felt = []
    for gap in (0.0, 0.1):
        world = promoting(0, 0.0, 0.1, {"fulfilment.fit_likeness": 0.0})
        outcome.evaluate(world.state, 0, 0, 0, STORE, 1.0, 0.0, 0.65, False, gap, 0.0, 0.0)
        felt.append(float(world.columns["satisfaction"][0]))
    lost = 5.0 * 0.1 * ((1 - 0.4) / 3 + 0.4)  # a third of the experience, and its weakest link
    below_expected = lost - 0.05  # 0.65 is 0.05 above what is expected
    assert felt == pytest.approx([0.2 * 0.05, -0.2 * 2.0 * below_expected])


def test_a_store_dearer_than_the_website_costs_satisfaction_until_prices_are_one():
    mood, seen = [], []
    for level in (0, 1):
        world = promoting(level, 0.0, 0.15, {"governance.managers_decide": False,
                                             "market.n_shoppers": 300})  # fmt: skip
        engine.run(world)
        events = np.concatenate(world.state.log.columns()[4])
        seen.append(int((events == Event.CONFLICT).sum()))
        mood.append(world.columns["satisfaction"].mean())
    assert seen[0] > 30
    assert seen[1] == 0
    assert mood[0] < mood[1]


def checks(level, changes=None):
    """Let 600 shoppers decide in the store, phone in hand; return world and decisions."""
    world = new_world(firm(level, CHECKING | dict(changes or {}), market__n_shoppers=600))
    world.state.params = world.state.params | {"p_phone_check": 1e9}
    chosen = [kernel.decide(world.state, i, 0, 1, STORE, 1, True, True, 0.8, 0.0)
              for i in range(600)]  # fmt: skip
    return world, np.array(chosen)


def test_those_who_are_recognised_get_the_rivals_price():
    world, _ = checks(2)
    columns = world.columns
    known = (columns["location_consent"] == 1) & (np.diff(columns["record_of"])[:, 0] == 0)
    assert 0.1 < known.mean() < 0.4
    assert (columns["coupon"][known] == world.scenario.rivals.online_price_gap).all()
    assert columns["coupon_until"][known] == pytest.approx(1 / 24)
    assert (columns["coupon_until"][~known] < 0).all()
    events = np.concatenate(world.state.log.columns()[4])
    assert (events == Event.DEFENCE).sum() == known.sum()


@pytest.mark.parametrize(
    ("changes", "offer"),
    [({"costs.goods_share": 0.65}, 0.05), ({"rivals.online_price_gap": 0.3}, 0.15),
     ({"costs.goods_share": 0.9}, None), ({"rivals.online_price_gap": 0.0}, None),
     ({"channels.app.is_open": False}, None)],
)  # fmt: skip
def test_an_offer_leaves_the_margin_its_floor(changes, offer):
    coupon = checks(2, changes)[0].columns["coupon"]
    assert coupon.max() == pytest.approx(offer or 0.0)


def test_the_answer_keeps_shoppers_from_the_rival_and_loses_none():
    alike = {"heterogeneity": Heterogeneity(**dict.fromkeys(Heterogeneity.model_fields, 0.0))}
    (_, without), (world, answered) = checks(1, alike), checks(2, alike)
    columns = world.columns
    known = columns["coupon"] > 0
    assert (without[~known] == answered[~known]).all()  # nobody else meets any of it
    own = (STORE, WEBSITE, APP, WEBSITE + WITH_PICKUP, APP + WITH_PICKUP)
    before, after = np.isin(without, own), np.isin(answered, own)
    assert (after >= before).all()
    assert 0 < (after & ~before).sum() < 0.2 * known.sum()
    assert (answered == RIVAL_ONLINE).sum() < (without == RIVAL_ONLINE).sum()


def test_offers_are_paid_for_as_promotions_and_the_books_balance():
    fields = {"market.n_shoppers": 400, "governance.managers_decide": False,
              "rivals.online_price_gap": 0.15}  # fmt: skip
    runs = [simulate(firm(k, CHECKING | fields), seed=4) for k in (1, 2)]
    for run in runs:
        assert round(run.ledger().sum() * 100) == of(run.postings, "cents").sum()
    off = [-run.ledger()[Line.PROMOTIONS.name.lower()] for run in runs]
    log = runs[1].events.to_pandas()
    redeemed = log[log["event"] == Event.COUPON]
    assert off[0] == 0
    assert off[1] > 0
    assert 0 < len(redeemed) <= (log["event"] == Event.DEFENCE).sum()
    assert redeemed["channel"].isin([Channel.STORE, Channel.WEBSITE, Channel.APP]).all()


def test_without_promotions_or_phones_nothing_changes(seed):
    quiet = {"governance.managers_decide": False, "choice.p_phone_check": 0.0}
    assert_same_bytes(*(simulate(firm(k, quiet), seed=seed) for k in (0, 2)))


def test_it_needs_the_customer_view_to_recognise_anybody():
    with pytest.raises(ValueError, match="single_customer_view"):
        Capabilities(price_coherence=2)
    assert Capabilities(single_customer_view=1, price_coherence=2).price_coherence == 2
