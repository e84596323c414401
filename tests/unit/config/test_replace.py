"""Replacing fields by dotted name."""

import pytest

from omnisim.config.base import Part
from omnisim.config.capabilities import Capabilities
from omnisim.config.market import Market
from omnisim.config.operations import Stores
from omnisim.config.replace import replace_fields
from omnisim.config.scenario import Scenario
from omnisim.config.segments import Segment
from omnisim.exceptions import ConfigError


class Remark(Part):
    """A part that no scenario has."""

    text: str = "x"


def test_replacing_returns_a_copy_and_leaves_the_original():
    scenario = Scenario()
    changed = scenario.replace({"market.n_shoppers": 500})
    assert changed.market == Market(n_shoppers=500)
    assert scenario == Scenario()


def test_value_may_be_a_whole_part():
    scenario = Scenario().replace({"capabilities": Capabilities.integrated()})
    assert scenario.capabilities == Capabilities.integrated()


def test_mapping_changes_only_the_fields_it_names():
    scenario = Scenario().replace({"market": {"n_shoppers": 500}, "stores.n_stores": 5})
    assert scenario.market == Market(n_shoppers=500)
    assert scenario.stores == Stores(n_stores=5)


def test_mapping_of_segments_replaces_all_segments():
    scenario = Scenario().replace({"segments": {"only": {"share": 1.0}}})
    assert scenario.segments == {"only": Segment(share=1.0)}


def test_part_is_put_before_names_inside_it_whatever_the_order():
    changes = {"capabilities.unified_loyalty": 0, "capabilities": Capabilities.integrated()}
    scenario = Scenario().replace(changes)
    assert scenario.capabilities.unified_loyalty == 0
    assert scenario.capabilities.endless_aisle == 2


def test_member_of_a_dict_is_reached_by_name():
    shares = {name: segment.share for name, segment in Scenario().segments.items()}
    shares |= {"loyal": shares["loyal"] + 0.125, "digital": shares["digital"] - 0.125}
    changed = Scenario().replace({f"segments.{n}.share": share for n, share in shares.items()})
    assert {n: segment.share for n, segment in changed.segments.items()} == shares


def test_no_changes_give_an_equal_definition():
    assert replace_fields(Scenario(), {}) == Scenario()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"segments.loyl.share": 1},
         "segments.loyl.share = 1: unknown key; did you mean 'segments.loyal.share'?"),
        ({"markt.n_shoppers": 3},
         "markt.n_shoppers = 3: unknown key; did you mean 'market.n_shoppers'?"),
        ({"market.n_shopers": 3},
         "market.n_shopers = 3: unknown key; did you mean 'market.n_shoppers'?"),
        ({"stores.staff_per_store": 3},
         "stores.staff_per_store = 3: unknown key; did you mean 'service.staff_per_store'?"),
        ({"market.n_shoppers.x": 3},
         "market.n_shoppers.x = 3: unknown key; did you mean 'market.n_shoppers'?"),
        ({"market": 3}, "market = 3: must be a table of Market fields"),
        ({"market": Remark()}, "market = Remark(text='x'): must be a table of Market fields"),
        ({"market.n_shoppers": True}, "market.n_shoppers = true: must be an integer"),
        ({"market.n_shoppers": None}, "market.n_shoppers = None: must be an integer"),
        ({"market.n_shoppers": 0, "stores.n_stores": 0},
         "market.n_shoppers = 0: must be >= 1\nstores.n_stores = 0: must be >= 1"),
        ({"capabilities.endless_aisle": 1},
         "capabilities.endless_aisle = 1 needs capabilities.visible_stock >= 1. Got 0."),
    ],
)  # fmt: skip
def test_bad_change_is_named_with_what_was_meant(changes, message):
    with pytest.raises(ConfigError) as error:
        Scenario().replace(changes)
    assert str(error.value) == message


def test_unknown_name_without_a_neighbour_lists_the_parts():
    with pytest.raises(ConfigError, match=r"^q = 1: unknown key; known keys: 'market', 'segm"):
        Scenario().replace({"q": 1})


def test_part_made_in_python_fails_with_the_same_words():
    with pytest.raises(ConfigError) as error:
        Market(n_shoppers=-1, horizn_days=3)
    assert str(error.value) == (
        "Market: n_shoppers = -1: must be >= 1\n"
        "Market: horizn_days = 3: unknown key; did you mean 'horizon_days'?"
    )
