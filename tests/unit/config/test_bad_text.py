"""Wrong files, by their text: the answer to each, word by word."""

import pytest

from omnisim.config.io import load_scenario
from omnisim.exceptions import ConfigError

CASES = [
    pytest.param(
        "[market]\nn_shoppers =\n",
        "s.toml:2: not valid TOML: invalid value (column 13)",
        id="no value",
    ),
    pytest.param(
        "[market]\nn_shoppers 3\n",
        "s.toml:2: not valid TOML: expected '=' after a key in a key/value pair (column 12)",
        id="no equals sign",
    ),
    pytest.param(
        "[market\nn_shoppers = 3\n",
        "s.toml:1: not valid TOML: expected ']' at the end of a table declaration (column 8)",
        id="open header",
    ),
    pytest.param(
        "[market]\nn_shoppers = 'x\n",
        's.toml:2: not valid TOML: expected "\'" (end of file)',
        id="open string",
    ),
    pytest.param(
        "[primitives]\nmatch_recall = [0.1,\n",
        "s.toml:2: not valid TOML: invalid value (end of file)",
        id="open list",
    ),
    pytest.param(
        "[market]\nn_shoppers = many\n",
        "s.toml:2: not valid TOML: invalid value (column 14)",
        id="word for a value",
    ),
    pytest.param(
        "[market]\nn_shoppers = 20,000\n",
        "s.toml:2: not valid TOML: expected the line to end here (column 16)",
        id="thousands separator",
    ),
    pytest.param(
        "[market]\nseason_amplitude = 0,3\n",
        "s.toml:2: not valid TOML: expected the line to end here (column 21)",
        id="decimal comma",
    ),
    pytest.param(
        "[market]\nn_shoppers = 007\n",
        "s.toml:2: not valid TOML: expected the line to end here (column 15)",
        id="leading zero",
    ),
    pytest.param(
        "[market]\nn_shoppers = 3\nn_shoppers = 4\n",
        "s.toml:3: not valid TOML: this key was given a value before (column 15)",
        id="key given twice",
    ),
    pytest.param(
        "[market]\n[stores]\n[market]\n",
        "s.toml:3: not valid TOML: this table was given before (column 8)",
        id="header given twice",
    ),
    pytest.param(
        "market = 3\n[market]\n",
        "s.toml:2: not valid TOML: this key was given a value before (column 8)",
        id="key and header",
    ),
    pytest.param(
        "[market]\nhorizon_days = 2024-02-31\n",
        "s.toml:2: not valid TOML: invalid date or datetime (column 16)",
        id="impossible date",
    ),
    pytest.param(
        '[market]\nn_shoppers = "\\q"\n',
        "s.toml:2: not valid TOML: unescaped '\\' in a string (column 17)",
        id="bad escape",
    ),
    pytest.param(
        "[market]\nn_shoppers = 3\x00\n",
        "s.toml:2: not valid TOML: expected the line to end here (column 15)",
        id="null character",
    ),
    pytest.param(
        '{"market": {"n_shoppers": 3}}\n',
        "s.toml:1: not valid TOML: invalid statement (column 1)",
        id="JSON",
    ),
    pytest.param(
        "[market]\nn_shoppers = " + "9" * 5000 + "\n",
        "s.toml: not valid TOML: an integer has too many digits",
        id="5,000 digits",
    ),
    pytest.param(
        "[market]\nn_shoppers = " + "[" * 2000 + "]" * 2000 + "\n",
        "s.toml: tables or lists are nested too deeply",
        id="nested lists",
    ),
    pytest.param(
        "[market]\nn_shoppers = " + "{a=" * 2000 + "1" + "}" * 2000 + "\n",
        "s.toml: tables or lists are nested too deeply",
        id="nested tables",
    ),
    pytest.param(
        "a." * 2000 + "a = 1\n",
        "s.toml: tables or lists are nested too deeply",
        id="dotted key of many parts",
    ),
    pytest.param(
        b"[market]\n\nn_shoppers = 3 # caf\xe9\n", "s.toml:3: not UTF-8: byte 0xe9", id="bad UTF-8"
    ),
    pytest.param("[market]\n".encode("utf-16"), "s.toml:1: not UTF-8: byte 0xff", id="UTF-16"),
    pytest.param(bytes(range(128, 256)), "s.toml:1: not UTF-8: byte 0x80", id="random bytes"),
    pytest.param("#" * 1_000_001, "s.toml: is larger than 1,000,000 bytes", id="too large"),
]


@pytest.mark.parametrize(("content", "message"), CASES)
def test_bad_text_is_told_by_line(write, content, message):
    with pytest.raises(ConfigError) as error:
        load_scenario(write(content))
    assert str(error.value) == message
