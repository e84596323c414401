"""Presets: each loads, runs and says where its numbers come from."""

import re
from importlib.resources import files

import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.experiment import Experiment
from omnisim.config.preset import KINDS, preset_changes, preset_names
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ConfigError
from omnisim.schema import Channel, Event, Fulfilment, Line
from omnisim.simulation import simulate
from tests.reference.worlds import BUSY, small

SOURCE = re.compile(r"(?<!\w)(S\d-\d+|T-\d+|[CD]\d(?!\d)|KS13|eq\. \d+)|assumption: \w+")
"""A code of the facts, or the word assumption with a reason."""


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_makes_a_scenario_that_runs(name):
    few = {"market.n_shoppers": 40, "market.horizon_days": 30, "market.burn_in_days": 0}
    run = simulate(Scenario().preset(name).replace(few), seed=1)
    assert run.events.num_rows > 0


def unsourced(text):
    """Return the lines with a value that tell no source, there or in comments right above."""
    above, found = "", []
    for line in text.splitlines():
        value, _, comment = line.partition("#")
        if "=" in value and not SOURCE.search(comment or above):
            found.append(line)
        above = above + comment if line.startswith("#") else ""
    return found


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_says_where_it_comes_from(name):
    """Every line with a value does; firms that change nothing of the siloed one have none."""
    text = (files("omnisim.config") / "presets" / f"{name}.toml").read_text()
    assert text.startswith("#")
    assert unsourced(text) == []


def test_a_value_without_a_source_is_found():
    lines = ["a = 1", "b = 2  # dear", "c = 3  # assumption", "d = 4  # C1", "# T-45", "e = 5",
             "[part]", "f = 6"]  # fmt: skip
    assert unsourced("\n".join(lines)) == ["a = 1", "b = 2  # dear", "c = 3  # assumption", "f = 6"]


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_changes_what_it_names(name):
    base = Scenario()
    assert preset_changes(name)
    assert base.preset(name) != base


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_fits_a_scenario_with_segments_of_its_own(name):
    base = Scenario().replace({"segments": {n: dict(BUSY) | {"share": 0.5} for n in ("a.b", "*")}})
    changed = base.preset(name)
    common = {k[len("segments.*.") :]: v for k, v in preset_changes(name).items() if "*" in k}
    for segment in changed.segments.values():
        assert dict(segment) == dict(BUSY) | {"share": 0.5} | common


FIRMS = [name for name in preset_names() if name.startswith("firms/")]


@pytest.mark.parametrize("first", FIRMS)
@pytest.mark.parametrize("last", FIRMS)
def test_the_last_firm_named_is_the_firm(first, last):
    assert Scenario().preset(first, last) == Scenario().preset(last)


def test_a_firm_is_whole_whatever_was_there_before():
    before = {"capabilities": Capabilities.integrated().within(("store", "website")),
              "channels.app.is_open": False,
              "records.keeps_addresses": False, "surfaces.online_every_days": 3}  # fmt: skip
    for name in FIRMS:
        assert Scenario().replace(before).preset(name) == Scenario().preset(name)


def test_all_kinds_are_there():
    assert {name.split("/")[0] for name in preset_names()} == set(KINDS)
    assert len([n for n in preset_names() if n.startswith("categories/")]) == 4
    sectors = {"books_media", "fashion", "grocery", "hotel", "restaurant"}
    assert {n.split("/")[1] for n in preset_names() if n.startswith("sectors/")} == sectors


def test_later_presets_win_and_the_rest_stays():
    both = Scenario().preset("sectors/fashion", "firms/integrated")
    assert both.capabilities == Capabilities.integrated()
    assert both.costs.goods_share == 0.45


def sold_by(preset):
    """Return how a firm sells (channel, fulfilment), and how many buy in several channels."""
    people = {"segments.busy.p_account": 0.8, "segments.busy.p_app": 0.6,
              "stock.n_items": 40, "stock.store_share": 0.3}  # fmt: skip
    orders = simulate(small(people, market__n_shoppers=150).preset(preset), seed=3).orders
    table = orders.to_pandas()
    ways = {(Channel(c), Fulfilment(f)) for c, f in table[["channel", "fulfilment"]].to_numpy()}
    return ways, (table.groupby("shopper")["channel"].nunique() > 1).sum()


def test_silos_are_in_every_channel_and_none_serves_another():
    ways, both = sold_by("firms/siloed")
    assert both > 0
    assert ways == {
        (Channel.STORE, Fulfilment.IN_STORE),
        (Channel.WEBSITE, Fulfilment.DELIVERY), (Channel.APP, Fulfilment.DELIVERY),
    }  # fmt: skip


def test_one_firm_everywhere_sells_in_any_channel_from_any_stock():
    ways, both = sold_by("firms/integrated")
    assert both > 0
    assert ways == {
        (Channel.STORE, Fulfilment.IN_STORE), (Channel.STORE, Fulfilment.ENDLESS_AISLE),
        (Channel.WEBSITE, Fulfilment.DELIVERY), (Channel.APP, Fulfilment.DELIVERY),
        (Channel.WEBSITE, Fulfilment.PICKUP), (Channel.APP, Fulfilment.PICKUP),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["geofence", "visible_stock", "interactive_fit"])
def test_a_store_alone_has_no_capability_that_needs_another_channel(name):
    levels = Capabilities.integrated()
    store_only = Scenario().preset("firms/store_only")
    with pytest.raises(ConfigError, match=rf"capabilities\.{name} = 2 needs channels\..* open"):
        store_only.replace({"capabilities": levels})
    left = store_only.replace({"capabilities": levels.within(["store"])}).capabilities
    assert getattr(left, name) == left.endless_aisle == left.cross_channel_returns == 0
    assert left.single_customer_view == left.in_store_digital == 2


def year(*presets):
    """Return events, and revenue by channel, of a year under presets."""
    scenario = Scenario().preset(*presets).replace({"market.n_shoppers": 1000})
    run = simulate(scenario, seed=7, decisions="off")
    books = run.postings.to_pandas()
    books = books[books["line"] == Line.REVENUE].groupby("channel")["cents"].sum()
    return run.events.to_pandas(), books


def test_hotel_stays_are_booked_from_afar_and_some_are_cancelled():
    events, revenue = year("sectors/hotel")
    kinds = events["event"].value_counts()
    assert revenue[Channel.STORE] < 0.48 * revenue.sum()
    assert kinds[Event.RETURN] / kinds[Event.PURCHASE] == pytest.approx(0.05, abs=0.02)
    online = events["channel"].isin((Channel.WEBSITE, Channel.APP))
    ways = set(events.loc[online & (events["event"] == Event.PURCHASE), "fulfilment"])
    assert ways == {Fulfilment.RESERVED}
    assert Event.DELIVERY not in kinds


def test_the_bookshop_loses_more_needs_to_the_rivals_site_than_the_reference():
    lost = []
    for presets in (("sectors/books_media",), ()):
        events, _ = year(*presets)
        to_rival = (events["event"] == Event.RIVAL_PURCHASE) & (
            events["channel"] == Channel.RIVAL_ONLINE
        )
        ended = events["event"].isin((Event.PURCHASE, Event.RIVAL_PURCHASE, Event.NO_PURCHASE))
        lost.append(to_rival.sum() / ended.sum())
    assert lost[0] > 1.1 * lost[1]


def test_sectors_differ_in_how_often_and_how_dear_people_buy():
    bought = {}
    for name in ("grocery", "restaurant", "hotel"):
        events, revenue = year(f"sectors/{name}")
        n = (events["event"] == Event.PURCHASE).sum()
        bought[name] = (n, revenue.sum() / n)
    assert bought["grocery"][0] > 2 * bought["hotel"][0]
    assert bought["restaurant"][0] > bought["hotel"][0]
    assert bought["hotel"][1] > 2 * max(bought["grocery"][1], bought["restaurant"][1])


def test_an_unknown_preset_is_named_with_the_nearest():
    with pytest.raises(ConfigError, match="Did you mean 'sectors/fashion'"):
        Scenario().preset("sectors/fashon")
    with pytest.raises(ConfigError, match="Unknown preset 'nothing'"):
        Experiment(presets=["nothing"])


def test_an_experiment_lays_presets_under_both_arms():
    baseline, variant = Experiment(presets=["sectors/grocery"]).arms()
    assert baseline.costs.goods_share == variant.costs.goods_share == 0.72
    assert baseline.capabilities != variant.capabilities
