"""Attribution by fixed rules: each touchpoint's share depends on its place in the journey."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from omnisim.attribution.base import (
    AttributionModel,
    as_journeys,
    check_conversions,
    credit_of_shares,
)
from omnisim.journeys import Journeys

__all__ = ["FirstTouch", "LastTouch", "Linear"]


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

    def touchpoint_share(self, journeys: Journeys) -> npt.NDArray[np.float64]:
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

    def touchpoint_share(self, journeys: Journeys) -> npt.NDArray[np.float64]:
        """Return 1 for the last touchpoint of each journey, 0 for the others."""
        share = np.zeros(len(journeys.channel))
        share[journeys.offset[1:] - 1] = 1.0
        return share


class Linear(RuleModel):
    """Credit all touchpoints of a journey evenly.

    Examples
    --------
    >>> Linear().fit({"path": ["a > b > b"], "n_conversions": [3]}).credit_.to_dict()
    {'a': 1.0, 'b': 2.0}
    """

    def touchpoint_share(self, journeys: Journeys) -> npt.NDArray[np.float64]:
        """Return one over the length of the journey."""
        return 1.0 / np.repeat(journeys.length, journeys.length)
