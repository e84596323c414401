"""What the firm sees is by the capabilities that went live, not by those that it planned."""

import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.rollout import Introduction, Rollout
from omnisim.experiment.attributed import attributed_shares, observed_log
from omnisim.schema import Channel, Event
from omnisim.simulation import Intervention, simulate
from tests.reference.worlds import of, small

AT_ONCE = Introduction(delay_weeks=0.0, ramp_weeks=0.0, p_partial=0.0, outage_days=0.0)
NEVER = Introduction(delay_weeks=500.0, p_partial=0.0)
NOTHING = Capabilities()
JOINED = Capabilities(single_customer_view=2)
SENSED = Capabilities(single_customer_view=2, offline_capture=2)
DAY = 30


def seen(levels, *interventions, way=None):
    """Return the run of a firm with beacons at K2; its capabilities come in one way, if given."""
    scenario = small({
        "capabilities": levels, "market.n_shoppers": 100, "segments.busy.p_app": 0.7,
        "segments.busy.p_location_consent": 0.7, "primitives.visits_sensed": (0.0, 0.5, 0.9),
    })  # fmt: skip
    if way is not None:
        ways = dict.fromkeys(Capabilities.model_fields, way)
        scenario = scenario.replace({"rollout": Rollout(is_simulated=True, **ways)})
    return simulate(scenario, seed=4, interventions=interventions)


def assert_seen_alike(first, second):
    """Hold that the same happened in two runs, and that the firm sees the same of it."""
    assert first.events.to_pandas().equals(second.events.to_pandas())
    for level in ("TL0", "TL1", "TL2"):
        logs = [observed_log(run, level).to_pandas() for run in (first, second)]
        assert logs[0].equals(logs[1]), level
    assert attributed_shares(first, 30.0).equals(attributed_shares(second, 30.0))


@pytest.mark.parametrize("levels", [JOINED, SENSED])
def test_what_never_goes_live_shows_nothing(levels):
    assert_seen_alike(seen(levels, way=NEVER), seen(NOTHING))


@pytest.mark.parametrize("levels", [JOINED, SENSED])
def test_what_is_taken_away_on_the_first_day_shows_nothing(levels):
    assert_seen_alike(seen(levels, Intervention(0, NOTHING)), seen(NOTHING))


@pytest.mark.parametrize("levels", [JOINED, SENSED])
def test_what_goes_live_at_once_shows_all(levels):
    whole = seen(levels)
    assert_seen_alike(seen(levels, way=AT_ONCE), whole)
    assert_seen_alike(seen(NOTHING, Intervention(0, levels)), whole)
    assert len(whole.primitives) == 1


def test_records_are_joined_as_they_stand_at_the_end():
    """Those that come together late are read as one from the first day on (`firm.moves`)."""
    late = seen(NOTHING, Intervention(DAY, JOINED))
    recall = late.scenario.primitives.match_recall
    assert late.primitives["match_recall"].to_dict() == {0.0: recall[0], DAY: recall[2]}
    n = [len(observed_log(run, "TL2")["visitor"].unique()) for run in (late, seen(NOTHING))]
    assert n[0] < n[1]


def test_beacons_notice_who_comes_in_while_they_hang_there():
    never_gone = _sensed(seen(SENSED))
    gone, come = (
        _sensed(seen(before, Intervention(DAY, after)))
        for before, after in ((SENSED, JOINED), (JOINED, SENSED))
    )
    assert gone.tolist() == never_gone[never_gone < DAY].tolist() != []
    assert come.min() >= DAY


def _sensed(run):
    """Return the times of the store visits that TL2 sees."""
    log = observed_log(run, "TL2")
    visit = (of(log, "event") == Event.VISIT) & (of(log, "channel") == Channel.STORE)
    return of(log, "time")[visit]
