"""Which order of the Markov chain the journeys support."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

import omnisim.attribution._markov as _markov
from omnisim._validation import check_choice, check_count, check_positive
from omnisim.attribution.base import as_journeys, check_conversions
from omnisim.attribution.chain import Chain, count_chain
from omnisim.attribution.distinct import distinct_paths
from omnisim.attribution.serial import dot
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import Journeys
from omnisim.random import Draws

__all__ = ["OrderSelection", "choose_order"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CRITERIA = {"aic": "aic", "bic": "bic", "likelihood": "held_out_log_likelihood", "auc": "auc"}
"""Criteria and the columns that they read."""

MAX_FOLDS = 1_000
"""Each fold is a chain of its own to count, and a column of scores a journey to keep."""


@dataclass(frozen=True, eq=False, repr=False)
class OrderSelection:
    """Result of `choose_order`.

    Parameters
    ----------
    table : DataFrame
        One row an order: ``n_states``, ``n_parameters``, ``log_likelihood``, ``aic``, ``bic``,
        ``held_out_log_likelihood`` (nats a step) and ``auc``.
    criterion : str
    order : int
        The best order by the criterion.
    """

    table: pd.DataFrame
    criterion: str
    order: int

    def __repr__(self) -> str:
        return (
            f"OrderSelection: order {self.order} by {self.criterion}, of {len(self.table)} orders"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.table


def choose_order(
    X: Any,
    *,
    max_order: int = 4,
    criterion: str = "likelihood",
    n_folds: int = 5,
    prior: float = 2.0,
    seed: int = 0,
) -> OrderSelection:
    """Compare chains of order 1 to `max_order`.

    Parameters
    ----------
    X : Journeys or table of paths
        Anything that `Journeys.from_paths` reads; nulls count.
    max_order : int, default=4
    criterion : {"likelihood", "auc", "aic", "bic"}, default="likelihood"
        "likelihood" and "auc" are held out: journeys are dealt to `n_folds` folds, and each fold
        is predicted by a chain of the others. Neither the order of rows, nor their splitting, nor
        the names of channels change the deal (see `bootstrap`).
    n_folds : int, default=5
        2 to 1,000.
    prior : float, default=2.0
        Steps that the chain of the next lower order is worth in a state (see Notes).
    seed : int, default=0
        Of the deal.

    Returns
    -------
    OrderSelection

    Raises
    ------
    ParameterError
        If a parameter is out of range, or "auc" has no null to rank conversions above.
    TableError
        If there are so few journeys that one fold holds them all.

    Notes
    -----
    Held-out steps are predicted by
    ``p_k(x | s) = (n(s, x) + prior * p_{k-1}(x | s')) / (n(s) + prior)``, with s' the state s
    without its oldest channel, down to the even distribution [1]_; so a state that was never seen
    falls back on the shorter memory. AUC is the probability that a held-out conversion is ranked
    above a held-out null of its fold by the chance of its last state to convert. It can fall below
    0.5 on journeys that tell nothing: a state that holds out more conversions than others has fewer
    left to learn from. AIC and BIC take
    ``n_channels + 1`` parameters for each state seen and, in BIC, the number of steps.

    References
    ----------
    .. [1] MacKay and Peto (1995). A hierarchical Dirichlet language model. Natural Language
       Engineering 1(3), 289–308.

    Examples
    --------
    >>> paths = {"path": ["a > b > a", "b > a > b"] * 2, "n_conversions": [90, 10, 80, 20],
    ...          "n_nulls": [10, 90, 20, 80]}
    >>> choose_order(paths, max_order=2).order
    2
    """
    check_count("max_order", max_order)
    if check_count("n_folds", n_folds, minimum=2) > MAX_FOLDS:
        raise ParameterError(f"n_folds must be at most {MAX_FOLDS:,}. Got {n_folds:,}.")
    check_positive("prior", prior)
    check_choice("criterion", criterion, CRITERIA)
    seed = Draws(seed).seed
    journeys = check_conversions(as_journeys(X))
    if criterion == "auc" and not journeys.n_nulls.any():
        raise ParameterError(
            "criterion 'auc' ranks conversions above nulls, and there is no null. Use "
            "criterion='likelihood'."
        )
    orders = range(1, max_order + 1)
    journeys = distinct_paths(journeys)
    rows = [_in_sample(count_chain(journeys, order)) for order in orders]
    table = pd.DataFrame(rows, index=pd.Index(orders, name="order"))
    held_out, auc = _held_out(journeys, max_order, n_folds, prior, seed)
    table = table.assign(held_out_log_likelihood=held_out, auc=auc)
    score = table[CRITERIA[criterion]]
    best = score.idxmin() if criterion in ("aic", "bic") else score.idxmax()
    return OrderSelection(table, criterion, int(best))


def _in_sample(chain: Chain) -> dict[str, float]:
    """Return the likelihood of the journeys that the chain was counted on, and its penalties."""
    likelihood = _entropy_sum(chain.start, np.array([chain.start.sum()]))
    ends = np.concatenate([chain.count.data, chain.to_conversion, chain.to_null])
    likelihood += _entropy_sum(ends, chain.visits)
    n_channels = len(chain.channel_names)
    n_parameters = n_channels - 1 + chain.n_states * (n_channels + 1)
    n_steps = float(chain.start.sum() + chain.visits.sum())
    return {
        "n_states": chain.n_states,
        "n_parameters": n_parameters,
        "log_likelihood": likelihood,
        "aic": 2 * n_parameters - 2 * likelihood,
        "bic": n_parameters * np.log(n_steps) - 2 * likelihood,
    }


def _entropy_sum(counts: Ints, totals: Ints) -> float:
    """Return sum n log n over `counts` minus the same over `totals`."""
    return float(sum(
        sign * (n[n > 0] * np.log(n[n > 0])).sum() for sign, n in ((1, counts), (-1, totals))
    ))  # fmt: skip


def _held_out(
    journeys: Journeys, max_order: int, n_folds: int, prior: float, seed: int
) -> tuple[Floats, Floats]:
    """Return log-likelihood a step and AUC by order, both over all folds.

    Scores are ranked within a fold alone: those of another fold are of another chain, which has
    seen fewer of the conversions that the other holds out.
    """
    generator = np.random.Generator(np.random.Philox(key=seed))
    deal = np.full(n_folds, 1.0 / n_folds)
    won = generator.multinomial(journeys.n_conversions, deal)
    left = generator.multinomial(journeys.n_nulls, deal)
    held = (won + left).sum(axis=0)
    if held.max() == held.sum():
        raise TableError(
            f"There must be journeys left to learn from. Got {held.sum()} in all, in one fold."
        )
    likelihood, steps = np.zeros(max_order), 0.0
    scores = np.empty((max_order, n_folds, len(journeys)))
    for fold in range(n_folds):
        rest = replace(
            journeys,
            n_conversions=journeys.n_conversions - won[:, fold],
            n_nulls=journeys.n_nulls - left[:, fold],
            value=np.zeros(len(journeys)),
        )
        inner, to_conversion, to_null = _predict(journeys, rest, max_order, prior)
        weight = won[:, fold] + left[:, fold]
        by_touch = np.repeat(weight, journeys.length)
        steps += by_touch.sum() + weight.sum()
        likelihood += dot(np.log(inner), by_touch)
        likelihood += dot(np.log(to_conversion), won[:, fold]) + dot(np.log(to_null), left[:, fold])
        scores[:, fold] = to_conversion / (to_conversion + to_null)
    pairs = won.sum(axis=0).astype(np.float64) * left.sum(axis=0)
    folds = np.flatnonzero(pairs)
    auc = np.array([[_auc(by_fold[k], won[:, k], left[:, k]) for k in folds] for by_fold in scores])
    ranked = auc @ pairs[folds] / pairs.sum() if len(folds) else np.full(max_order, np.nan)
    return likelihood / steps, ranked


def _predict(
    journeys: Journeys, rest: Journeys, max_order: int, prior: float
) -> tuple[Floats, Floats, Floats]:
    """Return what chains counted on `rest` give the steps of `journeys`, by order.

    Returns
    -------
    inner : ndarray of shape (max_order, n_touchpoints)
        Probability of each touchpoint's channel, given what precedes it.
    to_conversion, to_null : ndarray of shape (max_order, n_rows)
        Probability of each end, given the path.
    """
    n_channels = journeys.n_channels
    first = np.zeros(len(journeys.channel), dtype=bool)
    first[journeys.offset[:-1]] = True
    last = journeys.offset[1:] - 1
    even = 1.0 / (n_channels + 2)
    inner = np.full(len(journeys.channel), 1.0 / n_channels)
    inner[~first] = even
    ends = np.full((2, len(journeys)), even)
    out = []
    for order in range(1, max_order + 1):
        chain = count_chain(rest, order)
        state = np.empty(len(journeys.channel), dtype=np.int64)
        base = n_channels + 1
        _markov.state_keys(journeys.channel, journeys.offset, base, base ** (order - 1), state)
        place, seen = _find(chain.key, state)
        visits = np.where(seen, chain.visits[place], 0)
        inner = inner.copy()
        follow = np.flatnonzero(~first)
        target, there = place[follow], seen[follow - 1] & seen[follow]
        count = np.zeros(len(follow))
        if there.any():  # SciPy gives no array for none
            count[there] = chain.count[place[follow - 1][there], target[there]]
        inner[follow] = (count + prior * inner[follow]) / (visits[follow - 1] + prior)
        if order == 1:
            begun = np.where(seen[first], chain.start[place[first]], 0)
            inner[first] = (begun + prior * inner[first]) / (chain.start.sum() + prior)
        counts = np.stack([chain.to_conversion[place[last]], chain.to_null[place[last]]])
        ends = (counts * seen[last] + prior * ends) / (visits[last] + prior)
        out.append((inner, ends[0], ends[1]))
    return tuple(np.stack(part) for part in zip(*out, strict=True))  # type: ignore[return-value]


def _find(key: Ints, state: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return where each state stands among the sorted keys, and whether it is there."""
    place = np.minimum(np.searchsorted(key, state), len(key) - 1)
    return place, key[place] == state


def _auc(score: Floats, positive: Ints, negative: Ints) -> float:
    """Return the weighted area under the ROC curve; ties count half."""
    values, group = np.unique(score, return_inverse=True)
    p = np.bincount(group, weights=positive, minlength=len(values))
    n = np.bincount(group, weights=negative, minlength=len(values))
    below = np.cumsum(n) - n
    whole = p.sum() * n.sum()
    return float((p * (below + 0.5 * n)).sum() / whole) if whole else float("nan")
