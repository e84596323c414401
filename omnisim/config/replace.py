"""Change fields of a definition by dotted name; the whole is checked again."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from omnisim.config.names import LONGEST_NAME, dotted
from omnisim.config.problems import joined, problems_of, shown
from omnisim.exceptions import ConfigError

P = TypeVar("P", bound=BaseModel)


def overlay(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Lay nested changes over the fields of a definition.

    A mapping laid over a part changes only the fields that it names. Laid over anything else,
    such as the dict of segments, it replaces the whole.
    """
    fields = dict(base)
    for name, value in changes.items():
        current = fields.get(name)
        if isinstance(current, BaseModel) and isinstance(value, Mapping):
            value = overlay(dict(current), value)
        fields[name] = value
    return fields


def replace_fields(part: P, changes: Mapping[str, Any]) -> P:
    """Return a checked copy of `part` with fields changed by dotted name.

    Parameters
    ----------
    part : Part
        Definition to start from; it is left as it is.
    changes : mapping of str to object
        Dotted names to new values. A value may be a whole part, or a mapping of some of its
        fields. Names of whole parts are applied before names inside them.

    Raises
    ------
    ConfigError
        If a name is unknown or the changed definition is not allowed; all problems at once.

    Examples
    --------
    >>> from omnisim.config.market import Market
    >>> replace_fields(Market(), {"n_shoppers": 500}).n_shoppers
    500
    """
    fields: dict[str, Any] = dict(part)
    lines: list[str] = []
    for name in sorted(changes, key=lambda n: str(n).count(".")):
        try:
            fields = _changed(fields, tuple(str(name).split(".")), changes[name])
        except KeyError:
            lines.append(_unknown(part, str(name), changes[name]))
    try:
        changed = type(part).model_validate(fields)
    except ValidationError as error:
        lines += [p.text for p in problems_of(error, type(part), is_file=False)]
    if lines:
        raise ConfigError(joined(lines))
    return changed


def _changed(node: Any, keys: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return the fields of `node` with one changed; KeyError if a part on the way is missing."""
    fields = dict(node)
    head, rest = keys[0], keys[1:]
    if not rest:
        return overlay(fields, {head: value})
    if not isinstance(fields[head], BaseModel | Mapping):
        raise KeyError(head)
    fields[head] = _changed(fields[head], rest, value)
    return fields


def _unknown(part: BaseModel, name: str, value: Any) -> str:
    names = list(_names_in(part))
    if len(name) > 3 * LONGEST_NAME:
        name, close = name[: 3 * LONGEST_NAME] + "...", []
    else:
        close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    known = ", ".join(map(repr, dict(part)))
    hint = f"did you mean '{close[0]}'?" if close else f"known keys: {known}"
    return f"{name} = {shown(value)}: unknown key; {hint}"


def _names_in(node: Any) -> Iterator[str]:
    """Yield the dotted names in a definition, with the members that its dicts really have."""
    for name, value in dict(node).items():
        yield dotted((name,))
        if isinstance(value, BaseModel | Mapping):
            yield from (f"{dotted((name,))}.{below}" for below in _names_in(value))
