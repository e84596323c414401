"""Cards, apps and cookies that buyers take up during a run (Q_i, K10)."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.experiment.attributed import observed_log
from omnisim.schema import Channel, Event, Identity
from omnisim.simulation import simulate
from omnisim.simulation.sign_ups import ask_to_sign_up
from tests.reference.worlds import assert_same_bytes, finished_world, new_world, of, small

STRANGERS = {
    "market.n_shoppers": 400, "segments.busy.p_loyalty": 0.0, "segments.busy.p_app": 0.0,
    "segments.busy.p_tracking_consent": 0.0, "sign_ups.card": 0.4, "sign_ups.app": 0.4,
    "sign_ups.cookies": 0.4,
}  # fmt: skip
WAYS = {
    Channel.STORE: ("has_card", Identity.CARD), Channel.APP: ("has_app", Identity.ACCOUNT),
    Channel.WEBSITE: ("tracking_consent", Identity.COOKIE),
}  # fmt: skip


def asked(level=0, channel=Channel.STORE):
    """Return a world in which every shopper has been asked once."""
    firm = Capabilities(single_customer_view=2, unified_loyalty=level)
    world = new_world(small(STRANGERS, capabilities=firm), seed=3)
    for i in range(world.n_shoppers):
        ask_to_sign_up(world, i, 0, channel)
    return world


def test_the_chance_falls_with_privacy_and_doubles_where_points_count_everywhere():
    before, after = (asked(level).columns["has_card"] == 1 for level in (0, 2))
    privacy = asked().columns["privacy"]
    assert before.mean() == pytest.approx(0.4 * (1 - privacy).mean(), abs=0.1)
    assert after.mean() == pytest.approx(0.8 * (1 - privacy).mean(), abs=0.1)
    assert not (before & ~after).any()  # the same luck
    assert privacy[before].mean() < privacy[~before].mean()


def test_each_channel_offers_its_own():
    in_store, online = asked(), asked(channel=Channel.WEBSITE)
    assert in_store.columns["has_card"].any()
    assert not in_store.columns["has_app"].any()
    assert online.columns["has_app"].any()
    assert online.columns["tracking_consent"].any()
    assert not online.columns["has_card"].any()


def test_every_sign_up_is_logged_once_and_holds():
    world = finished_world(small(STRANGERS), seed=1)
    log = [np.concatenate(parts) for parts in world.state.log.columns()]
    shopper, channel, event, identity = log[1], log[3], log[4], log[5]
    for code, (column, known_by) in WAYS.items():
        rows = (event == Event.SIGNED_UP) & (channel == code)
        assert rows.sum() > 10
        assert sorted(shopper[rows]) == np.flatnonzero(world.columns[column]).tolist()
        assert set(identity[rows]) == {known_by}
    assert not world.population.has_card.any()  # who one was before stays


def test_the_firm_sees_those_who_sign_up_from_then_on():
    run = simulate(small(STRANGERS), seed=1)
    log = run.events.to_pandas()
    taken = log[(log["event"] == Event.SIGNED_UP) & (log["channel"] == Channel.STORE)]
    since = taken.set_index("shopper")["time"]
    shown = log[(log["event"] == Event.PURCHASE) & (log["identity"] == Identity.CARD)]
    assert len(shown) > 5
    assert (shown["time"].to_numpy() > since[shown["shopper"]].to_numpy()).all()
    seen = observed_log(run, "TL1").to_pandas()
    assert (seen.loc[seen["event"] == Event.SIGNED_UP, "visitor"] >= 0).all()


def test_without_a_chance_nobody_signs_up_and_no_other_draw_moves(seed):
    none = {"sign_ups.card": 0.0, "sign_ups.app": 0.0, "sign_ups.cookies": 0.0}
    nobody = {"segments.busy.privacy_mean": 0.3, "primitives.sign_up_factor": (0.0, 0.0, 0.0)}
    runs = [simulate(small(changes), seed=seed) for changes in (none, nobody)]
    assert_same_bytes(*runs)
    assert (of(runs[0].events, "event") != Event.SIGNED_UP).all()
