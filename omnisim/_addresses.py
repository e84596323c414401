"""Check and broadcast the addresses and parameters of random draws."""

import math
from numbers import Integral
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from omnisim.exceptions import ParameterError

Floats: TypeAlias = npt.NDArray[np.float64]
Words: TypeAlias = npt.NDArray[np.uint64]
Address: TypeAlias = "int | npt.NDArray[np.integer[Any]]"
Parameter: TypeAlias = "float | npt.NDArray[np.floating[Any]]"

WORD_LIMIT = 2**64
MIN_TOTAL = 1e-300  # of category weights: keeps u * total < total, clear of subnormal rounding


def check_word(name: str, value: int) -> int:
    """Return `value` as an int if it fits an unsigned 64-bit word."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or not 0 <= int(value) < WORD_LIMIT:
        raise ParameterError(f"{name} must be an integer in [0, 2**64). Got {value!r}.")
    return int(value)


def _check_address(name: str, value: Address) -> Words:
    """Return `value` as an array of unsigned words, without a copy where it is int64 or uint64."""
    array = np.asarray(value)
    if array.size == 0:
        return array.astype(np.uint64)
    if array.dtype.kind not in "iu":
        got = repr(value) if array.ndim == 0 else f"dtype {array.dtype}"
        raise ParameterError(f"{name} must be integers in [0, 2**64). Got {got}.")
    if array.dtype.kind == "i" and array.min() < 0:
        raise ParameterError(f"{name} must be >= 0. Got {_first(array, array < 0)}.")
    if array.dtype == np.int64:
        return array.view(np.uint64)
    return array.astype(np.uint64, copy=False)


def check_parameter(
    name: str, value: Parameter, *, low: float = 0.0, high: float = np.inf, closed: bool = False
) -> Floats:
    """Return finite values above `low` (or at it, if `closed`) and at most `high`, as floats."""
    array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        got = repr(value) if array.ndim == 0 else f"dtype {array.dtype}"
        raise ParameterError(f"{name} must be numbers. Got {got}.")
    array = array.astype(np.float64, copy=False)
    above = array >= low if closed else array > low
    wrong = ~(np.isfinite(array) & above & (array <= high))
    if wrong.any():
        floor = "" if low == -np.inf else f" and {'>=' if closed else '>'} {low:g}"
        ceiling = "" if high == np.inf else f" and <= {high:g}"
        raise ParameterError(f"{name} must be finite{floor}{ceiling}. Got {_first(array, wrong)}.")
    return array


def check_weights(value: Parameter) -> Floats:
    """Return category weights as floats, (..., n_categories), each row with a usable sum."""
    weight = check_parameter("weights", value, closed=True)
    if weight.ndim == 0 or weight.shape[-1] == 0:
        raise ParameterError(
            f"weights must have a last axis of at least one category. Got shape {weight.shape}."
        )
    with np.errstate(over="ignore"):
        total = weight.sum(axis=-1)
    wrong = ~((total > MIN_TOTAL) & np.isfinite(total))
    if wrong.any():
        raise ParameterError(
            f"weights must have a finite sum > {MIN_TOTAL:g} over the last axis. "
            f"Got {_first(total, wrong)}."
        )
    return weight


def _first(array: npt.NDArray[Any], wrong: npt.NDArray[np.bool_]) -> str:
    """Return the first wrong value, with its place if there is more than one value."""
    if array.ndim == 0:
        return str(array[()])
    place = np.unravel_index(int(wrong.argmax()), array.shape)
    return f"{array[place]} at [{', '.join(map(str, place))}]"


def broadcast(
    shopper: Address, journey: Address, step: Address, *parameters: Floats
) -> tuple[list[Words], tuple[int, ...], list[Floats]]:
    """Return the address as flat columns, their common shape, and the parameters likewise."""
    address = [
        _check_address("shopper", shopper),
        _check_address("journey", journey),
        _check_address("step", step),
    ]
    shapes = [array.shape for array in (*address, *parameters)]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise ParameterError(
            "shopper, journey, step and the parameters must broadcast together. "
            f"Got shapes {', '.join(map(str, shapes))}."
        ) from error
    return (
        [_column(array, shape) for array in address],
        shape,
        [_column(array, shape) for array in parameters],
    )


def _column(array: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Broadcast to `shape` and flatten; one value becomes a column of stride zero, not a copy."""
    if array.size == 1:
        return np.broadcast_to(array.reshape(()), (math.prod(shape),))
    return np.broadcast_to(array, shape).reshape(-1)
