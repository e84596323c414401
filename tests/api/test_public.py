"""The public names, their docstrings, and what an import does."""

import inspect
import pickle
import subprocess
import sys

import pytest

import omnisim as om
from omnisim import exceptions

VERBS = ("compare", "load_experiment", "load_scenario", "read_customers", "simulate")


def test_root_names_are_these() -> None:
    assert sorted(om.__all__) == list(om.__all__)
    assert len(om.__all__) <= 20
    assert all(hasattr(om, name) for name in om.__all__)


@pytest.mark.parametrize("name", om.__all__)
def test_public_name_is_documented(name: str) -> None:
    assert len(inspect.getdoc(getattr(om, name)) or "") > 40


@pytest.mark.parametrize("name", VERBS)
def test_verbs_document_parameters_returns_and_errors(name: str) -> None:
    text = inspect.getdoc(getattr(om, name)) or ""
    assert all(heading in text for heading in ("Parameters\n---", "Raises\n---"))
    for parameter in inspect.signature(getattr(om, name)).parameters:
        assert parameter in text


@pytest.mark.parametrize(
    "error",
    [e for e in vars(exceptions).values() if isinstance(e, type) and issubclass(e, Exception)],
)
def test_errors_are_rebuilt_from_their_arguments(error: type[Exception]) -> None:
    made = error("what went wrong")
    assert str(type(made)(*made.args)) == "what went wrong"
    assert str(pickle.loads(pickle.dumps(made))) == "what went wrong"


def test_import_loads_no_slow_library_and_starts_nothing() -> None:
    code = (
        "import sys, omnisim; "
        "slow = {'matplotlib.pyplot', 'scipy.stats', 'distributed', 'sklearn'} & set(sys.modules); "
        "assert not slow, slow"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=om.__path__[0] + "/..")
