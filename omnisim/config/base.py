"""The base of every frozen, checked definition, and the way to declare one of its numbers."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from omnisim.config.problems import joined, problems_of
from omnisim.exceptions import ConfigError


class Part(BaseModel):
    """A frozen piece of a scenario: unknown fields, NaN and wrong types are errors."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, validate_default=True
    )

    def __init__(self, /, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            name, problems = type(self).__name__, problems_of(error, type(self), is_file=False)
            raise ConfigError(joined([f"{name}: {problem.text}" for problem in problems])) from None

    # Tells pydantic to build nested parts directly, so that their errors join those of the whole.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]


def param(default: Any, description: str, *, source: str, unit: str = "", **limits: Any) -> Any:
    """Declare a field with its default, meaning, unit, source and limits (``ge``, ``le`` …).

    Parameters
    ----------
    default : Any
        Value of the reference scenario.
    description : str
        What the number means, one line.
    source : str
        Row of the fact base (``"T-34"``, ``"C1"`` …) with its grade, or ``"assumption"`` and why.
    unit : str, default=""
        Unit of the number.
    **limits
        Limits as `pydantic.Field` takes them.
    """
    extra: dict[str, JsonValue] = {"source": source}
    if unit:
        extra["unit"] = unit
    return Field(default=default, description=description, json_schema_extra=extra, **limits)
