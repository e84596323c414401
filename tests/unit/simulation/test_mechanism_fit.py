"""Likeness of taste and item in fit (equation 11)."""

import numpy as np

from omnisim.schema import EVENTS, Event
from omnisim.simulation import _outcome as outcome
from omnisim.simulation import simulate
from omnisim.simulation.trip import STORE
from tests.reference.worlds import finished_world, new_world, of, small

PEOPLE = {"market.n_shoppers": 200, "stock.taste_weight": 0.0}


def test_without_noise_goods_go_back_that_are_unlike_taste():
    world = new_world(small({"fulfilment.fit_sd": 0.0, "fulfilment.fit_likeness": 2.0,
                             "fulfilment.return_threshold": -0.5}))  # fmt: skip
    likeness = world.columns["taste"] @ world.columns["attributes"].T
    assert abs(likeness).max() <= 1 + 1e-9
    back = np.array([
        [outcome.evaluate(world.state, i, 0, k, STORE, 0.0, 0.1, 0.65, False, 0.0, 0.0, 1.0)
         for k in range(world.scenario.stock.n_items)] for i in range(world.n_shoppers)
    ])  # fmt: skip
    assert (back == (2 * likeness < -0.6)).all()
    assert 0 < back.sum() < back.size


def test_likeness_is_felt_only_once_goods_are_in_hand():
    """All is as without it up to the first judgement; then what is unlike taste goes back."""
    runs = [simulate(small(PEOPLE | {"fulfilment.fit_likeness": size}), seed=1)
            for size in (0.0, 2.0)]  # fmt: skip
    event, time = (of(runs[0].events, name) for name in ("event", "time"))
    judged = time[event == Event.PURCHASE].min()
    for column in runs[0].events.column_names:
        first, second = (of(run.events, column)[: (time < judged).sum()] for run in runs)
        assert first.tobytes() == second.tobytes(), column
    likeness = [like_taste(size) for size in (0.0, 2.0)]
    assert likeness[0] > -0.15
    assert likeness[1] < -0.3


def like_taste(size):
    """Return the mean likeness to taste of what is brought back."""
    world = finished_world(small(PEOPLE | {"fulfilment.fit_likeness": size}), seed=1)
    columns = (np.concatenate(part) for part in world.state.log.columns())
    log = dict(zip(EVENTS.names, columns, strict=True))
    returned = log["event"] == Event.RETURN
    shopper, item = log["shopper"][returned], log["item"][returned]
    taste, attributes = world.columns["taste"], world.columns["attributes"]
    return (taste[shopper] * attributes[item]).sum(axis=1).mean()
