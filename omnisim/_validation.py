"""Check arguments and word the errors in one place."""

import difflib
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
import numpy.typing as npt

from omnisim.exceptions import ParameterError, TableError


def suggest(name: str, known: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` for the nearest known name, or an empty string."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""


def check_choice(name: str, value: str, known: Iterable[str]) -> str:
    """Return `value` if it is one of `known`; otherwise raise ParameterError."""
    names = list(known)
    if value not in names:
        listed = ", ".join(repr(k) for k in names)
        raise ParameterError(
            f"Unknown {name} {value!r}. Known: {listed}.{suggest(str(value), names)}"
        )
    return value


def check_positive(name: str, value: float) -> float:
    """Return `value` if it is a finite number above zero; otherwise raise ParameterError."""
    if not isinstance(value, Real) or isinstance(value, bool) or not 0 < value < float("inf"):
        raise ParameterError(f"{name} must be a finite number > 0. Got {value!r}.")
    return float(value)


def check_nonnegative(name: str, value: float) -> float:
    """Return `value` if it is a finite number of at least zero; otherwise raise ParameterError."""
    if not isinstance(value, Real) or isinstance(value, bool) or not 0 <= value < float("inf"):
        raise ParameterError(f"{name} must be a finite number >= 0. Got {value!r}.")
    return value


def check_count(name: str, value: int, *, minimum: int = 1) -> int:
    """Return `value` if it is an integer of at least `minimum`; otherwise raise ParameterError."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < minimum:
        raise ParameterError(f"{name} must be an integer >= {minimum}. Got {value!r}.")
    return int(value)


def check_flag(name: str, value: bool) -> bool:
    """Return `value` if it is True or False; otherwise raise ParameterError."""
    if not isinstance(value, (bool, np.bool_)):
        raise ParameterError(f"{name} must be True or False. Got {value!r}.")
    return bool(value)


def check_probability(name: str, value: float) -> float:
    """Return `value` if it lies in [0, 1]; otherwise raise ParameterError."""
    if not isinstance(value, Real) or isinstance(value, bool) or not 0 <= value <= 1:
        raise ParameterError(f"{name} must lie in [0, 1]. Got {value!r}.")
    return float(value)


def check_confidence(name: str, value: float) -> float:
    """Return `value` if it lies in (0, 1); otherwise raise ParameterError."""
    if not isinstance(value, Real) or isinstance(value, bool) or not 0 < value < 1:
        raise ParameterError(f"{name} must lie in (0, 1), both ends excluded. Got {value!r}.")
    return float(value)


def check_finite(name: str, value: float) -> float:
    """Return `value` if it is a finite number; otherwise raise ParameterError."""
    if not isinstance(value, Real) or isinstance(value, bool) or not abs(value) < float("inf"):
        raise ParameterError(f"{name} must be a finite number. Got {value!r}.")
    return float(value)


def check_instance(name: str, value: Any, kind: type[Any]) -> Any:
    """Return `value` if it is an object of `kind`; otherwise raise ParameterError."""
    if isinstance(value, kind):
        return value
    got = f"the class {value.__name__}" if isinstance(value, type) else f"{value!r:.60}"
    hint = ""
    if isinstance(value, type) and issubclass(value, kind):
        hint = f" Make an object of it: {value.__name__}(...)."
    raise ParameterError(f"{name} must be an object of class {kind.__name__}. Got {got}.{hint}")


def check_instances(name: str, values: Any, kind: type[Any]) -> list[Any]:
    """Return `values` as a list if it is a sequence of objects of `kind`; else ParameterError."""
    if isinstance(values, (str, Mapping, kind)) or not isinstance(values, Iterable):
        raise ParameterError(
            f"{name} must be a sequence of objects of class {kind.__name__}. Got {values!r:.60}."
        )
    return [check_instance(f"{name}[{k}]", value, kind) for k, value in enumerate(values)]


def check_estimator(name: str, value: Any) -> None:
    """Raise ParameterError unless `value` is an object like an estimator of scikit-learn."""
    if isinstance(value, type) or not hasattr(value, "fit"):
        raise ParameterError(f"{name} must be of scikit-learn. Got {value!r:.80}.")


def check_callable(name: str, value: Any) -> None:
    """Raise ParameterError unless `value` can be called."""
    if not callable(value):
        raise ParameterError(f"{name} must be a function. Got {value!r:.60}.")


def check_mapping(name: str, values: Any, what: str) -> None:
    """Raise ParameterError unless `values` is a mapping whose keys are text."""
    if not isinstance(values, Mapping) or not all(isinstance(key, str) for key in values):
        raise ParameterError(f"{name} must be {what} by name, as a dict. Got {values!r:.60}.")


def as_numbers(name: str, value: Any) -> npt.NDArray[np.float64]:
    """Return `value` as an array of float64, no copy where it is one; else ParameterError."""
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"{name} must be numbers, in rows of one length. {error}") from error


def as_names(name: str, value: Any, *, minimum: int = 1) -> list[str]:
    """Return names of columns as a list, a text alone as the one name that it is.

    Raises
    ------
    ParameterError
        If `value` is neither a text nor a sequence of texts that differ, or holds fewer than
        `minimum`.
    """
    is_list = isinstance(value, Iterable) and not isinstance(value, (str, Mapping))
    names = list(value) if is_list else [value]
    if not all(isinstance(entry, str) for entry in names):
        raise ParameterError(
            f"{name} must be the name of a column, or a sequence of names. Got {value!r:.80}."
        )
    if len(names) < minimum:
        raise ParameterError(f"{name} must name at least one column. Got none.")
    if len(set(names)) < len(names):
        raise ParameterError(f"{name} must name each column once. Got {names}.")
    return [str(entry) for entry in names]


def check_columns(table: str, columns: Iterable[str], required: Iterable[str]) -> None:
    """Raise TableError unless every required column is there."""
    have = list(columns)
    lacking = [c for c in required if c not in have]
    if lacking:
        listed = ", ".join(repr(c) for c in have) or "no columns"
        word = "column" if len(lacking) == 1 else "columns"
        names = ", ".join(repr(c) for c in lacking)
        raise TableError(
            f"{table} lacks {word} {names}. It has {listed}.{suggest(str(lacking[0]), have)}"
        )
