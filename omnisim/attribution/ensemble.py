"""All models side by side."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from omnisim._validation import check_choice, check_mapping
from omnisim.attribution.base import AttributionModel, as_journeys, check_model
from omnisim.attribution.hazard import HazardAttribution
from omnisim.attribution.logistic import LogisticAttribution
from omnisim.attribution.markov import MarkovAttribution
from omnisim.attribution.rules import (
    FirstTouch,
    LastNonDirect,
    LastTouch,
    Linear,
    Participation,
)
from omnisim.attribution.shapley import ShapleyAttribution
from omnisim.attribution.weights import PositionBased, TimeDecay
from omnisim.exceptions import ParameterError
from omnisim.journeys import Journeys

__all__ = ["compare_models", "standard_models"]

EXACT_CHANNELS = 20
"""Channels up to which rates of all sets are tabled: each one more doubles time and memory."""


def standard_models(journeys: Journeys | None = None) -> dict[str, AttributionModel]:
    """Return unfitted models that need nothing of the user, by name.

    Parameters
    ----------
    journeys : Journeys, optional
        What they are to be fitted to. Then models that these cannot tell anything are left out:
        the last touch that is not direct where no channel is called direct, the logistic model
        and the Shapley value of rates where every journey converts, the hazard where there are no
        times. All are there by default.

    Returns
    -------
    dict of str to AttributionModel

    Notes
    -----
    "participation" and "Shapley" are one model in two words (see `ShapleyAttribution`);
    "Shapley of rates" is the game that differs. It is exact up to 20 channels, sampled beyond.

    Left out are `PositionWeights` and `ChannelWeights`, whose weights are the user's, chains of an
    order above 2, and other settings of the models here. Add them by name:
    ``standard_models(journeys) | {"mine": ChannelWeights({"ad": 2.0})}``.

    On a million journeys of 3 touchpoints on the average, all rules, Shapley values and chains take
    about 6 s together, the hazard 4 to 5 (9 iterations; it may take up to 1,000), the logistic
    model (50 regressions on distinct sets of channels) 3 s with 10 channels and 30 with 60. Where
    the Shapley value of rates is sampled, it takes 6 s on 200,000 different paths with 50 channels.
    Leave them out with ``del models["logistic"]``.
    """
    names = ("direct",) if journeys is None else journeys.channel_names
    models: dict[str, AttributionModel] = {"first touch": FirstTouch(), "last touch": LastTouch()}
    if any(name.strip().casefold() == "direct" for name in names):
        models["last non-direct"] = LastNonDirect()
    models |= {"linear": Linear(), "participation": Participation()}
    models |= {f"position ({s})": PositionBased.preset(s) for s in ("U", "W", "J", "inverse J")}
    models |= {
        "time decay": TimeDecay(),
        "Shapley": ShapleyAttribution(),
        "Markov 1": MarkovAttribution(1),
        "Markov 2": MarkovAttribution(2),
    }
    if journeys is None or journeys.n_nulls.any():
        many = journeys is not None and journeys.n_channels > EXACT_CHANNELS
        method = "sampled" if many else "auto"
        models["Shapley of rates"] = ShapleyAttribution("rate", method=method)
        models["logistic"] = LogisticAttribution()
    if journeys is None or journeys.time is not None:
        models["hazard"] = HazardAttribution()
    return models


def compare_models(
    X: Any, models: Mapping[str, AttributionModel] | None = None, *, quantity: str = "credit"
) -> pd.DataFrame:
    """Fit models to the same journeys and set their results side by side.

    Parameters
    ----------
    X : Journeys or table of paths
        Anything that `Journeys.from_paths` reads; read once.
    models : mapping of str to AttributionModel, optional
        Fitted in place; those of `standard_models` by default, which
        says what is left out and what takes long.
    quantity : {"credit", "value_credit"}, default="credit"

    Returns
    -------
    DataFrame of shape (n_channels, n_models), float64
        Every column sums to what there is to divide.

    Raises
    ------
    ParameterError
        If `models` is not a mapping of names to models.

    Examples
    --------
    >>> compare_models({"path": ["a > b"], "n_conversions": [2]}).loc["a", "first touch"].item()
    2.0
    """
    check_choice("quantity", quantity, ("credit", "value_credit"))
    journeys = as_journeys(X)
    models = standard_models(journeys) if models is None else models
    check_mapping("models", models, "models")
    if not models:
        raise ParameterError("models must hold at least one model. Got none.")
    for name, model in models.items():
        check_model(f"models[{name!r}]", model)
    return pd.DataFrame(
        {name: getattr(model.fit(journeys), f"{quantity}_") for name, model in models.items()}
    ).rename_axis("channel")
