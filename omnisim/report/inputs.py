"""What went into a study: settings with their sources, and what each capability moved."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from omnisim.config.capabilities import Capabilities
from omnisim.config.capability_costs import EACH_STORE
from omnisim.config.primitives import MOVES, Primitives
from omnisim.config.scenario import Scenario
from omnisim.plot.wording import clean, number, title

CITATION = re.compile(r"\b(T-\d+|[A-Z]{2,4}\d{2})\b")
"""Codes of published sources; those of priors and of parts of the model count as assumptions."""

LEVEL_NAMES = ("0, none", "1, partial", "2, full")


@dataclass(frozen=True)
class Setting:
    """One field of the scenario of a study."""

    name: str
    value: str
    unit: str
    description: str
    source: str
    is_assumption: bool
    is_changed: bool


@dataclass(frozen=True)
class Move:
    """One primitive and the values that the two firms have of it."""

    capability: str
    primitive: str
    description: str
    baseline: str
    variant: str
    source: str


def settings(made: Mapping[str, Any]) -> list[Setting]:
    """Return the fields of the baseline scenario with meaning, unit and source, but capabilities.

    A field of several segments is one setting. A value that is not the default has no other source
    than the study, and says so.

    Parameters
    ----------
    made : mapping
        Provenance of a comparison.
    """
    usual = Scenario().model_dump(mode="json")
    used = {name: part for name, part in made.get("scenario", {}).items() if name != "capabilities"}
    return list(_settings(Scenario, used, usual, ()))


def differences(made: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (dotted name, value in baseline, value in variant) where the firms differ otherwise.

    Otherwise than by the levels of their capabilities, which `levels` holds.

    Parameters
    ----------
    made : mapping
        Provenance of a comparison.
    """
    before, after = (dict(_leaves(made.get(arm, {}))) for arm in ("scenario", "variant"))
    return [
        (name, _text(before.get(name, "n/a")), _text(after.get(name, "n/a")))
        for name in dict.fromkeys((*before, *after))
        if not name.startswith("capabilities.") and before.get(name) != after.get(name)
    ]


def moves(made: Mapping[str, Any]) -> list[Move]:
    """Return the primitives that capabilities set, at both firms.

    Parameters
    ----------
    made : mapping
        Provenance of a comparison.
    """
    before, after = made.get("scenario", {}), made.get("variant", {})
    found = []
    for name, owner in MOVES.items():
        field = Primitives.model_fields[name]
        code, _, text = (field.description or "").partition(": ")
        unit, source = _extra(field, "unit"), _extra(field, "source")
        values = [_primitive(arm, name, owner) for arm in (before, after)]
        found.append(
            Move(
                capability=f"{code} {title(owner)}",
                primitive=name,
                description=text.removesuffix("; at level 0, 1, 2"),
                baseline=f"{values[0]} {unit}".strip(),
                variant=f"{values[1]} {unit}".strip(),
                source=source,
            )
        )
    return found


def levels(made: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return (capability, level in baseline, level in variant, yearly cost) in words."""
    arms = [made.get(arm, {}) for arm in ("scenario", "variant")]
    found = []
    for name, field in Capabilities.model_fields.items():
        steps = [int(arm.get("capabilities", {}).get(name, 0)) for arm in arms]
        cost = _yearly_cost(arms[1], name, steps[1])
        code = (field.description or "").partition(",")[0]
        per = "a store" if name in EACH_STORE else "for the firm"
        found.append(
            (
                f"{code} {title(name)}",
                LEVEL_NAMES[steps[0]],
                LEVEL_NAMES[steps[1]],
                f"€{number(cost, 0)} {per}",
            )
        )
    return found


def _yearly_cost(arm: Mapping[str, Any], name: str, level: int) -> float:
    """Return what a capability costs a year, its investment written off."""
    nothing = (0.0, 0.0, 0.0)
    running = arm.get("capability_costs", {}).get(name, nothing)[level]
    once = arm.get("investments", {}).get(name, nothing)[level]
    return float(running + once / arm.get("costs", {}).get("write_off_years", 1.0))


def _leaves(values: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield dotted name and value of everything below `values`."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, name))
        else:
            yield ".".join((*path, name)), value


def _primitive(arm: Mapping[str, Any], name: str, owner: str) -> str:
    level = int(arm.get("capabilities", {}).get(owner, 0))
    values = arm.get("primitives", {}).get(name)
    return "n/a" if values is None else f"{values[level]:g}"


def _settings(
    part: type[BaseModel],
    values: Mapping[str, Any],
    usual: Mapping[str, Any],
    path: tuple[str, ...],
) -> Iterator[Setting]:
    for name, field in part.model_fields.items():
        if name not in values:
            continue
        value, default = values[name], usual.get(name)
        below = _part_of(field)
        is_one = field.annotation is below
        if below is None:
            yield _setting(".".join((*path, name)), field, value, default)
        elif is_one:
            yield from _settings(below, value, default or {}, (*path, name))
        else:
            yield from _members(below, value, default or {}, (*path, name))


def _members(
    part: type[BaseModel],
    members: Mapping[str, Mapping[str, Any]],
    usual: Mapping[str, Any],
    path: tuple[str, ...],
) -> Iterator[Setting]:
    """Yield the fields of members of one kind together: one setting a field."""
    for name, field in part.model_fields.items():
        value = {key: member[name] for key, member in sorted(members.items()) if name in member}
        default = {key: member[name] for key, member in usual.items() if name in member}
        same = len(set(map(json.dumps, value.values()))) == 1
        shown = next(iter(value.values())) if same and value else value
        setting = _setting(".".join((*path, "*", name)), field, shown, shown)
        yield _as_changed(setting) if value != default else setting


def _setting(name: str, field: FieldInfo, value: Any, default: Any) -> Setting:
    source = _extra(field, "source")
    setting = Setting(
        name=name,
        value=_text(value),
        unit=_extra(field, "unit"),
        description=field.description or "",
        source=source,
        is_assumption="assumption" in source or not CITATION.search(source),
        is_changed=False,
    )
    return setting if value == default else _as_changed(setting)


def _as_changed(setting: Setting) -> Setting:
    return Setting(
        setting.name, setting.value, setting.unit, setting.description,
        f"set in this study; the reference has: {setting.source}", True, True,
    )  # fmt: skip


def _part_of(field: FieldInfo) -> type[BaseModel] | None:
    """Return the class of a nested part, or of the members of a mapping of parts."""
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _extra(field: FieldInfo, key: str) -> str:
    extra = field.json_schema_extra
    return str(extra.get(key, "")) if isinstance(extra, dict) else ""


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{clean(key)} {_text(member)}" for key, member in value.items())
    if isinstance(value, list | tuple):
        return " / ".join(map(_text, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.6g}".replace("-", "−")
    return clean(value)
