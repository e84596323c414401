"""The inventory names every row once, and modules and tests that exist."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
INVENTORY = ROOT / "experiments" / "INVENTORY.md"
SIZES = {"S0": 29, "S1": 33, "S2": 29, "S3": 18, "S4": 25}
CONTEXT_ONLY = 5
pytestmark = pytest.mark.skipif(not INVENTORY.exists(), reason="the tests run without the sources")


def rows() -> list[list[str]]:
    """Return row, what it says, module and test of every row."""
    lines = INVENTORY.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if re.match(r"\| S\d-\d\d ", line)
    ]


def modelled() -> list[list[str]]:
    return [row for row in rows() if row[2].startswith("`")]


def test_every_row_is_there_once_and_in_order() -> None:
    expected = [f"{text}-{n:02d}" for text, size in SIZES.items() for n in range(1, size + 1)]
    assert [row[0] for row in rows()] == expected
    assert all(len(row) == 4 and all(row) for row in rows())


def test_every_module_exists() -> None:
    modules = [row[2].strip("`") for row in modelled()]
    assert [module for module in modules if not (ROOT / module).is_file()] == []
    assert all(module.startswith(("omnisim/", "ext/")) for module in modules)


def test_every_test_exists() -> None:
    missing = []
    for name, _, _, test in modelled():
        path, _, function = test.strip("`").partition("::")
        file = ROOT / path
        found = file.is_file() and f"\ndef {function}(" in file.read_text(encoding="utf-8")
        if not found:
            missing.append((name, test))
    assert missing == []


def test_rows_without_a_module_say_why() -> None:
    """A change here is a change of what the model holds: look at the row, then at the number."""
    rest = [row for row in rows() if not row[2].startswith("`")]
    kinds = [row[2].partition(":")[0] for row in rest]
    assert kinds == ["context only"] * CONTEXT_ONLY
    assert all(row[2].partition(": ")[2] and row[3] == "–" for row in rest)


def test_files_named_in_the_text_exist() -> None:
    text = INVENTORY.read_text(encoding="utf-8")
    named = re.findall(r"`((?:omnisim|ext|tests|experiments)/[\w/.]+)", text)
    assert [path for path in named if not (ROOT / path).exists()] == []
