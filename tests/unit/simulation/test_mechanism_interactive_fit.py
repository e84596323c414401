"""Interactive views online (K17) leave less uncertainty about fit, and touch nothing else."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.exceptions import ConfigError
from omnisim.schema import Channel, Event
from omnisim.simulation import simulate
from omnisim.simulation.information import resolved_by, try_on
from omnisim.simulation.trip import Trip
from tests.reference.worlds import new_world, of, small

STORE, WEBSITE, APP, RIVAL = range(4)
MUCH = {"primitives__views_offered": (0.0, 1.0, 1.0), "primitives__fit_resolved": (0.0, 0.2, 0.5)}


def firm(level, **fields):
    return small(capabilities=Capabilities(interactive_fit=level), **fields)


def tried(level, place=WEBSITE, **fields):
    """Return a world, and the trips of all shoppers after a search on a page."""
    world = new_world(firm(level, **MUCH, **fields), seed=2)
    trips = [Trip(i, 0, 1, place, resolved_by(world, place)) for i in range(world.n_shoppers)]
    for trip in trips:
        try_on(world, trip)
    return world, trips


def users(world):
    log = [np.concatenate([[], *parts]) for parts in world.state.log.columns()]
    return set(log[1][log[4] == Event.VIEWED].astype(int))


@pytest.mark.parametrize(("level", "further"), [(0, 0.0), (1, 0.2), (2, 0.5)])
@pytest.mark.parametrize("place", [WEBSITE, APP])
def test_a_use_resolves_a_share_of_what_the_page_leaves(place, level, further):
    world, trips = tried(level, place)
    used, page = users(world), resolved_by(world, place)
    assert 0 < len(used) < len(trips) or level == 0
    for trip in trips:
        left = (1 - page) * (1 - further * (trip.shopper in used))
        assert 1 - trip.resolved == pytest.approx(left)


def test_the_more_digital_use_it_more():
    world, _ = tried(2, market__n_shoppers=600)
    is_user = np.isin(np.arange(world.n_shoppers), list(users(world)))
    digital = world.columns["digital"]
    assert is_user.mean() == pytest.approx(digital.mean(), abs=0.08)
    assert digital[is_user].mean() > digital[~is_user].mean()


def test_in_an_inert_channel_it_is_used_and_tells_nothing():
    world, trips = tried(2, exposures__inert=("website",))
    assert users(world)
    assert {trip.resolved for trip in trips} == {0.0}


def test_views_are_logged_in_searches_online_only(seed):
    run = simulate(firm(2, market__n_shoppers=200), seed=seed)
    viewed = of(run.events, "event") == Event.VIEWED
    assert viewed.any()
    assert set(of(run.events, "channel")[viewed].tolist()) <= {Channel.WEBSITE, Channel.APP}
    assert not (of(simulate(firm(0), seed=seed).events, "event") == Event.VIEWED).any()


def test_what_shoppers_need_first_stays_the_same(seed):
    logs = [simulate(firm(level), seed=seed).events.to_pandas() for level in (0, 2)]
    key = ["shopper", "time", "item"]
    first = [log[(log["event"] == Event.NEED) & (log["journey"] == 0)][key] for log in logs]
    assert len(first[0]) > 10
    assert first[0].reset_index(drop=True).equals(first[1].reset_index(drop=True))


def test_goods_bought_after_an_online_search_fit_better_and_come_back_less():
    fields = {"market__n_shoppers": 400, "rivals__none_intercept": -5.0,
              "channels__store__is_open": False, "segments__busy__digital_nativity": 0.95,
              "primitives__views_offered": (0.0, 1.0, 1.0)}  # fmt: skip
    shares = []
    for level in (0, 2):
        run = simulate(firm(level, primitives__fit_resolved=(0.0, 0.4, 0.9), **fields), seed=1)
        event = of(run.events, "event")
        shares.append(np.mean(event == Event.RETURN) / np.mean(event == Event.PURCHASE))
        cents = of(run.postings, "cents").sum()
        assert round(run.ledger().sum() * 100) == cents
    assert shares[1] < 0.7 * shares[0]


def test_it_needs_a_website_or_an_app():
    closed = {"channels__website__is_open": False, "channels__app__is_open": False}
    with pytest.raises(ConfigError, match=r"needs channels\.website or channels\.app to be open"):
        firm(1, **closed)
    assert firm(2).without("website", "app").capabilities.interactive_fit == 0
