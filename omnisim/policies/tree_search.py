"""The exact search for the tree of depth one or two that earns most."""

from dataclasses import dataclass, replace

import numpy as np

from omnisim.policies.context import Floats, Ints

Question = tuple[int, int]
"""Feature, and number of the last group that goes left."""


@dataclass(frozen=True, slots=True)
class Splits:
    """Features cut into groups at quantiles.

    Attributes
    ----------
    group : ndarray of shape (n, n_features), int64
        Group of each value; groups are numbered from 0 in the order of the values.
    cuts : list of ndarray
        Largest value of each group but the last.
    min_leaf : int
        Rows that each side of a question must have.
    """

    group: Ints
    cuts: list[Floats]
    min_leaf: int

    @classmethod
    def of(cls, x: Floats, n_cuts: int, min_leaf: int) -> "Splits":
        """Cut the columns of `x` at up to `n_cuts` quantiles, which are values that occur."""
        shares = np.arange(1, n_cuts + 1) / (n_cuts + 1)
        cuts = []
        for column in x.T:
            at = np.unique(np.quantile(column, shares, method="lower"))
            cuts.append(at[at < column.max()])
        group = np.stack([np.searchsorted(c, v) for c, v in zip(cuts, x.T, strict=True)], axis=1)
        return cls(group, cuts, min_leaf)

    def take(self, rows: Ints) -> "Splits":
        """Return the same cuts for some of the rows."""
        return replace(self, group=self.group[rows])

    @property
    def features(self) -> list[int]:
        """Features that can be asked about."""
        return [f for f, cuts in enumerate(self.cuts) if len(cuts)]

    def sums(self, gain: Floats, one: int, other: int) -> Floats:
        """Return sums over rows up to each pair of groups, (groups, groups, n_actions + 1).

        The last entry counts rows.
        """
        a, b = len(self.cuts[one]) + 1, len(self.cuts[other]) + 1
        cell = self.group[:, one] * b + self.group[:, other]
        columns = [np.bincount(cell, weights=w, minlength=a * b) for w in gain.T]
        columns.append(np.bincount(cell, minlength=a * b))
        table = np.stack(columns, axis=1).reshape(a, b, -1)
        return table.cumsum(axis=0).cumsum(axis=1)


def grow(splits: Splits, gain: Floats, depth: int) -> tuple[Ints, Floats, Ints]:
    """Return feature and threshold of each node in heap order, and the leaf of each row.

    Parameters
    ----------
    splits : Splits
        What can be asked.
    gain : ndarray of shape (n, n_actions), float64
        What each action earns in each row.
    depth : int
        Questions on the way to a leaf.
    """
    feature = np.full(2 ** (depth + 1) - 1, -1)
    threshold, leaf = np.zeros(len(feature)), np.zeros(len(gain), dtype=np.int64)
    ahead = [(0, np.arange(len(gain)), depth)]
    while ahead:
        node, rows, left = ahead.pop()
        leaf[rows] = node
        question = best_question(splits.take(rows), gain[rows], left)
        if question is None:
            continue
        feature[node], cut = question
        threshold[node] = splits.cuts[feature[node]][cut]
        goes_left = splits.group[rows, feature[node]] <= cut
        ahead.append((2 * node + 1, rows[goes_left], left - 1))
        ahead.append((2 * node + 2, rows[~goes_left], left - 1))
    return feature, threshold, leaf


def best_question(splits: Splits, gain: Floats, depth: int) -> Question | None:
    """Return the first question of the best tree of depth at most two; None if none helps."""
    if depth == 0 or not len(gain):
        return None
    best, found = gain.sum(axis=0).max() * (1 + 1e-12) + 1e-12, None
    for feature in splits.features:
        values = _values(splits, gain, feature, depth)
        cut = int(np.argmax(values))
        if values[cut] > best:
            best, found = values[cut], (feature, cut)
    return found


def _values(splits: Splits, gain: Floats, feature: int, depth: int) -> Floats:
    """Return what the best tree earns that begins with each cut of `feature`, (n_cuts,)."""
    table = splits.sums(gain, feature, feature)[:, -1]
    left, right = table[:-1], table[-1] - table[:-1]
    enough = (left[:, -1] >= splits.min_leaf) & (right[:, -1] >= splits.min_leaf)
    value = [left[:, :-1].max(axis=1), right[:, :-1].max(axis=1)]
    for other in splits.features if depth > 1 else ():
        table = splits.sums(gain, feature, other)
        for side, part in enumerate((table[:-1], table[-1] - table[:-1])):
            value[side] = np.maximum(value[side], _split_again(part, splits.min_leaf))
    return np.where(enough, value[0] + value[1], -np.inf)


def _split_again(part: Floats, min_leaf: int) -> Floats:
    """Return what the best second question earns, given cumulative sums of one side."""
    left, right = part[:, :-1], part[:, -1:] - part[:, :-1]
    enough = (left[..., -1] >= min_leaf) & (right[..., -1] >= min_leaf)
    value = left[..., :-1].max(axis=-1) + right[..., :-1].max(axis=-1)
    best: Floats = np.where(enough, value, -np.inf).max(axis=1)
    return best
