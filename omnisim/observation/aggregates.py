"""What a firm has in totals only: of its advertisements, of its tills, and a survey."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from omnisim._validation import check_columns, check_probability
from omnisim.random import Draws, Stream
from omnisim.schema import Channel, Event, Identity

__all__ = ["ad_results", "survey_satisfaction", "till_totals"]

Integers = npt.NDArray[np.int64]

PAID_CHANNELS = (Channel.SEARCH, Channel.DISPLAY, Channel.SOCIAL)
"""Media of which a platform reports results."""

DAYS_PER_WEEK = 7
SCALE = (1, 5)
"""Answers of a survey: five steps, three for neither."""


def ad_results(events: pa.Table) -> pa.Table:
    """Return what platforms report of the firm's advertisements, by week and medium.

    Parameters
    ----------
    events : pyarrow.Table
        The true log, `omnisim.schema.EVENTS`.

    Returns
    -------
    pyarrow.Table
        week, channel, impressions, clicks, cost (EUR); totals of all that was shown, to whomever,
        in the weeks in which anything was (facts.md S1-24: mostly at aggregate level).
    """
    needed = ("time", "channel", "event", "cost")
    check_columns("events", events.column_names, needed)
    time, channel, event, cost = (events[name].to_numpy() for name in needed)
    rows = np.isin(channel, PAID_CHANNELS) & np.isin(event, (Event.IMPRESSION, Event.CLICK))
    week = (time[rows] // DAYS_PER_WEEK).astype(np.int64)
    shown, clicked = event[rows] == Event.IMPRESSION, event[rows] == Event.CLICK
    week, medium, total = _totals(week, channel[rows], (shown, clicked, cost[rows]))
    return pa.table({
        "week": week,
        "channel": medium.astype(np.int8),
        "impressions": total[0].astype(np.int64),
        "clicks": total[1].astype(np.int64),
        "cost": total[2],
    })  # fmt: skip


def till_totals(events: pa.Table) -> pa.Table:
    """Return what the tills of each store took in, by day: totals that any firm has (TL0).

    Parameters
    ----------
    events : pyarrow.Table
        The true log, `omnisim.schema.EVENTS`.

    Returns
    -------
    pyarrow.Table
        day, store, n (purchases), value (EUR), where there were any.
    """
    needed = ("time", "channel", "event", "store", "value")
    check_columns("events", events.column_names, needed)
    time, channel, event, store, value = (events[name].to_numpy() for name in needed)
    rows = (channel == Channel.STORE) & (event == Event.PURCHASE)
    day = np.floor(time[rows]).astype(np.int64)
    day, where, total = _totals(day, store[rows], (np.ones(len(day)), value[rows]))
    return pa.table({
        "day": day,
        "store": where,
        "n": total[0].astype(np.int64),
        "value": total[1],
    })  # fmt: skip


def _totals(
    period: Integers, code: npt.NDArray[np.integer], counted: Sequence[npt.ArrayLike]
) -> tuple[Integers, Integers, list[npt.NDArray[Any]]]:
    """Return the periods and codes that appear together, in order, and the sums over each pair."""
    n_codes = int(code.max(initial=0)) + 1
    key, place = np.unique(period * n_codes + code, return_inverse=True)
    sums = [np.bincount(place, weights=values, minlength=len(key)) for values in counted]
    return key // n_codes, key % n_codes, sums


def survey_satisfaction(
    events: pa.Table,
    satisfaction: npt.NDArray[np.float64],
    *,
    share: float,
    p_response: float,
    noise: float,
    draws: Draws,
    wave: int = 0,
) -> pa.Table:
    """Ask some of the known customers how satisfied they are; return the mean answer, one row.

    Parameters
    ----------
    events : pyarrow.Table
        The true log: those who have shown an account or a card can be asked.
    satisfaction : ndarray of shape (n_shoppers,), float64
        The true state, 0 for neither, at the time of the wave.
    share : float, in [0, 1]
        Share of the known customers who are asked.
    p_response : float, in [0, 1]
        Probability that one who is asked answers.
    noise : float
        Standard deviation of an answer around the state, in steps.
    draws : Draws
        Stream SURVEY, by shopper and wave.
    wave : int, default=0
        Number of the wave.

    Returns
    -------
    pyarrow.Table
        wave, n_asked, n_answered, mean (of answers rounded to steps from 1 to 5; NaN without any)
        and share_content (of answers above 3).
    """
    check_probability("share", share)
    check_probability("p_response", p_response)
    check_columns("events", events.column_names, ("shopper", "identity"))
    named = events["identity"].to_numpy() >= Identity.ACCOUNT
    known = np.unique(events["shopper"].to_numpy()[named]).astype(np.int64)
    asked = known[draws.uniform(Stream.SURVEY, known, journey=wave, step=0) < share]
    who = asked[draws.uniform(Stream.SURVEY, asked, journey=wave, step=1) < p_response]
    error = noise * draws.normal(Stream.SURVEY, who, journey=wave, step=2)
    answer = np.clip(np.rint(np.mean(SCALE) + satisfaction[who] + error), *SCALE)
    has_any = len(answer) > 0
    return pa.table({
        "wave": [wave],
        "n_asked": [len(asked)],
        "n_answered": [len(answer)],
        "mean": [float(answer.mean()) if has_any else float("nan")],
        "share_content": [float((answer > np.mean(SCALE)).mean()) if has_any else float("nan")],
    })  # fmt: skip
