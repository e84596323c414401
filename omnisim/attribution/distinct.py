"""Journeys in a form that neither the order of rows, nor their splitting, nor names change.

A random draw for a journey needs an address. The number of its row will not do: the same journeys
may be listed in another order, or one by one instead of by path. So rows that are alike are added
up, and listed in an order that is made of the journeys' counts alone.
"""

import hashlib
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from omnisim.attribution.keys import mix, rounded
from omnisim.exceptions import BuildError
from omnisim.journeys import Journeys

try:
    import omnisim.attribution._rows as _rows
except ImportError as error:
    raise BuildError(
        f"The compiled part of omnisim.attribution is missing ({error}). Run: pip install -e .  "
        "(or: python setup.py build_ext --inplace)"
    ) from error

__all__ = ["digest", "distinct_paths", "distinct_rows"]

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]


def distinct_rows(journeys: Journeys) -> Journeys:
    """Return the journeys with like rows added up, in an order of their own.

    Conversions are alike if they have the same path, times and value each (to `keys.DIGITS` binary
    digits), nulls if they have the same path and times. A path's nulls stand with the first of its
    conversions; rows without either are left out.

    Parameters
    ----------
    journeys : Journeys
        At least one journey.

    Notes
    -----
    Channels are told apart as `keys.structural_keys` does, with whole paths in place of sets. Those
    that may be swapped without changing the journeys, or differ in ways that this does not see, are
    ordered by name: their draws must differ, so which has which cannot but depend on the names.
    """
    count = journeys.n_conversions + journeys.n_nulls
    if not count.all():
        journeys = journeys.take(np.flatnonzero(count))
    worth = np.where(journeys.n_conversions > 0, value_each(journeys), -1.0)
    path = _path_ranks(journeys, worth)
    order = np.lexsort((worth, path))
    path, worth = path[order], worth[order]
    new_path = np.diff(path, prepend=-1) > 0
    begin = np.flatnonzero(new_path | (np.diff(worth, prepend=-2.0) != 0))
    nulls = np.add.reduceat(journeys.n_nulls[order], np.flatnonzero(new_path))
    won = np.add.reduceat(journeys.n_conversions[order], begin)
    value = np.add.reduceat(journeys.value[order], begin)
    # Nulls sort before conversions; they stay a row of their own where the path has none.
    path = path[begin]
    alone = (won > 0) | (np.diff(path, append=len(nulls)) > 0)
    path, kept = path[alone], journeys.take(order[begin[alone]])
    first = np.diff(path, prepend=-1) > 0
    return replace(
        kept, n_conversions=won[alone], n_nulls=np.where(first, nulls[path], 0), value=value[alone]
    )


def distinct_paths(journeys: Journeys) -> Journeys:
    """Return one row a path, in an order of their own, without values and times."""
    plain = replace(journeys, value=np.zeros(len(journeys)), time=None, end=None)
    return distinct_rows(plain)


def value_each(journeys: Journeys) -> npt.NDArray[np.float64]:
    """Return the value of one conversion by row, to as many digits as tell rows apart."""
    return rounded(journeys.value / np.maximum(journeys.n_conversions, 1))


def digest(journeys: Journeys) -> str:
    """Return a text that is the same for the same journeys, however their rows are listed.

    Parameters
    ----------
    journeys : Journeys
        As `distinct_rows` returns them.
    """
    code = hashlib.sha256(repr(journeys.channel_names).encode())
    time, end = _time_bits(journeys)
    arrays = (journeys.channel, journeys.offset, journeys.n_conversions, journeys.n_nulls)
    for array in (*arrays, value_each(journeys), time, end):
        code.update(np.ascontiguousarray(array).data)
    return code.hexdigest()


def _path_ranks(journeys: Journeys, worth: npt.NDArray[np.float64]) -> Ints:
    """Return the rank of each row's path and times; the same for rows where they are the same."""
    time, end = _time_bits(journeys)
    base = mix(end) if len(end) else np.zeros(len(journeys), dtype=np.uint64)
    colour = _colours(journeys, worth, base, time)
    names = np.array(journeys.channel_names, dtype=object)
    number = np.empty(len(names), dtype=np.uint64)
    number[np.lexsort((names.argsort().argsort(), colour))] = np.arange(len(names))
    key = base.copy()
    _rows.path_keys(journeys.channel, journeys.offset, mix(number), time, key)
    order = np.argsort(key, kind="stable")
    new = np.empty(len(key), dtype=np.int64)
    _rows.mark_new(journeys.channel, journeys.offset, time, key, end, order, new)
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.cumsum(new) - 1
    return rank


def _colours(journeys: Journeys, worth: npt.NDArray[np.float64], base: Words, time: Words) -> Words:
    """Return a key for every channel that says what journeys it is in, and where.

    Counts multiply keys, so a row has the same part in the sums as the rows it may be split into.
    """
    won, left = journeys.n_conversions.astype(np.uint64), journeys.n_nulls.astype(np.uint64)
    value = mix(worth.view(np.uint64))
    colour = np.zeros(journeys.n_channels, dtype=np.uint64)
    told_apart = 0
    while True:
        key = base.copy()
        _rows.path_keys(journeys.channel, journeys.offset, colour, time, key)
        met = np.zeros(journeys.n_channels, dtype=np.uint64)
        weight = won * mix(key ^ value) + left * mix(~key)
        _rows.meet(journeys.channel, journeys.offset, weight, met)
        colour = mix(colour + mix(met))
        distinct = len(np.unique(colour))
        if distinct in (told_apart, journeys.n_channels):
            return colour
        told_apart = distinct


def _time_bits(journeys: Journeys) -> tuple[Words, Words]:
    """Return the bits of times and ends, empty where there are none; all NaN are the same."""
    none = np.empty(0, dtype=np.uint64)
    if journeys.time is None:
        return none, none
    end = np.full(len(journeys), np.nan) if journeys.end is None else journeys.end
    clean = np.where(np.isnan(end), np.nan, end + 0.0)
    return (journeys.time + 0.0).view(np.uint64), clean.view(np.uint64)
