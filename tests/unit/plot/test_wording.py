import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisim.plot.wording import clean, euro, interval, number, percent, title, wrapped


@pytest.mark.parametrize(
    ("value", "digits", "sign", "text"),
    [
        (0.0, 2, True, "0.00"),
        (-0.0, 2, False, "0.00"),
        (-0.004, 2, False, "0.00"),
        (0.004, 2, True, "0.00"),
        (-0.006, 2, False, "−0.01"),
        (1234567.891, 1, False, "1,234,567.9"),
        (-1234.5, 0, False, "−1,234"),
        (3, 2, True, "+3.00"),
        (math.nan, 2, True, "n/a"),
        (math.inf, 2, False, "unbounded"),
        (-math.inf, 2, False, "−unbounded"),
    ],
)
def test_numbers_read_well(value: float, digits: int, sign: bool, text: str) -> None:
    assert number(value, digits, sign=sign) == text


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(0, 6), st.booleans())
def test_a_number_reads_back_as_itself_rounded(value: float, digits: int, sign: bool) -> None:
    text = number(value, digits, sign=sign)
    assert float(text.replace("−", "-").replace(",", "")) == float(f"{value:.{digits}f}")
    assert "-" not in text
    assert not text.startswith("−0.00") or any(d in text for d in "123456789")


def test_the_sign_stands_before_the_currency() -> None:
    assert (euro(-2.5), euro(2.5, sign=True), euro(2.5)) == ("−€2.50", "+€2.50", "€2.50")
    assert euro(math.nan) == "n/a"


def test_shares_and_intervals() -> None:
    assert percent(0.0455, 1) == "4.5%" or percent(0.0455, 1) == "4.6%"
    assert percent(math.nan) == "n/a"
    assert interval(-1, 2) == "−1.00 to 2.00"


@pytest.mark.parametrize(
    ("name", "text"),
    [("a\n\tb ", "a b"), ("\x00\x1b[1m", "[1m"), ("", "(no name)"), ("<b>&", "<b>&"),
     ("a\u202eb", "ab"), ("\ud800x", "x"), (7, "7")],
)  # fmt: skip
def test_a_name_is_one_line_of_printable_characters(name: object, text: str) -> None:
    assert clean(name) == text


def test_a_long_name_ends_in_an_ellipsis() -> None:
    assert wrapped("one two three four", 9, n_lines=1) == "one two…"
    assert max(map(len, wrapped("x" * 500, 19, n_lines=3).splitlines())) <= 19


def test_codes_become_words() -> None:
    assert title("cost_of_goods") == "Cost of goods"
