"""The JSON schema of a definition, for editors that complete and check TOML as one types."""

from typing import Any

from pydantic import BaseModel

from omnisim.config.scenario import Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a file; each field has its description, `source` and `unit`.

    A scenario inside another definition may also be given as the path of its file.
    """
    schema = {"$schema": DIALECT, **model.model_json_schema()}
    for field in schema["properties"].values():
        if field.get("$ref") == "#/$defs/Scenario":
            field["anyOf"] = [{"type": "string"}, {"$ref": field.pop("$ref")}]
    return schema


def scenario_schema() -> dict[str, Any]:
    """Return the JSON schema of a scenario file."""
    return json_schema(Scenario)
