"""Attribution by Shapley values of the sets of channels that journeys meet."""

from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from omnisim._validation import check_choice, check_confidence, check_count
from omnisim.attribution.base import (
    AttributionModel,
    as_journeys,
    channel_pairs,
    check_conversions,
    credit_of_shares,
    even_share_of_channels,
)
from omnisim.attribution.keys import canonical_sets
from omnisim.attribution.sums import sum_by
from omnisim.exceptions import BuildError, ParameterError
from omnisim.journeys import Journeys
from omnisim.random import Draws, Stream

try:
    import omnisim.attribution._shapley as _shapley
except ImportError as error:
    raise BuildError(
        f"The compiled part of omnisim.attribution is missing ({error}). Run: pip install -e .  "
        "(or: python setup.py build_ext --inplace)"
    ) from error

__all__ = ["MAX_EXACT_CHANNELS", "ShapleyAttribution"]

MAX_EXACT_CHANNELS = 25
BATCH = 256  # permutations at a time

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class ShapleyAttribution(AttributionModel):
    """Credit channels by the Shapley value of a game among them.

    Parameters
    ----------
    worth : {"conversions", "rate"}, default="conversions"
        What a set of channels is worth: the conversions of the journeys that meet no channel
        outside it [1]_, or these conversions per such journey, nulls included. With "conversions"
        the Shapley value divides each journey evenly among its distinct channels, so it is exact
        for any number of channels and needs no table; its credits are those of `Participation`.
        With "rate" a channel that converts worse than the others can get a negative credit.
    method : {"auto", "exact", "sampled"}, default="auto"
        For "rate": a table of all 2 ** n_channels sets, or permutations. "auto" takes the table up
        to 25 channels that occur, permutations beyond. The table takes some 42 bytes a set: 44 MB
        at 20 channels, 1.4 GB at 25.
    n_permutations : int, default=4096
        Permutations to sample, at least 2.
    confidence : float, default=0.95
        Of `error_bound_`, and of `value_error_bound_`.
    seed : int, default=0
        Of the permutations.

    Attributes
    ----------
    credit_ : Series of shape (n_channels,), float64, unit: conversions
        Sums to the conversions seen in `fit`.
    value_credit_ : Series of shape (n_channels,), float64
        Sums to the value seen in `fit`.
    position_credit_ : DataFrame of shape (n_channels, n_positions), float64, unit: conversions
        The ordered Shapley value of [1]_ for "conversions": credit by channel and by the channel's
        place among the distinct channels of a journey in order of first appearance, from 1. Its
        rows sum to that game's credits.
    standard_error_ : Series of shape (n_channels,), float64, unit: conversions
        Of sampled credits; 0 where they are exact.
    error_bound_ : float, unit: conversions
        With probability `confidence` no sampled credit is further from the exact one, by
        Hoeffding's inequality [2]_: marginal rates lie in [-1, 1]. 0 where they are exact. It holds
        for any journeys, and most err far less, as `standard_error_` estimates.
    value_error_bound_ : float, unit: that of the value
        The same for value credits: what a channel adds to the value a journey is at most the
        largest value a journey of all the sets of channels that journeys meet.

    Notes
    -----
    Credits of the game of conversions are within a relative 1e-15 of the exact ones, those of rates
    within 1e-12 of the conversions. Neither the order of rows nor their splitting changes a digit.

    References
    ----------
    .. [1] Zhao, Mahboobi and Bagheri (2018). Shapley value methods for attribution modeling in
       online advertising. arXiv:1804.05327
    .. [2] Hoeffding (1963). Probability inequalities for sums of bounded random variables.
       Journal of the American Statistical Association 58(301), 13–30.

    Examples
    --------
    >>> paths = {"path": ["a > b", "a"], "n_conversions": [4, 1]}
    >>> ShapleyAttribution().fit(paths).credit_.to_dict()
    {'a': 3.0, 'b': 2.0}
    """

    position_credit_: pd.DataFrame
    standard_error_: pd.Series
    error_bound_: float
    value_error_bound_: float

    def __init__(
        self,
        worth: str = "conversions",
        *,
        method: str = "auto",
        n_permutations: int = 4096,
        confidence: float = 0.95,
        seed: int = 0,
    ) -> None:
        self.worth = worth
        self.method = method
        self.n_permutations = n_permutations
        self.confidence = confidence
        self.seed = seed

    def fit(self, X: Any, y: None = None) -> Self:
        """Play the game among the channels of the journeys.

        Parameters
        ----------
        X : Journeys or table of paths
            Anything that `Journeys.from_paths` reads.
        y : None
            Ignored.

        Returns
        -------
        ShapleyAttribution
            Itself.
        """
        check_choice("worth", self.worth, ("conversions", "rate"))
        check_choice("method", self.method, ("auto", "exact", "sampled"))
        check_count("n_permutations", self.n_permutations, minimum=2)
        check_confidence("confidence", self.confidence)
        journeys = check_conversions(as_journeys(X))
        error = np.zeros(journeys.n_channels)
        self.error_bound_ = self.value_error_bound_ = 0.0
        if self.worth == "conversions":
            share = self.touchpoint_share(journeys)
            self._set_credit(journeys, *credit_of_shares(journeys, share))
        else:
            credit, value, error = self._play_rates(journeys)
            self._set_credit(journeys, credit, value)
        self.standard_error_ = pd.Series(error, index=self.credit_.index, name="standard_error")
        self.position_credit_ = position_credit(journeys)
        return self

    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return one over the distinct channels of the journey, spread over each one's touches.

        That is the Shapley value of a journey on its own, whatever `worth` is.
        """
        return even_share_of_channels(journeys)

    def _play_rates(self, journeys: Journeys) -> tuple[Floats, Floats, Floats]:
        """Return credits, value credits and standard errors of the game of rates."""
        member, offset, amount = coalitions(journeys)
        present, code = np.unique(member, return_inverse=True)
        n = len(present)
        exact = self.method == "exact" or (self.method == "auto" and n <= MAX_EXACT_CHANNELS)
        # A rate times all journeys is a number of conversions.
        scale = float(amount[:, 2].sum())
        if exact:
            _check_table(n)
            found, error = _exact(code, offset, amount, n), np.zeros(n)
        else:
            found, error = self._sample(code.astype(np.int32), offset, amount, n)
            tail = math.log(2 * n / (1 - self.confidence)) if self.confidence < 1 else np.inf
            self.error_bound_ = scale * math.sqrt(2 * tail / self.n_permutations)
            # Any set's value a journey is a mean of those of the sets within it.
            most = float(np.max(amount[:, 1] / np.maximum(amount[:, 2], 1.0)))
            self.value_error_bound_ = most * self.error_bound_ if most else 0.0
        full = np.zeros((3, journeys.n_channels))
        full[:2, present] = scale * found.T
        full[2, present] = scale * error
        return full[0], full[1], full[2]

    def _sample(
        self, member: npt.NDArray[np.int32], offset: Ints, amount: Floats, n: int
    ) -> tuple[Floats, Floats]:
        """Return mean marginals, (n, 2), and their standard error in conversions, (n,)."""
        sets = canonical_sets(member.astype(np.int64), offset, amount, n, told_by=[0, 1, 2])
        draws = Draws(self.seed)
        total, squares = np.zeros((n, 2)), np.zeros(n)
        for low in range(0, self.n_permutations, BATCH):
            number = np.arange(low, min(low + BATCH, self.n_permutations))[:, None]
            u = draws.uniform(Stream.PERMUTE, number, step=sets.channel_key[None, :])
            # Channels that nothing tells apart share a draw: a second one ranks them.
            second = draws.uniform(Stream.PERMUTE, number, journey=1, step=np.arange(n)[None, :])
            place = np.lexsort((second, u)).argsort(axis=1).astype(np.int32)
            marginal = np.empty((len(number), n, 2))
            _shapley.shapley_by_permutations(
                place, sets.member.astype(np.int32), sets.offset, sets.amount, np.empty((n, 3)),
                marginal,
            )  # fmt: skip
            total += marginal.sum(axis=0)
            squares += (marginal[:, :, 0] ** 2).sum(axis=0)
        mean = total / self.n_permutations
        spread = squares / self.n_permutations - mean[:, 0] ** 2
        error = np.sqrt(np.maximum(spread, 0.0) / (self.n_permutations - 1))
        # By symmetry they are worth the same, so each gets their mean.
        _, alike, count = np.unique(sets.channel_key, return_inverse=True, return_counts=True)
        found, standard_error = np.empty((n, 2)), np.empty(n)
        for column in range(2):
            mean_alike = np.bincount(alike, weights=mean[:, column]) / count
            found[sets.channel, column] = mean_alike[alike]
        standard_error[sets.channel] = (np.bincount(alike, weights=error) / count)[alike]
        return found, standard_error


def _check_table(n_channels: int) -> None:
    if n_channels > MAX_EXACT_CHANNELS:
        raise ParameterError(
            f"method='exact' takes at most {MAX_EXACT_CHANNELS} channels. Got {n_channels}; use "
            "method='sampled', or group channels."
        )


def _exact(code: Ints, offset: Ints, amount: Floats, n: int) -> Floats:
    """Return Shapley values of conversions and of value per journey, (n, 2), from a table."""
    mask = np.bitwise_or.reduceat(np.left_shift(1, code), offset[:-1])
    sums = np.zeros((3, 2**n))
    for row in range(3):
        sums[row, mask] = amount[:, row]
        _shapley.subset_sum(sums[row], n)
    weight = np.array([1.0 / (n * math.comb(n - 1, k)) for k in range(n)])
    found = np.empty((n, 2))
    for column in range(2):
        rate = np.divide(sums[column], sums[2], out=np.zeros(2**n), where=sums[2] > 0)
        value = np.empty(n)
        _shapley.shapley_of_table(rate, weight, n, value)
        found[:, column] = value
    return found


def coalitions(journeys: Journeys) -> tuple[Ints, Ints, Floats]:
    """Return the distinct sets of channels of the journeys.

    Returns
    -------
    member : ndarray of shape (n_members,), int64
        Channels of the sets, one after the other, in order within a set.
    offset : ndarray of shape (n_sets + 1,), int64
        Set k is ``member[offset[k]:offset[k + 1]]``.
    amount : ndarray of shape (n_sets, 3), float64
        Conversions, value and journeys of each set.
    """
    row, channel, _, _ = channel_pairs(journeys)
    begin = np.searchsorted(row, np.arange(len(journeys) + 1))
    size = np.diff(begin)
    journeys_of = journeys.n_conversions + journeys.n_nulls
    columns = (journeys.n_conversions, journeys.value, journeys_of)
    members, lengths, amounts = [], [], []
    # Sets of one size are rows of a matrix, so their distinct rows are the distinct sets.
    for length in np.unique(size):
        rows = np.flatnonzero(size == length)
        sets = channel[begin[rows][:, None] + np.arange(length)]
        distinct, place = np.unique(sets, axis=0, return_inverse=True)
        one = np.ones(len(rows))
        amount = np.column_stack(
            [sum_by(place.ravel(), len(distinct), column[rows], one) for column in columns]
        )
        members.append(distinct.ravel())
        lengths.append(np.full(len(distinct), length))
        amounts.append(amount)
    offset = np.concatenate(([0], np.cumsum(np.concatenate(lengths)))).astype(np.int64)
    return np.concatenate(members), offset, np.concatenate(amounts)


def position_credit(journeys: Journeys) -> pd.DataFrame:
    """Return conversions by channel and by the place of its first appearance in a journey."""
    row, channel, pair, _ = channel_pairs(journeys)
    first = np.full(len(row), len(pair), dtype=np.int64)
    np.minimum.at(first, pair, np.arange(len(pair)))
    # Pairs of a row, in order of first appearance, are numbered from 0.
    order = np.argsort(first, kind="stable")
    begin = np.searchsorted(row, np.arange(len(journeys) + 1))
    place = np.empty(len(row), dtype=np.int64)
    place[order] = np.arange(len(row)) - begin[row[order]]
    n_positions = int(place.max()) + 1
    cell, n_cells = channel * n_positions + place, journeys.n_channels * n_positions
    table = sum_by(cell, n_cells, 1.0 / np.diff(begin)[row], journeys.n_conversions[row])
    return pd.DataFrame(
        table.reshape(journeys.n_channels, n_positions),
        index=pd.Index(journeys.channel_names, name="channel"),
        columns=pd.RangeIndex(1, n_positions + 1, name="position"),
    )
