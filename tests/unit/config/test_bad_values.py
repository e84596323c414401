"""Wrong files, by their values: the answer to each, word by word."""

import pytest

from omnisim.config.io import load_scenario
from omnisim.exceptions import ConfigError

CASES = [
    pytest.param(
        "[market]\nn_shoppers = -5\n",
        "s.toml:2: market.n_shoppers = -5: must be >= 1",
        id="below the least",
    ),
    pytest.param(
        "[market]\nn_shoppers = 10000001\n",
        "s.toml:2: market.n_shoppers = 10000001: must be <= 10000000",
        id="above the greatest",
    ),
    pytest.param(
        "[segments.a]\nshare = 0\n",
        "s.toml:2: segments.a.share = 0: must be > 0",
        id="at an open limit",
    ),
    pytest.param(
        "[market]\nseason_amplitude = 1.0\n",
        "s.toml:2: market.season_amplitude = 1.0: must be < 1",
        id="at an open upper limit",
    ),
    pytest.param(
        "[word]\nmean_degree = 3\n",
        "s.toml:2: word.mean_degree = 3: must be a multiple of 2",
        id="not a multiple",
    ),
    pytest.param(
        "[market]\nn_shoppers = 10.5\n",
        "s.toml:2: market.n_shoppers = 10.5: must be an integer",
        id="fraction for a count",
    ),
    pytest.param(
        "[market]\nn_shoppers = 10.0\n",
        "s.toml:2: market.n_shoppers = 10.0: must be an integer",
        id="whole float for a count",
    ),
    pytest.param(
        "[market]\nn_shoppers = true\n",
        "s.toml:2: market.n_shoppers = true: must be an integer",
        id="truth for a count",
    ),
    pytest.param(
        "[market]\nseason_amplitude = false\n",
        "s.toml:2: market.season_amplitude = false: must be a number",
        id="truth for a number",
    ),
    pytest.param(
        "[market]\nn_shoppers = '10'\n",
        "s.toml:2: market.n_shoppers = '10': must be an integer",
        id="text for a count",
    ),
    pytest.param(
        "[market]\nseason_amplitude = 'high'\n",
        "s.toml:2: market.season_amplitude = 'high': must be a number",
        id="text for a number",
    ),
    pytest.param(
        "[channels.app]\nis_open = 'yes'\n",
        "s.toml:2: channels.app.is_open = 'yes': must be true or false",
        id="text for a truth",
    ),
    pytest.param(
        "[channels.app]\nis_open = 1\n",
        "s.toml:2: channels.app.is_open = 1: must be true or false",
        id="count for a truth",
    ),
    pytest.param(
        "[market]\nn_shoppers = [1, 2]\n",
        "s.toml:2: market.n_shoppers = [1, 2]: must be an integer",
        id="list for a number",
    ),
    pytest.param(
        "[market]\nn_shoppers = {a = 1}\n",
        "s.toml:2: market.n_shoppers = {'a': 1}: must be an integer",
        id="table for a number",
    ),
    pytest.param(
        "[market.n_shoppers]\na = 1\n",
        "s.toml:1: market.n_shoppers = {'a': 1}: must be an integer",
        id="table header for a number",
    ),
    pytest.param(
        "[market]\nhorizon_days = 2024-01-31\n",
        "s.toml:2: market.horizon_days = 2024-01-31: must be an integer",
        id="date for a number",
    ),
    pytest.param(
        "[market]\nhorizon_days = 2024-01-31T10:00:00Z\n",
        "s.toml:2: market.horizon_days = 2024-01-31 10:00:00+00:00: must be an integer",
        id="date and time for a number",
    ),
    pytest.param(
        "[stores]\nopening_hour = 09:30:00\n",
        "s.toml:2: stores.opening_hour = 09:30:00: must be a number",
        id="time for a number",
    ),
    pytest.param(
        "[market]\nseason_amplitude = nan\n",
        "s.toml:2: market.season_amplitude = nan: must be a finite number",
        id="not a number",
    ),
    pytest.param(
        "[market]\nseason_amplitude = inf\n",
        "s.toml:2: market.season_amplitude = inf: must be a finite number",
        id="infinity",
    ),
    pytest.param(
        "[market]\nseason_amplitude = -inf\n",
        "s.toml:2: market.season_amplitude = -inf: must be a finite number",
        id="minus infinity",
    ),
    pytest.param(
        "[market]\nseason_amplitude = " + "9" * 400 + "\n",
        "s.toml:2: market.season_amplitude = an integer of about 400 digits: must be a number "
        "below 1.8e308 in size",
        id="too large for a float",
    ),
    pytest.param(
        "[market]\nn_shoppers = " + "9" * 400 + "\n",
        "s.toml:2: market.n_shoppers = an integer of about 400 digits: must be <= 10000000",
        id="count of 400 digits",
    ),
    pytest.param(
        "[market]\nn_shoppers = 0x" + "f" * 100_000 + "\n",
        "s.toml:2: market.n_shoppers = an integer of about 120412 digits: must be <= 10000000",
        id="hexadecimal of 100,000 digits",
    ),
    pytest.param(
        "[market]\nseason_amplitude = 1e999\n",
        "s.toml:2: market.season_amplitude = inf: must be a finite number",
        id="float that overflows",
    ),
    pytest.param(
        "[market]\nn_shoppers = '" + "x" * 10_000 + "'\n",
        "s.toml:2: market.n_shoppers = "
        "'xxxxxxxxxxxxxxxxxxxxxxxxxxx...xxxxxxxxxxxxxxxxxxxxxxxxxxxx': must be an integer",
        id="long text",
    ),
    pytest.param(
        '[market]\nn_shoppers = "\\u001b[31m\\n"\n',
        "s.toml:2: market.n_shoppers = '\\x1b[31m\\n': must be an integer",
        id="control characters in text",
    ),
    pytest.param(
        "[capabilities]\nvisible_stock = 3\n",
        "s.toml:2: capabilities.visible_stock = 3: must be <= 2",
        id="level above two",
    ),
    pytest.param(
        "[capabilities]\nvisible_stock = 'full'\n",
        "s.toml:2: capabilities.visible_stock = 'full': must be an integer",
        id="level as a word",
    ),
    pytest.param(
        "[primitives]\nmatch_recall = [0.1, 0.2]\n",
        "s.toml:2: primitives.match_recall = [0.1, 0.2]: has too few entries",
        id="short list",
    ),
    pytest.param(
        "[primitives]\nmatch_recall = []\n",
        "s.toml:2: primitives.match_recall = []: has too few entries",
        id="empty list",
    ),
    pytest.param(
        "[primitives]\nmatch_recall = [0, 0, 0, 0]\n",
        "s.toml:2: primitives.match_recall = [0, 0, 0, 0]: must have at most 3 entries, has 4",
        id="long list",
    ),
    pytest.param(
        "[primitives]\nmatch_recall = 0.5\n",
        "s.toml:2: primitives.match_recall = 0.5: must be a list",
        id="number for a list",
    ),
    pytest.param(
        "[primitives]\nmatch_recall = [\n  0.1,\n  'x',  # wrong\n  0.2,\n]\n",
        "s.toml:4: primitives.match_recall[1] = 'x': must be a number",
        id="text in a list",
    ),
    pytest.param(
        "[primitives]\nmatch_recall = [0, true, 1]\n",
        "s.toml:2: primitives.match_recall[1] = true: must be a number",
        id="truth in a list",
    ),
    pytest.param(
        "[primitives]\ncard_shown = [0, 0, 0]\nmatch_recall = [0, 0.5, 1.5]\n",
        "s.toml:3: primitives.match_recall[2] must lie in [0, 1]. Got 1.5.",
        id="out of range in a list",
    ),
    pytest.param(
        "[primitives]\nmatch_recall = [-1, 0.5, 1.5]\n",
        "s.toml:2: primitives.match_recall[0] must lie in [0, 1]. Got -1.0.\n"
        "s.toml:2: primitives.match_recall[2] must lie in [0, 1]. Got 1.5.",
        id="two out of range in a list",
    ),
]


@pytest.mark.parametrize(("content", "message"), CASES)
def test_bad_value_is_told_by_line(write, content, message):
    with pytest.raises(ConfigError) as error:
        load_scenario(write(content))
    assert str(error.value) == message
