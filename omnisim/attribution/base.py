"""The contract of every attribution model."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from omnisim._validation import suggest
from omnisim.attribution.sums import sum_by
from omnisim.exceptions import NotFittedError, ParameterError, TableError
from omnisim.journeys import Journeys

__all__ = [
    "AttributionModel",
    "as_journeys",
    "channel_pairs",
    "check_conversions",
    "check_model",
    "credit_of_shares",
    "even_share",
    "even_share_of_channels",
    "normalize",
]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def as_journeys(data: Any) -> Journeys:
    """Return `data` if it is a `Journeys`; otherwise read it as a table of paths."""
    return data if isinstance(data, Journeys) else Journeys.from_paths(data)


class AttributionModel(ABC):
    """Divide conversions and their value among channels.

    scikit-learn's contract: the constructor only stores its arguments, `fit` checks them and
    learns, learned attributes end in an underscore, and a model can be cloned from `get_params`.

    Attributes
    ----------
    credit_ : Series of shape (n_channels,), float64, unit: conversions
        By channel; sums to the conversions seen in `fit`.
    value_credit_ : Series of shape (n_channels,), float64, unit: that of the value
        By channel; sums to the value seen in `fit`.
    """

    credit_: pd.Series
    value_credit_: pd.Series

    @abstractmethod
    def fit(self, X: Any, y: None = None) -> Self:
        """Learn the credits of a `Journeys` or of a table of paths; `y` is ignored."""

    @abstractmethod
    def touchpoint_share(self, journeys: Journeys) -> Floats:
        """Return each touchpoint's share of its journey, float64, shape (n_touchpoints,).

        Shares are >= 0 and sum to 1 within a journey.
        """

    def journey_credit(self, X: Any) -> pd.DataFrame:
        """Divide each row's own conversions and value among its channels.

        Returns
        -------
        DataFrame
            Columns ``row``, ``channel``, ``credit``, ``value_credit``; one row a pair that occurs.
        """
        journeys = as_journeys(X)
        share = self.touchpoint_share(journeys)
        row, channel, pair, _ = channel_pairs(journeys)
        total = np.bincount(pair, weights=share, minlength=len(row))
        names = np.array(journeys.channel_names, dtype=object)
        return pd.DataFrame({
            "row": row,
            "channel": names[channel],
            "credit": total * journeys.n_conversions[row],
            "value_credit": total * journeys.value[row],
        })  # fmt: skip

    def to_frame(self) -> pd.DataFrame:
        """Return one row a channel: credit, its share, value credit, its share."""
        credit, value = self.credit_, self.value_credit_
        return pd.DataFrame({
            "credit": credit,
            "share": credit / credit.sum(),
            "value_credit": value,
            "value_share": value / value.sum() if value.sum() else value,
        }).rename_axis("channel")  # fmt: skip

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the constructor's arguments; `deep` is there for scikit-learn."""
        return {name: getattr(self, name) for name in _parameters(type(self))}

    def set_params(self, **params: Any) -> Self:
        """Set arguments of the constructor by name."""
        known = _parameters(type(self))
        for name, value in params.items():
            if name not in known:
                listed = ", ".join(map(repr, known)) or "none"
                raise ParameterError(
                    f"{type(self).__name__} has no parameter {name!r}. It has {listed}."
                    f"{suggest(name, known)}"
                )
            setattr(self, name, value)
        return self

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn asks of estimators: journeys in, no target."""
        from sklearn.utils import InputTags, Tags, TargetTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            input_tags=InputTags(two_d_array=False),
        )

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self)).parameters
        changed = [
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if not _same(value, defaults[name].default)
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def _repr_html_(self) -> str:
        if "credit_" not in vars(self):
            return f"<code>{self!r}</code>, not fitted"
        frame = self.to_frame().sort_values("credit", ascending=False)
        table: str = frame.to_html(float_format=lambda x: f"{x:,.4g}", border=0)
        return f"<code>{self!r}</code>{table}"

    def __getattr__(self, name: str) -> Any:
        if name.endswith("_") and not name.startswith("_") and "credit_" not in vars(self):
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet. Call fit first.")
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}.")

    def _set_credit(
        self,
        journeys: Journeys,
        credit: Floats,
        value_credit: Floats,
    ) -> None:
        index = pd.Index(journeys.channel_names, name="channel")
        self.credit_ = pd.Series(credit, index=index, name="credit")
        self.value_credit_ = pd.Series(value_credit, index=index, name="value_credit")
        self.n_features_in_ = journeys.n_channels


def check_model(name: str, model: Any) -> None:
    """Raise ParameterError if `model` is not an attribution model."""
    if not isinstance(model, AttributionModel):
        raise ParameterError(
            f"{name} must be an attribution model, such as Linear(). Got {model!r}."
        )


def check_conversions(journeys: Journeys) -> Journeys:
    """Raise TableError if there is nothing to divide."""
    if not journeys.n_conversions.any():
        raise TableError(f"There is no conversion to divide among the channels. Got {journeys!r}.")
    return journeys


def channel_pairs(journeys: Journeys) -> tuple[Ints, Ints, Ints, Ints]:
    """Return the pairs of a row and a channel that occur in it.

    Returns
    -------
    row, channel : ndarray of shape (n_pairs,)
        Ordered by row, then channel.
    pair : ndarray of shape (n_touchpoints,)
        Each touchpoint's pair.
    count : ndarray of shape (n_pairs,)
        Touchpoints of each pair.
    """
    n = max(journeys.n_channels, 1)
    row = np.repeat(np.arange(len(journeys)), journeys.length)
    code, pair, count = np.unique(
        row * n + journeys.channel, return_inverse=True, return_counts=True
    )
    return code // n, code % n, pair, count


def even_share(journeys: Journeys) -> Floats:
    """Return one over the length of each touchpoint's journey."""
    share: Floats = 1.0 / np.repeat(journeys.length, journeys.length)
    return share


def even_share_of_channels(journeys: Journeys) -> Floats:
    """Return one over the distinct channels of the journey, spread over each one's touches."""
    row, _, pair, count = channel_pairs(journeys)
    distinct = np.bincount(row, minlength=len(journeys))
    share: Floats = 1.0 / (count * distinct[row])[pair]
    return share


def normalize(weight: Floats, journeys: Journeys) -> Floats:
    """Scale weights to sum to 1 within a journey; where all are 0, the shares are even."""
    row = np.repeat(np.arange(len(journeys)), journeys.length)
    total = np.bincount(row, weights=weight, minlength=len(journeys))[row]
    share: Floats = np.where(
        total > 0, weight / np.where(total > 0, total, 1.0), even_share(journeys)
    )
    return share


def credit_of_shares(journeys: Journeys, share: Floats) -> tuple[Floats, Floats]:
    """Return conversions and value by channel, (n_channels,) each, for shares by touchpoint.

    The sums are exact to the last digit: neither the order of rows nor their splitting changes it.
    """
    length, n = journeys.length, journeys.n_channels
    conversions, value = (
        sum_by(journeys.channel, n, share, np.repeat(amount, length))
        for amount in (journeys.n_conversions, journeys.value)
    )
    return conversions, value


def _parameters(model: type) -> list[str]:
    return sorted(inspect.signature(model).parameters)


def _same(value: Any, default: Any) -> bool:
    return value is default or (type(value) is type(default) and bool(value == default))
