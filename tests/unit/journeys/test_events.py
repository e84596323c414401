"""Event logs: windows, gaps, ties, sorting, bad rows."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import EventColumns, JourneyRules, Journeys
from tests.reference.journeys import cut

COLUMNS = ("shopper", "time", "channel", "conversion", "value")
event = st.tuples(
    st.integers(0, 3), st.integers(0, 40).map(float), st.sampled_from("abc"), st.integers(0, 2),
    st.just(0.0),
).map(lambda e: (*e[:4], float(e[3]) * 2))  # fmt: skip


def read(events, columns=None, channels=None, **rules):
    table = {name: [e[i] for e in events] for i, name in enumerate(COLUMNS)}
    return Journeys.from_events(table, rules=JourneyRules(**rules), columns=columns,
                                channels=channels)  # fmt: skip


def listed(journeys):
    return [
        ([journeys.channel_names[c] for c in journeys.channel[a:b]], int(n), float(v))
        for a, b, n, v in zip(journeys.offset[:-1], journeys.offset[1:], journeys.n_conversions,
                              journeys.value, strict=True)
    ]  # fmt: skip


@given(
    events=st.lists(event, min_size=1, max_size=30),
    lookback=st.sampled_from([1.0, 5.0, 100.0]),
    gap=st.sampled_from([2.0, 10.0, float("inf")]),
)
@settings(max_examples=100, deadline=None)
def test_cutting_meets_the_oracle(events, lookback, gap):
    journeys = read(events, lookback_days=lookback, gap_days=gap)
    assert listed(journeys) == cut(events, lookback, gap)


@given(events=st.lists(event, min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_no_touchpoint_and_no_conversion_is_lost(events):
    journeys = read(events, lookback_days=3.0)
    assert journeys.n_conversions.sum() == sum(e[3] for e in events)
    assert len(journeys.channel) == len(events)
    assert journeys.value.sum() == sum(e[4] for e in events)


def test_a_conversion_takes_the_lookback_with_its_edge():
    events = [(1, 0.0, "old", 0, 0), (1, 10.0, "edge", 0, 0), (1, 40.0, "buy", 1, 5.0)]
    assert listed(read(events)) == [(["old"], 0, 0.0), (["edge", "buy"], 1, 5.0)]


def test_a_conversion_ends_the_journey():
    events = [(1, 0.0, "a", 1, 1.0), (1, 1.0, "b", 1, 2.0)]
    assert listed(read(events)) == [(["a"], 1, 1.0), (["b"], 1, 2.0)]


@pytest.mark.parametrize("rule", ["gap_days", "lookback_days"])
def test_the_edge_of_minutes_belongs_to_the_window(rule):
    first = pd.date_range("2024-01-01 00:00:01", periods=2000, freq="4001s")
    shopper, half_hour = np.arange(2000), pd.Timedelta(minutes=30)

    def lengths(silence):
        frame = pd.DataFrame({
            "shopper": np.repeat(shopper, 2), "channel": ["a", "b"] * 2000,
            "time": np.column_stack([first, first + silence]).ravel(), "conversion": [0, 1] * 2000,
        })  # fmt: skip
        rules = JourneyRules(**{rule: 30 / 1440})
        return set(Journeys.from_events(frame, rules=rules).length.tolist())

    assert lengths(half_hour) == {2}
    assert lengths(half_hour + pd.Timedelta(microseconds=1)) == {1}


def test_a_gap_ends_the_journey():
    events = [(1, 0.0, "a", 0, 0), (1, 5.0, "b", 1, 1.0)]
    assert listed(read(events, gap_days=4.0)) == [(["a"], 0, 0.0), (["b"], 1, 1.0)]
    assert listed(read(events, gap_days=5.0)) == [(["a", "b"], 1, 1.0)]


def test_null_windows_are_cut_backwards():
    events = [(1, t, "a", 0, 0) for t in (0.0, 25.0, 40.0, 60.0)]
    assert [len(j[0]) for j in listed(read(events))] == [2, 2]


def test_a_conversion_without_touchpoints_is_shown():
    table = {"shopper": [1, 2], "time": [0.0, 0.0], "channel": [None, "a"], "conversion": [1, 0]}
    assert listed(Journeys.from_events(table)) == [(["(none)"], 1, 0.0), (["a"], 0, 0.0)]


def test_one_journey_a_shopper():
    events = [
        (1, 0.0, "a", 1, 1.0),
        (1, 500.0, "b", 1, 2.0),
        (1, 501.0, "c", 0, 0),
        (2, 0.0, "a", 0, 0),
    ]
    journeys = read(events, split="shopper")
    assert listed(journeys) == [(["a", "b", "c"], 2, 3.0), (["a"], 0, 0.0)]
    assert journeys.n_nulls.tolist() == [0, 1]


def test_repeats_collapse():
    events = [(1, 0.0, "a", 0, 0), (1, 1.0, "a", 0, 0), (1, 2.0, "b", 1, 0)]
    assert listed(read(events, repeats="collapse")) == [(["a", "b"], 1, 0.0)]


def test_ties_keep_the_order_of_rows():
    events = [(1, 0.0, "b", 0, 0), (1, 0.0, "a", 0, 0), (1, 0.0, "c", 1, 0)]
    assert listed(read(events)) == [(["b", "a", "c"], 1, 0.0)]


def test_rows_in_any_order():
    events = [(1, 2.0, "c", 1, 0), (2, 0.0, "x", 0, 0), (1, 0.0, "a", 0, 0), (1, 1.0, "b", 0, 0)]
    assert listed(read(events)) == [(["a", "b", "c"], 1, 0.0), (["x"], 0, 0.0)]


def test_groups():
    events = [(1, 0.0, "google", 0, 0), (1, 1.0, "bing", 0, 0), (1, 2.0, "mail", 1, 0)]
    journeys = read(events, channels={"google": "search", "bing": "search"})
    assert listed(journeys) == [(["search", "search", "mail"], 1, 0.0)]


def test_times_and_ends_are_kept():
    journeys = read([(1, 0.5, "a", 0, 0), (1, 2.0, "b", 1, 0), (1, 3.0, "c", 0, 0)])
    assert journeys.time.tolist() == [0.5, 2.0, 3.0]
    np.testing.assert_array_equal(journeys.end, [2.0, np.nan])


@pytest.mark.parametrize(
    "times",
    [
        [dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 2, 12)],
        [
            dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
            dt.datetime(2024, 1, 2, 12, tzinfo=dt.UTC),
        ],
        pd.to_datetime(["2024-01-01 00:00", "2024-01-02 12:00"]),
        [19723.0, 19724.5],
    ],
)
def test_every_kind_of_time(times):
    table = {
        "user_id": ["u", "u"],
        "timestamp": times,
        "source": ["a", "b"],
        "converted": [False, True],
    }
    assert Journeys.from_events(pd.DataFrame(table)).time.tolist() == [19723.0, 19724.5]


def test_dates():
    table = {"user": ["u"], "date": [dt.date(1970, 1, 3)], "channel": ["a"], "conversion": [1]}
    assert Journeys.from_events(table).time.tolist() == [2.0]


def test_named_columns():
    table = {"who": [1], "when": [0.0], "what": ["a"], "bought": [2], "eur": [3.0]}
    columns = EventColumns("who", "when", "what", "bought", "eur")
    assert listed(Journeys.from_events(table, columns=columns)) == [(["a"], 2, 3.0)]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("shopper", None, "shopper must not be missing. It is in row 1"),
        ("shopper", 1.5, "shopper must be text or whole numbers"),
        ("time", None, "time must not be missing"),
        ("time", float("nan"), "time must be finite"),
        (
            "channel",
            None,
            "channel must not be missing where there is no conversion. It is in row 1",
        ),
        ("channel", " ", "channel must not be missing where there is no conversion"),
        ("conversion", -1, "conversion must be finite and >= 0"),
        ("conversion", None, "conversion must not be missing"),
        ("value", -1.0, "value must be finite and >= 0"),
        ("value", 1.0, "value must be 0 where there is no conversion"),
    ],
)
def test_bad_rows(column, value, message):
    table = {"shopper": [1, 1], "time": [0.0, 1.0], "channel": ["a", "b"], "conversion": [0, 0],
             "value": [0.0, 0.0]}  # fmt: skip
    with pytest.raises(TableError, match=message):
        Journeys.from_events(table | {column: [table[column][0], value]})


def test_times_that_are_text_are_refused():
    table = {"shopper": [1], "time": ["yesterday"], "channel": ["a"], "conversion": [1]}
    with pytest.raises(TableError, match=r"time must be dates .* numbers of days\. Got text"):
        Journeys.from_events(table)


def test_an_identifier_as_channel_is_refused():
    n = 5000
    table = {"shopper": [1] * n, "time": np.arange(1.0 * n), "channel": [f"s{i}" for i in range(n)],
             "conversion": [0] * n}  # fmt: skip
    with pytest.raises(TableError, match=r"5,000 different names.*identifier"):
        Journeys.from_events(table)


@pytest.mark.parametrize(
    "rules",
    [{"lookback_days": 0}, {"lookback_days": -1}, {"gap_days": np.nan}, {"lookback_days": "30"},
     {"split": "session"}, {"repeats": True}],
)  # fmt: skip
def test_wrong_rules(rules):
    with pytest.raises(ParameterError):
        JourneyRules(**rules)


def test_categories_that_do_not_occur_are_no_channels():
    channel = pd.Categorical(["b", "a"], categories=["z", "a", "b"])
    table = pd.DataFrame({"user": [1, 1], "time": [0.0, 1.0], "channel": channel,
                          "conversion": [0, 1]})  # fmt: skip
    journeys = Journeys.from_events(table)
    assert listed(journeys) == [(["b", "a"], 1, 0.0)]
    assert journeys.channel_names == ("a", "b")


def test_no_events():
    table = {name: [] for name in COLUMNS}
    assert len(Journeys.from_events(table)) == 0


def test_a_row_that_occurs_twice_is_two_events():
    events = {"shopper": [1, 1, 1], "time": [0.0, 0.0, 1.0], "channel": ["a", "a", "b"],
              "conversion": [0, 0, 1]}  # fmt: skip
    assert Journeys.from_events(events).to_paths()["path"].to_pylist() == ["a > a > b"]


@pytest.mark.parametrize("group", [3, None, "", " "])
def test_groups_have_a_name(group):
    events = {"shopper": [1], "time": [0.0], "channel": ["a"]}
    with pytest.raises(ParameterError, match=r"channels\['a'\] must be text, not blank"):
        Journeys.from_events(events, channels={"a": group})


def test_a_channel_called_none_is_not_mistaken_for_no_touchpoint():
    events = {"shopper": [1, 2], "time": [0.0, 0.0], "channel": ["(none)", None],
              "conversion": [1, 1]}  # fmt: skip
    with pytest.raises(TableError, match=r"channel must not be '\(none\)'.*rename it"):
        Journeys.from_events(events)
    assert Journeys.from_events(events, channels={"(none)": "direct"}).n_channels == 2
