"""Interventions: what was before them is untouched, and what they change changes."""

import numpy as np
import pytest

import omnisim as om
from omnisim.exceptions import ParameterError
from omnisim.schema import Channel, Event
from omnisim.simulation import Intervention
from tests.reference.worlds import of, small

DAY = 30


def run(*interventions, **fields):
    return om.simulate(small(fields), seed=8, interventions=interventions)


def until(result, day):
    rows = of(result.events, "time") < day
    return [of(result.events, name)[rows] for name in ("time", "shopper", "channel", "event")]


def store_visits(result):
    rows = (of(result.events, "channel") == Channel.STORE) & (
        of(result.events, "event") == Event.VISIT
    )
    return of(result.events, "time")[rows]


def test_nothing_changes_before_its_day():
    plain = run()
    changed = run(Intervention(DAY, om.Capabilities.integrated()))
    for before, after in zip(until(plain, DAY), until(changed, DAY), strict=True):
        np.testing.assert_array_equal(before, after)
    assert changed.events.num_rows != plain.events.num_rows


def test_capabilities_from_the_first_day_on_are_those_of_the_scenario():
    integrated = run(Intervention(0, om.Capabilities.integrated()))
    scenario = run(capabilities=om.Capabilities.integrated())
    events = [of(result.events, "event") for result in (integrated, scenario)]
    np.testing.assert_array_equal(*events)


def test_a_store_that_opens_late_is_not_visited_before():
    visits = store_visits(run(Intervention(0, is_open={"store": False}),
                              Intervention(DAY, is_open={"store": True})))  # fmt: skip
    assert len(visits)
    assert visits.min() >= DAY


def test_they_take_place_in_the_order_of_their_days():
    shut, opened = Intervention(0, is_open={"app": False}), Intervention(DAY, is_open={"app": True})
    for one, other in zip(until(run(shut, opened), 99), until(run(opened, shut), 99), strict=True):
        np.testing.assert_array_equal(one, other)


def test_unknown_channels_and_days_are_refused():
    with pytest.raises(ParameterError, match="Did you mean 'store'"):
        Intervention(0, is_open={"sotre": True})
    with pytest.raises(ParameterError, match="day"):
        Intervention(-1)
