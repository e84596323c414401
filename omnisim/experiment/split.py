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

MARGIN_MIX, NO_SALE, SHARED = "margin mix", "needs not met", "shared costs"
MARGIN_SOURCES = SOURCES | {
    MARGIN_MIX: "needs met in both arms: another fulfilment, discount, promotion, return, service "
    "or payment by points of the same sale",
    NO_SALE: "needs that neither arm met in the year: service, clicks, returns of what was sold "
    "before it",
    SHARED: "lines that belong to no need: staff, media, messages, capabilities, points that lapse",
}
"""Parts of the difference in profit; they sum to it to the cent. Each is net of losses."""

MOVED = "revenue that changed own channel"
"""The row that is no part of the sum."""

NOT_MET, AT_RIVAL, NOT_YET = -1, -2, -3
GOODS = (Line.REVENUE, Line.COST_OF_GOODS)

Cents = NDArray[np.int64]


@dataclass(frozen=True)
class Needs:
    """What became of each need of one run: its outcome, and what it brought, in cents.

    `revenue` is the price of the goods, `goods` that less what they cost, `margin` the sum of all
    postings of the need.
    """

    key: NDArray[np.int64]
    outcome: NDArray[np.int64]
    revenue: Cents
    goods: Cents
    margin: Cents


def split_gain(baseline: SimulationResult, variant: SimulationResult) -> pd.DataFrame:
    """Return the differences in revenue and in profit by source, EUR per shopper and year.

    Needs are matched by (shopper, number): the same need arises in both arms unless a capability
    changes how often the shopper has one. A basket belongs to its need, so needs that the firm
    meets in both arms bring no difference where `basket` is all 0. A need that one arm met and the
    other had not ended, or that had not arisen there, by the end of the run is a matter of time:
    every need has the same threshold in both arms, so it comes later. Where needs come faster for
    good, their part of this row is lasting; within one horizon the two cannot be told apart.

    The profit of a need is the sum of its own postings. Where both arms met it, other baskets count
    at their price less the cost of goods, and all else is in "margin mix".

    Returns
    -------
    DataFrame
        Rows `MARGIN_SOURCES` and `MOVED`, columns ``revenue`` and ``profit``. All rows but the last
        sum to the differences; the last holds the revenue that changed own channel, which is no
        gain, and what it left before shared costs.
    """
    before, after = needs_of(baseline), needs_of(variant)
    keys = np.union1d(before.key, after.key)
    old, new = _align(before, keys), _align(after, keys)
    rows = _which(old.outcome, new.outcome)
    both = rows["same channel"] | rows["moved between own channels"]
    revenue, goods = new.revenue - old.revenue, new.goods - old.goods
    margin = new.margin - old.margin
    parts = {
        source: (int(revenue[part].sum()), int((goods if part_is_both else margin)[part].sum()))
        for source, part in rows.items()
        for part_is_both in (source in ("same channel", "moved between own channels"),)
    }
    side = [_unplanned(run) for run in (baseline, variant)]
    parts["unplanned"] = side[1][0] - side[0][0], side[1][1] - side[0][1]
    parts[MARGIN_MIX] = 0, int((margin - goods)[both].sum())
    parts[SHARED] = (
        0,
        _all_cents(variant) - _all_cents(baseline) - sum(p for _, p in parts.values()),
    )
    moved = rows["moved between own channels"]
    parts[MOVED] = int(new.revenue[moved].sum()), int(new.margin[moved].sum())
    table = pd.DataFrame(parts, index=["revenue", "profit"]).T.loc[[*MARGIN_SOURCES, MOVED]]
    return table / 100 / baseline.shopper_years


def _which(old: NDArray[np.int64], new: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
    """Return which needs make up each source; every need is in exactly one."""
    own_before, own_after = old >= 0, new >= 0
    rival = (old == AT_RIVAL) | (new == AT_RIVAL)
    timing = (old == NOT_YET) | (new == NOT_YET)
    both, one = own_before & own_after, own_before ^ own_after
    return {
        "new": one & ~rival & ~timing,
        "from rivals": one & rival,
        "brought forward": one & timing,
        "same channel": both & (old == new),
        "moved between own channels": both & (old != new),
        NO_SALE: ~own_before & ~own_after,
    }


def needs_of(run: SimulationResult) -> Needs:
    """Return the counted needs of a run: those that ended, or to which something was posted."""
    ended, outcome = _ends(run)
    table = run.counted_postings
    journey = table["journey"].to_numpy()
    kept = journey >= 0
    line, cents = table["line"].to_numpy()[kept], table["cents"].to_numpy()[kept]
    posted = (table["shopper"].to_numpy()[kept].astype(np.int64) << 32) | journey[kept]
    keys = np.union1d(ended, posted)
    place = np.searchsorted(keys, posted)
    found = np.full(len(keys), NOT_YET)
    found[np.searchsorted(keys, ended)] = outcome
    return Needs(
        keys, found,
        revenue=_total(place, np.where(line == Line.REVENUE, cents, 0), len(keys)),
        goods=_total(place, np.where(np.isin(line, GOODS), cents, 0), len(keys)),
        margin=_total(place, cents, len(keys)),
    )  # fmt: skip


def _ends(run: SimulationResult) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the needs that ended, and the channel that met each or why none did."""
    events = run.counted_events
    event, journey = events["event"].to_numpy(), events["journey"].to_numpy()
    ends = np.isin(event, (Event.PURCHASE, Event.RIVAL_PURCHASE, Event.NO_PURCHASE))
    rows = np.flatnonzero(ends & (journey >= 0))
    key = (events["shopper"].to_numpy()[rows].astype(np.int64) << 32) | journey[rows]
    outcome = events["channel"].to_numpy()[rows].astype(np.int64)
    outcome[event[rows] == Event.RIVAL_PURCHASE] = AT_RIVAL
    outcome[event[rows] == Event.NO_PURCHASE] = NOT_MET
    return key, outcome


def _unplanned(run: SimulationResult) -> tuple[int, int]:
    """Return revenue and margin of purchases outside journeys, in cents.

    All lines of such a purchase are posted at one moment; points that lapse are posted at others.
    """
    table = run.counted_postings
    kept = (table["journey"].to_numpy() < 0) & (table["shopper"].to_numpy() >= 0)
    line, cents = table["line"].to_numpy()[kept], table["cents"].to_numpy()[kept]
    moments = pd.MultiIndex.from_arrays(
        [table[name].to_numpy()[kept] for name in ("shopper", "time")]
    )
    sold = line == Line.REVENUE
    is_sale = moments.isin(moments[sold])
    return int(cents[sold].sum()), int(cents[is_sale].sum())


def _all_cents(run: SimulationResult) -> int:
    return int(np.sum(run.counted_postings["cents"].to_numpy()))


def _total(place: NDArray[np.int64], cents: Cents, n: int) -> Cents:
    total = np.zeros(n, np.int64)
    np.add.at(total, place, cents)
    return total


def _align(needs: Needs, keys: NDArray[np.int64]) -> Needs:
    """Return the needs at `keys`; one that is not there has not come to an end."""
    place = np.searchsorted(keys, needs.key)
    outcome = np.full(len(keys), NOT_YET)
    outcome[place] = needs.outcome
    sums = []
    for cents in (needs.revenue, needs.goods, needs.margin):
        wide = np.zeros(len(keys), np.int64)
        wide[place] = cents
        sums.append(wide)
    return Needs(keys, outcome, *sums)
