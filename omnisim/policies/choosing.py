"""From scores or probabilities to actions with exact propensities."""

import numpy as np

from omnisim.policies.base import Action, Bools, Context, Floats, Ints


def certain(index: Ints) -> Action:
    """Return actions that are taken with probability one."""
    return Action(index.astype(np.int64, copy=False), np.ones(len(index)))


def best(scores: Floats, eligible: Bools) -> Ints:
    """Return the eligible action of the highest score in each row; the first one on a tie."""
    index: Ints = np.argmax(np.where(eligible, scores, -np.inf), axis=1)
    return index


def uniform_share(eligible: Bools) -> Floats:
    """Return equal probabilities over the eligible actions of each row."""
    share: Floats = eligible / eligible.sum(axis=1, keepdims=True)
    return share


def explored(index: Ints, eligible: Bools, epsilon: float) -> Floats:
    """Return probabilities: `index` with 1 - epsilon, else any eligible action, equally likely."""
    probabilities = epsilon * uniform_share(eligible)
    probabilities[np.arange(len(index)), index] += 1.0 - epsilon
    return probabilities


def drawn(probabilities: Floats, u: Floats) -> Action:
    """Return actions by the inverse of each row's distribution function.

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_actions), float64
        Non-negative, rows sum to one up to rounding. An action of probability 0 is never taken.
    u : ndarray of shape (n,), float64, in (0, 1)
        One uniform draw a row.
    """
    total = np.cumsum(probabilities, axis=1)
    index = (total <= (u * total[:, -1])[:, None]).sum(axis=1)
    propensity = np.take_along_axis(probabilities, index[:, None], axis=1)[:, 0]
    return Action(index, propensity, probabilities)


def greedy(context: Context, scores: Floats, epsilon: float = 0.0) -> Action:
    """Return the best eligible action after costs, or with probability `epsilon` any eligible one.

    Parameters
    ----------
    context : Context
        The decisions.
    scores : ndarray of shape (n, n_actions), float64, unit: EUR
        Expected reward before cost.
    epsilon : float, default=0.0
        Share of decisions left to chance, in [0, 1].
    """
    index = best(scores - context.cost, context.eligible)
    if epsilon == 0.0:
        return certain(index)
    return drawn(explored(index, context.eligible, epsilon), context.u)
