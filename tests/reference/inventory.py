"""What the tests of the inventory read from a run."""

import numpy as np

from omnisim.schema import Channel
from omnisim.simulation.decisions import taste_of
from tests.reference.worlds import of

PEOPLE = {
    "market.n_shoppers": 200, "market.horizon_days": 90, "segments.busy.p_loyalty": 0.6,
}  # fmt: skip
"""Enough busy shoppers for every row to be seen acting."""

ONLINE = (Channel.WEBSITE, Channel.APP)


def count(run, event, *channels):
    """Return how often an event happened, in some channels or in all."""
    rows = of(run.events, "event") == event
    if channels:
        rows &= np.isin(of(run.events, "channel"), channels)
    return int(rows.sum())


def needs_with(run, *kinds):
    """Return the needs, as (shopper, number), in which one of some events happened."""
    rows = np.isin(of(run.events, "event"), kinds) & (of(run.events, "journey") >= 0)
    shoppers, needs = of(run.events, "shopper")[rows], of(run.events, "journey")[rows]
    return set(zip(shoppers.tolist(), needs.tolist(), strict=True))


def likeness(world, team):
    """Return the mean cosine of true taste and the estimate in a team's own rows; 0 if unknown."""
    rows = np.arange(world.n_shoppers, dtype=np.int32)
    guess = taste_of(world, rows + np.int32(team * world.n_shoppers))
    guess = guess / (np.linalg.norm(guess, axis=1, keepdims=True) + 1e-12)
    return float((guess * world.columns["taste"]).sum(axis=1).mean())


def profit(run, first=0.0, last=np.inf):
    """Return what is posted from one day to another, EUR."""
    time = of(run.postings, "time")
    return of(run.postings, "cents")[(time >= first) & (time < last)].sum() / 100
