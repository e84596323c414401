"""Intervals of off-policy values cover a known truth, if the log overlaps with the target."""

import warnings

import numpy as np
import pytest

from omnisim.evaluation import SNIPS, BootstrapInterval, DoublyRobust, LoggedFeedback
from omnisim.exceptions import OverlapWarning
from omnisim.random import Draws
from tests.reference.off_policy import GOOD_BEHAVIOR, POOR_BEHAVIOR, TRUTH, known_log

LOGS = 500


def coverage(estimator, behavior, *, n=1500, interval=None) -> float:
    inside = 0
    for replication in range(LOGS):
        log, target = known_log(behavior, replication, n)
        found = estimator.estimate(log, target, interval=interval)
        inside += found.ci_low <= TRUTH <= found.ci_high
    return inside / LOGS


@pytest.mark.slow
@pytest.mark.parametrize("estimator", [SNIPS(), DoublyRobust()], ids=lambda e: e.name)
def test_intervals_cover_with_good_overlap(estimator) -> None:
    assert 0.92 <= coverage(estimator, GOOD_BEHAVIOR) <= 0.98


@pytest.mark.slow
def test_bootstrap_intervals_cover_too() -> None:
    boot = BootstrapInterval(n_replicates=300)
    assert 0.92 <= coverage(SNIPS(), GOOD_BEHAVIOR, n=600, interval=boot) <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("estimator", [SNIPS(), DoublyRobust()], ids=lambda e: e.name)
def test_intervals_fail_without_overlap_and_the_warning_says_so(estimator) -> None:
    """The behavior policy takes the target's favourite action twice in a thousand decisions."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        found = coverage(estimator, POOR_BEHAVIOR)
    assert found < 0.92
    assert sum(warning.category is OverlapWarning for warning in seen) == LOGS


def shoppers_log(replication, n_shoppers=200, decisions=10):
    """Rows of a shopper share a liking: a normal of deviation 1 beside noise of deviation 1."""
    draws, n = Draws(seed=99, replication=replication), n_shoppers * decisions
    shopper, row = np.arange(n) // decisions, np.arange(n)
    action = (draws.uniform(1000, row) < 0.4).astype(np.int64)
    liking = draws.normal(1001, shopper)
    reward = liking + 0.5 * action + draws.normal(1002, row)
    return LoggedFeedback(
        context=np.zeros((n, 0)), action=action, reward=reward, shopper=shopper,
        propensity=np.where(action == 1, 0.4, 0.6), action_names=("none", "email"),
    )  # fmt: skip


@pytest.mark.slow
def test_clustered_errors_are_needed_where_rows_share_a_shopper() -> None:
    clustered = plain = 0
    for replication in range(LOGS):
        log = shoppers_log(replication)
        for known in (True, False):
            some = log if known else LoggedFeedback(
                log.context, log.action, log.reward, log.propensity, log.action_names
            )  # fmt: skip
            found = SNIPS().estimate(some, {"none": 0.5, "email": 0.5})
            inside = found.ci_low <= 0.25 <= found.ci_high
            clustered, plain = clustered + inside * known, plain + inside * (not known)
    assert 0.92 <= clustered / LOGS <= 0.98
    assert plain / LOGS < 0.8
