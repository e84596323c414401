"""Consumer surplus: once a need, in money, against what is there without the firm."""

import math
from collections import Counter

import numpy as np
import pytest

import omnisim.simulation.journey as journey_module
from omnisim.experiment.measures import measure
from omnisim.simulation import _journey as kernel
from omnisim.simulation import simulate
from tests.reference.worlds import finished_world, new_world, small


def test_every_need_that_is_decided_is_valued_once(monkeypatch):
    valued, decided = Counter(), set()

    class Spy:
        def __getattr__(self, name):
            return getattr(kernel, name)

        def decide(self, state, shopper, need, *rest):
            before = spied.columns["surplus"][shopper]
            answer = kernel.decide(state, shopper, need, *rest)
            valued[shopper, need] += spied.columns["surplus"][shopper] != before
            decided.add((shopper, need))
            return answer

    spied = new_world(small(service__patience_minutes=1.0), seed=3)
    monkeypatch.setattr(journey_module, "kernel", Spy())
    journey_module_run(spied)
    assert len(decided) > 50
    assert set(valued.values()) == {1}
    assert set(valued) == decided


def journey_module_run(world):
    from omnisim.simulation.engine import run

    run(world)


def test_nothing_is_valued_in_the_burn_in():
    whole, late = (finished_world(small(market__burn_in_days=d), seed=3) for d in (0, 40))
    assert (whole.columns["surplus"] != 0).any()
    none = finished_world(small(market__burn_in_days=60, market__horizon_days=1), seed=3)
    assert (none.columns["surplus"] != 0).sum() <= (late.columns["surplus"] != 0).sum()
    assert (
        late.columns["surplus"].sum()
        < finished_world(small(market__horizon_days=100), seed=3).columns["surplus"].sum()
    )


def test_an_alternative_that_all_take_is_worth_its_utility():
    """Hand calculation: one alternative far above all others makes the logsum its utility."""
    world = new_world(small({
        "channels.website.purchase_intercept": 40.0, "choice.price": 2.0, "choice.stock": 0.0,
        "fulfilment.delivery_days": 0.0, "fulfilment.delivery_fee": 0.0, "choice.risk": 0.0,
        "rivals.none_intercept": 30.0, "heterogeneity.search_help": 0.0,
    }))  # fmt: skip
    columns, p = world.columns, world.state.params
    kernel.decide(world.state, 0, 0, 0, 1, 0, False, False, 0.3, 1.0)
    utility = 40.0 + columns["affinity"][0, 1] + p["search_help"][1][1]
    expected = (utility - 30.0) * columns["mean_basket"][0] / (2 * columns["price_sensitivity"][0])
    assert columns["surplus"][0] == pytest.approx(expected, rel=1e-3)


def test_without_a_price_there_is_no_money():
    world = new_world(small(choice__price=0.0))
    kernel.decide(world.state, 0, 0, 0, 1, 0, False, False, 0.3, 1.0)
    assert world.columns["surplus"][0] == 0


def test_an_open_channel_more_never_hurts_the_first_decision():
    both, one = (new_world(small(channels__website__is_open=o)) for o in (True, False))
    for world in (both, one):
        for shopper in range(world.n_shoppers):
            kernel.decide(world.state, shopper, 0, 1, 0, 0, True, True, 0.8, 1.0)
    assert (both.columns["surplus"] > one.columns["surplus"]).all()


def test_the_measure_is_the_sum_by_year():
    run = simulate(small(), seed=3)
    assert measure(run)["surplus", ""] == pytest.approx(
        math.fsum(run.final["surplus"]) / run.shopper_years
    )
    assert np.isfinite(run.final["surplus"]).all()
