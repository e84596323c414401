"""The JSON schema that editors use."""

import tomllib

import jsonschema
import pytest

from omnisim.config.experiment import Experiment
from omnisim.config.render import render_toml
from omnisim.config.scenario import Scenario
from omnisim.config.schema_json import json_schema, scenario_schema


@pytest.fixture(scope="module")
def validator():
    schema = scenario_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_reference_scenario_meets_the_schema(validator):
    validator.validate(tomllib.loads(render_toml(Scenario())))


@pytest.mark.parametrize(
    "text",
    [
        "[market]\nn_shoppers = 0",
        "[market]\nn_shoppers = 'x'",
        "[market]\nhorizn_days = 3",
        "[primitives]\nmatch_recall = [0.1]",
        "[segments]",
        "[capabilities]\nendless_aisle = 3",
    ],
)
def test_wrong_files_do_not_meet_the_schema(validator, text):
    assert not validator.is_valid(tomllib.loads(text))


def test_every_field_has_description_and_source():
    for name, part in scenario_schema()["$defs"].items():
        for field, entry in part["properties"].items():
            if "$ref" not in entry:
                assert entry["description"], f"{name}.{field}"
                assert entry["source"], f"{name}.{field}"


def test_unit_and_limits_are_kept():
    field = scenario_schema()["$defs"]["Market"]["properties"]["horizon_days"]
    assert (field["unit"], field["minimum"], field["maximum"]) == ("days", 1, 3650)


@pytest.mark.parametrize("scenario", ["reference", {"stores": {"n_stores": 5}}])
def test_experiment_takes_a_path_or_a_table_as_scenario(scenario):
    jsonschema.validate({"scenario": scenario}, json_schema(Experiment))
