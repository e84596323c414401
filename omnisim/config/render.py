"""Write a definition as TOML, with the meaning, limits and source of every field above it."""

import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from omnisim.config.names import BARE_KEY

WIDTH = 100


def render_toml(part: BaseModel, *, heading: str = "") -> str:
    """Write a definition as TOML that loads as an equal one.

    Parameters
    ----------
    part : Part
        Definition to write, e.g. a scenario.
    heading : str, default=""
        Comment for the top of the file; may have several lines.

    Returns
    -------
    str
        TOML in the order of the fields. A field is explained the first time its class occurs:
        meaning, range, unit and source. Fields that are None are left out.
    """
    lines = [f"# {line}".rstrip() for line in heading.splitlines()]
    explained: set[type[BaseModel]] = set()
    lines += _table(part, (), explained)
    return "\n".join(lines).strip("\n") + "\n"


def value_toml(value: Any) -> str:
    """Write a number, truth value, string, or list of these as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON escapes what TOML does, except for the delete character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_toml(v) for v in value) + "]"
    return repr(value)


def range_text(field: FieldInfo) -> str:
    """Say which numbers a field allows: ``"integer in [1, 100]"``, ``"> 0"`` and the like."""
    low, high, words = "", "", ["integer"] if field.annotation is int else []
    for limit in field.metadata:
        match limit:
            case annotated_types.Ge(ge=bound):
                low = f"[{bound:.15g}"
            case annotated_types.Gt(gt=bound):
                low = f"({bound:.15g}"
            case annotated_types.Le(le=bound):
                high = f"{bound:.15g}]"
            case annotated_types.Lt(lt=bound):
                high = f"{bound:.15g})"
            case annotated_types.MultipleOf(multiple_of=bound):
                words.insert(0, f"multiple of {bound:g},")
    if low or high:
        words.append(f"in {low or '(-inf'}, {high or 'inf)'}")
    return " ".join(words)


def _table(
    part: BaseModel, path: tuple[str, ...], explained: set[type[BaseModel]]
) -> Iterator[str]:
    """Yield the lines of a part: first its own values, then the tables below it."""
    is_new = type(part) not in explained
    explained.add(type(part))
    fields = type(part).model_fields
    values = {n: v for n, v in dict(part).items() if not isinstance(v, BaseModel | Mapping)}
    yield ""
    if is_new:
        yield from _comment(inspect.getdoc(type(part)) or "")
    elif values:
        yield "# The fields are explained above."
    if path:
        yield f"[{'.'.join(map(_key, path))}]"
    for name, value in values.items():
        if value is None:
            continue
        if is_new:
            yield from _comment(_explanation(fields[name]))
        yield f"{_key(name)} = {value_toml(value)}"
    for name, value in dict(part).items():
        if isinstance(value, BaseModel):
            yield from _table(value, (*path, name), explained)
        elif isinstance(value, Mapping):
            for member, below in value.items():
                yield from _table(below, (*path, name, member), explained)


def _explanation(field: FieldInfo) -> str:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    facts = [str(extra.get("unit", "")), range_text(field)]
    described = (field.description or "") + f" ({'; '.join(filter(None, facts))})" * any(facts)
    return described + (f". Source: {extra['source']}." if "source" in extra else "")


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False
    )


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else value_toml(name)
