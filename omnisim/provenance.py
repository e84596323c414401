"""How a result was made: versions, scenario, seed and policy, as plain JSON."""

import json
import platform
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib import metadata
from typing import Any

PACKAGES = ("omnisim", "numpy", "scipy", "simpy", "networkx", "pyarrow", "pydantic")


def record(
    *, scenario: Any, seed: int, replication: int | None, policy: Any, **more: Any
) -> dict[str, Any]:
    """Return the provenance of a result; it holds no time, place or person, so equals compare.

    Parameters
    ----------
    scenario : pydantic.BaseModel
        Definition of the run.
    seed : int
        Seed of the study.
    replication : int or None
        Number of the replication; None for a study over many.
    policy : object
        Policy of the firm; recorded as it describes itself, or else by its name.
    **more
        Further plain values.
    """
    return {
        "versions": versions(),
        "seed": seed,
        "replication": replication,
        "policy": _describe(policy),
        "scenario": scenario.model_dump(mode="json"),
        **more,
    }


def versions() -> dict[str, str]:
    """Return the versions of omnisim, of what it computes with, and of Python."""
    return {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}


@cache  # reading metadata takes 10 ms, an eighth of a small run
def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed as a package"


def to_json(made: Mapping[str, Any]) -> str:
    """Return provenance as JSON; keys keep their order, since that of segments counts."""
    return json.dumps(made, indent=2, allow_nan=False) + "\n"


def digest(content: bytes) -> str:
    """Return the SHA-256 of `content` in hexadecimal: the name of a customer file's contents."""
    return sha256(content).hexdigest()


def _describe(policy: Any) -> dict[str, Any]:
    describe = getattr(policy, "describe", None)
    return {"name": type(policy).__name__} if describe is None else dict(describe())
