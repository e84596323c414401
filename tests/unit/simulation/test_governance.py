"""Managers choose for what counts for them; externalities follow, none is coded."""

import math

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.governance import Governance
from omnisim.config.media import Messages
from omnisim.config.scenario import Scenario
from omnisim.schema import Line
from omnisim.simulation import rivals, simulate
from omnisim.simulation.firm.governance import choose_effort, choose_pause, credited_margin
from omnisim.simulation.firm.moves import refresh
from omnisim.simulation.firm.results import Reader, Results
from tests.reference.worlds import assert_same_bytes, finished_world, small

SHARES = Results(np.array([0.25, 0.04, 0.01]), np.array([0.42, 0.35, 0.35]), np.array([0.3, 0.2]))


def best(channels, credit, results=SHARES, price=3.5):
    """Return the promotion that a fine search finds best."""
    levels = np.linspace(0, 0.3, 301)
    worth = [credited_margin(results, np.zeros(3), channels, d, price, credit) for d in levels]
    return levels[int(np.argmax(worth))]


def test_a_lone_margin_meets_the_first_order_condition_of_the_logit():
    # Own markup 1 / (price (1 - share)) at the optimum (Nevo 2001, eq. 5).
    d = best([0], credit=0.0)
    weight = 0.25 * math.exp(3.5 * d)
    share = weight / (weight + 0.75)
    assert 0.42 - d == pytest.approx(1 / (3.5 * (1 - share)), abs=2e-3)


def test_a_manager_who_answers_for_all_channels_promotes_less():
    assert best([1, 2], 1.0, Results(np.array([0.3, 0.2, 0.1]), np.full(3, 0.6), np.zeros(2))) < (
        best([1, 2], 0.0, Results(np.array([0.3, 0.2, 0.1]), np.full(3, 0.6), np.zeros(2)))
    )


def test_one_answerable_for_everything_campaigns_as_a_common_pool_would():
    rules, messages = Governance(min_campaign_days=1), Messages()
    pool = 7 / choose_pause(rules, messages, 0.0, 0.0)
    assert pool == pytest.approx((1 - 0.6) / 0.15, rel=0.35)  # (1 - phi) / chi, in whole days
    shared = 7 / choose_pause(rules, messages, 1.0, 1.0)
    alone = 7 / choose_pause(rules, messages, 0.0, 1.0)
    assert shared < alone


def test_staff_do_for_others_what_counts_for_their_manager():
    scenario = Scenario()
    assert choose_effort(scenario, 0.0) == scenario.governance.enforced_effort
    assert choose_effort(scenario, 1.0) == 1.0
    assert choose_effort(scenario.replace({"governance.effort_minutes": 600.0}), 1.0) == 0.5


def test_results_count_every_need_that_ended():
    world = finished_world(small(governance__managers_decide=False))
    results = Reader().read(world)
    events = [np.concatenate(parts) for parts in world.state.log.columns()]
    names = ("time", "shopper", "journey", "channel", "event")
    journey, channel, event = (events[names.index(n)] for n in names[2:])
    ended = np.isin(event, (12, 16, 17)) & (journey >= 0)
    assert results.share[0] == pytest.approx(((channel == 0) & ended).sum() / ended.sum())
    assert results.share.sum() + results.rival_share.sum() < 1


def test_a_second_look_reads_only_what_is_new():
    world = finished_world(small(governance__managers_decide=False))
    reader = Reader()
    assert reader.read(world) is not None
    assert reader.read(world) is None


def test_margins_are_those_of_the_account():
    world = finished_world(small({"channels.website.is_open": False, "channels.app.is_open": False,
                                  "governance.managers_decide": False}))  # fmt: skip
    found = Reader().read(world).margin[0]
    line, cents = (np.concatenate(world.state.postings.columns()[k]) for k in (1, 5))
    nobodys = (Line.STAFF, Line.MEDIA, Line.MESSAGES, Line.CAPABILITIES, Line.SERVICE, Line.REWARDS)
    costs = np.isin(line, nobodys)
    assert found == pytest.approx(cents[~costs].sum() / cents[line == Line.REVENUE].sum())


def test_without_managers_nobody_promotes():
    fixed = simulate(small(governance__managers_decide=False), seed=1)
    assert fixed.ledger()["promotions"] == 0


def test_what_counts_for_managers_moves_conduct_only():
    siloed, shared = (
        finished_world(small({"capabilities": Capabilities(cross_functional_governance=level)}))
        for level in (0, 2)
    )
    assert siloed.conduct.effort < shared.conduct.effort == 1.0
    moved = {
        name for name, value in siloed.state.params.items() if value != shared.state.params[name]
    }
    assert moved <= {"promotion", "aisle_offered"}


def reacting(**usual):
    """Return a world with rivals that react, and one with rivals that do not, at the end."""
    shares = {f"rivals.{name}": share for name, share in usual.items()}
    scenario = small(
        {"rivals.react": True, "rivals.review_days": 10.0, "market.n_shoppers": 200} | shares
    )
    return finished_world(scenario), finished_world(scenario.replace({"rivals.react": False}))


def test_a_rival_that_lost_its_usual_share_lowers_its_price_and_advertises():
    world, still = reacting(online_usual_share=0.6, local_usual_share=1e-3)
    cut, local = world.conduct.rival_price_cut
    assert 0.1 < cut <= world.scenario.rivals.reaction_price
    assert local == 0  # it has more than it is used to
    assert world.conduct.rival_advertising == pytest.approx(cut / 0.5)
    assert world.state.params["rival_gap"] == pytest.approx(still.state.params["rival_gap"] + cut)
    shares = [Reader().read(w).rival_share[0] for w in (world, still)]
    assert shares[0] > shares[1]


def test_rivals_that_lost_nothing_keep_their_terms():
    world, still = reacting(online_usual_share=1e-3, local_usual_share=1e-3)
    assert world.conduct.rival_price_cut == still.conduct.rival_price_cut == [0.0, 0.0]
    assert world.state.params["rival_gap"] == still.state.params["rival_gap"]


RIVALS = {
    "rivals.react": True, "rivals.review_days": 15.0, "market.horizon_days": 90,
    "market.n_shoppers": 300,
}  # fmt: skip


def cuts(scenario, monkeypatch):
    """Return the rivals' price cuts, one row a review, and the world at the end."""
    found = []

    def note(world):
        found.append(list(world.conduct.rival_price_cut))
        refresh(world)

    monkeypatch.setattr(rivals, "refresh", note)
    world = finished_world(scenario)
    return np.array(found), world


def test_rivals_answer_the_share_that_capabilities_take_from_them(monkeypatch):
    found, _ = cuts(small(RIVALS, capabilities=Capabilities.integrated()), monkeypatch)
    assert len(found) == 5
    assert (found > 0).any(axis=1).sum() >= 3


def test_rivals_do_not_answer_the_firm_in_silos():
    for is_rolled_out in (False, True):
        firm = small(RIVALS | {"rollout.is_simulated": is_rolled_out})
        quiet = simulate(firm.replace({"rivals.react": False}), seed=3)
        assert_same_bytes(simulate(firm, seed=3), quiet)
