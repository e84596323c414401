"""Word the errors of a definition: dotted name, value, what is allowed, what was meant."""

import reprlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from omnisim.config.names import Path, dotted, nearest, part_at

LIMITS = {
    "greater_than": "must be > {gt}",
    "greater_than_equal": "must be >= {ge}",
    "less_than": "must be < {lt}",
    "less_than_equal": "must be <= {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "finite_number": "must be a finite number",
    "int_type": "must be an integer",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be a string",
    "literal_error": "must be {expected}",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table of {class_name} fields",
    "too_short": "must have {min_length} or more entries, has {actual_length}",
    "too_long": "must have at most {max_length} entries, has {actual_length}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
}
"""What is allowed, by the type that pydantic gives to an error."""

MOST_SHOWN = 50
"""Problems listed in one message; the rest are counted."""


class Problem(NamedTuple):
    """One thing wrong with a definition, and where it stands."""

    path: Path
    text: str
    is_rule: bool = False
    """Whether a rule between fields is broken; its text then names the fields."""


class _Short(reprlib.Repr):
    """A repr of bounded length for any value that a TOML file or a caller can hold."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxdict, self.maxlist, self.maxtuple = 2, 3, 4, 4
        self.maxstring = self.maxlong = self.maxother = 60

    def repr_int(self, x: int, level: int) -> str:
        if x.bit_length() > 128:
            return f"an integer of about {round(x.bit_length() * 0.30103)} digits"
        return super().repr_int(x, level)

    def repr_bool(self, x: bool, level: int) -> str:
        return "true" if x else "false"

    def repr_date(self, x: Any, level: int) -> str:
        return str(x)

    repr_datetime = repr_time = repr_date


shown = _Short().repr
"""Write a value for a message: TOML's words for truth and dates, and never long."""


def problems_of(error: ValidationError, model: type[BaseModel], *, is_file: bool) -> list[Problem]:
    """List what is wrong, each thing once.

    Parameters
    ----------
    error : ValidationError
        What pydantic found.
    model : type of Part
        Root of the definition.
    is_file : bool
        Whether the names were written in a file, where a key stands below its header and is
        suggested alone; in Python the whole dotted name is suggested.
    """
    return list(dict.fromkeys(_problems(error, model, is_file)))


def joined(lines: list[str]) -> str:
    """Put problems into one message, one a line, and count those beyond the first 50."""
    more = len(lines) - MOST_SHOWN
    if more > 0:
        lines = [*lines[:MOST_SHOWN], f"... and {more} more"]
    return "\n".join(lines)


def _problems(error: ValidationError, model: type[BaseModel], is_file: bool) -> Iterator[Problem]:
    for detail in error.errors(include_url=False):
        path, context = tuple(detail["loc"]), detail.get("ctx", {})
        if detail["type"] == "value_error":
            broken = str(context["error"]).splitlines()
            yield from (Problem(path, line, is_rule=True) for line in broken)
        elif detail["type"] == "missing" and isinstance(path[-1], int):
            yield Problem(path[:-1], _named(path[:-1], detail["input"], "has too few entries"))
        elif detail["type"] == "missing":
            yield Problem(path, f"{dotted(path)}: missing, and has no default")
        elif detail["type"] == "extra_forbidden":
            yield Problem(path, _named(path, detail["input"], _unknown(model, path, is_file)))
        else:
            limits = {k: f"{v:.15g}" if isinstance(v, float) else v for k, v in context.items()}
            wording = LIMITS.get(detail["type"], detail["msg"]).format_map(limits)
            yield Problem(path, _named(path, detail["input"], wording))


def _named(path: Path, value: Any, wording: str) -> str:
    if isinstance(value, int) and wording == "must be a number" and not isinstance(value, bool):
        wording = "must be a number below 1.8e308 in size"
    return f"{dotted(path)} = {shown(value)}: {wording}"


def _unknown(model: type[BaseModel], path: Path, is_file: bool) -> str:
    meant = nearest(model, path)
    if meant:
        siblings = is_file and meant[:-1] == path[:-1]
        return f"unknown key; did you mean '{meant[-1] if siblings else dotted(meant)}'?"
    part = part_at(model, path[:-1])
    known = ", ".join(repr(name) for name in part.model_fields) if part else "none"
    return f"unknown key; known keys: {known}"
