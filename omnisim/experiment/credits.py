"""What every attribution model credits to every channel, at every tracking level."""

import warnings
from collections.abc import Mapping, Sequence

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
from omnisim.evaluation.media_mix import media_mix_credit
from omnisim.exceptions import OmnisimError, OmnisimWarning
from omnisim.experiment.attributed import ALL_SEEN, LEVELS, observed_journeys, observed_log
from omnisim.experiment.budget import BUDGETED
from omnisim.schema import Channel, Event, Line
from omnisim.simulation import SimulationResult

CREDITS = ["level", "model", "channel", "credit"]
WEEK = 7.0
MEDIA_MIX = "media mix"
TOTALS = "TL0"
EXPOSED_BY = {
    "email": Event.MESSAGE, "search": Event.CLICK, "display": Event.IMPRESSION,
    "social": Event.IMPRESSION, "push": Event.MESSAGE, "direct_mail": Event.MESSAGE,
}  # fmt: skip
"""What counts as an exposure of each medium in totals. Of television and print the firm knows what
it pays, about as much every week, and not whom it reaches, so that they get nothing."""


def audited_models() -> dict[str, AttributionModel]:
    """Return one unfitted model of every kind that needs no weights of its own, by name.

    `PositionWeights` and `ChannelWeights` are opinions: give them to the audit with yours.
    """
    return {
        "first touch": FirstTouch(),
        "last touch": LastTouch(),
        "last non-direct": LastNonDirect(direct="website"),
        "linear": Linear(),
        "position (U)": PositionBased.preset("U"),
        "position (W)": PositionBased.preset("W"),
        "time decay": TimeDecay(),
        "participation": Participation(),
        "Shapley": ShapleyAttribution(),
        "Shapley of rates": ShapleyAttribution("rate"),
        "Markov 1": MarkovAttribution(1),
        "Markov 2": MarkovAttribution(2),
        "Markov 3": MarkovAttribution(3),
        "Markov, redistributed": MarkovAttribution(removal="redistribute"),
        "Markov, no nulls": MarkovAttribution(use_nulls=False),
        "additive hazard": HazardAttribution(),
        "logistic": LogisticAttribution(),
    }


def credits_of(
    run: SimulationResult, models: Mapping[str, AttributionModel], lookback_days: float
) -> pd.DataFrame:
    """Return the orders that each model credits to each channel, per shopper and year.

    At TL0 there are totals and no journeys, so that only `media_mix_credit` can speak, of media
    that cost anything; how long exposures carry over it finds in the totals, too. A firm that does
    not keep its ad results (`records.keeps_ad_results`) has no such totals. A model that
    cannot be fitted to what is seen at a level has no row there; one whose fit has not settled has
    its credits so far.

    Returns
    -------
    DataFrame
        Columns level, model, channel (str) and credit (float).
    """
    has_totals = run.scenario.records.keeps_ad_results
    paid = [medium for medium, euros in spend_of(run).items() if euros > 0 and has_totals]
    rows = [
        (TOTALS, MEDIA_MIX, medium, float(credit))
        for medium, credit in zip(paid, _media_mix(run, paid), strict=True)
    ]
    for level in (*LEVELS, ALL_SEEN):
        journeys = observed_journeys(run, level, lookback_days)
        for name, model in models.items():
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", OmnisimWarning)
                    credit = model.fit(journeys).credit_
            except OmnisimError:
                continue
            if credit.isna().any():  # removal effects that sum to nothing divide nothing
                continue
            rows += [(level, name, str(channel), float(c)) for channel, c in credit.items()]
    found = pd.DataFrame(rows, columns=CREDITS)
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


def _media_mix(run: SimulationResult, media: Sequence[str]) -> np.ndarray:
    """Return the orders of the run credited to each medium from the totals that the firm has."""
    events, market = observed_log(run, TOTALS), run.scenario.market
    count = events["n"].to_numpy()
    week = ((events["time"].to_numpy() - market.burn_in_days) / WEEK).astype(np.int64)
    channel, event = events["channel"].to_numpy(), events["event"].to_numpy()
    n_weeks = int(market.horizon_days // WEEK)
    if not media or n_weeks <= len(media) + 3:
        return np.zeros(len(media))

    def total(rows: np.ndarray) -> np.ndarray:
        return np.bincount(week[rows], weights=count[rows], minlength=n_weeks)[:n_weeks]

    exposures = np.column_stack([
        total((channel == Channel[m.upper()]) & (event == EXPOSED_BY[m]))
        if m in EXPOSED_BY else np.zeros(n_weeks)
        for m in media
    ])  # fmt: skip
    orders = total(event == Event.PURCHASE)
    return media_mix_credit(orders, exposures, kept=None)
