"""Interactive views online (K17) leave less uncertainty about fit, and touch nothing else."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.exceptions import ConfigError
from omnisim.schema import Event
from omnisim.simulation import simulate
from omnisim.simulation.information import resolved_by
from tests.reference.worlds import new_world, of, small

STORE, WEBSITE, APP, RIVAL = range(4)


def firm(level, **fields):
    return small(capabilities=Capabilities(interactive_fit=level), **fields)


@pytest.mark.parametrize(("level", "further"), [(0, 0.0), (1, 0.2), (2, 0.5)])
def test_it_resolves_a_share_of_what_website_and_app_leave(level, further):
    worlds = [new_world(firm(k, primitives__fit_resolved=(0.0, 0.2, 0.5))) for k in (0, level)]
    before, after = ([resolved_by(world, place) for place in range(4)] for world in worlds)
    assert after[STORE] == before[STORE]
    assert after[RIVAL] == before[RIVAL]
    for page in (WEBSITE, APP):
        assert 1 - after[page] == pytest.approx((1 - before[page]) * (1 - further))


def test_what_shoppers_need_first_stays_the_same(seed):
    logs = [simulate(firm(level), seed=seed).events.to_pandas() for level in (0, 2)]
    key = ["shopper", "time", "item"]
    first = [log[(log["event"] == Event.NEED) & (log["journey"] == 0)][key] for log in logs]
    assert len(first[0]) > 10
    assert first[0].reset_index(drop=True).equals(first[1].reset_index(drop=True))


def test_goods_bought_after_an_online_search_fit_better_and_come_back_less():
    fields = {"market__n_shoppers": 400, "rivals__none_intercept": -5.0,
              "channels__store__is_open": False}  # fmt: skip
    shares = []
    for level in (0, 2):
        run = simulate(firm(level, primitives__fit_resolved=(0.0, 0.4, 0.9), **fields), seed=1)
        event = of(run.events, "event")
        shares.append(np.mean(event == Event.RETURN) / np.mean(event == Event.PURCHASE))
        cents = of(run.postings, "cents").sum()
        assert round(run.ledger().sum() * 100) == cents
    assert shares[1] < 0.6 * shares[0]


def test_it_needs_a_website_or_an_app():
    closed = {"channels__website__is_open": False, "channels__app__is_open": False}
    with pytest.raises(ConfigError, match=r"needs channels\.website or channels\.app to be open"):
        firm(1, **closed)
    assert firm(2).without("website", "app").capabilities.interactive_fit == 0
