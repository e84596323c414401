"""Equation 8: past the trial phase goodwill weighs less in search and purchase, and only then."""

import numpy as np

from omnisim.schema import Event
from omnisim.simulation import _journey as kernel
from omnisim.simulation import simulate
from omnisim.simulation.trip import STORE, WEBSITE
from tests.reference.worlds import assert_same_bytes, new_world, of, small

LIKED = {"market.n_shoppers": 150, "media.display_per_week": 7.0, "media.display_goodwill": 3.0}


def settle_every_second(share):
    """Return a world full of goodwill in which every second shopper has settled."""
    scenario = small(LIKED, media__p_paid_search=0.0, media__settled_goodwill=share)
    world = new_world(scenario, seed=3)
    world.columns["goodwill"][:] = 4.0
    world.columns["settled"][::2] = 1
    return world


def worth_of_decision(world):
    """Return the surplus of a first decision of every shopper, EUR."""
    for i in range(world.n_shoppers):
        kernel.decide(world.state, i, 0, 0, WEBSITE, 0, False, False, 0.5, 0.0)
    return world.columns["surplus"].copy()


def test_goodwill_weighs_less_for_the_settled_and_as_before_for_others():
    before, after = (worth_of_decision(settle_every_second(share)) for share in (1.0, 0.5))
    assert (after[::2] < before[::2]).all()
    assert (after[1::2] == before[1::2]).all()


def test_the_settled_search_as_if_goodwill_were_the_share_that_counts():
    worlds = [settle_every_second(share) for share in (0.5, 1.0)]
    worlds[1].columns["goodwill"][::2] *= 0.5
    chosen = [
        [kernel.search(world.state, i, need, 0.0) for need in range(5) for i in range(150)]
        for world in worlds
    ]
    assert chosen[0] == chosen[1]
    assert STORE in chosen[0]


def test_where_nobody_settles_the_share_changes_no_bit():
    runs = [
        simulate(small(LIKED, media__settling=0.0, media__settled_goodwill=share), seed=1)
        for share in (1.0, 0.3)
    ]
    assert_same_bytes(*runs)


def test_the_settled_buy_less_when_goodwill_counts_for_less(seed):
    bought = []
    for share in (1.0, 0.0):
        scenario = small(LIKED, market__horizon_days=120, media__settling=1.0,
                         media__settled_goodwill=share)  # fmt: skip
        bought.append(np.sum(of(simulate(scenario, seed=seed).events, "event") == Event.PURCHASE))
    assert bought[1] < 0.9 * bought[0]
