"""Presets: named changes to a scenario that ship with the package, as TOML files with sources."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from omnisim._validation import suggest
from omnisim.config.capabilities import Capabilities
from omnisim.exceptions import ConfigError

KINDS = ("sectors", "categories", "firms", "shocks")
"""Kinds of presets: what is sold, how shoppers decide, how far the firm is, what befalls it."""

INTEGRATED = "firms/integrated"


def preset_names() -> list[str]:
    """Return the name of every preset, e.g. ``"sectors/fashion"``, in alphabetical order."""
    root = files("omnisim.config") / "presets"
    found = [
        f"{kind}/{entry.name.removesuffix('.toml')}"
        for kind in KINDS
        for entry in (root / kind).iterdir()
        if entry.name.endswith(".toml")
    ]
    return sorted([*found, INTEGRATED])


def preset_changes(name: str) -> dict[str, Any]:
    """Return what a preset changes, by dotted name.

    Raises
    ------
    ConfigError
        If there is no preset of that name.
    """
    names = preset_names()
    if name not in names:
        raise ConfigError(
            f"Unknown preset {name!r}. Known presets: {', '.join(names)}.{suggest(name, names)}"
        )
    if name == INTEGRATED:
        return {"capabilities": Capabilities.integrated()}
    path = files("omnisim.config") / "presets" / f"{name}.toml"
    return dict(_dotted(tomllib.loads(path.read_text(encoding="utf-8"))))


def _dotted(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
