"""Attribution by given weights of places, ages or channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from omnisim._validation import check_choice, check_positive
from omnisim.attribution.base import normalize
from omnisim.attribution.rules import RuleModel
from omnisim.exceptions import ParameterError
from omnisim.journeys import Journeys

__all__ = ["ChannelWeights", "PositionBased", "PositionWeights", "TimeDecay"]

Floats = npt.NDArray[np.float64]


class PositionBased(RuleModel):
    """Credit the first, the middle and the last touchpoint, and spread the rest evenly.

    Parameters
    ----------
    first, middle, last : float, default=0.4, 0.0, 0.4
        Weights of these touchpoints, >= 0 and at most 1 in all; what is left is spread evenly over
        the other ones. The middle of n touchpoints is number ``n // 2`` counted from 0.

    Notes
    -----
    In a journey too short to have all of these, the weights of those that it has are scaled up.
    `preset` names the usual shapes. The default is "U", the position-based model of Google
    Analytics [1]_.

    References
    ----------
    .. [1] Google Analytics Help. About the default MCF attribution models: Position Based.
       https://support.google.com/analytics/answer/1665189

    Examples
    --------
    >>> paths = {"path": ["a > b > c > d"], "n_conversions": [10]}
    >>> PositionBased().fit(paths).credit_.round(9).to_dict()
    {'a': 4.0, 'b': 1.0, 'c': 1.0, 'd': 4.0}
    """

    def __init__(self, first: float = 0.4, middle: float = 0.0, last: float = 0.4) -> None:
        self.first = first
        self.middle = middle
        self.last = last

    @classmethod
    def preset(cls, shape: str) -> PositionBased:
        """Return the model of a usual shape.

        "U" gives 40 % to first and last each; "W" 30 % to first, middle and last each; "J" 20 % to
        the first and 60 % to the last; "inverse J" 60 % and 20 %. What is left is spread evenly.
        U, J and inverse J are those of Adobe Analytics [1]_. The shares of W are those of Marketo
        Measure [2]_, whose middle is a milestone of sales; here it is the place in the middle.

        References
        ----------
        .. [1] Adobe Experience League. Attribution models and lookback windows.
           https://experienceleague.adobe.com/en/docs/analytics/analyze/analysis-workspace/attribution/models
        .. [2] Adobe Experience League. Marketo Measure: Attribution models (first touch, lead
           creation and opportunity creation).
        """
        shapes = {
            "U": (0.4, 0.0, 0.4),
            "W": (0.3, 0.3, 0.3),
            "J": (0.2, 0.0, 0.6),
            "inverse J": (0.6, 0.0, 0.2),
        }
        return cls(*shapes[check_choice("shape", shape, shapes)])

    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return the weights of each touchpoint's place, scaled to sum to 1."""
        weights = (self.first, self.middle, self.last)
        check_weights("first, middle and last", weights)
        if sum(weights) > 1 + 1e-12 or sum(weights) == 0:
            raise ParameterError(
                f"first, middle and last must be >= 0 and sum to more than 0 and at most 1. "
                f"Got {weights}."
            )
        place, length = places(journeys), np.repeat(journeys.length, journeys.length)
        rest = (1.0 - sum(weights)) / np.maximum(length - (3 if self.middle else 2), 1)
        weight = np.where(length > (3 if self.middle else 2), rest, 0.0)
        if self.middle:
            weight[(place == length // 2) & (length > 2)] = self.middle
        else:
            weight[(length == 3) & (place == 1)] = rest[(length == 3) & (place == 1)]
        weight[place == length - 1] = self.last
        weight[place == 0] = self.first
        return normalize(weight, journeys)


class TimeDecay(RuleModel):
    """Credit touchpoints less the longer they precede the last one [1]_.

    Parameters
    ----------
    half_life : float, default=7.0
        After so many days a touchpoint's weight has halved; after so many touchpoints where the
        journeys have no times.

    Notes
    -----
    Google Analytics halves by the days before the conversion. In shares this is the same: all
    touchpoints of a journey are as much older.

    References
    ----------
    .. [1] Google Analytics Help. About the default MCF attribution models: Time Decay (half-life of
       7 days). https://support.google.com/analytics/answer/1665189

    Examples
    --------
    >>> paths = {"path": ["a > b"], "n_conversions": [3]}
    >>> TimeDecay(half_life=1).fit(paths).credit_.to_dict()
    {'a': 1.0, 'b': 2.0}
    """

    def __init__(self, half_life: float = 7.0) -> None:
        self.half_life = half_life

    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return weights of 2 ** (-age / half_life), scaled to sum to 1."""
        half_life = check_positive("half_life", self.half_life)
        last = np.repeat(journeys.offset[1:] - 1, journeys.length)
        if journeys.time is None:
            age = (last - np.arange(len(last))).astype(np.float64)
        else:
            age = journeys.time[last] - journeys.time
        return normalize(np.exp2(-age / half_life), journeys)


class PositionWeights(RuleModel):
    """Credit touchpoints by given weights of their places.

    Parameters
    ----------
    weights : sequence of float
        Weight of each place, >= 0; places beyond have weight 0.
    anchor : {"last", "first"}, default="last"
        Where the places are counted from. A journey whose places all have weight 0 is divided
        evenly.

    Notes
    -----
    The weights are the user's own; no source gives them.

    Examples
    --------
    >>> model = PositionWeights([0.7, 0.3])
    >>> model.fit({"path": ["a > b > c"], "n_conversions": [10]}).credit_.to_dict()
    {'a': 0.0, 'b': 3.0, 'c': 7.0}
    """

    def __init__(self, weights: Sequence[float] = (1.0,), *, anchor: str = "last") -> None:
        self.weights = weights
        self.anchor = anchor

    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return the weights of each touchpoint's place, scaled to sum to 1."""
        check_choice("anchor", self.anchor, ("last", "first"))
        given = check_weights("weights", self.weights)
        place = places(journeys)
        if self.anchor == "last":
            place = np.repeat(journeys.length, journeys.length) - 1 - place
        padded = np.append(given, 0.0)
        return normalize(padded[np.minimum(place, len(given))], journeys)


class ChannelWeights(RuleModel):
    """Credit touchpoints by given weights of their channels.

    Parameters
    ----------
    weights : mapping of str to float
        Weight of each channel, >= 0.
    default : float, default=1.0
        Weight of channels that are not there. A journey whose channels all have weight 0 is divided
        evenly.

    Notes
    -----
    The weights are the user's own; no source gives them.

    Examples
    --------
    >>> paths = {"path": ["a > b"], "n_conversions": [4]}
    >>> ChannelWeights({"a": 3.0}).fit(paths).credit_.to_dict()
    {'a': 3.0, 'b': 1.0}
    """

    def __init__(self, weights: Mapping[str, float] | None = None, *, default: float = 1.0) -> None:
        self.weights = weights
        self.default = default

    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return the weights of each touchpoint's channel, scaled to sum to 1."""
        if self.weights is not None and not hasattr(self.weights, "keys"):
            raise ParameterError(
                f"weights must map names of channels to numbers. Got {self.weights!r}."
            )
        given = dict(self.weights) if self.weights is not None else {}
        values = [given.get(name, self.default) for name in journeys.channel_names]
        weight = check_weights("weights", values)
        return normalize(weight[journeys.channel], journeys)


def places(journeys: Journeys) -> npt.NDArray[np.int64]:
    """Return each touchpoint's place in its journey, counted from 0."""
    return np.arange(len(journeys.channel)) - np.repeat(journeys.offset[:-1], journeys.length)


def check_weights(name: str, values: Sequence[float]) -> Floats:
    """Return finite weights >= 0 as an array."""
    try:
        weight = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        weight = np.array([np.nan])
    if weight.ndim != 1 or not (np.isfinite(weight) & (weight >= 0)).all():
        raise ParameterError(f"{name} must be finite numbers >= 0. Got {values!r}.")
    return weight
