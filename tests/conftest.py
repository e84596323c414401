"""Fixtures shared by all tests."""

import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests that take `seed` with 42, or with 0-99 when OMNISIM_TEST_SEEDS=all."""
    if "seed" in metafunc.fixturenames:
        every = os.environ.get("OMNISIM_TEST_SEEDS") == "all"
        metafunc.parametrize("seed", range(100) if every else [42])


@pytest.fixture(scope="session")
def root() -> pathlib.Path:
    """Root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def data_dir(root: pathlib.Path) -> pathlib.Path:
    """Folder of the real data sets; the test is skipped where it is absent."""
    folder = pathlib.Path(os.environ.get("OMNISIM_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set OMNISIM_DATA")
    return folder
