"""The inventory names every row once, and modules and tests that exist."""

import ast
import pathlib
import re
from collections import Counter

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
INVENTORY = ROOT / "experiments" / "INVENTORY.md"
SIZES = {"S0": 29, "S1": 33, "S2": 29, "S3": 18, "S4": 25}
CONTEXT_ONLY = 3
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


def named() -> list[tuple[str, str, str]]:
    """Return row, file and function of every test that the table names."""
    found = []
    for row, _, _, test in modelled():
        path, _, function = test.strip("`").partition("::")
        found.append((row, path, function))
    return found


def collected(path: str) -> list[str]:
    """Return the tests that are collected from a file by default: none of those that are slow."""
    file = ROOT / path
    if not (file.is_file() and path.startswith("tests/") and file.name.startswith("test_")):
        return []
    tree = ast.parse(file.read_text(encoding="utf-8"))
    marked = [node for node in tree.body if "pytestmark" in ast.unparse(node)]
    if any("slow" in ast.unparse(node) for node in marked):
        return []
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    out = {f.name for f in functions for mark in f.decorator_list if "slow" in ast.unparse(mark)}
    return [f.name for f in functions if f.name.startswith("test_") and f.name not in out]


def test_every_test_exists_and_is_collected_once() -> None:
    tests = {path: collected(path) for _, path, _ in named()}
    wrong = [(row, test) for row, path, test in named() if tests[path].count(test) != 1]
    assert wrong == []


def test_no_test_serves_more_than_two_rows() -> None:
    served = Counter((path, function) for _, path, function in named())
    assert [test for test, n in served.items() if n > 2] == []


def test_tests_of_the_inventory_are_named_in_it() -> None:
    """A test in a file of the inventory that no row names shows nothing that is said."""
    files = sorted(ROOT.glob("tests/unit/simulation/test_inventory_*.py"))
    paths = [file.relative_to(ROOT).as_posix() for file in files]
    there = {(path, name) for path in paths for name in collected(path)}
    assert there - {(path, function) for _, path, function in named()} == set()
    assert len(there) > 40


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
