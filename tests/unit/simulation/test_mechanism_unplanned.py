"""What is bought on the side of a visit is judged, and goes back, like other goods (eq. 11)."""

import numpy as np
import pytest

from omnisim.schema import Channel, Event
from omnisim.simulation import _outcome as outcome
from omnisim.simulation import simulate
from tests.reference.worlds import assert_same_bytes, new_world, of, small

SIDE = 2**20 + 1
OFTEN = {"stores.p_unplanned": 0.5, "market.n_shoppers": 300}


def on_the_side(run, event):
    rows = (of(run.events, "event") == event) & (of(run.events, "journey") == -1)
    return rows & (of(run.events, "channel") == Channel.STORE)


def test_a_share_goes_back_and_the_books_balance():
    run = simulate(small(OFTEN, fulfilment__fit_sd=3.0), seed=2)
    bought, returned = (on_the_side(run, e) for e in (Event.PURCHASE, Event.RETURN))
    assert 0.05 < returned.sum() / bought.sum() < 0.6
    value = of(run.events, "value")
    assert -value[returned].sum() < value[bought].sum()
    assert round(run.ledger().sum() * 100) == of(run.postings, "cents").sum()


def test_what_fits_is_kept():
    run = simulate(small(OFTEN, fulfilment__return_threshold=-100.0), seed=2)
    assert on_the_side(run, Event.PURCHASE).any()
    assert not on_the_side(run, Event.RETURN).any()


def returned(*steps):
    """Return, by step, who would give the goods back, all of them judged one after the other."""
    world = new_world(small(OFTEN, fulfilment__fit_sd=2.0), seed=4)
    found = [
        [outcome.evaluate(world.state, i, 0, 0, 0, 0.0, 0.0, 0.5, False, 0.0, 0.0, 1.0, step)
         for i in range(world.n_shoppers)]
        for step in steps
    ]  # fmt: skip
    return dict(zip(steps, found, strict=True))


def test_it_is_judged_by_draws_of_its_own():
    alone, both = returned(0), returned(SIDE, 0)
    assert both[0] == alone[0]
    assert any(both[SIDE])
    agree = np.mean(np.equal(both[0], both[SIDE]))
    assert 0.4 < agree < 0.8


def test_experience_on_the_side_counts_for_satisfaction():
    world = new_world(small(OFTEN), seed=4)
    before = world.columns["satisfaction"].copy()
    outcome.evaluate(world.state, 0, 0, 0, 0, 0.5, 0.0, -1.0, True, 0.0, 0.0, 1.0, SIDE)
    assert world.columns["satisfaction"][0] < before[0]
    assert (world.columns["satisfaction"][1:] == before[1:]).all()


def test_without_purchases_on_the_side_nothing_is_judged_beside_the_journeys(seed):
    runs = [simulate(small(stores__p_unplanned=0.0, market__n_shoppers=60), seed=seed)
            for _ in range(2)]  # fmt: skip
    assert_same_bytes(*runs)
    assert not on_the_side(runs[0], Event.RETURN).any()


@pytest.mark.parametrize("rating", [0.9, -0.9])
def test_a_good_purchase_leaves_engagement_and_a_bad_one_none(rating):
    world = new_world(small(experience__rating=rating, fulfilment__fit_sd=0.0,
                            fulfilment__fit_likeness=0.0), seed=1)  # fmt: skip
    world.columns["touched"][:] = 1.0
    outcome.evaluate(world.state, 0, 0, 0, 0, 0.5, 0.0, rating, False, 0.0, 0.0, 1.0)
    expected = world.scenario.experience.engagement * max(rating, 0.0)
    assert world.columns["engagement"][0] == pytest.approx(expected)
    assert not world.columns["engagement"][1:].any()
