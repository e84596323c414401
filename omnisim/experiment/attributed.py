"""What attribution tells the firm at each tracking level."""

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from omnisim.attribution import LastTouch, Linear, MarkovAttribution
from omnisim.journeys import Journeys, journeys_from_log
from omnisim.observation import (
    ad_results,
    observe,
    sense_visits,
    survey_satisfaction,
    till_totals,
)
from omnisim.random import Draws
from omnisim.schema import TOUCHPOINT_CHANNELS
from omnisim.simulation import SimulationResult

MODELS = {"last touch": LastTouch, "linear": Linear, "Markov": MarkovAttribution}
LEVELS = ("TL1", "TL2")
ALL_SEEN = "all"
"""Name of the true log beside the tracking levels: what a firm would read that missed nothing."""


def attributed_shares(run: SimulationResult, lookback_days: float) -> pd.DataFrame:
    """Return the share of conversions that each model credits to each channel.

    At TL0 there are totals and no journeys, so there is no row.

    Returns
    -------
    DataFrame
        Columns level, model, channel (str) and share (float in [0, 1]).
    """
    tables = [
        _shares(observed_journeys(run, level, lookback_days), level)
        for level in (*LEVELS, ALL_SEEN)
    ]
    return pd.concat(tables, ignore_index=True)


def observed_journeys(run: SimulationResult, level: str, lookback_days: float) -> Journeys:
    """Return the journeys that the firm of a run sees at a tracking level."""
    if level == ALL_SEEN:
        return run.journeys(lookback_days=lookback_days)
    return journeys_from_log(observed_log(run, level), lookback_days=lookback_days)


def observed_log(
    run: SimulationResult, level: str | None = None, *, burn_in: bool = False
) -> pa.Table:
    """Return the log that the firm of a run sees, burn-in included or not.

    It sees it at its own tracking level (`records.tracking_level`) unless another is given, and
    only data that it keeps (`records.keeps_analytics`, `records.keeps_ad_results`).
    """
    return _observed(run, run.events if burn_in else run.counted_events, level)


def observed_rows(run: SimulationResult, level: str | None = None) -> NDArray[np.int64]:
    """Return, for each row of `observed_log`, its row in the counted true log; none of totals."""
    if (level or run.scenario.records.tracking_level) == "TL0":
        return np.empty(0, dtype=np.int64)
    log = run.counted_events
    place = log.column_names.index("value")  # carried through, and read by no rule of tracking
    numbered = log.set_column(place, "value", pa.array(np.arange(log.num_rows, dtype=np.float64)))
    rows: NDArray[np.int64] = _observed(run, numbered, level)["value"].to_numpy().astype(np.int64)
    return rows


def _observed(run: SimulationResult, events: pa.Table, level: str | None) -> pa.Table:
    """Sense visits as beacons did on the day, and join records as the firm does at the end."""
    level = level or run.scenario.records.tracking_level
    made, moved = run.provenance, run.primitives
    draws = Draws(made["seed"], made["replication"])
    sensed = moved["visits_sensed"].to_numpy(np.float64)
    if level == "TL2" and sensed.any():
        move = np.searchsorted(moved.index, events["time"].to_numpy(), side="right") - 1
        events = sense_visits(events, population=run.population, share=sensed[move], draws=draws)
    at_the_end = moved.iloc[-1]
    return observe(
        events,
        level=level,
        population=run.population,
        match_recall=float(at_the_end["match_recall"]),
        false_merge=float(at_the_end["false_merge"]),
        draws=draws,
        keeps_analytics=run.scenario.records.keeps_analytics,
        keeps_ad_results=run.scenario.records.keeps_ad_results,
    )


def observed_totals(run: SimulationResult) -> dict[str, pa.Table]:
    """Return what the firm of a run has in totals only, whatever it tracks.

    Returns
    -------
    dict of str to pyarrow.Table
        ``tills``, and ``ad results`` and ``survey`` (one wave at the end of the run) as far as the
        firm has them; see `omnisim.observation`.
    """
    records, found = run.scenario.records, {"tills": till_totals(run.counted_events)}
    if records.keeps_ad_results:
        found["ad results"] = ad_results(run.counted_events)
    if records.keeps_surveys:
        made = run.provenance
        found["survey"] = survey_satisfaction(
            run.events,
            np.asarray(run.final["satisfaction"]),
            share=records.survey_share,
            p_response=records.survey_response,
            noise=records.survey_noise,
            draws=Draws(made["seed"], made["replication"]),
        )
    return found


def _shares(journeys: Journeys, level: str) -> pd.DataFrame:
    names = [channel.name.lower() for channel in TOUCHPOINT_CHANNELS]
    rows = []
    if journeys.n_conversions.sum() == 0:
        return pd.DataFrame(columns=["level", "model", "channel", "share"])
    for name, model in MODELS.items():
        credit = model().fit(journeys).credit_
        total = float(credit.sum())
        rows += [
            (level, name, channel, float(credit.get(channel, 0.0)) / total) for channel in names
        ]
    return pd.DataFrame(rows, columns=["level", "model", "channel", "share"])
