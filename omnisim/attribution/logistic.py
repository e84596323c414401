"""Attribution by bagged logistic regression on which channels a journey met."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from omnisim._validation import check_count, check_positive, check_probability
from omnisim.attribution.base import (
    AttributionModel,
    as_journeys,
    channel_pairs,
    check_conversions,
    credit_of_shares,
    normalize,
)
from omnisim.attribution.keys import canonical_sets
from omnisim.attribution.serial import dot
from omnisim.attribution.shapley import coalitions
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import Journeys
from omnisim.random import Draws, Stream

__all__ = ["LogisticAttribution"]

Floats = npt.NDArray[np.float64]

NEGLIGIBLE = 1e-6  # a coefficient that is no further above 0 counts as 0: fits are as exact
CHANNEL_STEP = 2  # step of the address that draws a bag's channels; 0 and 1 draw its weights


class LogisticAttribution(AttributionModel):
    """Credit channels by how much their presence raises the log-odds of a conversion.

    Logistic regressions of conversion on the presence of each channel, each on reweighted journeys
    and on some of the channels; coefficients are averaged over the regressions that had the channel
    [1]_. A journey is divided in proportion to the positive coefficients of its channels (those
    above 1e-6), evenly where there are none.

    Parameters
    ----------
    n_bags : int, default=50
    channel_share : float, default=0.5, in (0, 1]
        Share of the channels in each regression, at least one channel.
    ridge : float, default=1.0
        Half the squared coefficients times this is added to the loss, in journeys.
    seed : int, default=0

    Attributes
    ----------
    coefficient_ : Series of shape (n_channels,), float64
        Mean coefficient: what the channel's presence adds to the log-odds.
    coefficient_error_ : Series of shape (n_channels,), float64
        Standard deviation over the regressions, sampling of journeys and of channels together.

    Raises
    ------
    TableError
        In `fit`, if no journey is without a conversion: then nothing can be compared.

    Notes
    -----
    Weights and bags are drawn at addresses that depend on the journeys' counts alone: neither the
    names of channels nor the order of rows changes them. Channels that nothing tells apart are in
    a bag together.

    References
    ----------
    .. [1] Shao and Li (2011). Data-driven multi-touch attribution models. Proceedings of KDD,
       258–264. doi:10.1145/2020408.2020453
    """

    coefficient_: pd.Series
    coefficient_error_: pd.Series

    def __init__(
        self, n_bags: int = 50, *, channel_share: float = 0.5, ridge: float = 1.0, seed: int = 0
    ) -> None:
        self.n_bags = n_bags
        self.channel_share = channel_share
        self.ridge = ridge
        self.seed = seed

    def fit(self, X: Any, y: None = None) -> Self:
        """Fit the regressions and divide the journeys by their mean.

        Parameters
        ----------
        X : Journeys or table of paths
            Anything that `Journeys.from_paths` reads, with nulls.
        y : None
            Ignored.

        Returns
        -------
        LogisticAttribution
            Itself.
        """
        check_count("n_bags", self.n_bags)
        check_positive("ridge", self.ridge)
        if check_probability("channel_share", self.channel_share) == 0:
            raise ParameterError("channel_share must lie in (0, 1]. Got 0.")
        journeys = check_conversions(as_journeys(X))
        if not journeys.n_nulls.any():
            raise TableError(
                "Every journey converts: there is nothing to compare conversions with."
            )
        bags = self._fit_bags(journeys)
        index = pd.Index(journeys.channel_names, name="channel")
        seen = np.maximum((~np.isnan(bags)).sum(axis=0), 1)
        mean = np.nansum(bags, axis=0) / seen
        spread = np.sqrt(np.nansum((bags - mean) ** 2, axis=0) / seen)
        self.coefficient_ = pd.Series(mean, index=index, name="coefficient")
        self.coefficient_error_ = pd.Series(spread, index=index, name="coefficient_error")
        share = self.touchpoint_share(journeys)
        self._set_credit(journeys, *credit_of_shares(journeys, share))
        return self

    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return shares by the positive coefficients, spread over each channel's touchpoints."""
        effect = self.coefficient_.reindex(journeys.channel_names).fillna(0.0)
        effect = effect.where(effect > NEGLIGIBLE, 0.0)
        _, channel, pair, count = channel_pairs(journeys)
        return normalize((effect.to_numpy()[channel] / count)[pair], journeys)

    def _fit_bags(self, journeys: Journeys) -> Floats:
        """Return coefficients, (n_bags, n_channels), NaN where the bag lacks the channel."""
        member, offset, amount = coalitions(journeys)
        n_sets, n_channels = len(offset) - 1, journeys.n_channels
        # In the order of their keys the sums of the fit, too, are those of any other naming.
        sets = canonical_sets(member, offset, amount, n_channels, told_by=[0, 2])
        amount = sets.amount
        presence = sparse.csr_array(
            (np.ones(len(member)), sets.member, sets.offset), shape=(n_sets, n_channels)
        ).tocsc()
        draws = Draws(self.seed)
        size = max(1, round(self.channel_share * n_channels))
        out = np.full((self.n_bags, n_channels), np.nan)
        for bag in range(self.n_bags):
            won, left = (
                draws.poisson(Stream.BOOTSTRAP, sets.set_key, journey=bag, step=step, mean=mean)
                for step, mean in enumerate((amount[:, 0], amount[:, 2] - amount[:, 0]))
            )
            u = draws.uniform(Stream.PERMUTE, sets.channel_key, journey=bag, step=CHANNEL_STEP)
            # Channels that nothing tells apart share a draw: they are in a bag together.
            chosen = np.flatnonzero(u <= np.partition(u, size - 1)[size - 1])
            out[bag, sets.channel[chosen]] = _logistic(presence[:, chosen], won, left, self.ridge)
        return out


def _logistic(
    presence: sparse.csc_array,
    won: npt.NDArray[np.int64],
    left: npt.NDArray[np.int64],
    ridge: float,
) -> Floats:
    """Return the coefficients of a ridge logistic regression with a free intercept."""
    rows = sparse.hstack([sparse.csr_array(np.ones((presence.shape[0], 1))), presence]).tocsr()
    penalty = np.concatenate(([0.0], np.full(presence.shape[1], ridge)))

    def loss(beta: Floats) -> tuple[float, Floats]:
        odds = rows @ beta
        value = dot(won, np.logaddexp(0.0, -odds)) + dot(left, np.logaddexp(0.0, odds))
        slope = (won + left) * expit(odds) - won
        return float(value + 0.5 * penalty @ beta**2), rows.T @ slope + penalty * beta

    def curvature(beta: Floats) -> Floats:
        p = expit(rows @ beta)
        weighted = rows.multiply(((won + left) * p * (1.0 - p))[:, None])
        bend: Floats = (rows.T @ weighted).toarray() + np.diag(penalty)
        return bend

    start = np.zeros(len(penalty))
    start[0] = np.log((won.sum() + 0.5) / (left.sum() + 0.5))
    exact = {"gtol": 1e-9 * max(float(won.sum() + left.sum()), 1.0)}
    found = minimize(loss, start, jac=True, hess=curvature, method="trust-exact", options=exact)
    coefficients: Floats = found.x[1:]
    return coefficients
