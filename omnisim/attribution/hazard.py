"""Attribution by an additive hazard whose touchpoints fade exponentially."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from omnisim._validation import check_count, check_positive
from omnisim.attribution.base import (
    AttributionModel,
    as_journeys,
    check_conversions,
    credit_of_shares,
    normalize,
)
from omnisim.attribution.sums import sum_by, sum_of
from omnisim.exceptions import ConvergenceWarning
from omnisim.journeys import Journeys

__all__ = ["HazardAttribution"]

Floats = npt.NDArray[np.float64]


class HazardAttribution(AttributionModel):
    """Credit each touchpoint with its share of the hazard at the moment of the conversion.

    The hazard of a conversion is a sum over the touchpoints so far: one of channel c at age s adds
    ``strength[c] * decay[c] * exp(-decay[c] * s)`` [1]_. Strengths and decays are fitted by
    expectation-maximisation, where the expectation is the credit. Journeys that did not convert
    count against the channels that they met.

    Parameters
    ----------
    horizon_days : float, default=30.0
        How long after its last touchpoint a journey without a conversion was watched. Where there
        are no times, touchpoints stand one apart, a conversion comes one after the last, and this
        is a number of touchpoints.
    start_days : float, default=7.0
        Mean age 1 / decay to begin with.
    max_iterations : int, default=1000
    tolerance : float, default=1e-6
        The fit ends when the mean log-likelihood a conversion rises by less.

    Attributes
    ----------
    strength_ : Series of shape (n_channels,), float64, >= 0
        Expected conversions that one touchpoint brings over all time.
    mean_age_days_ : Series of shape (n_channels,), float64
        1 / decay: how long a touchpoint lasts.
    log_likelihood_ : float
    n_iterations_ : int

    Warns
    -----
    ConvergenceWarning
        In `fit`, if the likelihood still rises after `max_iterations`; credits are those so far.

    Notes
    -----
    A row of several conversions is as many journeys that end together. Decays are kept between a
    hundredth and a hundred times the first one: where all conversions come with the last touchpoint
    the likelihood grows without bound as the decay does.

    References
    ----------
    .. [1] Zhang, Wei and Ren (2014). Multi-touch attribution in online advertising with survival
       theory. IEEE International Conference on Data Mining, 687–696. doi:10.1109/ICDM.2014.130
    """

    strength_: pd.Series
    mean_age_days_: pd.Series
    log_likelihood_: float
    n_iterations_: int

    def __init__(
        self,
        horizon_days: float = 30.0,
        *,
        start_days: float = 7.0,
        max_iterations: int = 1000,
        tolerance: float = 1e-6,
    ) -> None:
        self.horizon_days = horizon_days
        self.start_days = start_days
        self.max_iterations = max_iterations
        self.tolerance = tolerance

    def fit(self, X: Any, y: None = None) -> Self:
        """Fit strengths and decays, and add up the touchpoints' shares.

        Parameters
        ----------
        X : Journeys or table of paths
            Anything that `Journeys.from_paths` reads; best with times.
        y : None
            Ignored.

        Returns
        -------
        HazardAttribution
            Itself.
        """
        horizon = check_positive("horizon_days", self.horizon_days)
        first = 1.0 / check_positive("start_days", self.start_days)
        check_count("max_iterations", self.max_iterations)
        check_positive("tolerance", self.tolerance)
        journeys = check_conversions(as_journeys(X))
        ages = _ages(journeys)
        n = journeys.n_channels
        decay, strength = np.full(n, first), np.full(n, 0.1)
        conversions = np.repeat(journeys.n_conversions, journeys.length).astype(np.float64)
        nulls = np.repeat(journeys.n_nulls, journeys.length).astype(np.float64)
        total, before = float(journeys.n_conversions.sum()), -np.inf
        for iteration in range(1, self.max_iterations + 1):
            share, likelihood = _expect(journeys, ages, strength, decay, horizon)
            self.n_iterations_, self.log_likelihood_ = iteration, likelihood
            if likelihood - before < self.tolerance * total:
                break
            before = likelihood
            strength, decay = _maximize(
                journeys.channel, ages, (share, conversions, nulls), decay, horizon
            )
            strength = np.maximum(strength, 0.0)
            decay = np.clip(decay, first / 100, first * 100)
        else:
            share, self.log_likelihood_ = _expect(journeys, ages, strength, decay, horizon)
            warnings.warn(
                f"The hazard did not settle in {self.max_iterations} iterations. Raise "
                "max_iterations or tolerance.",
                ConvergenceWarning,
                stacklevel=2,
            )
        index = pd.Index(journeys.channel_names, name="channel")
        self.strength_ = pd.Series(strength, index=index, name="strength")
        self.mean_age_days_ = pd.Series(1.0 / decay, index=index, name="mean_age_days")
        self._set_credit(journeys, *credit_of_shares(journeys, share))
        return self

    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return each touchpoint's share of the hazard at the journey's end.

        A journey without a conversion is read at its last touchpoint.
        """
        strength = self.strength_.reindex(journeys.channel_names).fillna(0.0).to_numpy()
        decay = 1.0 / self.mean_age_days_.reindex(journeys.channel_names).fillna(1.0).to_numpy()
        return normalize(_hazard(journeys.channel, _ages(journeys), strength, decay), journeys)


def _ages(journeys: Journeys) -> Floats:
    """Return how old each touchpoint is when its journey converts, or at the last touchpoint."""
    last = np.repeat(journeys.offset[1:] - 1, journeys.length)
    if journeys.time is None:
        age: Floats = (last - np.arange(len(last)) + 1).astype(np.float64)
        return age
    end = journeys.time[journeys.offset[1:] - 1]
    if journeys.end is not None:
        end = np.where(np.isnan(journeys.end), end, journeys.end)
    return np.maximum(np.repeat(end, journeys.length) - journeys.time, 0.0)


def _hazard(channel: npt.NDArray[np.int32], age: Floats, strength: Floats, decay: Floats) -> Floats:
    hazard: Floats = strength[channel] * decay[channel] * np.exp(-decay[channel] * age)
    return hazard


def _expect(
    journeys: Journeys, age: Floats, strength: Floats, decay: Floats, horizon: float
) -> tuple[Floats, float]:
    """Return each touchpoint's share of its journey's hazard, and the log-likelihood."""
    channel, row = journeys.channel, np.repeat(np.arange(len(journeys)), journeys.length)
    hazard = _hazard(channel, age, strength, decay)
    total = np.bincount(row, weights=hazard, minlength=len(journeys))
    spent = strength[channel] * -np.expm1(-decay[channel] * age)
    watched = strength[channel] * -np.expm1(-decay[channel] * (age + horizon))
    sums = [np.bincount(row, weights=w, minlength=len(journeys)) for w in (spent, watched)]
    # Nothing is learned where nothing has any hazard: "(none)" at the moment of the purchase.
    won = (journeys.n_conversions > 0) & (total > 0)
    likelihood = sum_of(journeys.n_conversions[won], np.log(np.maximum(total[won], 1e-300)))
    likelihood -= sum_of(journeys.n_conversions, sums[0]) + sum_of(journeys.n_nulls, sums[1])
    return normalize(hazard, journeys), likelihood


def _maximize(
    channel: npt.NDArray[np.int32],
    age: Floats,
    weights: tuple[Floats, Floats, Floats],
    decay: Floats,
    horizon: float,
) -> tuple[Floats, Floats]:
    """Return strengths and decays that raise the expected log-likelihood.

    `weights` are the touchpoints' shares, and the conversions and nulls of their journeys. With
    credit K of a channel, its weighted age A and its exposure E(decay), the sum over touches
    of ``1 - exp(-decay * time watched)``, the strength is K / E. The decay balances
    ``K / decay = A + strength * dE/d decay``, of which one fixed-point step is taken.
    """
    share, conversions, nulls = weights
    n = len(decay)
    rate, longer = decay[channel], age + horizon
    faded, faded_nulls = np.exp(-rate * age), np.exp(-rate * longer)
    exposure = sum_by(channel, n, conversions, 1.0 - faded)
    exposure += sum_by(channel, n, nulls, 1.0 - faded_nulls)
    slope = sum_by(channel, n, conversions, age * faded)
    slope += sum_by(channel, n, nulls, longer * faded_nulls)
    credit = sum_by(channel, n, conversions, share)
    strength: Floats = np.divide(credit, exposure, out=np.zeros(n), where=exposure > 0)
    weight = sum_by(channel, n, conversions, share * age) + strength * slope
    known = (credit > 0) & (weight > 0)
    return strength, np.where(known, credit / np.where(known, weight, 1.0), decay)
