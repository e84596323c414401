"""From scores or probabilities to actions with exact propensities."""

import numpy as np

import omnisim.policies._bandit as _bandit
from omnisim.policies.context import Bools, Context, Floats, Ints
from omnisim.policies.outcome import Action


def certain(index: Ints) -> Action:
    """Return actions that are taken with probability one."""
    return Action(index, np.ones(len(index)))


def best(context: Context, scores: Floats) -> Ints:
    """Return the eligible action of the highest score after cost; the first one on a tie.

    Parameters
    ----------
    context : Context
        The decisions.
    scores : ndarray of shape (n, n_actions), float64, unit: EUR
        Expected reward before cost.
    """
    index = np.zeros(len(context), dtype=np.int64)
    scores = np.ascontiguousarray(scores)
    _bandit.best(scores, context.cost, np.ascontiguousarray(context.eligible).view(np.uint8), index)
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
    probabilities = np.ascontiguousarray(probabilities)
    index, propensity = np.zeros(len(u), dtype=np.int64), np.empty(len(u))
    _bandit.draw(probabilities, np.ascontiguousarray(u), index, propensity)
    return Action(index, propensity, probabilities)


def mixed(context: Context, index: Ints, epsilon: float) -> Action:
    """Return `index`, or with probability `epsilon` any eligible action, equally likely."""
    if epsilon == 0.0:
        return certain(index)
    return drawn(explored(index, context.eligible, epsilon), context.u)
