"""Policies as plain JSON: parameters, learned arrays, nothing that runs code when it is read."""

import base64
import json
import pathlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from omnisim.exceptions import ParameterError

if TYPE_CHECKING:
    from omnisim.policies.base import Policy

FORMAT = 2
"""Version of the format; readers refuse any other. 2: effects are learned among those who may get
an action, and rows are kept with their record."""


def policy_to_dict(policy: "Policy") -> dict[str, Any]:
    """Return class name, parameters and learned attributes of a policy, as plain JSON."""
    return {
        "policy": type(policy).__name__,
        "format": FORMAT,
        "parameters": {name: encoded(value) for name, value in policy.parameters().items()},
        "learned": {name: encoded(value) for name, value in sorted(policy.learned().items())},
    }


def write_policy(policy: "Policy", path: str | pathlib.Path) -> None:
    """Write a policy to a JSON file."""
    text = json.dumps(policy_to_dict(policy), indent=1, allow_nan=False)
    try:
        pathlib.Path(path).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ParameterError(f"{path}: the policy cannot be written: {error}") from error


def described(policy: "Policy") -> dict[str, Any]:
    """Return name, parameters and, if anything was learned, the digest of it, as plain JSON."""
    made = _in_words(policy_to_dict(policy))
    answer = {"name": made["policy"], **made["parameters"]}
    if made["learned"]:
        answer["learned"] = sha256(json.dumps(made["learned"]).encode()).hexdigest()
    return answer


def parameters_of(policy: "Policy") -> dict[str, Any]:
    """Return the constructor arguments of a policy."""
    if not is_dataclass(policy):
        raise ParameterError(f"{type(policy).__name__} must be a dataclass to be saved.")
    return {f.name: getattr(policy, f.name) for f in fields(policy) if f.init}


def encoded(value: Any) -> Any:
    """Return a parameter or a learned value as plain JSON."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biuf":
            raise ParameterError(f"Arrays of dtype {value.dtype} cannot be saved.")
        data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode()
        return {"array": data, "dtype": value.dtype.str, "shape": list(value.shape)}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return {"float": repr(value)}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple):
        return {"tuple": [encoded(entry) for entry in value]}
    if isinstance(value, list):
        return [encoded(entry) for entry in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"dict": {key: encoded(entry) for key, entry in value.items()}}
    if hasattr(value, "get_params"):
        data = base64.b64encode(skops_io().dumps(value)).decode()
        return {"skops": data, "made": repr(value)}
    raise ParameterError(f"A value of type {type(value).__name__} cannot be saved.")


def decoded(value: Any) -> Any:
    """Return what `encoded` was given."""
    if isinstance(value, list):
        return [decoded(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if "array" in value:
        flat = np.frombuffer(base64.b64decode(value["array"]), dtype=np.dtype(value["dtype"]))
        return flat.reshape(value["shape"]).copy()
    if "float" in value:
        return float(value["float"])
    if "tuple" in value:
        return tuple(decoded(entry) for entry in value["tuple"])
    if "dict" in value:
        return {key: decoded(entry) for key, entry in value["dict"].items()}
    if "skops" in value:
        return _estimator(base64.b64decode(value["skops"]))
    raise ParameterError(f"A saved value has unknown keys {sorted(value)}.")


def check_learned(policy: "Policy", wanted: Mapping[str, tuple[tuple[int, ...], type]]) -> None:
    """Refuse arrays that were read of other shapes, dtypes or values than a policy can learn.

    Parameters
    ----------
    policy : Policy
        What was read.
    wanted : mapping of str to (shape, dtype)
        The arrays that it must hold, of finite numbers.
    """
    for name, (shape, dtype) in wanted.items():
        value = np.asarray(policy.learned().get(name, False))
        if value.shape != shape or value.dtype != dtype or not np.isfinite(value).all():
            raise ParameterError(
                f"{name} must hold finite numbers of dtype {np.dtype(dtype)} and shape {shape}. "
                f"Got {value.dtype} of shape {value.shape}."
            )


def skops_io() -> Any:
    """Return the module that saves scikit-learn estimators without pickle."""
    try:
        import skops.io
    except ImportError as error:
        raise ParameterError(
            "Policies that hold scikit-learn estimators are saved by skops, which is not "
            "installed. Run: pip install skops"
        ) from error
    return skops.io


def _estimator(data: bytes) -> Any:
    """Return a saved estimator; types from outside scikit-learn are refused."""
    io = skops_io()
    try:
        found = io.get_untrusted_types(data=data)
    except Exception as error:  # of whatever kind: skops reads a ZIP file of JSON and arrays
        raise ParameterError(f"A saved estimator cannot be read: {error}") from error
    foreign = [name for name in found if not name.startswith("sklearn.")]
    if foreign:
        raise ParameterError(
            f"A saved estimator must be made of scikit-learn alone. Got {', '.join(foreign)}."
        )
    return io.loads(data, trusted=found)


def _in_words(value: Any) -> Any:
    """Put an estimator's words in place of its bytes, which differ from one saving to the next."""
    if isinstance(value, list):
        return [_in_words(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if "skops" in value:
        return value["made"]
    return {key: _in_words(entry) for key, entry in value.items()}
