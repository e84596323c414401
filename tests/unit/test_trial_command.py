"""`omnisim trial` from a file to numbers, and its errors."""

import pathlib

import numpy as np
import pandas as pd
import pytest

from omnisim.cli import main
from omnisim.evaluation import Trial


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({
        "arm": rng.choice(["none", "mail"], 500), "town": rng.choice(["Bari", "Rome"], 500),
        "past": rng.normal(size=500), "spend": rng.normal(size=500),
    })  # fmt: skip
    path = tmp_path / "trial.csv"
    frame.to_csv(path, index=False)
    return path


def run(file: pathlib.Path, *more: str) -> int:
    basic = ["--arm", "arm", "--control", "none", "--outcome", "spend"]
    return main(["trial", str(file), *basic, *more])


def test_numbers_are_those_of_the_package(file, tmp_path, capsys) -> None:
    out = tmp_path / "effects.csv"
    assert run(file, "--by", "town", "--adjust", "past", "--csv", str(out)) == 0
    written = pd.read_csv(out)
    assert len(written) == 2 * (1 + 2)
    trial = Trial.read(file, arm="arm", control="none")
    expected = trial.effects("spend", by="town", adjust=["past"]).table
    found = written[(written["by"] == "town") & (written["adjusted_for"] == "past")]
    np.testing.assert_allclose(found["effect"], expected["effect"], rtol=1e-12)
    printed = capsys.readouterr().out
    assert f"{trial.effects('spend').table['effect'][0]:.5g}" in printed
    assert "no mismatch" in printed
    assert "Balance" in printed


def test_planned_shares_are_read(file, capsys) -> None:
    assert run(file, "--expected", "none=0.9", "mail=0.1") == 0
    assert "MISMATCH" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--by", "twn"], "Did you mean 'town'"),
        (["--expected", "none"], "NAME=SHARE"),
        (["--expected", "none=1"], "share > 0"),
        (["--confidence", "2"], "confidence"),
        (["--csv", "/nowhere/at/all.csv"], "/nowhere/at/all.csv: cannot be written: Cannot save"),
    ],
)
def test_errors_are_told_in_one_line(file, more, told, capsys) -> None:
    assert run(file, *more) == 2
    error = capsys.readouterr().err
    assert error.startswith("omnisim: error: ")
    assert told in error
    assert "Traceback" not in error


def test_effects_are_not_written_over_what_was_read(file, capsys) -> None:
    before = file.read_bytes()
    assert run(file, "--csv", str(file.parent / "." / file.name)) == 2
    assert "--csv must name another file" in capsys.readouterr().err
    assert file.read_bytes() == before
