"""All models side by side."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from omnisim._validation import check_choice
from omnisim.attribution.base import AttributionModel, as_journeys
from omnisim.attribution.markov import MarkovAttribution
from omnisim.attribution.rules import (
    FirstTouch,
    LastTouch,
    Linear,
)
from omnisim.attribution.shapley import ShapleyAttribution
from omnisim.attribution.weights import PositionBased, TimeDecay

__all__ = ["compare_models", "standard_models"]


def standard_models() -> dict[str, AttributionModel]:
    """Return unfitted models that are worth a look beside each other, by name."""
    return {
        "first touch": FirstTouch(),
        "last touch": LastTouch(),
        "linear": Linear(),
        "position (U)": PositionBased.preset("U"),
        "time decay": TimeDecay(),
        "Shapley": ShapleyAttribution(),
        "Markov 1": MarkovAttribution(1),
        "Markov 2": MarkovAttribution(2),
    }


def compare_models(
    X: Any, models: Mapping[str, AttributionModel] | None = None, *, quantity: str = "credit"
) -> pd.DataFrame:
    """Fit models to the same journeys and set their results side by side.

    Parameters
    ----------
    X : Journeys or table of paths
        Anything that `Journeys.from_paths` reads; read once.
    models : mapping of str to AttributionModel, optional
        Fitted in place; `standard_models` by default.
    quantity : {"credit", "value_credit"}, default="credit"

    Returns
    -------
    DataFrame of shape (n_channels, n_models), float64
        Every column sums to what there is to divide.

    Examples
    --------
    >>> compare_models({"path": ["a > b"], "n_conversions": [2]}).loc["a", "first touch"].item()
    2.0
    """
    check_choice("quantity", quantity, ("credit", "value_credit"))
    journeys = as_journeys(X)
    models = standard_models() if models is None else models
    return pd.DataFrame(
        {name: getattr(model.fit(journeys), f"{quantity}_") for name, model in models.items()}
    ).rename_axis("channel")
