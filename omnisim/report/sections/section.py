"""A section of a report: what is estimated, how surely, in a figure and in a table."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omnisim.plot.wording import interval, number, percent
from omnisim.report.figures import Figure
from omnisim.report.tables import Row

INTERVAL = ("value", "ci_low", "ci_high")
"""Columns of an estimate and its interval."""


@dataclass(frozen=True)
class Grid:
    """A table of numbers: its caption, the heads of its columns, its rows."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Section:
    """One question of a study and its answer.

    Attributes
    ----------
    name : str
        Unique in a page; letters, digits and hyphens.
    title : str
        The heading.
    sentences : sequence of str
        What is estimated and how, then what was found.
    figures : sequence of (Figure, str)
        Each with its caption.
    grids : sequence of Grid
        The numbers.
    """

    name: str
    title: str
    sentences: Sequence[str]
    figures: Sequence[tuple[Figure, str]] = ()
    grids: Sequence[Grid] = ()


def basis(n_replications: int, n_shoppers: int, confidence: float) -> str:
    """Say what the intervals of a section are made of."""
    return (
        f"{number(n_replications, 0)} replications of {number(n_shoppers, 0)} shoppers under "
        f"common random numbers; intervals cover {percent(confidence)}, by Student’s t over "
        "replications."
    )


def with_interval(value: float, low: float, high: float, digits: int = 2) -> str:
    """Write an estimate and its interval; what is 0 in every replication has none.

    Examples
    --------
    >>> with_interval(1.0, -0.5, 2.5)
    '+1.00 (−0.50 to 2.50)'
    """
    if value == low == high == 0:
        return "0"
    return f"{number(value, digits, sign=True)} ({interval(low, high, digits)})"


def ratio_told(row: Any, why: str, *, digits: int = 2, names: Sequence[str] = INTERVAL) -> str:
    """Write the ratio and the interval of a row of a table, or why there is none.

    Examples
    --------
    >>> ratio_told({"value": 1.5, "ci_low": 1.25, "ci_high": 1.75}, "nobody bought")
    '1.50 (1.25 to 1.75)'
    >>> ratio_told({"value": 1.5, "ci_low": math.nan, "ci_high": math.nan}, "nobody bought")
    'not given, since nobody bought'
    """
    value, low, high = (float(row[name]) for name in names)
    if math.isnan(value + low + high):
        return f"not given, since {why}"
    return f"{number(value, digits)} ({interval(low, high, digits)})"


def listed(names: Sequence[str]) -> str:
    """Write names as a list in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    head, last = names[:-1], names[-1]
    return f"{', '.join(head)} and {last}" if head else last


def cell(row: Any, digits: int = 2, *, names: Sequence[str] = INTERVAL) -> str:
    """Write the estimate and the interval of a row of a table."""
    value, low, high = (float(row[name]) for name in names)
    return with_interval(value, low, high, digits)


def drawing(name: str, draw: Callable[[], object], alt: str) -> Figure:
    """Make a figure of a function that returns Axes."""
    return Figure(name, lambda: draw().figure, alt)  # type: ignore[attr-defined]


def n_shoppers_of(made: Mapping[str, Any]) -> int:
    """Return the shoppers of each replication, from the provenance of a result."""
    return int(made.get("scenario", {}).get("market", {}).get("n_shoppers", 0))
