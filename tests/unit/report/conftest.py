"""Pages that several tests read: drawing one takes more than a second."""

import pytest

from omnisim.report import render
from tests.reference.comparisons import made_comparison

NASTY = "<script>alert('1')</script>&amp;\"x\" {{ 7*7 }} $a_1$"


@pytest.fixture(scope="session")
def nasty_page() -> str:
    """A page whose names hold markup, templates and formulas, or are long and have no spaces."""
    comparison = made_comparison(
        names=(NASTY, "unbrokenvariantname" * 5), segments=(NASTY, "m" * 70, "loyal")
    )
    return render(comparison, title=NASTY, question=NASTY)
