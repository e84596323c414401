"""Presets: named changes to a scenario that ship with the package, as TOML files with sources."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from omnisim._validation import suggest
from omnisim.config.capabilities import Capabilities
from omnisim.config.segments import Segment
from omnisim.exceptions import ConfigError

KINDS = ("sectors", "categories", "firms", "shocks")
"""Kinds of presets: what is sold, how shoppers decide, how far the firm is, what befalls it."""

BASELINE = "firms/siloed"
"""The firm of which every other tells how it differs."""

EVERY_SEGMENT = "segments.*."


def preset_names() -> list[str]:
    """Return the name of every preset, e.g. ``"sectors/fashion"``, in alphabetical order."""
    root = files("omnisim.config") / "presets"
    return sorted(
        f"{kind}/{entry.name.removesuffix('.toml')}"
        for kind in KINDS
        for entry in (root / kind).iterdir()
        if entry.name.endswith(".toml")
    )


def preset_changes(name: str) -> dict[str, Any]:
    """Return what a preset changes, by dotted name; ``segments.*`` stands for every segment.

    A preset of a firm sets all that is a firm's own: every capability, which channels it has, what
    it tracks and keeps. Its file names what differs from the siloed firm.

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
    if not name.startswith("firms/"):
        return _changes_in(name)
    return {"capabilities": Capabilities.siloed()} | _changes_in(BASELINE) | _changes_in(name)


def of_every_segment(changes: Mapping[str, Any], segments: Mapping[str, Segment]) -> dict[str, Any]:
    """Return changes in which what is said of every segment is said of each."""
    common = {
        name.removeprefix(EVERY_SEGMENT): value
        for name, value in changes.items()
        if name.startswith(EVERY_SEGMENT)
    }
    rest = {k: v for k, v in changes.items() if not k.startswith(EVERY_SEGMENT)}
    if common:
        rest["segments"] = {name: dict(segment) | common for name, segment in segments.items()}
    return rest


def _changes_in(name: str) -> dict[str, Any]:
    path = files("omnisim.config") / "presets" / f"{name}.toml"
    return dict(_dotted(tomllib.loads(path.read_text(encoding="utf-8"))))


def _dotted(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
