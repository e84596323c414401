"""What every attribution model credits to every channel, at every tracking level."""

import warnings
from collections.abc import Mapping

import numpy as np
import pandas as pd

from omnisim.attribution import (
    AttributionModel,
    FirstTouch,
    HazardAttribution,
    LastNonDirect,
    LastTouch,
    Linear,
    LogisticAttribution,
    MarkovAttribution,
    Participation,
    PositionBased,
    ShapleyAttribution,
    TimeDecay,
)
from omnisim.config.exposures import BUDGETED
from omnisim.evaluation.media_mix import media_mix_credit
from omnisim.exceptions import ConvergenceWarning, OmnisimError
from omnisim.experiment.attributed import ALL_SEEN, LEVELS, observed_journeys
from omnisim.schema import Channel, Event, Line
from omnisim.simulation import SimulationResult

WEEK = 7.0
MEDIA_MIX = "media mix"
TOTALS = "TL0"
EXPOSED_BY = {"email": Event.MESSAGE, "search": Event.CLICK, "display": Event.IMPRESSION}
"""What counts as an exposure of each medium in totals."""


def audited_models() -> dict[str, AttributionModel]:
    """Return one unfitted model of every kind, by name."""
    return {
        "first touch": FirstTouch(),
        "last touch": LastTouch(),
        "last non-direct": LastNonDirect(direct="website"),
        "linear": Linear(),
        "position (U)": PositionBased.preset("U"),
        "time decay": TimeDecay(),
        "participation": Participation(),
        "Shapley": ShapleyAttribution(),
        "Markov 1": MarkovAttribution(1),
        "Markov 2": MarkovAttribution(2),
        "additive hazard": HazardAttribution(),
        "logistic": LogisticAttribution(),
    }


def credits_of(
    run: SimulationResult, models: Mapping[str, AttributionModel], lookback_days: float
) -> pd.DataFrame:
    """Return the orders that each model credits to each channel, per shopper and year.

    At TL0 there are totals and no journeys, so that only `media_mix_credit` can speak. A model that
    cannot be fitted to what is seen at a level has no row there; one whose fit has not settled has
    its credits so far.

    Returns
    -------
    DataFrame
        Columns level, model, channel (str) and credit (float).
    """
    rows = [
        (TOTALS, MEDIA_MIX, medium, float(credit))
        for medium, credit in zip(BUDGETED, _media_mix(run), strict=True)
    ]
    for level in (*LEVELS, ALL_SEEN):
        journeys = observed_journeys(run, level, lookback_days)
        for name, model in models.items():
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", ConvergenceWarning)
                    credit = model.fit(journeys).credit_
            except OmnisimError:
                continue
            rows += [(level, name, str(channel), float(c)) for channel, c in credit.items()]
    found = pd.DataFrame(rows, columns=["level", "model", "channel", "credit"])
    return found.assign(credit=found["credit"] / run.shopper_years)


def spend_of(run: SimulationResult) -> dict[str, float]:
    """Return what each medium cost, EUR per shopper and year."""
    account = run.counted_postings
    paid = np.isin(account["line"].to_numpy(), (Line.MEDIA, Line.MESSAGES))
    by_channel = np.bincount(
        account["channel"].to_numpy()[paid], weights=account["cents"].to_numpy()[paid],
        minlength=len(Channel),
    )  # fmt: skip
    return {m: -float(by_channel[Channel[m.upper()]]) / 100 / run.shopper_years for m in BUDGETED}


def _media_mix(run: SimulationResult) -> np.ndarray:
    """Return the orders of the run credited to each medium from weekly totals."""
    events, market = run.counted_events, run.scenario.market
    week = ((events["time"].to_numpy() - market.burn_in_days) / WEEK).astype(np.int64)
    channel, event = events["channel"].to_numpy(), events["event"].to_numpy()
    n_weeks = int(market.horizon_days // WEEK)
    if n_weeks <= len(BUDGETED) + 3:
        return np.zeros(len(BUDGETED))

    def total(rows: np.ndarray) -> np.ndarray:
        return np.bincount(week[rows], minlength=n_weeks)[:n_weeks]

    exposures = np.column_stack([
        total((channel == Channel[m.upper()]) & (event == EXPOSED_BY[m])) for m in BUDGETED
    ])  # fmt: skip
    orders = total(event == Event.PURCHASE)
    return media_mix_credit(orders, exposures, kept=run.scenario.media.goodwill_per_week)
