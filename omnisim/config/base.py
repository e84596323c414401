"""The base of every frozen, checked definition, and the way to declare one of its numbers."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """A frozen piece of a scenario: unknown fields, NaN and wrong types are errors."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, validate_default=True
    )


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
    extra = {"source": source} | ({"unit": unit} if unit else {})
    return Field(default=default, description=description, json_schema_extra=extra, **limits)
