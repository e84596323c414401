"""What makes baskets larger: staff, errands and messages (equation 9)."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.policies import Blanket, NoContact
from omnisim.schema import Channel, Event, Fulfilment, Line
from omnisim.simulation import _outcome as outcome
from omnisim.simulation import simulate
from omnisim.simulation.trip import STORE, WEBSITE
from tests.reference.worlds import new_world, of, small

# Without points, letters to the best and managers who read the books a basket changes no later
# decision.
PEOPLE = {"market.n_shoppers": 150, "costs.points_share": 0.0, "stores.p_unplanned": 0.5,
          "governance.managers_decide": False, "direct_mail.letter_value": 1e9}  # fmt: skip
SKILLED = Capabilities(single_customer_view=1, staff_training=2)


def goods_of(changes, opened=(0.0, -1.0), *, unplanned=False, skill=0.0, errand=False):
    """Return the price of what each shopper buys at day 5, in cents."""
    world = new_world(small({"market.n_shoppers": 40, "stores.p_unplanned": 1.0} | changes))
    world.columns["opened"][:] = opened
    world.columns["on_hand"][:] = 1000
    for i in range(world.n_shoppers):
        if unplanned:
            assert outcome.buy_unplanned(world.state, i, 0, 0, 5.0, skill, errand) is not None
        else:
            outcome.buy(world.state, i, 0, 0, STORE, int(Fulfilment.IN_STORE), False, 5.0, skill)
    _, line, _, _, _, cents = (np.concatenate(part) for part in world.state.postings.columns())
    return cents[line == Line.REVENUE]


@pytest.mark.parametrize(
    ("field", "given", "expected"),
    [
        ("staff", {"skill": 0.5}, 0.5),
        ("staff", {"skill": 0.5, "unplanned": True}, 0.5),
        ("staff", {}, 0.0),
        ("errand", {"unplanned": True, "errand": True}, 1.0),
        ("errand", {"unplanned": True}, 0.0),
        ("relevance", {"opened": (0.8, 6.0)}, 0.8),
        ("relevance", {"opened": (0.8, 4.0)}, 0.0),
    ],
)
def test_the_basket_is_that_of_the_shopper_times_the_terms_of_the_equation(field, given, expected):
    plain, swollen = (goods_of({"basket." + field: size}, **given) for size in (0.0, 0.4))
    np.testing.assert_allclose(swollen, plain * np.exp(0.4 * expected), atol=1.5)
    assert (swollen > plain).any() == (expected > 0)


def test_what_is_sold_multiplies_every_basket_and_nothing_else():
    """Kappa of eq. 9: the same draws, exp(0.4) times as dear; fees then weigh less."""
    plain, dear = (goods_of({"basket.category": size}) for size in (0.0, 0.4))
    np.testing.assert_allclose(dear, plain * np.exp(0.4), atol=1.5)
    worlds = [new_world(small({"basket.category": size})) for size in (0.0, 0.4)]
    means = [world.columns["mean_basket"] for world in worlds]
    np.testing.assert_allclose(means[1], means[0] * np.exp(0.4))
    same = [k for k in worlds[0].columns if k not in ("basket_scale", "mean_basket")]
    for name in same:
        np.testing.assert_array_equal(worlds[0].columns[name], worlds[1].columns[name])


def test_what_is_sold_multiplies_the_rate_of_needs_and_nothing_else():
    worlds = [new_world(small({"market.category_needs": times})) for times in (1.0, 1.5)]
    rates = [world.columns["need_rate"] for world in worlds]
    np.testing.assert_allclose(rates[1], 1.5 * rates[0])
    for name in set(worlds[0].columns) - {"need_rate"}:
        np.testing.assert_array_equal(worlds[0].columns[name], worlds[1].columns[name])


def test_a_message_counts_for_one_purchase():
    world = new_world(small({"basket.relevance": 0.5}))
    world.columns["opened"][:] = [1.0, 20.0]
    first, second = (
        outcome.buy(world.state, 0, 0, 0, WEBSITE, int(Fulfilment.DELIVERY), False, now)[0]
        for now in (5.0, 6.0)  # one need, one draw
    )
    assert first == pytest.approx(second * np.exp(0.5), abs=2.0)


def purchases(field, changes=None, **fields):
    """Return two runs, without and with a term, and by how much it changed each purchase."""
    base = PEOPLE | dict(changes or {})
    runs = [simulate(small(base | {"basket." + field: size}, **fields), seed=1)
            for size in (0.0, 0.5)]  # fmt: skip
    for column in ("time", "shopper", "journey", "channel", "event", "item"):
        first, second = (of(run.events, column).tobytes() for run in runs)
        assert first == second, column
    bought = of(runs[0].events, "event") == Event.PURCHASE
    before, after = (of(run.events, "value")[bought] for run in runs)
    log = runs[0].events.to_pandas()[bought]
    return log, after > before + 0.01, after < before - 0.01


def test_skill_swells_what_is_bought_in_the_store_and_nothing_else():
    log, grown, shrunk = purchases("staff", capabilities=SKILLED)
    in_store = (log["channel"] == Channel.STORE).to_numpy()
    assert grown[in_store].mean() > 0.9
    assert not grown[~in_store].any()
    assert not shrunk.any()
    assert not purchases("staff")[1].any()  # nobody is trained


def test_only_what_is_bought_beside_a_return_or_a_collection_swells():
    log, grown, shrunk = purchases("errand")
    beside = (log["journey"] < 0).to_numpy()
    assert 0 < grown.sum() < beside.sum()
    assert not grown[~beside].any()
    assert not shrunk.any()


def test_messages_engage_and_swell_the_next_purchase_unless_they_are_inert():
    """S4-17: engagement at the end and orders, against nobody written to; and the next basket."""
    log, grown, shrunk = purchases("relevance", {"messages.p_open": 0.6})
    assert 0 < grown.sum() < len(log)
    assert not shrunk.any()
    inert = {"exposures.inert": ("email", "push"), "messages.p_open": 0.6}
    assert not purchases("relevance", inert)[1].any()

    moved = {"messages.p_open": 0.6, "messages.goodwill": 3.0}
    for changes, more in ((moved, True), (moved | inert, False)):
        nobody, mailed = (
            simulate(small(PEOPLE | changes), policy=policy, seed=2)
            for policy in (NoContact(), Blanket("email:profile"))
        )
        engaged = [run.final["engagement"].mean() for run in (nobody, mailed)]
        assert (engaged[1] > engaged[0] + 0.03) == more
        assert (mailed.orders.num_rows > 1.05 * nobody.orders.num_rows) == more
