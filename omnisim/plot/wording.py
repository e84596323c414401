"""How numbers and names are written for people, in figures and in the report."""

import math
import textwrap
import unicodedata

MINUS = "\N{MINUS SIGN}"
MISSING = "n/a"


def number(value: float, digits: int = 2, *, sign: bool = False) -> str:
    """Write a number with thousands and a true minus sign; never a negative zero.

    Parameters
    ----------
    value : float
        NaN and infinities are written as words.
    digits : int, default=2
        Digits after the point.
    sign : bool, default=False
        Write ``+`` before positive numbers; zero stays without a sign.

    Examples
    --------
    >>> number(-1234.5), number(-0.001), number(2, 1, sign=True)
    ('−1,234.50', '0.00', '+2.0')
    """
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "unbounded" if value > 0 else f"{MINUS}unbounded"
    text = f"{abs(value):,.{digits}f}"
    if not any(digit in text for digit in "123456789"):
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def euro(value: float, digits: int = 2, *, sign: bool = False) -> str:
    """Write an amount in euros, the sign before the symbol.

    Examples
    --------
    >>> euro(-1234.5), euro(0.4, sign=True)
    ('−€1,234.50', '+€0.40')
    """
    text = number(value, digits, sign=sign)
    if text == MISSING:
        return text
    return text[0] + "€" + text[1:] if text[0] in MINUS + "+" else "€" + text


def percent(share: float, digits: int = 0) -> str:
    """Write a share as per cent.

    Examples
    --------
    >>> percent(0.126), percent(0.126, 1)
    ('13%', '12.6%')
    """
    text = number(100 * share, digits)
    return text if text == MISSING else text + "%"


def interval(low: float, high: float, digits: int = 2) -> str:
    """Write an interval.

    Examples
    --------
    >>> interval(-0.2, 1.25)
    '−0.20 to 1.25'
    """
    return f"{number(low, digits)} to {number(high, digits)}"


def clean(name: object) -> str:
    """Return a name on one line, without control characters, which neither SVG nor HTML allow."""
    kept = "".join(
        " " if c.isspace() else c
        for c in str(name)
        if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join(kept.split()) or "(no name)"


def title(name: str) -> str:
    """Write the name of a line, event or metric as words, the first letter large.

    Examples
    --------
    >>> title("cost_of_goods")
    'Cost of goods'
    """
    words = clean(name.replace("_", " "))
    return words[0].upper() + words[1:]


def wrapped(name: str, width: int, *, n_lines: int = 2) -> str:
    """Break a name over lines; what does not fit is replaced by an ellipsis."""
    return "\n".join(
        textwrap.wrap(clean(name), width, max_lines=n_lines, placeholder="…") or [clean(name)]
    )
