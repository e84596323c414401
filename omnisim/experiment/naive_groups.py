"""Groups that chose themselves: who is in them, and how the firm compares them with others."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from omnisim.experiment.attributed import observed_log, observed_rows
from omnisim.schema import Channel, Event
from omnisim.simulation import SimulationResult

Groups = NDArray[np.bool_]
Keys = NDArray[np.int64]

LOYAL, APP, READERS = "loyalty members", "app adopters", "e-mail openers"
STAFF, EXPOSED = "served by trained staff", "exposed to display"

GROUPS = {
    LOYAL: "buyers known by a card, against other known visitors",
    APP: "visitors seen in the app, against other known visitors",
    READERS: "those who open, against others who are written to",
    STAFF: "known buyers in the store whom trained staff served, against other known buyers there",
    EXPOSED: "visitors seen with an impression, against other known visitors",
}
"""Groups that firms compare, as they see them."""


def revenue_by_shopper(run: SimulationResult) -> NDArray[np.float64]:
    """Return what each shopper paid to the firm, EUR over the counted days."""
    orders = run.orders
    return np.bincount(
        orders["shopper"].to_numpy(), weights=orders["value"].to_numpy(),
        minlength=len(run.population),
    ).astype(np.float64)  # fmt: skip


def served(run: SimulationResult) -> Groups:
    """Return which counted events are purchases in the store after advice by trained staff."""
    log = run.counted_events
    channel, event = log["channel"].to_numpy(), log["event"].to_numpy()
    journey = log["journey"].to_numpy().astype(np.int64)
    visit: Keys = log["shopper"].to_numpy().astype(np.int64) << 32 | journey
    advised = visit[(channel == Channel.STAFF) & (event == Event.ADVISED)]
    bought = (channel == Channel.STORE) & (event == Event.PURCHASE) & (journey >= 0)
    found: Groups = bought & np.isin(visit, advised)
    return found


@dataclass(frozen=True, eq=False)
class NaiveGroup:
    """One comparison as a firm makes it, and whom it is truly about.

    Attributes
    ----------
    difference, ratio : float
        Of mean revenue by visitor, the group's against the others'; the ratio is NaN where the
        others spend nothing.
    n_visitors : int
        Visitors in the group.
    persons : ndarray of int64
        The shoppers behind them, each once.
    """

    difference: float
    ratio: float
    n_visitors: int
    persons: Keys


def naive_differences(
    run: SimulationResult, level: str | None = None
) -> dict[str, tuple[float, float]]:
    """Return (difference, ratio) of mean revenue between each group and the others, as seen."""
    return {n: (group.difference, group.ratio) for n, group in naive_groups(run, level).items()}


def naive_groups(run: SimulationResult, level: str | None = None) -> dict[str, NaiveGroup]:
    """Return each comparison of a group with the others, as seen, and who is behind the group.

    The firm looks at its own tracking level unless another is given. A comparison that cannot be
    made at the level, for lack of one of the groups, is left out. Cards and tills are seen in the
    store only, and so not at TL1. A till knows who of the staff sold; who has bought from trained
    staff is known where the buyer is.
    """
    if (level or run.scenario.records.tracking_level) == "TL0":
        return {}
    frame = observed_log(run, level).select(["visitor", "channel", "event", "value"]).to_pandas()
    rows = observed_rows(run, level)
    frame["served"] = served(run)[rows]
    frame["shopper"] = run.counted_events["shopper"].to_numpy()[rows].astype(np.int64)
    frame = frame[frame["visitor"] >= 0]
    sold = frame["event"] == Event.PURCHASE
    revenue = frame["value"].where(sold, 0.0).groupby(frame["visitor"]).sum()

    def who(rows: pd.Series) -> pd.Index:
        return pd.Index(frame.loc[rows, "visitor"].unique())

    channel, event = frame["channel"], frame["event"]
    in_store = who(sold & (channel == Channel.STORE))
    groups = {
        LOYAL: (in_store, revenue.index),
        APP: (who(channel == Channel.APP), revenue.index),
        READERS: (
            who((channel == Channel.EMAIL) & (event == Event.OPEN)),
            who((channel == Channel.EMAIL) & (event == Event.MESSAGE)),
        ),
        STAFF: (who(frame["served"]), in_store),
        EXPOSED: (who((channel == Channel.DISPLAY) & (event == Event.IMPRESSION)), revenue.index),
    }  # fmt: skip
    found = {}
    for name, (members, base) in groups.items():
        others = base.difference(members)
        if len(members) and len(others):
            inside, outside = float(revenue[members].mean()), float(revenue[others].mean())
            behind = frame.loc[frame["visitor"].isin(members), "shopper"].unique()
            ratio = inside / outside if outside else float("nan")
            found[name] = NaiveGroup(inside - outside, ratio, len(members), behind)
    return found
