"""Coverage of field experiments inside the simulated firm: intervals against the known truth."""

import dataclasses
from dataclasses import dataclass, field

import numpy as np
import pytest
from scipy.stats import chi2, norm, t

import omnisim as om
from omnisim.experiment import trials
from tests.reference.worlds import small

FALSE_ALARM = 1e-3  # the luck of the trials is fixed, so it alarms only where numbers change
N_TRIALS = 50
N_PANELS = 60
N_OPENINGS = 12
N_WORLDS = 40  # panels of 8 regions, each assigned 5 times over
N_ASSIGNMENTS = 5
PEOPLE = {"market.n_shoppers": 120, "segments.busy.p_account": 0.9, "messages.p_open": 0.5}

INTEGRATED = trials.Change(capabilities=om.Capabilities.integrated())

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Lived(trials.Regions):
    """A panel whose sales are known, the same whatever is done: a placebo."""

    sales: np.ndarray = field(default_factory=lambda: np.empty(0))

    def outcome(self, treated: np.ndarray) -> np.ndarray:
        return self.sales


@pytest.fixture(scope="module")
def panels() -> list[Lived]:
    """Panels of a placebo firm, 8 regions and 4 periods each, with several assignments."""
    firm = small().placebo()
    nobody = np.zeros((8, 4), dtype=bool)
    lived = []
    for k in range(N_WORLDS):
        regions = trials.Regions(firm, INTEGRATED, 8, 15, 31, replication=k)
        sales = regions.outcome(nobody)
        if k == 0:  # a placebo indeed
            np.testing.assert_array_equal(sales, regions.outcome(~nobody))
        lived += [
            Lived(firm, INTEGRATED, 8, 15, seed, replication=k, sales=sales)
            for seed in range(N_ASSIGNMENTS)
        ]
    return lived


def share_covered(results: list[trials.FieldExperiment]) -> float:
    return float(np.mean([result.covers for result in results]))


@pytest.mark.parametrize(
    "design", [trials.stepped_wedge, trials.switchback, trials.difference_in_differences]
)
def test_panels_cover_nothing_as_often_as_they_say(design, panels: list[Lived]) -> None:
    """Neither too narrow nor too wide: from 88 to 99 % of 200 intervals hold nought."""
    results = [design(panel) for panel in panels]
    assert all(result.truth == 0 for result in results)
    assert 0.88 <= share_covered(results) <= 0.99


def test_a_wedge_covers_a_constant_effect(panels: list[Lived]) -> None:
    """The same sales, and 50 EUR more in every treated region and period."""

    class Helped(Lived):
        def outcome(self, treated: np.ndarray) -> np.ndarray:
            return self.sales + 50.0 * treated

    helped = [Helped(**{f.name: getattr(p, f.name) for f in dataclasses.fields(p)}) for p in panels]
    results = [trials.stepped_wedge(panel) for panel in helped]
    assert all(result.truth == pytest.approx(50) for result in results)
    assert 0.88 <= share_covered(results) <= 0.99


@pytest.mark.parametrize("unit", ["cookie", "person", "omniscient"])
def test_ghost_ads_cover_nothing_where_display_does_nothing(unit: str) -> None:
    firm = small(PEOPLE | {"media.display_per_week": 2.0, "media.display_goodwill": 0.0}).placebo()
    results = [trials.ghost_ads(firm, unit=unit, replication=k, seed=23) for k in range(N_TRIALS)]
    assert max(abs(result.truth_seen) for result in results) < 1e-9
    assert 0.88 <= share_covered(results) <= 1.0
    check_coverage(results)


def test_a_washout_takes_out_what_carries_over() -> None:
    """Treatment that helps for 5 days after it has ended: the bias is that of the days counted."""

    class Lingering(trials.Regions):
        def outcome(self, treated: np.ndarray) -> np.ndarray:
            before = np.pad(treated, ((0, 0), (1, 0)))[:, :-1]
            days = np.arange(self.period_days)[self.washout_days :]
            late = (days < 5).sum()
            return treated * (len(days) - late) + (treated | before) * late * 1.0

    found = [
        trials.switchback(Lingering(small(), INTEGRATED, 8, 15, 3, washout_days=w)) for w in (0, 5)
    ]
    assert found[0].estimate.value < found[0].truth - 0.5
    assert found[1].estimate.value == pytest.approx(found[1].truth)


def surprise(results: list[trials.FieldExperiment], width: float = 1.0) -> float:
    """Return the sum of squared normal scores of the errors; chi-squared if intervals are right.

    With `width` as if standard errors, and so intervals, were that much as wide.
    """
    found = [result.estimate for result in results]
    error = np.array([r.estimate.value - r.truth_seen for r in results])
    scale = width * np.array([estimate.standard_error for estimate in found])
    tail = t.sf(np.abs(error) / scale, [estimate.degrees for estimate in found])
    return float((norm.isf(tail) ** 2).sum())


def check_coverage(results: list[trials.FieldExperiment]) -> None:
    """Refuse intervals that are too narrow, and a test that would not refuse half their width.

    Sizes of errors tell more than how many intervals cover: of 50 trials with 80 % intervals called
    95 % this rule refuses nine in ten; counting those that cover, as rarely wrong, seven in ten.
    """
    limit = chi2.isf(FALSE_ALARM, len(results))
    assert surprise(results) <= limit
    assert surprise(results, width=0.5) > limit


@pytest.mark.parametrize("goodwill", [0.0, 4.0], ids=["placebo", "effect"])
def test_randomised_trials_cover_what_can_be_seen(goodwill: float) -> None:
    firm = small(PEOPLE | {"messages.goodwill": goodwill})
    results = [trials.randomised_trial(firm, replication=k, seed=21) for k in range(N_TRIALS)]
    check_coverage(results)


def test_encouragement_covers_the_effect_on_compliers() -> None:
    firm = small(PEOPLE | {"messages.goodwill": 4.0})
    check_coverage(
        [trials.encouragement_design(firm, replication=k, seed=22) for k in range(N_TRIALS)]
    )


def test_differences_in_differences_cover_no_effect() -> None:
    panels = [
        trials.Regions(small().placebo(), INTEGRATED, 8, 15, seed) for seed in range(N_PANELS)
    ]
    check_coverage([trials.difference_in_differences(panel) for panel in panels])


def test_differences_in_differences_find_a_store_that_opens() -> None:
    """Intervals are wide, since regions differ in what a store brings; errors are not."""
    panels = [
        trials.Regions(small(), trials.Change(opens="store"), 8, 15, seed)
        for seed in range(N_OPENINGS)
    ]
    results = [trials.difference_in_differences(panel) for panel in panels]
    assert all(result.covers for result in results)
    error = np.array([r.estimate.value - r.truth_seen for r in results])
    spread = error.std(ddof=1) / N_OPENINGS**0.5
    assert abs(error.mean()) <= t.isf(FALSE_ALARM / 2, N_OPENINGS - 1) * spread
    assert error.mean() + 10 * spread < np.mean([result.truth_seen for result in results])


@dataclass(frozen=True)
class LivedStores(trials.Stores):
    """Stores whose sales are known, the same whatever is done: a placebo."""

    sales: np.ndarray = field(default_factory=lambda: np.empty(0))

    def outcome(self, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.sales, self.sales


def test_a_wedge_over_stores_covers_nothing_as_often_as_it_says() -> None:
    """20 worlds of 8 stores, each assigned 10 times over: 88 to 99 % of the intervals hold nought.

    Sales of stores that share a world are not independent; the assignment is random all the same.
    """
    view = om.Capabilities(single_customer_view=1)
    firm = small({"market.n_shoppers": 320, "stores.n_stores": 8, "capabilities": view}).placebo()
    change = trials.Change(view.model_copy(update={"staff_training": 2, "in_store_digital": 2}))
    results = []
    for k in range(20):
        stores = trials.Stores(firm, change, 15, 33, k)
        sales, _ = stores.outcome(np.full(8, 4))
        if k == 0:  # a placebo indeed
            np.testing.assert_array_equal(sales, stores.outcome(np.arange(8) % 4)[0])
        results += [
            trials.store_wedge(LivedStores(firm, change, 15, seed, k, sales)) for seed in range(10)
        ]
    assert all(result.truth == result.on_waiting == 0 for result in results)
    assert 0.88 <= share_covered(results) <= 0.99
