"""Attribution by fixed rules: which touchpoints take all, or how they share evenly.

Rules are book-keeping. They estimate no effect [1]_, and whoever is paid by the last touch has a
reason to buy too much of it [2]_.

References
----------
.. [1] Dalessandro, Perlich, Stitelman and Provost (2012). Causally motivated attribution for online
   advertising. Proceedings of ADKDD. doi:10.1145/2351356.2351363
.. [2] Berman (2018). Beyond the last touch: Attribution in online advertising. Marketing Science
   37(5), 771–792. doi:10.1287/mksc.2018.1104
"""

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
    even_share_of_channels,
)
from omnisim.exceptions import ParameterError
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
    """A model whose shares need no fit: `fit` adds them up.

    Credits are within a relative 1e-15 of the exact sums of the shares, and neither the order of
    rows nor their splitting changes their last digit.
    """

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
    """Credit the first touchpoint of a journey [1]_.

    References
    ----------
    .. [1] Google Analytics Help. About the default MCF attribution models: First Interaction.
       https://support.google.com/analytics/answer/1665189

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
    """Credit the last touchpoint of a journey [1]_.

    References
    ----------
    .. [1] Google Analytics Help. About the default MCF attribution models: Last Interaction.
       https://support.google.com/analytics/answer/1665189

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
    """Credit the last touchpoint that is not a direct visit; the last one where all are [1]_.

    Parameters
    ----------
    direct : str, default="direct"
        Name of the channel of direct visits, in any case; white space at its ends does not count.
        It need not occur: then the last touch is never direct.

    Raises
    ------
    ParameterError
        In `fit`, if `direct` is no name.

    References
    ----------
    .. [1] Google Analytics Help. About the default MCF attribution models: Last Non-Direct Click.
       https://support.google.com/analytics/answer/1665189

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
        if not isinstance(self.direct, str) or not self.direct.strip():
            raise ParameterError(f"direct must be text, not blank. Got {self.direct!r}.")
        direct = self.direct.strip().casefold()
        found = [name.strip().casefold() == direct for name in journeys.channel_names]
        names = np.array(found, dtype=bool)
        place = np.arange(len(journeys.channel))
        place[names[journeys.channel]] = -1
        last = np.maximum.reduceat(place, journeys.offset[:-1]) if len(journeys) else place
        last = np.where(last >= 0, last, journeys.offset[1:] - 1)
        share = np.zeros(len(journeys.channel))
        share[last] = 1.0
        return share


class Linear(RuleModel):
    """Credit all touchpoints of a journey evenly [1]_.

    References
    ----------
    .. [1] Google Analytics Help. About the default MCF attribution models: Linear.
       https://support.google.com/analytics/answer/1665189

    Examples
    --------
    >>> Linear().fit({"path": ["a > b > b"], "n_conversions": [3]}).credit_.to_dict()
    {'a': 1.0, 'b': 2.0}
    """

    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return one over the length of the journey."""
        return even_share(journeys)


class Participation(RuleModel):
    """Credit all channels that take part in a journey evenly, however often each occurs [1]_.

    That is the Shapley value of the game in which a set of channels is worth the conversions of the
    journeys that meet no other channel, so ``ShapleyAttribution()`` gives the same credits.
    ``ShapleyAttribution("rate")`` plays another game.

    Attributes
    ----------
    participation_ : Series of shape (n_channels,), int64, unit: conversions
        Conversions in whose journey the channel took part, which is what Adobe Analytics calls
        participation [2]_; sums to more than the conversions.

    References
    ----------
    .. [1] Singal, Besbes, Désir, Goyal and Iyengar (2022). Shapley meets uniform: An axiomatic
       framework for attribution in online advertising. Management Science 68(10): "unique-uniform".
    .. [2] Adobe Experience League. Attribution models and lookback windows.
       https://experienceleague.adobe.com/en/docs/analytics/analyze/analysis-workspace/attribution/models
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
        return even_share_of_channels(journeys)
