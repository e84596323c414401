"""Costs of an event log by channel."""

import pytest

from omnisim.attribution import LastTouch, budget_table
from omnisim.exceptions import TableError
from omnisim.journeys import Journeys, channel_costs

EVENTS = {"user": [1, 1, 2, 2], "time": [0.0, 1.0, 0.0, 90.0],
          "channel": ["ad ", "mail", "ad", "AD"],
          "conversion": [0, 1, 0, 0], "value": [0.0, 9.0, 0.0, 0.0],
          "cost": [0.5, 0.25, 0.5, 1.0]}  # fmt: skip


def test_costs_are_summed_by_channel_and_group():
    assert channel_costs(EVENTS) == {"AD": 1.0, "ad": 1.0, "mail": 0.25}
    assert channel_costs(EVENTS, channels={"AD": "ad"}) == {"ad": 2.0, "mail": 0.25}


def test_costs_meet_the_credits_of_the_same_log():
    channels = {"AD": "ad"}
    model = LastTouch().fit(Journeys.from_events(EVENTS, channels=channels))
    table = budget_table(model, channel_costs(EVENTS, channels=channels))
    assert table.loc["mail", "roas"] == 36.0
    assert table["cost"].to_dict() == {"ad": 2.0, "mail": 0.25}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cost": [0.5, -1.0, 0.0, 0.0]}, "cost must be finite and >= 0. Got -1.0 in row 1"),
        ({"channel": ["ad", "ad", None, "ad"]}, "missing where there is a cost. It is in row 2"),
        ({"channel": ["ad", "ad", "ad", " "]}, "missing where there is a cost. It is in row 3"),
        ({"channel": [f"{k}" for k in range(4)], "cost": ["1"] * 4}, "cost must be numbers"),
    ],
)
def test_bad_costs(change, message):
    with pytest.raises(TableError, match=message):
        channel_costs(EVENTS | change)


def test_free_events_need_no_channel():
    free = {"channel": ["ad", None], "cost": [1.0, 0.0]}
    assert channel_costs(free) == {"ad": 1.0}
    assert channel_costs({"channel": [], "cost": []}) == {}


def test_a_log_without_costs():
    with pytest.raises(TableError, match="lacks column 'cost'"):
        channel_costs({"channel": ["ad"]})
