"""The best action of each segment, learned from what was tried in it."""

from dataclasses import dataclass

import numpy as np

from omnisim._validation import check_count, check_probability
from omnisim.exceptions import ParameterError
from omnisim.policies.base import Policy
from omnisim.policies.choosing import best, drawn, mixed, uniform_share
from omnisim.policies.context import NONE, Context, Floats, Ints
from omnisim.policies.features import check_features
from omnisim.policies.outcome import Action, Outcome
from omnisim.policies.saving import check_learned

SUMS: dict[str, type] = {
    "total_": np.float64, "weight_": np.float64, "count_": np.int64,
    "control_total_": np.float64, "control_weight_": np.float64, "control_count_": np.int64,
}  # fmt: skip
"""What is kept of each cell and action."""


@dataclass(kw_only=True)
class BestSegment(Policy):
    """Do with everybody in a segment what has earned most there.

    Segments are the cells of a grid over a few features, cut at the quantiles of the first outcomes
    learned from. Means are self-normalised by inverse propensities, sum(r / p) / sum(1 / p). The
    effect of an action in a cell is the mean of its rewards less that of the control's (``"none"``,
    or the first action where there is none) among those for whom the action was possible, since
    who may get an action differs from who may not. With fewer than `min_rows` rows of either in a
    cell the effect over all cells stands in. Before it has learned, it decides uniformly at random.

    Parameters
    ----------
    by : tuple of str, default=("days_since_purchase", "n_purchases")
        Features that make the segments.
    n_groups : int, default=3
        Groups of each feature; at least 1.
    min_rows : int, default=30
        Outcomes of an action, and of the control beside it, that a cell needs; at least 1.
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
    control_total_, control_weight_, control_count_ : ndarray of shape (n_cells, n_actions)
        The same of the control, where each action was possible.
    actions_ : tuple of str
        Actions of the first outcomes, which all contexts must have.
    """

    by: tuple[str, ...] = ("days_since_purchase", "n_purchases")
    n_groups: int = 3
    min_rows: int = 30
    epsilon: float = 0.0

    def __post_init__(self) -> None:
        check_features("by", self.by)
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
        rows = np.flatnonzero(action.index == self._control)
        able = outcome.context.eligible[rows]
        weight = able / action.propensity[rows, None]
        np.add.at(self.control_total_, cell[rows], weight * outcome.reward[rows, None])
        np.add.at(self.control_weight_, cell[rows], weight)
        np.add.at(self.control_count_, cell[rows], able)

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
        """Return the value of every action before cost, shape (n_cells, n_actions), unit: EUR.

        That of the control is its mean in the cell (over all cells, with fewer than `min_rows`
        rows), that of another the same plus its effect. Without any row of the control it is the
        mean of each action; -inf where an action has no row to be compared with.
        """
        own = _mean(self.total_, self.weight_)
        overall = _mean(self.total_.sum(axis=0), self.weight_.sum(axis=0))
        enough = self.count_ >= self.min_rows
        if not self.count_[:, self._control].any():
            return np.where(enough, own, overall)
        base = np.where(enough, own, overall)[:, [self._control]]
        beside = _mean(self.control_total_, self.control_weight_)
        all_beside = _mean(self.control_total_.sum(axis=0), self.control_weight_.sum(axis=0))
        known = np.isfinite(overall) & np.isfinite(all_beside)
        effect = np.where(known, overall - np.where(known, all_beside, 0.0), -np.inf)
        enough = enough & (self.control_count_ >= self.min_rows)
        effect = np.where(enough, own - np.where(enough, beside, 0.0), effect)
        effect[:, self._control] = 0.0
        return base + effect

    @property
    def _control(self) -> int:
        return self.actions_.index(NONE) if NONE in self.actions_ else 0

    def _check_learned(self) -> None:
        """Refuse arrays other than groups and actions give."""
        learned = self.learned()
        if not learned:
            return
        shape = (self.n_groups ** len(self.by), len(learned.get("actions_", ())))
        check_learned(self, {
            "cuts_": ((len(self.by), self.n_groups - 1), np.float64),
            **{name: (shape, dtype) for name, dtype in SUMS.items()},
        })  # fmt: skip

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
        self.control_total_, self.control_weight_ = np.zeros(shape), np.zeros(shape)
        self.count_ = np.zeros(shape, dtype=np.int64)
        self.control_count_ = np.zeros(shape, dtype=np.int64)
        self.actions_ = context.actions


def _mean(total: Floats, weight: Floats) -> Floats:
    """Return total / weight, -inf where there is no weight."""
    return np.where(weight > 0, total, -np.inf) / np.maximum(weight, 1e-300)
