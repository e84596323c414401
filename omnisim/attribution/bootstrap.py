"""How sure the credits are: bootstrap over journeys."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from omnisim._validation import check_callable, check_confidence, check_count
from omnisim.attribution.base import AttributionModel, as_journeys, check_conversions, check_model
from omnisim.attribution.distinct import digest, distinct_rows
from omnisim.attribution.markov import MarkovAttribution
from omnisim.exceptions import BuildError, OmnisimWarning, ParameterError
from omnisim.journeys import Journeys
from omnisim.random import Draws, Stream

try:
    import omnisim.attribution._bootstrap as _bootstrap
    import omnisim.attribution._markov as _markov
except ImportError as error:
    raise BuildError(
        f"The compiled part of omnisim.attribution is missing ({error}). Run: pip install -e .  "
        "(or: python setup.py build_ext --inplace)"
    ) from error

__all__ = ["Bootstrap", "bootstrap"]

Floats = npt.NDArray[np.float64]

QUANTITIES = ("credit", "value_credit", "removal_effect", "value_removal_effect")
BLOCK = 128  # replicates counted in one pass, at most
BLOCK_CELLS = 2**22  # counters of one pass, at most: five tables of 32 MiB


@dataclass(frozen=True, eq=False, repr=False)
class Bootstrap:
    """Replicates of a model's results, with their intervals.

    Parameters
    ----------
    model : AttributionModel
        Fitted to the journeys as they are.
    confidence : float
        Of the intervals.
    seed : int
        Of the weights. Results with the same seed and journeys share them.
    digest : str
        Of the journeys, the same in whatever order and by whatever rows they are listed.
    replicates : dict of str to ndarray of shape (n_replicates, n_channels)
        By quantity: "credit", "value_credit", and for Markov models "removal_effect" and
        "value_removal_effect". NaN where a replicate cannot be divided.
    """

    model: AttributionModel
    confidence: float
    seed: int
    digest: str
    replicates: dict[str, Floats]

    def __repr__(self) -> str:
        n, channels = self.replicates["credit"].shape
        lost = self.n_undivided()
        without = f" ({lost:,} could not be divided)" if lost else ""
        return f"Bootstrap of {self.model!r}: {n:,} replicates{without}, {channels} channels"

    def n_undivided(self, quantity: str = "credit") -> int:
        """Return how many replicates could not be divided, and are in no interval.

        Where removal redistributes, effects may not sum to more than 0 (see `MarkovAttribution`).
        """
        return len(self._draws(quantity)) - int(_divided(self._draws(quantity)).sum())

    def to_frame(self, quantity: str = "credit") -> pd.DataFrame:
        """Return one row a channel: the estimate, its interval and its standard error.

        The interval runs between the quantiles of the replicates that could be divided, so it holds
        for such journeys only where `n_undivided` is not 0; NaN where they are fewer than two.
        """
        draws = self._draws(quantity)
        estimate = getattr(self.model, f"{quantity}_")
        return _intervals(draws, self.confidence, estimate.to_numpy(), estimate.index)

    def share_frame(self, quantity: str = "credit") -> pd.DataFrame:
        """Return the same for each channel's share of the total."""
        draws = self._draws(quantity)
        total = draws.sum(axis=1, keepdims=True)
        share = np.divide(draws, total, out=np.where(total <= 0, 0.0, draws), where=total > 0)
        estimate = getattr(self.model, f"{quantity}_")
        whole = float(estimate.sum())
        return _intervals(
            share, self.confidence, estimate.to_numpy() / (whole or 1.0), estimate.index
        )

    def difference(self, other: Bootstrap, quantity: str = "credit") -> pd.DataFrame:
        """Return the same for this model minus `other`, replicate by replicate.

        Raises
        ------
        ParameterError
            If the two do not share their weights: journeys, seed and number of replicates.
        """
        if not isinstance(other, Bootstrap):
            raise ParameterError(f"other must be the Bootstrap of another model. Got {other!r}.")
        mine, theirs = self._draws(quantity), other._draws(quantity)
        if self.digest != other.digest:
            raise ParameterError(
                "other must be a bootstrap of the same journeys. Got others, whose replicates do "
                "not go with these: bootstrap both models on one Journeys."
            )
        if mine.shape != theirs.shape or self.seed != other.seed:
            raise ParameterError(
                f"other must have the same seed and replicates. Got seeds {self.seed} and "
                f"{other.seed}, and {len(mine):,} and {len(theirs):,} replicates."
            )
        index = getattr(self.model, f"{quantity}_").index
        estimate = getattr(self.model, f"{quantity}_") - getattr(other.model, f"{quantity}_")
        return _intervals(mine - theirs, self.confidence, estimate.to_numpy(), index)

    def _draws(self, quantity: str) -> Floats:
        if quantity not in self.replicates:
            listed = ", ".join(map(repr, self.replicates))
            raise ParameterError(f"Unknown quantity {quantity!r}. Known: {listed}.")
        return self.replicates[quantity]


def bootstrap(
    model: AttributionModel,
    X: Any,
    *,
    n_replicates: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Bootstrap:
    """Refit a model to reweighted journeys.

    Every journey gets a Poisson(1) weight in every replicate [1]_; n journeys that are alike get
    the sum of theirs, Poisson(n), and their value in proportion. A first-order Markov chain is
    counted for all replicates in one compiled pass; other models are refitted.

    Journeys are taken as independent of one another. Those of one shopper are not: where shoppers
    have several journeys each (logs of events, cut at conversions or gaps), who buys often is drawn
    as if by journey, and the intervals are too narrow. `Journeys` do not know their shoppers, so
    this cannot be mended here.

    The order of rows, their splitting into rows of the same value a conversion, and the names of
    channels change nothing (`omnisim.attribution.distinct`). Only channels that may be swapped
    without changing the journeys take their draws in order of name.

    Parameters
    ----------
    model : AttributionModel
        Left as it is; a copy is fitted.
    X : Journeys or table of paths
        Anything that `Journeys.from_paths` reads.
    n_replicates : int, default=1000
    confidence : float, default=0.95
    seed : int, default=0
    progress : callable, optional
        Called with the number of replicates just done.

    Returns
    -------
    Bootstrap

    Warns
    -----
    OmnisimWarning
        If replicates cannot be divided, once: intervals are then those of the others.

    References
    ----------
    .. [1] Oza and Russell (2001). Online bagging and boosting. AISTATS 2001.

    Examples
    --------
    >>> paths = {"path": ["a > b", "b"], "n_conversions": [50, 50], "n_nulls": [20, 80]}
    >>> frame = bootstrap(MarkovAttribution(), paths, n_replicates=200).to_frame()
    >>> bool((frame["ci_low"] < frame["estimate"]).all())
    True
    """
    seed = Draws(seed).seed
    check_count("n_replicates", n_replicates, minimum=2)
    check_confidence("confidence", confidence)
    check_model("model", model)
    if progress is not None:
        check_callable("progress", progress)
    journeys = check_conversions(as_journeys(X))
    fitted = type(model)(**model.get_params()).fit(journeys)
    journeys = distinct_rows(journeys)
    if isinstance(fitted, MarkovAttribution) and _in_one_pass(fitted):
        parts = _replicate_chains(fitted, journeys, n_replicates, seed, progress)
    else:
        parts = _refit(fitted, journeys, n_replicates, seed, progress)
    result = Bootstrap(fitted, confidence, seed, digest(journeys), parts)
    _warn_of_undivided(result)
    return result


def _warn_of_undivided(result: Bootstrap) -> None:
    lost = {name: result.n_undivided(name) for name in result.replicates}
    if any(lost.values()):
        listed = ", ".join(f"{n:,} for {name}" for name, n in lost.items() if n)
        warnings.warn(
            f"Of {len(result.replicates['credit']):,} replicates some could not be divided: "
            f"{listed}. Intervals are those of the others. Use removal='null' to have all.",
            OmnisimWarning,
            stacklevel=3,
        )


def _in_one_pass(model: MarkovAttribution) -> bool:
    """Return whether `_solve_chains` has the model's conventions."""
    convention = (model.order, model.removal, model.value_by, model.smoothing)
    return convention == (1, "null", "value", 0)


def reweighted(journeys: Journeys, seed: int, replicate: int) -> Journeys:
    """Return one replicate of what `distinct_rows` returns."""
    rows = np.arange(len(journeys))
    draws = Draws(seed)
    won, left = (
        draws.poisson(
            Stream.BOOTSTRAP, rows, journey=replicate, step=step, mean=count.astype(float)
        )
        for step, count in enumerate((journeys.n_conversions, journeys.n_nulls))
    )
    each = journeys.value / np.maximum(journeys.n_conversions, 1)
    return replace(journeys, n_conversions=won, n_nulls=left, value=each * won)


def _refit(
    model: AttributionModel,
    journeys: Journeys,
    n_replicates: int,
    seed: int,
    progress: Callable[[int], None] | None,
) -> dict[str, Floats]:
    """Refit a copy of the model to every replicate."""
    names = [name for name in QUANTITIES if f"{name}_" in vars(model)]
    out = {name: np.zeros((n_replicates, journeys.n_channels)) for name in names}
    copy = type(model)(**model.get_params())
    for replicate in range(n_replicates):
        weighted = reweighted(journeys, seed, replicate)
        # A replicate without any conversion has nothing to divide: its credits are 0.
        if weighted.n_conversions.any():
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", ".*credit is NaN", OmnisimWarning)
                copy.fit(weighted)
            for name in names:
                out[name][replicate] = getattr(copy, f"{name}_").to_numpy()
        if progress is not None:
            progress(1)
    return out


def _replicate_chains(
    model: MarkovAttribution,
    journeys: Journeys,
    n_replicates: int,
    seed: int,
    progress: Callable[[int], None] | None,
) -> dict[str, Floats]:
    """Count and solve the first-order chains of all replicates, a block at a time."""
    n = journeys.n_channels
    nulls = journeys.n_nulls if model.use_nulls else np.zeros_like(journeys.n_nulls)
    blocks = []
    block = max(min(BLOCK, BLOCK_CELLS // (n * (n + 1))), 1)
    for low in range(0, n_replicates, block):
        size = min(block, n_replicates - low)
        counts = np.zeros((n + 1, n, size), dtype=np.int64)
        ends = np.zeros((2, n, size), dtype=np.int64)
        value = np.zeros((n, size))
        _bootstrap.count_replicates(
            journeys.channel, journeys.offset, journeys.n_conversions, nulls, journeys.value,
            seed, Stream.BOOTSTRAP, low, np.empty(size, dtype=np.int64),
            np.empty(size, dtype=np.int64), counts, ends[0], ends[1], value,
        )  # fmt: skip
        blocks.append(_solve_chains(counts, ends[0], ends[1], value))
        if progress is not None:
            progress(size)
    return {name: np.concatenate([b[name] for b in blocks]) for name in QUANTITIES}


def _solve_chains(
    counts: npt.NDArray[np.int64],
    to_conversion: npt.NDArray[np.int64],
    to_null: npt.NDArray[np.int64],
    value: Floats,
) -> dict[str, Floats]:
    """Return the four quantities of many first-order chains, (n_chains, n_channels) each.

    The same formula as in `removal`: a channel's first visits are its visits over its diagonal
    element of the inverse.
    """
    counts = np.ascontiguousarray(np.moveaxis(counts, 2, 0))
    ends = to_conversion.T + to_null.T
    visits = counts[:, 1:].sum(axis=2) + ends
    left = np.maximum(visits, 1)
    steps, leave = counts[:, 1:] / left[:, :, None], np.where(visits > 0, ends / left, 1.0)
    inverse = np.broadcast_to(np.eye(counts.shape[2]), steps.shape).copy()
    for each in zip(steps, leave, inverse, strict=True):
        _markov.solve_absorbing(*each)
    start = counts[:, 0] / np.maximum(counts[:, 0].sum(axis=1), 1)[:, None]
    first = np.einsum("bi,bij->bj", start, inverse) / np.einsum("bii->bi", inverse)
    out = {}
    for prefix, goal in (("", to_conversion.T), ("value_", value.T)):
        worth = np.einsum("bij,bj->bi", inverse, goal / left)
        total = np.einsum("bi,bi->b", start, worth)[:, None]
        lost = first * worth
        whole = lost.sum(axis=1, keepdims=True)
        amount = goal.sum(axis=1, keepdims=True)
        out[f"{prefix}removal_effect"] = _over(lost, total)
        out[f"{prefix}credit"] = _over(lost * amount, whole)
    return out


def _over(a: Floats, b: Floats) -> Floats:
    ratio: Floats = np.divide(a, b, out=np.zeros_like(a), where=b > 0)
    return ratio


def _divided(draws: Floats) -> npt.NDArray[np.bool_]:
    """Return which replicates could be divided."""
    return np.asarray(~np.isnan(draws).any(axis=1))


def _intervals(draws: Floats, confidence: float, estimate: Floats, index: pd.Index) -> pd.DataFrame:
    tail = (1 - confidence) / 2
    draws = draws[_divided(draws)]
    if len(draws) < 2:
        draws = np.full((2, len(index)), np.nan)
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return pd.DataFrame(
        {
            "estimate": estimate,
            "ci_low": low,
            "ci_high": high,
            "standard_error": draws.std(axis=0, ddof=1),
        },
        index=index,
    )
