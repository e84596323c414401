"""Figures that one run of the siloed firm gives."""

import math

import numpy as np
import pandas as pd

from omnisim.schema import Channel, Event, Fulfilment
from omnisim.simulation import SimulationResult

Figures = dict[tuple[str, str], float]
"""Value by (code, name) of a target."""

ONLINE = [int(Channel.WEBSITE), int(Channel.APP)]
DIGITAL = [*ONLINE, int(Channel.EMAIL), int(Channel.SEARCH), int(Channel.SOCIAL)]
PROCESS_DAYS = 30.0
"""Days before an order that belong to its process: about twice those after which a need is given
up (T-02 gives none)."""
LOOKS = [int(Event.VISIT), int(Event.CLICK), int(Event.OPEN), int(Event.PHONE_CHECK)]


def figures_of(run: SimulationResult) -> Figures:
    """Return every figure that can be read from a run; NaN where nothing happened."""
    columns = [
        "time",
        "shopper",
        "journey",
        "channel",
        "event",
        "fulfilment",
        "value",
        "cost",
        "item",
    ]
    events = run.counted_events.select(columns).to_pandas()
    return (
        _sales(run, events)
        | _stockouts(events, run.scenario.stock.n_stocked)
        | _communication(events)
        | _push_consent(run)
        | _service(run, events)
        | {("T-14", "shoppers whose channel habit has settled"): _settled(run)}
    )


def _sales(run: SimulationResult, events: pd.DataFrame) -> Figures:
    orders = events[events["event"] == Event.PURCHASE]
    in_store = orders["channel"] == Channel.STORE
    visits = _count(events, Event.VISIT, [int(Channel.STORE)])
    sessions = _count(events, Event.VISIT, ONLINE)
    returns = events[events["event"] == Event.RETURN]
    back_online = returns["channel"].isin(ONLINE)
    sold = orders.groupby(in_store)["value"].sum()
    value = orders["value"]
    return {
        ("T-01", "store share of revenue"): _ratio(sold.get(True, 0.0), value.sum()),
        ("T-02", "buyers with a digital touch before a purchase"): _digital_buyers(events),
        ("T-32", "purchases per store visit"): _ratio(in_store.sum(), visits),
        ("T-33", "online orders per session"): _ratio((~in_store).sum(), sessions),
        ("T-34", "carts abandoned"): _ratio(
            _count(events, Event.CART_ABANDONED), _count(events, Event.CART)
        ),
        ("T-35", "online sales returned"): _ratio(
            -returns.loc[back_online, "value"].sum(), sold.get(False, 0.0)
        ),
        ("T-35", "store sales returned"): _ratio(
            -returns.loc[~back_online, "value"].sum(), sold.get(True, 0.0)
        ),
        ("T-36", "cost of an online return / its value"): _ratio(
            returns.loc[back_online, "cost"].sum(), -returns.loc[back_online, "value"].sum()
        ),
        ("T-40", "coefficient of variation of order values"): _ratio(value.std(), value.mean()),
    }


def _digital_buyers(events: pd.DataFrame) -> float:
    """Return the share of the year's buyers who met the firm digitally on the way to an order.

    On the way means within `PROCESS_DAYS` before it.
    """
    kinds = events["channel"].isin(DIGITAL) | (events["event"] == Event.PHONE_CHECK)
    looks = events.loc[kinds & events["event"].isin(LOOKS), ["time", "shopper"]]
    orders = events.loc[events["event"] == Event.PURCHASE, ["time", "shopper"]]
    found = pd.merge_asof(
        orders, looks.assign(looked=looks["time"]), on="time", by="shopper",
        tolerance=PROCESS_DAYS, allow_exact_matches=False,
    )  # fmt: skip
    met = found["looked"].notna().groupby(found["shopper"]).any()
    return _ratio(met.sum(), len(met))


def _stockouts(events: pd.DataFrame, n_stocked: int) -> Figures:
    """Return the share of wanted items that lacked, and what shoppers did about it.

    Reactions are those to items that the store stocks as a rule, as in the studies of T-38.
    """
    kinds = (Event.STOCKOUT, Event.PURCHASE, Event.RIVAL_PURCHASE, Event.NO_PURCHASE)
    rows = events[events["event"].isin(kinds) & (events["journey"] >= 0)]
    rows = rows.assign(key=rows["shopper"] * 2.0**32 + rows["journey"])
    rows = rows.sort_values("key", kind="stable")
    after = rows.shift(-1)
    lacked = (rows["event"] == Event.STOCKOUT) & (rows["fulfilment"] == Fulfilment.NONE)
    at_once = (after["key"] == rows["key"]) & (after["time"] == rows["time"])
    reacted = after["event"].where(at_once, -1)
    usual = reacted[lacked & (rows["item"] < n_stocked)]
    bought = (rows["event"] == Event.PURCHASE) & (rows["fulfilment"] == Fulfilment.IN_STORE)
    wanted = lacked.sum() + bought.sum() - (reacted[lacked] == Event.PURCHASE).sum()
    n = len(usual)
    return {
        ("T-37", "wanted items out of stock in the store"): _ratio(lacked.sum(), wanted),
        ("T-38", "stock-out: another item"): _ratio((usual == Event.PURCHASE).sum(), n),
        ("T-38", "stock-out: other store"): _ratio((usual == Event.RIVAL_PURCHASE).sum(), n),
        ("T-38", "stock-out: later"): _ratio((usual == -1).sum(), n),
        ("T-38", "stock-out: not at all"): _ratio((usual == Event.NO_PURCHASE).sum(), n),
    }


def _communication(events: pd.DataFrame) -> Figures:
    mails, shown = [int(Channel.EMAIL)], [int(Channel.DISPLAY)]
    sent = _count(events, Event.MESSAGE, mails)
    return {
        ("T-52", "e-mails opened"): _ratio(_count(events, Event.OPEN, mails), sent),
        ("T-52", "e-mails clicked"): _ratio(_count(events, Event.CLICK, mails), sent),
        ("T-52", "opt-outs per e-mail"): _ratio(_count(events, Event.UNSUBSCRIBE, mails), sent),
        ("T-53", "display clicks / impressions"): _ratio(
            _count(events, Event.CLICK, shown), _count(events, Event.IMPRESSION, shown)
        ),
        ("T-53", "cost of a search click"): _ratio(
            events.loc[events["channel"] == Channel.SEARCH, "cost"].sum(),
            _count(events, Event.CLICK, [int(Channel.SEARCH)]),
        ),
    }


def _push_consent(run: SimulationResult) -> Figures:
    """Return the share of app holders who accept push messages when the run begins."""
    shoppers = run.population
    n_apps = int((shoppers.has_app == 1).sum())
    accepted = int(((shoppers.has_app == 1) & (shoppers.push_consent == 1)).sum())
    return {("T-54", "app holders who accept push messages"): _ratio(accepted, n_apps)}


def _service(run: SimulationResult, events: pd.DataFrame) -> Figures:
    """Return costs of contacts, and abandonment against what exponential patience makes of it."""
    desk = [int(Channel.CONTACT_CENTRE)]
    own = [int(Channel.WEBSITE)]
    answered = events[(events["event"] == Event.ANSWERED) & events["channel"].isin(desk)]
    helped = events[(events["event"] == Event.CONTACT) & events["channel"].isin(own)]
    settled = _count(events, Event.RESOLVED, own)
    return {
        ("T-74", "cost of a live contact"): _ratio(answered["cost"].sum(), len(answered)),
        ("T-74", "cost of a self-service contact"): _ratio(helped["cost"].sum(), len(helped)),
        ("T-74", "settled by self-service"): _ratio(settled, len(helped)),
    }


def _settled(run: SimulationResult) -> float:
    """Return the share of the buyers whose channel habit has settled."""
    settled = run.final.get("settled")
    if settled is None:
        return math.nan
    buyers = np.unique(run.orders["shopper"].to_numpy())
    return float(settled[buyers].mean()) if len(buyers) else math.nan


def _count(events: pd.DataFrame, kind: Event, channels: list[int] | None = None) -> int:
    rows = events["event"] == kind
    if channels is not None:
        rows &= events["channel"].isin(channels)
    return int(rows.sum())


def _ratio(top: float, bottom: float) -> float:
    return float(top / bottom) if bottom else math.nan
