"""Managers choose for what counts for them; externalities follow, none is coded."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.schema import Channel, Fulfilment, Line
from omnisim.simulation import _outcome as outcome
from omnisim.simulation import rivals, simulate
from omnisim.simulation.engine import start
from omnisim.simulation.firm.books import Books
from omnisim.simulation.firm.governance import credited_margin
from omnisim.simulation.firm.moves import refresh
from omnisim.simulation.firm.results import Counts, Reader, Results, results_of
from tests.reference.worlds import assert_same_bytes, finished_world, new_world, small

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


STORE, WEBSITE = int(Channel.STORE), int(Channel.WEBSITE)


def shop(changes=None):
    """Return a world in which one shopper bought in the store and one on the website."""
    world = new_world(small(changes))
    for i, (channel, way) in enumerate(
        ((STORE, Fulfilment.IN_STORE), (WEBSITE, Fulfilment.DELIVERY))
    ):
        outcome.buy(world.state, i, 0, 0, channel, int(way), False, 0.0)
    return world


def order_by_staff(world):
    """Let staff order for a third shopper; return what `give_back` takes of it."""
    return outcome.buy(world.state, 2, 0, 0, STORE, int(Fulfilment.ENDLESS_AISLE), False, 0.0)[:4]


def worth(world, channels, credit):
    """Return the margin that a manager credits to all needs that ended, in mean prices."""
    results = Reader().read(world)
    per_need = credited_margin(results, np.zeros(3), channels, 0.0, 3.5, credit)
    return per_need * len(np.unique(np.concatenate(world.state.log.columns()[1])))


ONLINE = [WEBSITE, int(Channel.APP)]


def test_what_staff_order_counts_for_the_web_shop_that_fills_it():
    plain, world = shop(), shop()
    order_by_staff(world)
    assert worth(world, [STORE], 0.0) == pytest.approx(worth(plain, [STORE], 0.0))
    assert worth(world, ONLINE, 0.0) > worth(plain, ONLINE, 0.0) + 0.1


def test_managers_of_everything_both_count_what_staff_order():
    plain, world = shop(), shop()
    order_by_staff(world)
    for channels in ([STORE], ONLINE):
        assert worth(world, channels, 1.0) > worth(plain, channels, 1.0) + 0.1


def test_half_the_credit_counts_half_of_what_staff_order():
    world = shop()
    order_by_staff(world)
    none, half, full = (worth(world, [STORE], credit) for credit in (0.0, 0.5, 1.0))
    assert half == pytest.approx((none + full) / 2)


def test_goods_that_staff_ordered_come_back_to_the_web_shop():
    pairs = []
    for is_returned in (False, True):
        world, reader = shop(), Reader()
        paid = order_by_staff(world)
        reader.read(world)
        if is_returned:
            outcome.give_back(world.state, 2, 0, 0, STORE, True, *paid, 1.0)
        for i, channel in ((3, STORE), (4, WEBSITE)):
            way = Fulfilment.IN_STORE if channel == STORE else Fulfilment.DELIVERY
            outcome.buy(world.state, i, 0, 0, channel, int(way), False, 1.0)
        results = reader.read(world)
        pairs.append([
            credited_margin(results, np.zeros(3), channels, 0.0, 3.5, 0.0)
            for channels in ([STORE], ONLINE)
        ])  # fmt: skip
    (store, online), (store_after, online_after) = pairs
    assert store_after == pytest.approx(store)
    assert online_after < online


def test_where_there_is_no_web_shop_the_store_keeps_what_staff_order():
    world = shop({"channels.website.is_open": False, "channels.app.is_open": False})
    before = worth(world, [STORE], 0.0)
    order_by_staff(world)
    assert worth(world, [STORE], 0.0) > before + 0.1


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
    rules, (cut, local) = world.scenario.rivals, world.conduct.rival_price_cut
    assert 0.1 < cut <= rules.reaction_price
    assert local == 0  # it has more than it is used to
    reach = rules.reaction_advertising * cut / rules.reaction_price
    assert world.conduct.rival_advertising == pytest.approx([reach, 0])
    after, before = world.state.params, still.state.params
    assert after["rival_gap"] == pytest.approx(before["rival_gap"] + cut)
    assert after["rival_unseen"] == pytest.approx(before["rival_unseen"] * (1 - reach))
    gained = np.subtract(after["search_intercept"][:4], before["search_intercept"][:4])
    assert gained == pytest.approx([0, 0, 0, rules.advertising_pull * reach])
    assert after["rival_local"] == before["rival_local"]
    shares = [Reader().read(w).rival_share[0] for w in (world, still)]
    assert shares[0] > shares[1]


def test_a_local_rival_that_lost_its_usual_share_comes_to_mind():
    """Its price cut is worth 3.5 utils per unit to the mean shopper, all its advertising 1."""
    world, still = reacting(online_usual_share=1e-3, local_usual_share=0.9)
    (_, cut), (_, reach) = world.conduct.rival_price_cut, world.conduct.rival_advertising
    assert reach == pytest.approx(cut / 0.5)
    gained = world.state.params["rival_local"] - still.state.params["rival_local"]
    assert gained == pytest.approx(3.5 * cut + 1.0 * reach)


@pytest.mark.parametrize(
    ("price", "advertising", "moved"),
    [(0.5, 0.0, {"rival_gap", "rival_local"}),
     (0.0, 4.0, {"rival_unseen", "rival_local", "search_intercept"})],
)  # fmt: skip
def test_price_and_advertising_are_two_reactions(price, advertising, moved):
    changes = {"reaction_price": price, "reaction_advertising": advertising}
    world, still = reacting(online_usual_share=0.9, local_usual_share=0.9, **changes)
    found = {n for n, value in world.state.params.items() if value != still.state.params[n]}
    assert found - {"promotion"} == moved | {"rival_match"}  # managers answer, too
    assert max(world.conduct.rival_advertising) <= 1


def test_gains_and_losses_of_chance_cancel_before_a_rival_answers(monkeypatch):
    """A share that is 10 % too low and too high in turn: at weight w the mean swings by 0.1 w."""
    world = new_world(small({"rivals.react": True, "rivals.review_days": 1.0}))
    noise = itertools.cycle([0.9, 1.1])
    usual = np.array([0.2, 0.2])

    def read(_reader, _world):
        return SimpleNamespace(rival_share=usual * next(noise))

    monkeypatch.setattr(rivals.Reader, "read", read)
    answers = []
    monkeypatch.setattr(rivals, "refresh", lambda w: answers.append(w.conduct.rival_price_cut[0]))
    world.env.process(rivals.react(world, [usual] * 60))
    world.env.run()
    weight, full = world.scenario.rivals.review_weight, 0.5 * 0.1
    swing = weight / (2 - weight)  # of the stationary mean of +1, -1, +1 ...
    assert answers[-2:] == pytest.approx([full * swing, 0], abs=1e-6)
    assert max(answers) <= full * weight + 1e-12


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


SHORT = {"market.n_shoppers": 3000, "market.burn_in_days": 0, "market.horizon_days": 90}


@pytest.mark.parametrize("others", [0, 2])
def test_governance_moves_pressure_promotion_and_effort_in_the_reference(others):
    """Alone, and as the last of all capabilities: the headline comparison, in a smaller market."""
    levels = dict.fromkeys(Capabilities.model_fields, others)
    silos, shared = (
        finished_world(
            Scenario().replace(
                SHORT
                | {"capabilities": Capabilities(**levels | {"cross_functional_governance": level})}
            ),
            seed=1,
        ).conduct
        for level in (0, 2)
    )
    assert silos.campaign_days != shared.campaign_days
    assert silos.promotion != shared.promotion
    assert silos.effort < shared.effort


def books_of(world, n_reviews):
    """Return the website's margin at every review of a run of so many months."""
    books, found = Books(), []
    for day in range(28, 28 * n_reviews + 1, 28):
        world.env.run(until=day)
        books.read(world)
        found.append(books.results(world.scenario).margin[1])
    return np.array(found)


def test_few_orders_and_late_returns_do_not_shake_the_margin_in_the_books():
    """A hundred shoppers: raw, a review's margin is what came back of earlier sales as well."""
    raw, read = [], []
    for found in (raw, read):
        world = new_world(small({"market.n_shoppers": 60, "market.horizon_days": 300}))
        start(world)
        if found is read:
            found.extend(books_of(world, 8))
            continue
        reader = Reader()
        for day in range(28, 28 * 8 + 1, 28):
            world.env.run(until=day)
            found.append(reader.read(world).margin[1])
    assert np.ptp(read) < 0.15
    assert np.ptp(read) < np.ptp(raw) / 3


def test_books_weigh_earlier_reviews_less_and_start_from_the_usual_margin():
    first = Counts(10.0, np.arange(13.0), 1.0, np.ones((2, 13)), np.full((2, 13), 2.0))
    both = first.after(first, 0.5)
    assert (both.ended, both.by_staff, both.met[2]) == (15.0, 1.5, 3.0)
    scenario = Scenario()
    n = len(Channel)
    sold = np.zeros((2, n))
    sold[0, WEBSITE] = 1000.0
    counts = Counts(5.0, np.zeros(n), 0.0, np.zeros((2, n)), sold)
    assert results_of(counts, scenario).margin.tolist() == pytest.approx([0.45, 0.0, 0.45])
    shrunk = results_of(counts, scenario, 3000.0).margin
    assert shrunk.tolist() == pytest.approx([0.45, 0.75 * 0.45, 0.45])
