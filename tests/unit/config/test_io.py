"""Loading: what a file may hold, and where its text stands."""

import pytest

from omnisim.config.io import load_scenario
from omnisim.config.scenario import SEGMENTS, Scenario
from omnisim.config.segments import Segment
from omnisim.exceptions import ConfigError


def test_empty_file_is_the_reference_scenario(write):
    assert load_scenario(write("")) == Scenario()


def test_fields_left_out_keep_the_values_of_the_reference(write):
    scenario = load_scenario(write("[channels.store]\nlock_in = 0.5\n"))
    assert scenario == Scenario().replace({"channels.store.lock_in": 0.5})
    assert scenario.channels.store.search_intercept == Scenario().channels.store.search_intercept


def test_segments_of_a_file_are_all_segments(write):
    scenario = load_scenario(write("[segments.digital]\nshare = 1\n"))
    assert scenario.segments == {"digital": Segment(share=1.0)}
    assert scenario.segments["digital"] != SEGMENTS["digital"]


def test_whole_numbers_are_taken_as_floats(write):
    value = load_scenario(write("[market]\nneeds_per_purchase = 2\n")).market.needs_per_purchase
    assert (value, type(value)) == (2.0, float)


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf[market]\nhorizn_days = 3\n",
        b"[market]\r\nhorizn_days = 3\r\n",
        b"[market]\nhorizn_days = 3",
    ],
    ids=["byte order mark", "Windows line ends", "no last line end"],
)
def test_ways_to_write_a_line_change_no_line_number(write, content):
    message = "s.toml:2: market.horizn_days = 3: unknown key; did you mean 'horizon_days'?"
    with pytest.raises(ConfigError) as error:
        load_scenario(write(content))
    assert str(error.value) == message


def test_all_problems_of_a_file_are_told_in_the_order_of_its_lines(write):
    path = write(
        "[stores]\nn_stores = -5\n\n[market]\nhorizn_days = 3\nn_shoppers = 'x'\n[nothing]\n"
    )
    with pytest.raises(ConfigError) as error:
        load_scenario(path)
    lines = str(error.value).splitlines()
    assert lines[:3] == [
        "s.toml:2: stores.n_stores = -5: must be >= 1",
        "s.toml:5: market.horizn_days = 3: unknown key; did you mean 'horizon_days'?",
        "s.toml:6: market.n_shoppers = 'x': must be an integer",
    ]
    assert lines[3].startswith("s.toml:7: nothing = {}: unknown key; known keys: 'market', ")
    assert len(lines) == 4


def test_at_most_fifty_problems_are_listed(write):
    path = write("[market]\n" + "".join(f"x{n} = 1\n" for n in range(60)))
    with pytest.raises(ConfigError) as error:
        load_scenario(path)
    lines = str(error.value).splitlines()
    assert (len(lines), lines[-1]) == (51, "... and 10 more")
