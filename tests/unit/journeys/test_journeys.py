"""The container of journeys: layout, checks, and the way back to paths."""

import numpy as np
import pytest

from omnisim.exceptions import TableError
from omnisim.journeys import Journeys


def arrays(**changes):
    base = {
        "channel": np.array([0, 1, 1], dtype=np.int32),
        "offset": np.array([0, 2, 3], dtype=np.int64),
        "n_conversions": np.array([1, 0], dtype=np.int64),
        "n_nulls": np.array([0, 2], dtype=np.int64),
        "value": np.array([5.0, 0.0]),
        "channel_names": ("a", "b"),
    }
    return base | changes


def test_layout_and_repr():
    journeys = Journeys(**arrays())
    assert len(journeys) == 2
    assert journeys.length.tolist() == [2, 1]
    assert repr(journeys) == ("Journeys: 3 journeys (1 conversions, 2 nulls) in 2 rows, "
                              "3 touchpoints, 2 channels")  # fmt: skip


def test_arrays_are_read_only():
    with pytest.raises(ValueError, match=r"read-only"):
        Journeys(**arrays()).channel[0] = 1


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("channel", np.array([0, 1, 1]), "channel must be a contiguous int32 array"),
        ("channel", [0, 1, 1], "Got list"),
        ("channel", np.array([0, 1, 2], dtype=np.int32), r"channel must lie in \[0, 2\)"),
        ("channel", np.array([0, -1, 1], dtype=np.int32), r"channel must lie in \[0, 2\)"),
        ("offset", np.array([0, 2, 2]), "offset must run from 0 to len"),
        ("offset", np.array([1, 2, 3]), "offset must run from 0 to len"),
        ("offset", np.array([], dtype=np.int64), "n_conversions must have -1"),
        ("offset", np.array([0, 3, 3]), "at least one touchpoint. Row 1"),
        ("n_conversions", np.array([1]), "n_conversions must have 2 elements"),
        (
            "n_conversions",
            np.array([-1, 0]),
            "n_conversions must be finite and >= 0. Got -1 in row 0",
        ),
        ("n_nulls", np.array([0, -2]), "n_nulls must be finite and >= 0"),
        ("value", np.array([np.inf, 0]), "value must be finite"),
        ("value", np.array([np.nan, 0]), "value must be finite"),
        ("channel_names", ("a", "a"), "distinct"),
        ("channel_names", ("a", ""), "non-empty"),
        ("time", np.array([1.0, 2.0]), "time must have 3 elements"),
        (
            "time",
            np.array([2.0, 1.0, 3.0]),
            "must not decrease within a journey. It does at touchpoint 0",
        ),
        ("time", np.array([1.0, np.nan, 3.0]), "time must be finite"),
    ],
)
def test_wrong_arrays_are_refused(name, wrong, message):
    with pytest.raises(TableError, match=message):
        Journeys(**arrays(**{name: wrong}))


def test_time_may_fall_from_one_journey_to_the_next():
    assert Journeys(**arrays(time=np.array([1.0, 9.0, 3.0]))).time[2] == 3.0


def test_paths_and_back():
    table = Journeys(**arrays()).to_paths()
    assert table.to_pydict() == {"path": ["a > b", "b"], "n_conversions": [1, 0], "n_nulls": [0, 2],
                                 "value": [5.0, 0.0]}  # fmt: skip
    again = Journeys.from_paths(table)
    assert again.to_paths().equals(table)


def test_to_paths_adds_up_rows_with_the_same_path():
    journeys = Journeys.from_paths({"path": ["b", "a", "b"], "n_conversions": [1, 2, 3]})
    assert journeys.to_paths().to_pydict()["n_conversions"] == [2, 4]


def test_regroup_merges_channels():
    journeys = Journeys(**arrays()).regroup({"a": "x", "b": "x"})
    assert journeys.channel_names == ("x",)
    assert journeys.channel.tolist() == [0, 0, 0]


def test_collapse_keeps_the_first_of_a_run():
    journeys = Journeys.from_paths(
        {"path": ["a > a > b > a", "a", "b > b"], "n_conversions": [1, 1, 1]}
    )
    assert journeys.collapse().to_paths()["path"].to_pylist() == ["a", "a > b > a", "b"]


def test_take_repeats_and_reorders():
    taken = Journeys(**arrays(time=np.array([1.0, 2.0, 0.0]))).take(np.array([1, 0, 1]))
    assert taken.channel.tolist() == [1, 0, 1, 1]
    assert taken.time.tolist() == [0.0, 1.0, 2.0, 0.0]


def test_no_journeys_at_all():
    empty = Journeys.from_paths({"path": [], "n_conversions": []})
    assert len(empty) == 0
    assert empty.to_paths().num_rows == 0


@pytest.mark.parametrize(
    ("name", "separator"), [("a > b", " > "), ("a>b", ">"), ("a >", " > "), ("a", "a")]
)
def test_names_that_hold_the_separator_make_no_paths(name, separator):
    events = {"shopper": [1, 1], "time": [0.0, 1.0], "channel": [name, "c"]}
    journeys = Journeys.from_events(events)
    with pytest.raises(TableError, match="separator must not occur in the name of a channel"):
        journeys.to_paths(separator=separator)
    assert journeys.to_paths(separator="|")["path"].to_pylist() == [f"{name}|c"]


@pytest.mark.parametrize("times", [1200, 2200])
def test_sums_of_counts_must_fit(times):
    table = {"path": ["a > b"] * times, "n_conversions": [2**53 - 1] * times}
    with pytest.raises(TableError, match=r"fewer than 2\*\*62 touchpoints: .* Got .*e\+19"):
        Journeys.from_paths(table)


def test_sum_of_values_must_be_finite():
    table = {"path": ["a", "b"], "n_conversions": [1, 1], "value": [1.7e308, 1.7e308]}
    with pytest.raises(TableError, match=r"value must sum to at most 1e\+300. Got inf"):
        Journeys.from_paths(table)


def test_groups_lose_white_space():
    journeys = Journeys.from_paths({"path": ["a > b"], "n_conversions": [1]})
    assert journeys.regroup({"a": " b "}).channel_names == ("b",)
