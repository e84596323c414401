"""Cut events into journeys."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from omnisim._validation import check_choice
from omnisim.exceptions import BuildError, ParameterError, TableError

try:
    import omnisim.journeys._paths as _paths
except ImportError as error:
    raise BuildError(
        f"The compiled part of omnisim.journeys is missing ({error}). Run: pip install -e .  "
        "(or: python setup.py build_ext --inplace)"
    ) from error

__all__ = ["NO_TOUCHPOINT", "JourneyRules", "cut_columns", "cut_events", "cut_sorted"]

NO_TOUCHPOINT = "(none)"
"""Channel of a conversion that no touchpoint precedes within the lookback window."""

HALF_MICROSECOND = 0.5e-6 / 86_400
"""Days. Times since 1970 are kept to some 0.3 microseconds; what is nearer is the edge itself."""


@dataclass(frozen=True)
class JourneyRules:
    """Where a journey begins and ends.

    Parameters
    ----------
    lookback_days : float, default=30.0
        A conversion takes the touchpoints at most this long before it (the edge counts; times are
        compared to the microsecond) and after the shopper's previous conversion. Touchpoints that
        no conversion takes become null journeys, cut backwards from the last one into windows of
        the same length.
    gap_days : float, default=inf
        A longer silence, by a microsecond or more, ends a journey: what came before it is null.
    split : {"conversion", "shopper"}, default="conversion"
        "shopper" keeps the whole history of a shopper as one journey, with all its conversions;
        the lookback and the gap do not apply.
    repeats : {"keep", "collapse"}, default="keep"
        "collapse" keeps the first touchpoint of each run of the same channel.
    """

    lookback_days: float = 30.0
    gap_days: float = float("inf")
    split: str = "conversion"
    repeats: str = "keep"

    def __post_init__(self) -> None:
        for name in ("lookback_days", "gap_days"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Real) or not float(value) > 0:
                raise ParameterError(f"{name} must be a number > 0. Got {value!r}.")
        check_choice("split", self.split, ("conversion", "shopper"))
        check_choice("repeats", self.repeats, ("keep", "collapse"))


def cut_events(
    shopper: npt.NDArray[np.int32],
    time: npt.NDArray[np.float64],
    channel: npt.NDArray[np.int32],
    conditional: npt.NDArray[np.uint8],
    n_conversions: npt.NDArray[np.int64],
    value: npt.NDArray[np.float64],
    names: tuple[str, ...],
    rules: JourneyRules,
) -> dict[str, Any]:
    """Sort events by shopper and time, cut them, and return the arrays of `Journeys`.

    Parameters
    ----------
    shopper : ndarray of shape (n,), int32
        Codes from 0.
    time : ndarray of shape (n,), float64, unit: days, finite
    channel : ndarray of shape (n,), int32
        Codes of `names`; -1 where the event is no touchpoint.
    conditional : ndarray of shape (n,), uint8
        1 where a conversion is a touchpoint only if the journey does not end in its channel yet.
    n_conversions : ndarray of shape (n,), int64, >= 0
    value : ndarray of shape (n,), float64, >= 0
    names : tuple of str
    rules : JourneyRules
    """
    return cut_columns([shopper, time, channel, conditional, n_conversions, value], names, rules)


def cut_columns(
    columns: Sequence[npt.NDArray[Any]], names: tuple[str, ...], rules: JourneyRules
) -> dict[str, Any]:
    """Do what `cut_events` does with the columns of events that it lists."""
    order = _order(columns[0], columns[1])
    return cut_sorted([column[order] for column in columns], names, rules)


def cut_sorted(
    columns: Sequence[npt.NDArray[Any]], names: tuple[str, ...], rules: JourneyRules
) -> dict[str, Any]:
    """Cut events that are sorted by shopper, then time; `columns` are those of `cut_events`.

    Codes of shoppers need only differ between neighbours.
    """
    n = len(columns[0])
    out: dict[str, npt.NDArray[Any]] = {
        "channel": np.empty(n, dtype=np.int32),
        "time": np.empty(n),
        "offset": np.empty(n + 1, dtype=np.int64),
        "n_conversions": np.empty(n, dtype=np.int64),
        "value": np.empty(n),
        "end": np.empty(n),
    }
    by_shopper = rules.split == "shopper"
    lookback, gap = (
        np.inf if by_shopper else float(days) + HALF_MICROSECOND
        for days in (rules.lookback_days, rules.gap_days)
    )
    n_journeys, n_touchpoints = _paths.cut_journeys(
        *columns,
        lookback, gap, by_shopper, len(names), *out.values(),
    )  # fmt: skip
    used = dict.fromkeys(out, n_journeys) | {
        "channel": n_touchpoints, "time": n_touchpoints, "offset": n_journeys + 1,
    }  # fmt: skip
    cut: dict[str, Any] = {key: _trimmed(array, used[key]) for key, array in out.items()}
    cut["n_nulls"] = (cut["n_conversions"] == 0).astype(np.int64)
    alone = n_touchpoints > 0 and int(cut["channel"].max()) == len(names)
    if alone and NO_TOUCHPOINT in names:
        raise TableError(
            f"channel must not be {NO_TOUCHPOINT!r} where a conversion has no touchpoint, which is "
            "shown as such: rename it with channels={...}."
        )
    cut["channel_names"] = (*names, NO_TOUCHPOINT) if alone else names
    return cut


def _trimmed(array: npt.NDArray[Any], n: int) -> npt.NDArray[Any]:
    """Return the first n elements; copied if most of the memory would be held in vain."""
    return array[:n] if 2 * n > len(array) else array[:n].copy()


def _order(shopper: npt.NDArray[np.int32], time: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return rows by shopper, then time, then row."""
    n_shoppers = int(shopper.max()) + 1 if len(shopper) else 0
    order = np.empty(len(shopper), dtype=np.int64)
    _paths.bucket_order(shopper, n_shoppers, order)
    if _paths.is_sorted_within(shopper, time, order):
        return order
    by_time = np.argsort(time, kind="stable")
    _paths.bucket_order(shopper[by_time], n_shoppers, order)
    return by_time[order]
