"""The absorbing Markov chain of a set of journeys."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from omnisim._validation import check_choice
from omnisim.attribution.sums import sum_by
from omnisim.exceptions import BuildError, ParameterError, TableError
from omnisim.journeys import Journeys

try:
    import omnisim.attribution._markov as _markov
except ImportError as error:
    raise BuildError(
        f"The compiled part of omnisim.attribution is missing ({error}). Run: pip install -e .  "
        "(or: python setup.py build_ext --inplace)"
    ) from error

__all__ = ["Chain", "check_keys", "count_chain"]

DENSE_CELLS = 2**24  # counters in one table: 128 MiB
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Chain:
    """Transition counts between the states of a chain of some order.

    A state is the last `order` channels of a path (fewer at its beginning). States are ordered by
    their key: the most recent channel first, so that `bounds` parts them by their last channel.

    Parameters
    ----------
    order : int
    channel_names : tuple of str
    key : ndarray of shape (n_states,), int64
        Digits in base n_channels + 1, most recent channel first, channels counted from 1.
    count : scipy.sparse.csr_array of shape (n_states, n_states), int64
        Times one state followed another.
    start, to_conversion, to_null : ndarray of shape (n_states,), int64
        Times a path began in the state, and ended in it with and without a conversion.
    value : ndarray of shape (n_states,), float64
        Value of the conversions that ended in the state.
    use_nulls, repeats : bool and str
        What was counted, as `count_chain` was told.
    """

    order: int
    channel_names: tuple[str, ...]
    key: Ints
    count: sparse.csr_array
    start: Ints
    to_conversion: Ints
    to_null: Ints
    value: Floats
    use_nulls: bool = True
    repeats: str = "keep"

    @property
    def n_states(self) -> int:
        """Number of transient states seen."""
        return len(self.key)

    @cached_property
    def last(self) -> Ints:
        """Last channel of each state, (n_states,)."""
        top: int = (len(self.channel_names) + 1) ** (self.order - 1)
        return self.key // top - 1

    @cached_property
    def bounds(self) -> Ints:
        """States whose last channel is c are ``bounds[c]:bounds[c + 1]``."""
        return np.searchsorted(self.last, np.arange(len(self.channel_names) + 1))

    @cached_property
    def visits(self) -> Ints:
        """Times each state was left, (n_states,)."""
        return np.asarray(self.count.sum(axis=1)) + self.to_conversion + self.to_null

    @cached_property
    def transition(self) -> sparse.csr_array:
        """Probabilities between transient states, csr_array."""
        matrix = self.count.astype(np.float64)
        matrix.data /= np.repeat(self.visits, np.diff(matrix.indptr))
        return matrix

    @cached_property
    def p_start(self) -> Floats:
        """Probability that a path begins in each state."""
        p: Floats = self.start / self.start.sum()
        return p

    @cached_property
    def p_conversion(self) -> Floats:
        """Probability that the next step from each state is a conversion."""
        p: Floats = self.to_conversion / self.visits
        return p

    @cached_property
    def step_value(self) -> Floats:
        """Expected value of the next step from each state."""
        value: Floats = self.value / self.visits
        return value

    def smoothed(self, prior: float) -> Chain:
        """Return the chain with `prior` steps added to each state, as the next lower order takes.

        States that differ in their oldest channel alone share these steps; at order 1 all states
        do. They lead to states that occur: whatever follows one of them, the state after it is the
        same.

        Parameters
        ----------
        prior : float
            Steps added to each state, >= 0.

        Returns
        -------
        Chain
            Its counts are floats.
        """
        base = len(self.channel_names) + 1
        _, group = np.unique(self.key // base, return_inverse=True)
        rows = np.arange(self.n_states)
        member = sparse.csr_array((np.ones(self.n_states), (rows, group)))
        weight = prior / (member.T @ self.visits)

        def add(counts: Any) -> Any:
            return counts + member @ (sparse.diags_array(weight) @ (member.T @ counts))

        return replace(
            self, count=add(self.count).tocsr(), to_conversion=add(self.to_conversion),
            to_null=add(self.to_null), value=add(self.value),
        )  # fmt: skip

    def state_names(self, separator: str = " > ") -> list[str]:
        """Return the channels of each state, oldest first."""
        base = len(self.channel_names) + 1
        digits = np.empty((self.n_states, self.order), dtype=np.int64)
        rest = self.key
        for place in range(self.order):
            rest, digits[:, place] = np.divmod(rest, base)
        return [
            separator.join(self.channel_names[d - 1] for d in row if d) for row in digits.tolist()
        ]

    def node_names(self) -> list[str]:
        """Return the names of the start, of the states and of both ends.

        Raises
        ------
        TableError
            If two of them are the same, as when a channel is called "(null)" or "a > b".
        """
        names = ["(start)", *self.state_names(), "(conversion)", "(null)"]
        if len(set(names)) < len(names):
            twice = next(name for name, times in Counter(names).items() if times > 1)
            raise TableError(
                f"Names of states must differ. Two are {twice!r}: rename the channel with "
                "Journeys.regroup."
            )
        return names


def check_keys(n_channels: int, order: int) -> None:
    """Raise ParameterError if the keys of states, or of steps between them, exceed 64 bits."""
    if (n_channels + 1) ** order * n_channels >= 2**63:
        raise ParameterError(
            f"order must leave (n_channels + 1) ** order * n_channels below 2**63. Got {order} "
            f"with {n_channels} channels."
        )


def count_chain(
    journeys: Journeys, order: int, *, use_nulls: bool = True, repeats: str = "keep"
) -> Chain:
    """Count the chain of the given order.

    Parameters
    ----------
    journeys : Journeys
    order : int
        At least 1, and (n_channels + 1) ** order * n_channels below 2**63.
    use_nulls : bool, default=True
        Whether journeys without a conversion count.
    repeats : {"keep", "collapse"}, default="keep"
        Whether a channel that follows itself makes a step.
    """
    check_choice("repeats", repeats, ("keep", "collapse"))
    if repeats == "collapse":
        journeys = journeys.collapse()
    n_channels = journeys.n_channels
    base = n_channels + 1
    check_keys(n_channels, order)
    nulls = journeys.n_nulls if use_nulls else np.zeros_like(journeys.n_nulls)
    count = _count_dense if base**order * n_channels <= DENSE_CELLS else _count_sorted
    return replace(count(journeys, nulls, order), use_nulls=use_nulls, repeats=repeats)


@dataclass(frozen=True, eq=False)
class Steps:
    """Counted steps of a chain whose states have the keys `key`, in order.

    Parameters
    ----------
    key : ndarray of shape (n_states,), int64
    source, following, count : ndarray of shape (n_steps,), int64
        Key of the state left, channel that follows, and how often; in order of the first two.
    first : ndarray of shape (n_channels,), int64
        Times a path began with each channel.
    """

    key: Ints
    source: Ints
    following: Ints
    count: Ints
    first: Ints

    def matrix(self, order: int) -> sparse.csr_array:
        """Return the counts between states."""
        base = len(self.first) + 1
        top = base ** (order - 1)
        target = (self.following + 1) * top + (self.source // base if order > 1 else 0)
        rows, columns = np.searchsorted(self.key, self.source), np.searchsorted(self.key, target)
        n = len(self.key)
        return sparse.csr_array((self.count, (rows, columns)), shape=(n, n))

    def start(self, order: int) -> Ints:
        """Return how often a path began in each state."""
        start = np.zeros(len(self.key), dtype=np.int64)
        begun = np.flatnonzero(self.first)
        top = (len(self.first) + 1) ** (order - 1)
        start[np.searchsorted(self.key, (begun + 1) * top)] = self.first[begun]
        return start


def _count_dense(journeys: Journeys, nulls: Ints, order: int) -> Chain:
    """Count into one table of all possible states."""
    n_channels = journeys.n_channels
    base = n_channels + 1
    top, n_keys = base ** (order - 1), base**order
    counts = np.zeros((n_keys, n_channels), dtype=np.int64)
    first = np.zeros(n_channels, dtype=np.int64)
    to_conversion, to_null = np.zeros(n_keys, dtype=np.int64), np.zeros(n_keys, dtype=np.int64)
    value = np.zeros(n_keys)
    _markov.count_dense(
        journeys.channel, journeys.offset, journeys.n_conversions, nulls, journeys.value,
        base, top, counts, first, to_conversion, to_null, value, np.zeros(n_keys),
    )  # fmt: skip
    flat = np.flatnonzero(counts)
    source, following = np.divmod(flat, n_channels)
    key = np.flatnonzero(counts.any(axis=1) | (to_conversion + to_null > 0))
    steps = Steps(key, source, following, counts.ravel()[flat], first)
    return Chain(
        order, journeys.channel_names, key, steps.matrix(order), steps.start(order),
        to_conversion[key], to_null[key], value[key],
    )  # fmt: skip


def _count_sorted(journeys: Journeys, nulls: Ints, order: int) -> Chain:
    """Count by sorting the transitions, where a table of all possible states is too large."""
    n_channels = journeys.n_channels
    base = n_channels + 1
    weight = journeys.n_conversions + nulls
    journeys = journeys.take(np.flatnonzero(weight > 0)) if (weight == 0).any() else journeys
    nulls, weight = nulls[weight > 0], weight[weight > 0]
    after = np.empty(len(journeys.channel), dtype=np.int64)
    _markov.state_keys(journeys.channel, journeys.offset, base, base ** (order - 1), after)
    last = journeys.offset[1:] - 1
    inner = np.ones(len(after), dtype=bool)
    inner[last] = False
    place = np.flatnonzero(inner)
    step = after[place] * n_channels + journeys.channel[place + 1]
    row = np.repeat(np.arange(len(journeys)), journeys.length)[place]
    by_step = np.argsort(step, kind="stable")
    pair, group = np.unique(step[by_step], return_inverse=True)
    total = np.zeros(len(pair), dtype=np.int64)
    _markov.sum_sorted(group, row[by_step], weight, total)
    key = np.unique(after)
    end = np.searchsorted(key, after[last])
    to_conversion, to_null = np.zeros(len(key), dtype=np.int64), np.zeros(len(key), dtype=np.int64)
    np.add.at(to_conversion, end, journeys.n_conversions)
    np.add.at(to_null, end, nulls)
    first = np.zeros(n_channels, dtype=np.int64)
    np.add.at(first, journeys.channel[journeys.offset[:-1]], weight)
    value = sum_by(end, len(key), journeys.value, np.ones(len(end)))
    source, following = np.divmod(pair, n_channels)
    steps = Steps(key, source, following, total, first)
    return Chain(
        order, journeys.channel_names, key, steps.matrix(order), steps.start(order),
        to_conversion, to_null, value,
    )  # fmt: skip
