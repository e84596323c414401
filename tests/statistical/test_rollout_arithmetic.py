"""The arithmetic of `transition` against runs in which capabilities really come in one by one."""

import numpy as np
import pytest

from omnisim.evaluation.paired import mean_interval
from tests.reference.roll_outs import both_ways
from tests.reference.worlds import small

ORDER = ("interactive_fit", "in_store_digital")
FACTS = {
    "market.n_shoppers": 100, "market.horizon_days": 182, "market.season_amplitude": 0.0,
    "choice.risk": 6.0, "primitives.fit_resolved": (0.0, 0.5, 1.0),
    "rollout.interactive_fit.delay_weeks": 8.0, "rollout.in_store_digital.delay_weeks": 5.0,
    "rollout.interactive_fit.ramp_weeks": 4.0, "rollout.in_store_digital.ramp_weeks": 4.0,
}  # fmt: skip
"""Half a year without seasons, and goods whose fit, unseen, keeps most from buying online."""


@pytest.fixture(scope="module")
def found():
    return both_ways(small(FACTS), ORDER, n_replications=60, seed=7)


@pytest.mark.slow
def test_investments_and_running_costs_are_those_of_the_run(found):
    """To the half cent a day to which the run rounds what its 100 shoppers bear."""
    paid = found["paid"]
    assert (paid > 0.1).all()
    assert paid[:, 1] == pytest.approx(paid[:, 0], abs=2 * 183 * 0.005 / 100)


@pytest.mark.slow
def test_what_is_earned_agrees_within_error(found):
    """No difference is told at 1e-4; that from a gain that is whole at once would be.

    Luck is shared, but shoppers who are met by other firms soon lead other lives, so that pairs
    differ by about as much as the gain itself.
    """
    arithmetic, run = found["earned"].T
    _, low, high = mean_interval(run - arithmetic, confidence=1 - 1e-4)
    assert low <= 0 <= high
    at_once = np.mean(arithmetic) * 26 / (26 - 10)  # live after 8 weeks, half a ramp of 4
    assert at_once - np.mean(arithmetic) > high
