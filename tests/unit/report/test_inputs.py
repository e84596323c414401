import json

import pytest

from omnisim.config.base import Part, param
from omnisim.config.capabilities import Capabilities
from omnisim.config.capability_costs import CapabilityCosts, Investments
from omnisim.config.primitives import MOVES, Primitives
from omnisim.config.scenario import Scenario
from omnisim.plot.wording import number
from omnisim.report import inputs


@pytest.fixture(scope="module")
def made() -> dict:
    base = Scenario()
    variant = base.replace({"capabilities": Capabilities.integrated()})
    return {"scenario": base.model_dump(mode="json"), "variant": variant.model_dump(mode="json")}


def leaves(tree: object, path: tuple[str, ...] = ()) -> set[str]:
    if isinstance(tree, dict):
        return {leaf for key, below in tree.items() for leaf in leaves(below, (*path, key))}
    return {".".join(path)}


def test_every_setting_is_listed_once(made: dict) -> None:
    names = [setting.name for setting in inputs.settings(made)]
    kept = set(made["scenario"]) - {"segments", "capabilities"}
    expected = leaves({name: made["scenario"][name] for name in kept})
    one = next(iter(made["scenario"]["segments"].values()))
    expected |= {f"segments.*.{name}" for name in one}
    assert len(names) == len(set(names))
    assert set(names) == expected


def test_every_setting_has_meaning_and_source(made: dict) -> None:
    for setting in inputs.settings(made):
        assert setting.description, setting.name
        assert setting.source, setting.name


def test_settings_of_the_reference_are_not_called_changed(made: dict) -> None:
    assert not [s.name for s in inputs.settings(made) if s.is_changed]


def test_a_changed_value_loses_its_source() -> None:
    changed = Scenario().replace({"stores.n_stores": 7, "segments.loyal.p_aware": 0.4})
    found = inputs.settings({"scenario": changed.model_dump(mode="json")})
    by_name = {s.name: s for s in found if s.is_changed}
    assert set(by_name) == {"stores.n_stores", "segments.*.p_aware"}
    assert by_name["stores.n_stores"].value == "7"
    assert all(s.is_assumption for s in by_name.values())
    assert all(s.source.startswith("set in this study") for s in by_name.values())
    assert "loyal 0.4" in by_name["segments.*.p_aware"].value


def test_moves_hold_the_primitives_of_both_firms(made: dict) -> None:
    found = {move.primitive: move for move in inputs.moves(made)}
    assert set(found) == set(MOVES)
    before = Primitives().at(Capabilities.siloed())
    after = Primitives().at(Capabilities.integrated())
    for name, move in found.items():
        assert float(move.baseline.split()[0]) == before[name]
        assert float(move.variant.split()[0]) == after[name]
        assert "level 0" not in move.description


def test_levels_name_both_firms_and_the_cost(made: dict) -> None:
    found = dict((name, rest) for name, *rest in inputs.levels(made))
    cost = CapabilityCosts().single_customer_view[2] + Investments().single_customer_view[2] / 5
    assert found["K1 Single customer view"] == [
        "0, none",
        "2, full",
        f"€{number(cost, 0)} for the firm",
    ]
    assert found["K8 Endless aisle"][2].endswith("a store")


def test_only_capabilities_differ_between_the_two_firms(made: dict) -> None:
    assert inputs.differences(made) == []


def test_other_differences_are_named() -> None:
    base = Scenario()
    other = base.replace({"stores.n_stores": 7, "primitives.stock_shown": (0.0, 0.5, 0.9)})
    made = {"scenario": base.model_dump(mode="json"), "variant": other.model_dump(mode="json")}
    stores = base.stores.n_stores
    assert inputs.differences(made) == [
        ("stores.n_stores", str(stores), "7"),
        ("primitives.stock_shown", "0 / 0.5 / 1", "0 / 0.5 / 0.9"),
    ]


@pytest.mark.parametrize(
    ("source", "is_assumption"),
    [("T-34", False), ("C3: 0.3-0.9; T-78 V2 30-80 %", False), ("T-36 V (PB22)", False),
     ("C5: 4-10", True), ("assumption (T-34)", True), ("D5", True), ("eq. 7", True), ("", True)],
)  # fmt: skip
def test_only_published_sources_are_no_assumption(source: str, is_assumption: bool) -> None:
    class Odd(Part):
        size: float = param(1.0, "a size", source=source)

    (found,) = inputs._settings(Odd, {"size": 1.0}, {"size": 1.0}, ())
    assert found.is_assumption == is_assumption


def test_a_provenance_of_another_version_is_read_as_far_as_known(made: dict) -> None:
    other = json.loads(json.dumps(made))
    other["scenario"]["from_the_future"] = {"x": 1}
    del other["scenario"]["stores"]
    del other["scenario"]["primitives"]
    names = {s.name for s in inputs.settings(other)}
    assert "stores.n_stores" not in names
    assert "market.n_shoppers" in names
    assert {move.baseline.split()[0] for move in inputs.moves(other)} == {"n/a"}
    assert inputs.settings({}) == []
