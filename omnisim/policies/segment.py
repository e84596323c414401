"""The best action of each segment, learned from what was tried in it."""

from dataclasses import dataclass

import numpy as np

from omnisim._validation import check_count, check_probability
from omnisim.exceptions import ParameterError
from omnisim.policies.base import Policy
from omnisim.policies.choosing import best, drawn, mixed, uniform_share
from omnisim.policies.context import Context, Floats, Ints
from omnisim.policies.outcome import Action, Outcome


@dataclass(kw_only=True)
class BestSegment(Policy):
    """Do with everybody in a segment what has earned most there.

    Segments are the cells of a grid over a few features, cut at the quantiles of the first outcomes
    learned from. The value of an action in a cell is the self-normalised inverse-propensity mean
    of its rewards, sum(r / p) / sum(1 / p); with fewer than `min_rows` rows in a cell the value
    over all cells stands in. Before it has learned, it decides uniformly at random.

    Parameters
    ----------
    by : tuple of str, default=("days_since_purchase", "n_purchases")
        Features that make the segments.
    n_groups : int, default=3
        Groups of each feature; at least 1.
    min_rows : int, default=30
        Outcomes of an action that a cell needs; at least 1.
    epsilon : float, default=0.0
        Share of decisions left to chance, in [0, 1].

    Attributes
    ----------
    cuts_ : ndarray of shape (n_features, n_groups - 1), float64
        Limits; a value equal to a limit belongs below it.
    total_, weight_ : ndarray of shape (n_cells, n_actions), float64
        Sums of r / p and of 1 / p.
    count_ : ndarray of shape (n_cells, n_actions), int64
        Outcomes.
    actions_ : tuple of str
        Actions of the first outcomes, which all contexts must have.
    """

    by: tuple[str, ...] = ("days_since_purchase", "n_purchases")
    n_groups: int = 3
    min_rows: int = 30
    epsilon: float = 0.0

    def __post_init__(self) -> None:
        check_count("n_groups", self.n_groups)
        check_count("min_rows", self.min_rows)
        check_probability("epsilon", self.epsilon)

    def learn(self, outcome: Outcome) -> None:
        """Add the outcomes to the cells that they belong to."""
        if not len(outcome):
            return
        if not hasattr(self, "cuts_"):
            self._begin(outcome.context)
        cell, action = self.segment(outcome.context), outcome.action
        place = (cell, action.index)
        np.add.at(self.total_, place, outcome.reward / action.propensity)
        np.add.at(self.weight_, place, 1.0 / action.propensity)
        np.add.at(self.count_, place, 1)

    def segment(self, context: Context) -> Ints:
        """Return the number of the cell of each record, shape (n,)."""
        if context.actions != self.actions_:
            raise ParameterError(
                f"This BestSegment learned actions {self.actions_}. Got {context.actions}."
            )
        cell = np.zeros(len(context), dtype=np.int64)
        for name, cuts in zip(self.by, self.cuts_, strict=True):
            cell = cell * self.n_groups + np.searchsorted(cuts, context.column(name))
        return cell

    def values(self) -> Floats:
        """Return the value of every action before cost, shape (n_cells, n_actions), unit: EUR."""
        weight = self.weight_.sum(axis=0)
        overall = np.where(weight > 0, self.total_.sum(axis=0), -np.inf) / np.maximum(
            weight, 1e-300
        )
        own = self.total_ / np.maximum(self.weight_, 1e-300)
        return np.where(self.count_ >= self.min_rows, own, overall)

    def decide(self, context: Context) -> Action:
        """Return the best action of each record's segment after cost."""
        if not hasattr(self, "cuts_"):
            return drawn(uniform_share(context.eligible), context.u)
        index = best(context, self.values()[self.segment(context)])
        return mixed(context, index, self.epsilon)

    def _begin(self, context: Context) -> None:
        shares = np.arange(1, self.n_groups) / self.n_groups
        self.cuts_ = np.array([np.quantile(context.column(name), shares) for name in self.by])
        shape = (self.n_groups ** len(self.by), len(context.actions))
        self.total_, self.weight_ = np.zeros(shape), np.zeros(shape)
        self.count_ = np.zeros(shape, dtype=np.int64)
        self.actions_ = context.actions
