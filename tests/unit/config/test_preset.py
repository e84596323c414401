"""Presets: each loads, runs and says where its numbers come from."""

import re
from importlib.resources import files

import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.experiment import Experiment
from omnisim.config.preset import KINDS, preset_changes, preset_names
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ConfigError
from omnisim.simulation import simulate

FILES = [name for name in preset_names() if name != "firms/integrated"]


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_makes_a_scenario_that_runs(name):
    few = {"market.n_shoppers": 40, "market.horizon_days": 30, "market.burn_in_days": 0}
    run = simulate(Scenario().preset(name).replace(few), seed=1)
    assert run.events.num_rows > 0


@pytest.mark.parametrize("name", FILES)
def test_every_preset_says_where_it_comes_from(name):
    text = (files("omnisim.config") / "presets" / f"{name}.toml").read_text()
    assert re.search(r"assumption|S\d-\d+|T-\d+|D5|nothing to integrate|nothing shared", text)


@pytest.mark.parametrize("name", [n for n in FILES if n != "firms/siloed"])
def test_every_preset_changes_what_it_names(name):
    base = Scenario()
    assert preset_changes(name)
    assert base.preset(name) != base


def test_all_kinds_are_there():
    assert {name.split("/")[0] for name in preset_names()} == set(KINDS)
    assert len([n for n in preset_names() if n.startswith("categories/")]) == 4
    sectors = {"books_media", "fashion", "grocery", "hotel", "restaurant"}
    assert {n.split("/")[1] for n in preset_names() if n.startswith("sectors/")} == sectors


def test_later_presets_win_and_the_rest_stays():
    both = Scenario().preset("sectors/fashion", "firms/integrated")
    assert both.capabilities == Capabilities.integrated()
    assert both.costs.goods_share == 0.45


def test_without_a_website_or_an_app_integration_changes_nothing_but_costs():
    few = {"market.n_shoppers": 60, "market.horizon_days": 40, "market.burn_in_days": 0,
           "governance.managers_decide": False}  # fmt: skip
    store_only = Scenario().replace(few).preset("firms/store_only")
    shown = store_only.replace({"capabilities": Capabilities(visible_stock=2)})
    events = [simulate(s, seed=2).events.to_pandas() for s in (store_only, shown)]
    assert events[0].equals(events[1])


def test_an_unknown_preset_is_named_with_the_nearest():
    with pytest.raises(ConfigError, match="Did you mean 'sectors/fashion'"):
        Scenario().preset("sectors/fashon")
    with pytest.raises(ConfigError, match="Unknown preset 'nothing'"):
        Experiment(presets=["nothing"])


def test_an_experiment_lays_presets_under_both_arms():
    baseline, variant = Experiment(presets=["sectors/grocery"]).arms()
    assert baseline.costs.goods_share == variant.costs.goods_share == 0.72
    assert baseline.capabilities != variant.capabilities
