"""Where a gain comes from: each need is followed through both arms (facts.md D7.7)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from omnisim.schema import Event, Line
from omnisim.simulation import SimulationResult

SOURCES = {
    "new": "needs that ended without a purchase in the baseline",
    "from rivals": "needs that a rival met in the baseline",
    "brought forward": "needs that the baseline had not met, lost or even seen by the end",
    "same channel": "needs met in the same channel in both arms: other baskets",
    "moved between own channels": "needs met in another own channel: other baskets",
    "unplanned": "purchases during visits made for another purpose",
}
"""Parts of the difference in revenue; they sum to it exactly. Each is net of losses."""

NOT_MET, AT_RIVAL, NOT_YET = -1, -2, -3


@dataclass(frozen=True)
class Needs:
    """How each need of one run ended, and for how much."""

    key: NDArray[np.int64]
    outcome: NDArray[np.int64]
    value: NDArray[np.float64]


def split_gain(baseline: SimulationResult, variant: SimulationResult) -> pd.Series:
    """Return the difference in revenue by source, EUR per shopper and year.

    Needs are matched by (shopper, number): the same need arises in both arms unless a capability
    changes how often the shopper has one. A basket belongs to its need, so needs that the firm
    meets in both arms bring no difference where `basket` is all 0. A need that one arm met and the
    other had not ended, or that had not arisen there, by the end of the run is a matter of time:
    every need has the same threshold in both arms, so it comes later. Where needs come faster for
    good, their part of this row is lasting; within one horizon the two cannot be told apart. The
    last row holds the revenue that changed own channel, which is no gain.
    """
    before, after = needs_met(baseline), needs_met(variant)
    keys = np.union1d(before.key, after.key)
    old, old_value = _align(before, keys)
    new, new_value = _align(after, keys)
    gap = new_value - old_value
    own_before, own_after = old >= 0, new >= 0
    rival = (old == AT_RIVAL) | (new == AT_RIVAL)
    timing = (old == NOT_YET) | (new == NOT_YET)
    both = own_before & own_after
    one = own_before ^ own_after
    years = baseline.shopper_years
    parts = {
        "new": gap[one & ~rival & ~timing].sum(),
        "from rivals": gap[one & rival].sum(),
        "brought forward": gap[one & timing].sum(),
        "same channel": gap[both & (old == new)].sum(),
        "moved between own channels": gap[both & (old != new)].sum(),
        "unplanned": _unplanned(variant) - _unplanned(baseline),
    }
    parts["revenue that changed own channel"] = new_value[both & (old != new)].sum()
    return pd.Series(parts, name="EUR per shopper and year") / years


def needs_met(run: SimulationResult) -> Needs:
    """Return the counted needs of a run with the channel that met each and its goods value."""
    events = run.counted_events
    event, journey = events["event"].to_numpy(), events["journey"].to_numpy()
    ends = np.isin(event, (Event.PURCHASE, Event.RIVAL_PURCHASE, Event.NO_PURCHASE))
    rows = np.flatnonzero(ends & (journey >= 0))
    shopper = events["shopper"].to_numpy()[rows].astype(np.int64)
    key = shopper << 32 | journey[rows]
    outcome = events["channel"].to_numpy()[rows].astype(np.int64)
    outcome[event[rows] == Event.RIVAL_PURCHASE] = AT_RIVAL
    outcome[event[rows] == Event.NO_PURCHASE] = NOT_MET
    order = np.argsort(key, kind="stable")
    goods = _goods(run)
    value = np.zeros(len(key))
    bought = outcome >= 0
    place = np.searchsorted(goods.index.to_numpy(), key[bought])
    value[bought] = goods.to_numpy()[place]
    return Needs(key[order], outcome[order], value[order])


def _goods(run: SimulationResult) -> pd.Series:
    """Return revenue by need, from the postings."""
    table = run.counted_postings
    kept = (table["line"].to_numpy() == Line.REVENUE) & (table["journey"].to_numpy() >= 0)
    key = table["shopper"].to_numpy()[kept].astype(np.int64) << 32
    key |= table["journey"].to_numpy()[kept]
    return pd.Series(table["cents"].to_numpy()[kept] / 100).groupby(key).sum()


def _unplanned(run: SimulationResult) -> float:
    table = run.counted_postings
    kept = (table["line"].to_numpy() == Line.REVENUE) & (table["journey"].to_numpy() < 0)
    return float(table["cents"].to_numpy()[kept].sum() / 100)


def _align(needs: Needs, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return outcome and value at `keys`; a need that is not there has not come to an end."""
    outcome = np.full(len(keys), NOT_YET)
    value = np.zeros(len(keys))
    place = np.searchsorted(keys, needs.key)
    outcome[place] = needs.outcome
    value[place] = needs.value
    return outcome, value
