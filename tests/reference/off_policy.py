"""Off-policy estimates by loops over rows and actions, from the formulas of the papers.

Also synthetic logs whose target has a known value.
"""

import numpy as np

from omnisim.evaluation import LoggedFeedback
from omnisim.random import Draws

# Dudík et al. (2014) eq. 3, 4 and 6; Swaminathan and Joachims (2015) eq. 10; Wang et al. (2017)
# section 4; Su et al. (2020) section 3.2.


def slow_value(name, log, target, predicted=None, parameter=None):
    """Return the estimate of one estimator by name."""
    direct, corrections, weights = [], [], []
    for i in range(len(log)):
        a = log.action[i]
        w = target[i][a] / log.propensity[i]
        q = 0.0 if predicted is None else predicted[i][a]
        n_actions = 0 if predicted is None else len(predicted[i])
        direct.append(sum(target[i][b] * predicted[i][b] for b in range(n_actions)))
        if name == "SwitchDR" and w > parameter:
            w = 0.0
        if name == "ShrinkageDR":
            w = parameter * w / (w * w + parameter)
        weights.append(w)
        corrections.append(w * (log.reward[i] - q))
    n = len(log)
    if name == "DirectMethod":
        return sum(direct) / n
    if name in ("SNIPS", "SelfNormalisedDR"):
        return sum(direct) / n + sum(corrections) / sum(weights)
    return sum(direct) / n + sum(corrections) / n


def slow_error(rows, shopper):
    """Return the clustered standard error of the mean of rows, by loops."""
    n, mean = len(rows), sum(rows) / len(rows)
    sums = {}
    for value, who in zip(rows, shopper, strict=True):
        sums[who] = sums.get(who, 0.0) + value - mean
    g = len(sums)
    return (g / (g - 1) * sum(s * s for s in sums.values())) ** 0.5 / n


def random_log(rng, n=40, k=3, n_shoppers=None):
    """Return a log with a context of two features, and the probabilities of a target, (n, k)."""
    behavior = 0.5 / k + 0.5 * rng.dirichlet(np.full(k, 2.0), n)
    action = np.array([rng.choice(k, p=row) for row in behavior])
    action[:k] = np.arange(k)
    log = LoggedFeedback(
        context=rng.normal(size=(n, 2)),
        action=action,
        reward=rng.normal(size=n),
        propensity=behavior[np.arange(n), action],
        action_names=tuple("abcdefgh"[:k]),
        shopper=None if n_shoppers is None else rng.integers(n_shoppers, size=n),
    )
    return log, rng.dirichlet(np.full(k, 2.0), n)


P_CELL = np.array([0.1, 0.2, 0.3, 0.4])
MEAN_REWARD = np.array([[0.1, 0.3, 0.2], [0.2, 0.25, 0.6], [0.5, 0.1, 0.3], [0.3, 0.4, 0.35]])
TARGET = np.array([[0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.8, 0.1, 0.1], [0.2, 0.6, 0.2]])
GOOD_BEHAVIOR = np.array([[0.5, 0.3, 0.2], [0.3, 0.4, 0.3], [0.3, 0.4, 0.3], [0.4, 0.3, 0.3]])
POOR_BEHAVIOR = np.where(TARGET == TARGET.max(axis=1, keepdims=True), 0.002, 0.499)
TRUTH = float(P_CELL @ (TARGET * MEAN_REWARD).sum(axis=1))


def known_log(behavior, replication, n=1500):
    """Draw a log of rewards 0 or 1 over four kinds of context, whose target is worth TRUTH."""
    draws, row = Draws(seed=2024, replication=replication), np.arange(n)
    cell = draws.categorical(1000, row, weights=P_CELL)
    action = draws.categorical(1001, row, weights=behavior[cell])
    reward = draws.uniform(1002, row) < MEAN_REWARD[cell, action]
    log = LoggedFeedback(
        context=np.eye(4)[cell],
        action=action,
        reward=reward,
        propensity=behavior[cell, action],
        action_names=("none", "email", "push"),
    )
    return log, TARGET[cell]
