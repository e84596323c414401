"""Dotted names of a definition: how they are written, which exist, and which was meant."""

import difflib
import re
from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from pydantic import BaseModel

Path = tuple[str | int, ...]
"""Keys and list positions from the root of a definition to one of its values."""

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
LONGEST_NAME = 60
"""Characters of a name shown in a message, and compared with other names."""


def dotted(path: Path) -> str:
    """Write a path as a dotted name: ``("stores", "sizes", 2)`` as ``"stores.sizes[2]"``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + _shown_key(step)
    return text


def holds_members(annotation: Any) -> bool:
    """Tell whether the values of a field stand in a dict or a tuple."""
    return get_origin(annotation) in (dict, tuple)


def part_in(annotation: Any) -> type[BaseModel] | None:
    """Return the part that a field holds, itself or as members of a dict or tuple; else None.

    A part that may be left out, ``Part | None``, counts.
    """
    if get_origin(annotation) is UnionType:
        annotation = next((a for a in get_args(annotation) if a is not NoneType), annotation)
    if holds_members(annotation):
        annotation = get_args(annotation)[get_origin(annotation) is dict]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def part_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """Return the class of the part at `path` below `model`; None if there is none."""
    part: type[BaseModel] | None = model
    is_member = False  # the next step names a member of a dict or tuple of parts
    for step in path:
        if is_member:
            is_member = False
            continue
        if part is None or step not in part.model_fields:
            return None
        annotation = part.model_fields[str(step)].annotation
        part, is_member = part_in(annotation), holds_members(annotation)
    return None if is_member else part


@cache
def known_names(model: type[BaseModel]) -> tuple[str, ...]:
    """List the dotted names of all values and parts; ``*`` stands for any member."""
    return tuple(_names_below(model))


def nearest(model: type[BaseModel], path: Path) -> Path | None:
    """Return the existing path that was probably meant by an unknown one.

    A name that exists elsewhere is preferred to a similar one in the same part, and that to a
    similar dotted name anywhere.

    Parameters
    ----------
    model : type of Part
        Root of the definition.
    path : tuple of str and int
        Path that does not exist.
    """
    wanted, name = str(path[-1]), dotted(path)
    if len(wanted) > LONGEST_NAME or len(name) > 3 * LONGEST_NAME:
        return None
    names = [n for n in known_names(model) if not name.startswith(f"{n}.")]
    elsewhere = [n for n in names if n.rpartition(".")[2] == wanted]
    if len(elsewhere) == 1:
        return tuple(elsewhere[0].split("."))
    part = part_at(model, path[:-1])
    close = difflib.get_close_matches(wanted, part.model_fields if part else (), n=1, cutoff=0.6)
    if close:
        return (*path[:-1], close[0])
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.75)
    return tuple(close[0].split(".")) if close else None


def _names_below(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        part = part_in(field.annotation)
        yield name
        if part:
            within = f"{name}.*" if holds_members(field.annotation) else name
            yield from (f"{within}.{below}" for below in known_names(part))


def _shown_key(key: str) -> str:
    if len(key) > LONGEST_NAME:
        return repr(key[: LONGEST_NAME - 3] + "...")
    return key if BARE_KEY.fullmatch(key) or key == "*" else repr(key)
