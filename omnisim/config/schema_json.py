"""The JSON schema of a definition, for editors that complete and check TOML as one types."""

from typing import Any

from pydantic import BaseModel

from omnisim.config.scenario import Scenario

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a definition; each field has its `source` and `unit`."""
    return {"$schema": DIALECT, **model.model_json_schema()}


def scenario_schema() -> dict[str, Any]:
    """Return the JSON schema of a scenario file."""
    return json_schema(Scenario)
