"""The phases before and after the purchase are weaker in the store, by causes that can be cured.

No phase has a multiplier: the firm knows who looks around online and not who does in the store
(S0-07), and who paid in the store is written to later and less often, or not at all (S0-13).
"""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.schema import Channel, Event, Identity, Trigger
from omnisim.simulation import simulate
from tests.reference.worlds import of, small

PEOPLE = {"market.n_shoppers": 300, "market.horizon_days": 90, "segments.busy.p_loyalty": 0.6,
          "channels.website.purchase_intercept": 2.0, "messages.cap_per_week": 7}  # fmt: skip
CURED = {"single_customer_view": 2, "offline_capture": 2, "coordinated_automation": 2}


def firm(**levels):
    return small(PEOPLE, capabilities=Capabilities(**levels))


@pytest.fixture(scope="module")
def siloed():
    return simulate(firm(), seed=2)


def known(run, event):
    """Return the shares of an event, in the store and online, at which the firm knows somebody."""
    rows = of(run.events, "event") == event
    in_store = of(run.events, "channel")[rows] == Channel.STORE
    is_known = of(run.events, "identity")[rows] != Identity.NONE
    return is_known[in_store].mean(), is_known[~in_store].mean()


def thanked(run, *, within_days):
    """Return the shares of purchases, in the store and online, that a message followed so soon."""
    events = run.events.to_pandas()
    bought = events[(events["event"] == Event.PURCHASE) & (events["time"] < 80)]
    table = run.decisions.to_pandas()
    thanks = table[(table["trigger"] == Trigger.AFTER_PURCHASE) & (table["action"] > 0)]
    when = thanks.groupby("shopper")["time"].apply(np.array).to_dict()
    gap = [
        np.min(after, initial=np.inf, where=after >= 0)
        for after in (when.get(s, np.empty(0)) - t for s, t in zip(
            bought["shopper"], bought["time"], strict=True))
    ]  # fmt: skip
    soon = np.array(gap) <= within_days
    in_store = (bought["channel"] == Channel.STORE).to_numpy()
    return soon[in_store].mean(), soon[~in_store].mean()


def test_who_looks_around_in_the_store_is_not_known(siloed):
    in_store, online = known(siloed, Event.VISIT)
    assert in_store == 0
    assert online > 0.3


def test_who_buys_in_the_store_is_less_often_known(siloed):
    in_store, online = known(siloed, Event.PURCHASE)
    assert in_store < 0.5 < online


def test_the_relation_after_the_sale_is_weaker_in_the_store(siloed):
    in_store, online = thanked(siloed, within_days=3)
    assert in_store < 0.3 < 0.5 < online


def test_it_gets_stronger_by_capture_and_automation(siloed):
    before, _ = thanked(siloed, within_days=3)
    cured, online = thanked(simulate(firm(**CURED), seed=2), within_days=3)
    assert 2 * before < cured < online
