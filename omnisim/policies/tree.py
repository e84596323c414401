"""A policy that fits on a page: the best shallow tree of rules."""

from dataclasses import dataclass

import numpy as np

from omnisim._validation import check_count, check_estimator
from omnisim.exceptions import ParameterError
from omnisim.policies.context import Bools, Floats
from omnisim.policies.effects import Estimator, Makers, Trial, doubly_robust_scores
from omnisim.policies.fitted import FittedPolicy
from omnisim.policies.saving import check_learned
from omnisim.policies.tree_search import Splits, grow
from omnisim.policies.uplift import default_regressor


@dataclass(kw_only=True)
class PolicyTree(FittedPolicy):
    """Follow the tree of at most `depth` questions that earns most by doubly robust scores.

    To depth 2 the tree is the best one there is over the cuts at quantiles; deeper, each question
    is the first one of the best tree of depth 2 for the rows that reach it. What an action gains in
    a leaf is told by the rows in which it was possible, and no other.

    Parameters
    ----------
    depth : int, default=2
        Questions on the way to a leaf; 1 to 6.
    n_cuts : int, default=31
        Cuts tried for each feature, at quantiles; at least 1.
    min_leaf : int, default=100
        Rows in a leaf; at least 1.
    estimator : scikit-learn regressor or classifier, optional
        Model of the reward behind the scores; gradient boosting of 100 small trees by default.
    n_folds : int, default=5
        Folds of cross-fitting; at least 2. Rows of one record share a fold.
    features, epsilon, min_rows, refit_rows, window
        See `FittedPolicy`.

    Attributes
    ----------
    feature_ : ndarray of shape (2**(depth + 1) - 1,), int64
        Feature that a node asks about, -1 in a leaf; the children of node k are 2 k + 1, to which
        values at most the threshold go, and 2 k + 2.
    threshold_ : ndarray of shape (2**(depth + 1) - 1,), float64
        What it is compared with.
    leaf_gain_ : ndarray of shape (2**(depth + 1) - 1, n_tried), float64, unit: EUR
        Mean score of each action less that of the control, before cost, over the rows of a leaf in
        which it was possible; -1e300, so that it is not taken, where these are fewer than
        `min_leaf` and than `min_rows`. 0 outside leaves.
    cost_ : ndarray of shape (n_tried,), float64, unit: EUR
        Cost of each action when the tree was fitted.

    References
    ----------
    .. [1] Zhou, Athey and Wager (2023). Offline multi-action policy learning: generalization and
       optimization. Operations Research 71(1). doi:10.1287/opre.2022.2271
    """

    depth: int = 2
    n_cuts: int = 31
    min_leaf: int = 100
    estimator: Estimator = None
    n_folds: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count("depth", self.depth)
        check_count("depth", 7 - self.depth)
        check_count("n_cuts", self.n_cuts)
        check_count("min_leaf", self.min_leaf)
        check_count("n_folds", self.n_folds, minimum=2)
        if self.estimator is not None:
            check_estimator("estimator", self.estimator)

    def fit_models(self, trial: Trial, cost: Floats) -> None:
        """Score every action in every row, and search the tree."""
        outcome = default_regressor() if self.estimator is None else self.estimator
        makers = Makers(outcome, None, self.n_folds)
        self.cost_ = cost.copy()
        score = doubly_robust_scores(trial, makers)
        gain = score - score[:, [trial.control]]
        splits = Splits.of(trial.x, self.n_cuts, self.min_leaf)
        # what could not be done in a row adds nothing for it
        net = np.where(trial.eligible, gain - (cost - cost[trial.control]), 0.0)
        self.feature_, self.threshold_, node = grow(splits, net, self.depth)
        self.leaf_gain_ = np.zeros((len(self.feature_), gain.shape[1]))
        for leaf in np.unique(node):
            rows = node == leaf
            self.leaf_gain_[leaf] = self._mean_gain(gain[rows], trial.eligible[rows])
            self.leaf_gain_[leaf, trial.control] = 0.0

    def _mean_gain(self, gain: Floats, eligible: Bools) -> Floats:
        """Return the mean gain of each action over the rows of a leaf that allow it."""
        n = eligible.sum(axis=0)
        mean = np.where(eligible, gain, 0.0).sum(axis=0) / np.maximum(n, 1)
        enough = n >= min(self.min_leaf, self.min_rows, len(gain))
        return np.where(enough, mean, -1e300)

    def _check_learned(self) -> None:
        """Refuse, beside rows that are not complete, a tree that cannot be walked."""
        super()._check_learned()
        if "tried_" not in self.learned():
            return
        k, nodes = len(self.tried_), 2 ** (self.depth + 1) - 1
        check_learned(self, {
            "feature_": ((nodes,), np.int64), "threshold_": ((nodes,), np.float64),
            "leaf_gain_": ((nodes, k), np.float64), "cost_": ((k,), np.float64),
        })  # fmt: skip
        d = len(self.learned().get("names_", ()) if self.features is None else self.features)
        inner = np.arange(nodes) < nodes // 2
        if (self.feature_ < -1).any() or (self.feature_ >= np.where(inner, d, 0)).any():
            raise ParameterError(
                f"feature_ must be below {d}, the features, and -1 in the last row of leaves. "
                f"Got {self.feature_.tolist()}."
            )

    def gains(self, x: Floats) -> Floats:
        """Return the gain of each action in the leaf of each row."""
        node = np.zeros(len(x), dtype=np.int64)
        for _ in range(self.depth):
            feature = self.feature_[node]
            value = x[np.arange(len(x)), np.maximum(feature, 0)]
            child = 2 * node + 1 + (value > self.threshold_[node])
            node = np.where(feature >= 0, child, node)
        return self.leaf_gain_[node]

    def lines(self) -> list[str]:
        """Return the tree in words, one line a leaf: what is done where everything is possible."""
        names = self.names_ if self.features is None else self.features
        actions = [self.actions_[a] for a in self.tried_]
        made: list[str] = []

        def walk(node: int, path: list[str]) -> None:
            feature = self.feature_[node]
            if feature < 0:
                best = int(np.argmax(self.leaf_gain_[node] - self.cost_))
                made.append(f"{' and '.join(path) or 'always'}: {actions[best]}")
                return
            name, limit = names[feature], f"{self.threshold_[node]:.4g}"
            walk(2 * node + 1, [*path, f"{name} <= {limit}"])
            walk(2 * node + 2, [*path, f"{name} > {limit}"])

        walk(0, [])
        return made
