"""Data, insight and execution: each layer is taken away in turn from a firm that has all three."""

from itertools import combinations

import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.exposures import WRITTEN
from omnisim.policies import Blanket
from omnisim.schema import Event
from omnisim.simulation.engine import run
from omnisim.simulation.firm.knowledge import ONLINE_TEAM
from omnisim.simulation.messages import BEST_SELLER
from omnisim.simulation.result import close_books
from tests.reference.inventory import PEOPLE, likeness
from tests.reference.worlds import bits, new_world, of, small

FIRM = PEOPLE | {
    "segments.busy.p_account": 1.0, "segments.busy.p_email_consent": 1.0, "stock.n_items": 40,
    "segments.busy.p_loyalty": 1.0, "segments.busy.p_tracking_consent": 1.0,
    "segments.busy.privacy_mean": 0.05, "messages.p_open": 0.8, "messages.goodwill": 4.0,
    "messages.relevance_base": 0.2, "messages.relevance_taste": 1.2,
    "governance.managers_decide": False,
}  # fmt: skip
"""A firm that can write to everybody, and whose messages sell by what they show."""

AWAY = {
    "data": {"records.tracking_level": "TL0"},
    "insight": {"capabilities.personalisation_engine": 0},
    "execution": {"exposures.off": WRITTEN, "primitives.checks_answered": (0.0, 0.0, 0.0)},
}
"""What takes a layer away: nobody is followed, K3 is at level 0, nobody is written to or answered
on the phone in a store."""

TO_NO_AVAIL = {"exposures.inert": WRITTEN, "media.fatigue_on_ads": 0.0} | {
    f"{medium}.p_click": 0.0 for medium in ("messages", "push", "direct_mail", "clienteling")
}
"""Messages are read but move nobody: shoppers do the same whatever the firm knows and sends."""


def without(*layers, content="profile", **changes):
    """Return the world and the result of the firm without some layers; it e-mails `content`."""
    fields = FIRM | changes
    for layer in layers:
        fields = fields | AWAY[layer]
    world = new_world(small(fields), seed=1)
    world.policy = Blanket(f"email:{content}")
    run(world)
    return world, close_books(world, world.population, {})


def shown(world, result):
    """Return the items that messages showed, and their likeness to the taste of the reader."""
    rows = of(result.events, "event") == Event.MESSAGE
    shopper, item = of(result.events, "shopper")[rows], of(result.events, "item")[rows]
    taste, attributes = world.columns["taste"], world.columns["attributes"]
    return item, (taste[shopper] * attributes[item]).sum(axis=1)


@pytest.fixture(scope="module")
def unmoved():
    """Return worlds and results whose shoppers no message moves, by what the firm lacks."""
    levels = Capabilities(
        single_customer_view=2, offline_capture=2, personalisation_engine=2,
        coordinated_automation=2,
    )  # fmt: skip
    changes = TO_NO_AVAIL | {"capabilities": levels}
    found = {layer: without(layer, **changes) for layer in AWAY}
    popular = without(content="popular", **changes)
    return found | {"nothing": without(**changes), "personal content": popular}


def test_without_effect_on_shoppers_all_sell_the_same(unmoved):
    orders = {bits(result, "orders") for _, result in unmoved.values()}
    assert len(orders) == 1
    assert unmoved["nothing"][1].orders.num_rows > 500


def test_without_data_profiles_are_empty_and_the_same_goes_out_to_all(unmoved):
    world, result = unmoved["data"]
    for name in ("record_count", "record_weight", "record_profile"):
        assert not world.columns[name].any()
        assert unmoved["nothing"][0].columns[name].any()
    items, _ = shown(world, result)
    assert len(items) > 1000
    assert set(items.tolist()) == {BEST_SELLER}


def test_without_insight_purchases_are_filed_as_before_and_content_fits_less(unmoved):
    """Records alone still tell something of taste: content is worse, but not as the popular."""
    full, less = unmoved["nothing"], unmoved["insight"]
    assert (less[0].columns["record_count"] == full[0].columns["record_count"]).all()
    assert (less[0].columns["record_weight"] == less[0].columns["record_count"]).all()
    assert likeness(less[0], ONLINE_TEAM) < 0.7 * likeness(full[0], ONLINE_TEAM)
    fit = {name: shown(*unmoved[name])[1] for name in ("nothing", "insight", "personal content")}
    assert min(len(rows) for rows in fit.values()) > 1000
    mean = {name: rows.mean() for name, rows in fit.items()}
    assert abs(mean["personal content"]) < 0.05
    assert 0.05 < mean["insight"] < 0.7 * mean["nothing"]


def test_without_execution_profiles_are_the_same_and_nobody_is_contacted(unmoved):
    full, idle = unmoved["nothing"][0], unmoved["execution"][0]
    for name in ("record_count", "record_weight", "record_profile"):
        assert full.columns[name].tobytes() == idle.columns[name].tobytes()
    assert likeness(idle, ONLINE_TEAM) == likeness(full, ONLINE_TEAM) > 0
    assert not len(shown(*unmoved["execution"])[0])


def sales(result):
    return of(result.orders, "value").sum()


def test_each_layer_is_worth_sales_and_data_and_insight_nothing_without_execution():
    """S1-13: a fully integrated firm less one layer, less two, and less all, of equal luck.

    Insight needs data as well. Its records are worth something even before insight.
    """
    firm = {"capabilities": Capabilities.integrated()}
    gone = [layers for n in range(4) for layers in combinations(AWAY, n)]
    results = {layers: without(*layers, **firm)[1] for layers in gone}
    full = sales(results[()])
    worth = {layers: full - sales(result) for layers, result in results.items()}
    assert worth["execution",] > worth["data",] > worth["insight",] > 0.02 * full
    again = full - sales(without("insight", **firm)[1])
    assert again == worth["insight",]

    idle = [bits(results[layers], "orders") for layers in gone if "execution" in layers]
    assert len(idle) == 4
    assert len(set(idle)) == 1
    blind = [bits(results[layers], "orders") for layers in (("data",), ("data", "insight"))]
    assert blind[0] == blind[1]
