"""Writing a definition as documented TOML."""

import tomllib

import pytest
from pydantic import Field

from omnisim.config.base import Part, param
from omnisim.config.capabilities import Capabilities
from omnisim.config.io import load_scenario, load_toml
from omnisim.config.render import render_toml, value_toml
from omnisim.config.scenario import Scenario


class Shop(Part):
    """One shop."""

    size: float = param(2.0, "floor space", source="T-01", unit="m2", gt=0, le=100)
    n_tills: int = param(1, "tills", source="assumption", ge=0, multiple_of=1)
    note: str | None = param(None, "a remark", source="none")


class Town(Part):
    """A town with shops."""

    shops: dict[str, Shop] = Field(default={"a": Shop(), "b c": Shop(size=3.0)})
    name: str = param("Bologna", "name", source="assumption")


TOWN = """\
# Two shops.

# A town with shops.
# name. Source: assumption.
name = "Bologna"

# One shop.
[shops.a]
# floor space (m2; in (0, 100]). Source: T-01.
size = 2.0
# tills (multiple of 1, integer in [0, inf)). Source: assumption.
n_tills = 1

# The fields are explained above.
[shops."b c"]
size = 3.0
n_tills = 1
"""


def test_every_field_is_written_with_meaning_unit_range_and_source():
    assert render_toml(Town(), heading="Two shops.") == TOWN


def test_written_definition_loads_as_an_equal_one(tmp_path):
    path = tmp_path / "s.toml"
    scenario = Scenario().replace(
        {"capabilities": Capabilities.integrated(), "market.season_amplitude": 0.1 + 0.2,
         "segments": {'q"\\\n\x7f é': {"share": 1.0, "basket_scale": 1e-300}}}
    )  # fmt: skip
    path.write_text(render_toml(scenario), encoding="utf-8")
    assert load_scenario(path) == scenario


def test_written_town_loads_as_an_equal_one(tmp_path):
    path = tmp_path / "t.toml"
    path.write_text(TOWN)
    assert load_toml(path, Town) == Town()


@pytest.mark.parametrize(
    "value", [0, -3, 1.5, 1e-300, 1e22, 0.1 + 0.2, True, False, "", 'a"\\\n\t\x00\x7fé😀', [1, 2.5]]
)
def test_values_survive_writing_and_reading(value):
    assert tomllib.loads(f"x = {value_toml(value)}")["x"] == value
