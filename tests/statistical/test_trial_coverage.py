"""Coverage of field experiments inside the simulated firm: intervals against the known truth."""

import numpy as np
import pytest
from scipy.stats import chi2, norm, t

import omnisim as om
from omnisim.experiment import trials
from tests.reference.worlds import small

FALSE_ALARM = 1e-3  # the luck of the trials is fixed, so it alarms only where numbers change
N_TRIALS = 50
N_PANELS = 40
N_OPENINGS = 12
PEOPLE = {"market.n_shoppers": 120, "segments.busy.p_account": 0.9, "messages.p_open": 0.5}

pytestmark = pytest.mark.slow


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


def test_encouragement_covers_the_effect_on_readers() -> None:
    firm = small(PEOPLE | {"messages.goodwill": 4.0})
    check_coverage(
        [trials.encouragement_design(firm, replication=k, seed=22) for k in range(N_TRIALS)]
    )


def test_differences_in_differences_cover_no_effect() -> None:
    firm, change = small().placebo(), trials.Change(capabilities=om.Capabilities.integrated())
    panels = [trials.Regions(firm, change, 8, 15, seed) for seed in range(N_PANELS)]
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
