"""Coverage of field experiments inside the simulated firm: intervals against the known truth."""

import pytest
from scipy.stats import binom

import omnisim as om
from omnisim.experiment import trials
from tests.reference.worlds import small

FALSE_ALARM = 1e-6
N_TRIALS = 60
N_PANELS = 40
PEOPLE = {"market.n_shoppers": 120, "segments.busy.p_account": 0.9, "messages.p_open": 0.5}

pytestmark = pytest.mark.slow


def check_coverage(results: list[trials.FieldExperiment]) -> None:
    """Hold the number of intervals that cover to a binomial of 95 %."""
    covered = sum(result.covers for result in results)
    assert covered >= binom.ppf(FALSE_ALARM, len(results), 0.95), f"{covered} of {len(results)}"


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


@pytest.mark.parametrize("change", ["nothing", "store"])
def test_differences_in_differences_cover(change: str) -> None:
    firm = small()
    if change == "nothing":
        firm, what = firm.placebo(), trials.Change(capabilities=om.Capabilities.integrated())
    else:
        what = trials.Change(opens="store")
    panels = [trials.Regions(firm, what, 8, 15, seed) for seed in range(N_PANELS)]
    check_coverage([trials.difference_in_differences(panel) for panel in panels])
