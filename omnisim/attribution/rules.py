"""Attribution by fixed rules: which touchpoints take all, or how they share evenly."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from omnisim.attribution.base import (
    AttributionModel,
    as_journeys,
    channel_pairs,
    check_conversions,
    credit_of_shares,
    even_share,
    normalize,
)
from omnisim.journeys import Journeys

__all__ = [
    "FirstTouch",
    "LastNonDirect",
    "LastTouch",
    "Linear",
    "Participation",
    "RuleModel",
]

Floats = npt.NDArray[np.float64]


class RuleModel(AttributionModel):
    """A model whose shares need no fit: `fit` adds them up."""

    def fit(self, X: Any, y: None = None) -> Self:
        """Add up the shares of all journeys, weighted by their conversions and their value.

        Parameters
        ----------
        X : Journeys or table of paths
            Anything that `Journeys.from_paths` reads.
        y : None
            Ignored.

        Returns
        -------
        RuleModel
            Itself.

        Raises
        ------
        TableError
            If the table cannot be read or there is no conversion.
        ParameterError
            If a parameter of the model is out of range.
        """
        journeys = check_conversions(as_journeys(X))
        self._set_credit(journeys, *credit_of_shares(journeys, self.touchpoint_share(journeys)))
        return self


class FirstTouch(RuleModel):
    """Credit the first touchpoint of a journey.

    Examples
    --------
    >>> FirstTouch().fit({"path": ["a > b"], "n_conversions": [3]}).credit_.to_dict()
    {'a': 3.0, 'b': 0.0}
    """

    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return 1 for the first touchpoint of each journey, 0 for the others."""
        share = np.zeros(len(journeys.channel))
        share[journeys.offset[:-1]] = 1.0
        return share


class LastTouch(RuleModel):
    """Credit the last touchpoint of a journey.

    Examples
    --------
    >>> LastTouch().fit({"path": ["a > b"], "n_conversions": [3]}).credit_.to_dict()
    {'a': 0.0, 'b': 3.0}
    """

    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return 1 for the last touchpoint of each journey, 0 for the others."""
        share = np.zeros(len(journeys.channel))
        share[journeys.offset[1:] - 1] = 1.0
        return share


class LastNonDirect(RuleModel):
    """Credit the last touchpoint that is not a direct visit; the last one where all are.

    Parameters
    ----------
    direct : str, default="direct"
        Name of the channel of direct visits. It need not occur.

    Examples
    --------
    >>> paths = {"path": ["a > direct", "direct"], "n_conversions": [3, 1]}
    >>> LastNonDirect().fit(paths).credit_.to_dict()
    {'a': 3.0, 'direct': 1.0}
    """

    def __init__(self, direct: str = "direct") -> None:
        self.direct = direct

    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return 1 for the last touchpoint that is not direct, 0 for the others."""
        names = np.array([name == self.direct for name in journeys.channel_names], dtype=bool)
        place = np.arange(len(journeys.channel))
        place[names[journeys.channel]] = -1
        last = np.maximum.reduceat(place, journeys.offset[:-1]) if len(journeys) else place
        last = np.where(last >= 0, last, journeys.offset[1:] - 1)
        share = np.zeros(len(journeys.channel))
        share[last] = 1.0
        return share


class Linear(RuleModel):
    """Credit all touchpoints of a journey evenly.

    Examples
    --------
    >>> Linear().fit({"path": ["a > b > b"], "n_conversions": [3]}).credit_.to_dict()
    {'a': 1.0, 'b': 2.0}
    """

    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return one over the length of the journey."""
        return even_share(journeys)


class Participation(RuleModel):
    """Credit all channels that take part in a journey evenly, however often each occurs.

    Attributes
    ----------
    participation_ : Series of shape (n_channels,), int64, unit: conversions
        Conversions in whose journey the channel took part; sums to more than the conversions.
    """

    participation_: pd.Series

    def fit(self, X: Any, y: None = None) -> Self:
        """Add up the shares, and count the conversions that each channel took part in."""
        journeys = as_journeys(X)
        super().fit(journeys)
        row, channel, _, _ = channel_pairs(journeys)
        taken = np.zeros(journeys.n_channels, dtype=np.int64)
        np.add.at(taken, channel, journeys.n_conversions[row])
        self.participation_ = pd.Series(taken, index=self.credit_.index, name="participation")
        return self

    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return one over the channels of the journey, spread over each channel's touchpoints."""
        _, _, pair, count = channel_pairs(journeys)
        return normalize(1.0 / count[pair], journeys)
