"""`omnisim value`: a folder with tables and figures that a second run goes on in."""

from pathlib import Path

import pandas as pd
import pytest

from omnisim.cli import main

CONFIG = """
scenario = { market = { n_shoppers = 120, horizon_days = 20, burn_in_days = 0 } }
seed = 3
n_replications = 2
[baseline]
capabilities = "siloed"
[variant.capabilities]
visible_stock = 2
endless_aisle = 2
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "study" / "config.toml"
    path.parent.mkdir()
    path.write_text(CONFIG)
    return path


def test_a_study_is_written_and_goes_on(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["value", str(config), "--out", str(out), "--workers", "1", "--quiet"]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "2 capabilities, 3 coalitions (exact)" in told
    assert "visible_stock > endless_aisle" in told
    for name in ("worth", "totals", "interactions", "samples", "orders", "steps"):
        assert (out / f"{name}.parquet").exists()
    for name in ("waterfall", "interactions", "roll_outs"):
        assert (out / f"{name}.svg").read_text().startswith("<?xml")
    before = {file: file.stat().st_mtime_ns for file in (out / "runs").iterdir()}
    worth = pd.read_parquet(out / "worth.parquet")
    assert len(before) == 3 * 2 + 1
    assert main(command) == 0
    assert {file: file.stat().st_mtime_ns for file in (out / "runs").iterdir()} == before
    pd.testing.assert_frame_equal(pd.read_parquet(out / "worth.parquet"), worth)


def test_the_plan_counts_runs(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["value", str(config), "--plan", "--workers", "2"]) == 0
    assert capsys.readouterr().out.startswith("6 runs of 120 shoppers")


def test_firms_that_differ_in_more_are_refused(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(CONFIG + "\n[variant.costs]\ndelivery = 9.0\n")
    assert main(["value", str(config), "--quiet"]) == 2
    assert "differ in capabilities only" in capsys.readouterr().err
