"""Figures that need an experiment: each changes one thing under the same luck."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.optimize import curve_fit

from omnisim.config.capabilities import Capabilities
from omnisim.config.scenario import Scenario
from omnisim.experiment.calibration.one_run import ONLINE, Figures
from omnisim.schema import Channel, Event, Line
from omnisim.simulation import SimulationResult, simulate

BRAND_MEDIA = ("display_per_week", "social_per_week", "broadcast_contacts")
TRIAL_DAYS = 14.0
TRIAL_DAY = 182
"""Day of the mailing, after the burn-in: customers of the last year are known by then."""


def delivery_figures(scenario: Scenario, *, seed: int, replication: int) -> Figures:
    """Return the share of online sales gained per delivery day saved, from 7 days to 2.

    Prices do not answer, as they did not in the study.
    """
    calm = scenario.replace({"governance.managers_decide": False})
    slow, fast = (
        _online_revenue(
            simulate(
                calm.replace({"fulfilment.delivery_days": float(days)}),
                seed=seed,
                replication=replication,
                decisions="off",
            )
        )
        for days in (7, 2)
    )
    gained = math.log(fast / slow) / 5 if slow > 0 and fast > 0 else math.nan
    return {("T-19", "online sales gained per delivery day saved"): gained}


def _online_revenue(run: SimulationResult) -> float:
    table = run.counted_postings
    rows = (table["line"].to_numpy() == Line.REVENUE) & np.isin(table["channel"].to_numpy(), ONLINE)
    return float(table["cents"].to_numpy()[rows].sum())


def advertising_figures(scenario: Scenario, *, seed: int, replication: int) -> Figures:
    """Return the elasticity of sales to half as much brand advertising again, kept up for a year.

    Display, social posts, television and print are raised together. The short run is the first
    quarter; the long run the second half of the year, to which goodwill, habit and word of mouth
    have had time to carry over. Prices do not answer, as in the studies.
    """
    at_once = scenario.replace(
        {
            "market.burn_in_days": 0,
            "market.horizon_days": 364,
            "governance.managers_decide": False,
        }
    )
    more = {f"media.{name}": 1.5 * getattr(scenario.media, name) for name in BRAND_MEDIA}
    usual, raised = (
        _by_quarter(simulate(s, seed=seed, replication=replication, decisions="off"))
        for s in (at_once, at_once.replace(more))
    )
    gain = np.log(raised / usual) / math.log(1.5)
    late = math.log(raised[2:].sum() / usual[2:].sum()) / math.log(1.5)
    return {
        ("T-55", "advertising elasticity, first quarter"): float(gain[0]),
        ("T-55", "advertising elasticity, long"): late,
    }


def _by_quarter(run: SimulationResult) -> np.ndarray:
    """Return the revenue of each quarter of a year, in cents."""
    table = run.postings
    rows = table["line"].to_numpy() == Line.REVENUE
    quarter = np.minimum(table["time"].to_numpy()[rows] // 91, 3).astype(np.int64)
    return np.bincount(quarter, weights=table["cents"].to_numpy()[rows], minlength=4)


def mailing_figures(scenario: Scenario, *, seed: int, replication: int) -> Figures:
    """Return visits and spend online of mailed over unmailed customers in two weeks (T-50).

    One campaign is sent on day `TRIAL_DAY` or is not; those who were mailed are compared with
    themselves without the mail. Visits count shoppers, as in the trial.
    """
    calm = scenario.replace({"governance.managers_decide": False, "messages.cap_per_week": 7})
    mailed, unmailed = (
        simulate(
            calm.replace({"messages.campaign_every_days": days}),
            seed=seed,
            replication=replication,
            decisions="off",
        )
        for days in (TRIAL_DAY, 365)
    )
    sent = _rows(mailed, Event.MESSAGE, [int(Channel.EMAIL)], TRIAL_DAY, TRIAL_DAY + 0.5)
    without = _rows(unmailed, Event.MESSAGE, [int(Channel.EMAIL)], TRIAL_DAY, TRIAL_DAY + 0.5)
    who = np.setdiff1d(sent["shopper"].to_numpy(), without["shopper"].to_numpy())
    visits, spend = zip(*(_within_trial(run, who) for run in (mailed, unmailed)), strict=True)
    return {
        ("T-50", "visits, mailed / not mailed"): visits[0] / visits[1] if visits[1] else math.nan,
        ("T-50", "spend, mailed / not mailed"): spend[0] / spend[1] if spend[1] else math.nan,
    }


def _rows(
    run: SimulationResult, kind: Event, channels: list[int], start: float, end: float
) -> pa.Table:
    events = run.events
    time = events["time"].to_numpy()
    part = events.slice(*_span(time, start, end))
    wanted = (part["event"].to_numpy() == kind) & np.isin(part["channel"].to_numpy(), channels)
    return part.filter(pa.array(wanted))


def _span(time: np.ndarray, start: float, end: float) -> tuple[int, int]:
    """Return offset and length of the rows in [start, end); rows are ordered by time."""
    first, last = np.searchsorted(time, (start, end), side="left")
    return int(first), int(last - first)


def _within_trial(run: SimulationResult, who: np.ndarray) -> tuple[int, float]:
    """Return how many of the shoppers came to website or app, and what they spent there."""
    end = TRIAL_DAY + TRIAL_DAYS
    visits = _rows(run, Event.VISIT, ONLINE, TRIAL_DAY, end)["shopper"].to_numpy()
    orders = _rows(run, Event.PURCHASE, ONLINE, TRIAL_DAY, end)
    by_them = np.isin(orders["shopper"].to_numpy(), who)
    return len(np.intersect1d(visits, who)), float(orders["value"].to_numpy()[by_them].sum())


def diffusion_figures(scenario: Scenario, *, seed: int, replication: int) -> Figures:
    """Return p and q of the Bass curve that awareness follows by word of mouth alone (T-73).

    Nobody knows the firm at first and there is no advertising; the curve is fitted to the share of
    the aware over six years by least squares.
    """
    years = 6
    unknown = {f"segments.{name}.p_aware": 0.0 for name in scenario.segments}
    run = simulate(
        scenario.replace(
            unknown
            | {
                "market.n_shoppers": min(scenario.market.n_shoppers, 5_000),
                "market.burn_in_days": 0,
                "market.horizon_days": 365 * years,
                "market.needs_per_purchase": 1.0,
                "media.display_per_week": 0.0,
                "word.goodwill_per_year": 0.0,
            }
        ),
        seed=seed,
        replication=replication,
        decisions="off",
    )
    aware = run.events.filter(pa.array(run.events["event"].to_numpy() == Event.AWARE))
    day = np.arange(0, 365 * years, 30)
    share = np.searchsorted(np.sort(aware["time"].to_numpy()), day) / len(run.population)
    (p, q), _ = curve_fit(_bass, day / 365, share, p0=(0.03, 0.38), bounds=(1e-4, 5.0))
    return {
        ("T-73", "Bass p of awareness, per year"): float(p),
        ("T-73", "Bass q of awareness, per year"): float(q),
    }


def _bass(t: np.ndarray, p: float, q: float) -> np.ndarray:
    """Return the share of adopters after `t` years (Bass 1969, Management Science 15(5))."""
    decay = np.exp(-(p + q) * t)
    share: np.ndarray = (1 - decay) / (1 + q / p * decay)
    return share


def queue_figures(scenario: Scenario, *, seed: int, replication: int) -> Figures:
    """Return the abandonment of the contact centre over its mean wait in mean patiences (T-75).

    With exponential patience the two are equal (Mandelbaum and Zeltyn 2005), whatever the load; a
    question at half of all searches makes for a busy desk.
    """
    busy = {"service_desk.p_question": 0.5, "service_desk.agents": 1}
    run = simulate(scenario.replace(busy), seed=seed, replication=replication, decisions="off")
    desk = run.scenario.service_desk
    events = run.counted_events
    calls = events["channel"].to_numpy() == Channel.CONTACT_CENTRE
    names = ("time", "shopper", "journey", "event")
    table = pd.DataFrame({name: events[name].to_numpy()[calls] for name in names})
    asked = table[table["event"] == Event.CONTACT]
    ended = table[table["event"].isin((Event.ANSWERED, Event.CONTACT_ABANDONED))]
    keys = ["shopper", "journey"]
    both = asked.merge(ended, on=keys, suffixes=("", "_ended"))
    both = both[both["time_ended"] >= both["time"]].drop_duplicates([*keys, "time"])
    open_hours = (both["time"] % 1 >= desk.opening_hour / 24) & (
        both["time"] % 1 < desk.closing_hour / 24
    )
    both = both[open_hours & (both["time"] % 7 < desk.days_per_week)]
    wait = (both["time_ended"] - both["time"]).mean() * 1440 / desk.patience_minutes
    lost = (both["event_ended"] == Event.CONTACT_ABANDONED).mean()
    ratio = float(lost / wait) if len(both) and wait > 0 else math.nan
    return {("T-75", "abandonment / (mean wait / mean patience)"): ratio}


def push_figures(scenario: Scenario, *, seed: int, replication: int) -> Figures:
    """Return the share of push messages that are tapped at a firm with a geofence (T-54).

    The siloed firm sends none. Relevance and fatigue move the share away from the parameter that
    states it at reference relevance (`push.p_open`).
    """
    firm = scenario.replace({"capabilities": Capabilities(geofence=2)})
    run = simulate(firm, seed=seed, replication=replication, decisions="off")
    events = run.counted_events
    kinds = events["event"].to_numpy()[events["channel"].to_numpy() == Channel.PUSH]
    sent = int((kinds == Event.MESSAGE).sum())
    opened = int((kinds == Event.OPEN).sum())
    return {("T-54", "push messages opened"): opened / sent if sent else math.nan}


STUDIES = (
    delivery_figures, advertising_figures, mailing_figures, diffusion_figures, queue_figures,
    push_figures,
)  # fmt: skip
"""Every study: scenario, seed and replication in, figures out."""
