"""`omnisim value`: a folder with tables, figures and a report that a second run goes on in."""

from pathlib import Path

import pandas as pd
import pytest

from omnisim.cli import main
from omnisim.config.valuation import PARTS

CONFIG = """
scenario = { market = { n_shoppers = 120, horizon_days = 20, burn_in_days = 0 } }
seed = 3
n_replications = 5
[baseline.capabilities]
offline_capture = 1
[variant.capabilities]
offline_capture = 1
visible_stock = 2
endless_aisle = 2
"""

ALL = CONFIG.replace("= 120", "= 30").replace("= 20", "= 30") + """
[value]
priors = true
n_draws = 25
gains = true
premium = true
measurement = true
audit = true
naive = true
trials = true
n_media_orderings = 1
players = "touchpoints"
models = ["last touch", "Markov 1"]
n_regions = 4
period_days = 15
"""  # fmt: skip

TITLES = {
    "capabilities": "What each capability is worth",
    "transition": "What each order of roll-out costs, and what it is worth",
    "priors": "What it is worth over what is not known",
    "gains": "What each capability reallocates, and what it creates",
    "premium": "The omnichannel premium, taken apart",
    "measurement": "What it is worth to see more",
    "audit": "Is attribution right?",
    "naive": "Groups compared as firms do",
    "trials": "What the firm can find out by experiment",
}


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
    for name in ("waterfall", "interactions-first", "roll-outs"):
        assert (out / "figures" / f"{name}.svg").read_text().startswith("<?xml")
    runs = out / "runs" / "capabilities"
    before = {file: file.stat().st_mtime_ns for file in runs.iterdir()}
    worth = pd.read_parquet(out / "worth.parquet")
    page = (out / "report.html").read_text()
    assert len(before) == 3 * 5 + 1
    assert main(command) == 0
    assert {file: file.stat().st_mtime_ns for file in runs.iterdir()} == before
    pd.testing.assert_frame_equal(pd.read_parquet(out / "worth.parquet"), worth)
    assert (out / "report.html").read_text() == page
    assert TITLES["capabilities"] in page
    assert not any(TITLES[part] in page for part in PARTS[2:])


def test_every_part_is_found_and_reported(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(ALL)
    out = tmp_path / "out"
    assert main(["value", str(config), "--out", str(out), "--workers", "2"]) == 0
    told = capsys.readouterr()
    page = (out / "report.html").read_text()
    for part, title in TITLES.items():
        assert f">{title}</h2>" in page
        assert part == "transition" or f"{part}: 100%" in told.err
    for name in ("priors", "priors_draws", "gains", "premium", "tracking_steps",
                 "audit_scores", "channel_truth", "naive", "trials"):  # fmt: skip
        assert (out / f"{name}.parquet").exists()
    for name in ("CapabilityValues", "RollOuts", "ValueOverPriors", "CapabilityGains",
                 "PremiumSplit", "MeasurementValue", "AttributionAudit", "NaiveAudit",
                 "Trials"):  # fmt: skip
        assert name in told.out


def test_the_plan_counts_runs(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["value", str(config), "--plan", "--workers", "2"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("15 runs of 120 shoppers")
    config.write_text(ALL)
    assert main(["value", str(config), "--plan", "--orderings", "1"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in told[:-1]] == [p for p in PARTS if p != "transition"]
    assert "premium: 35 runs" in told


def test_firms_that_differ_in_more_are_refused(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(CONFIG + "\n[variant.costs]\ndelivery = 9.0\n")
    assert main(["value", str(config), "--quiet"]) == 2
    assert "differ in capabilities only" in capsys.readouterr().err


def test_a_horizon_too_short_to_learn_from_is_refused_before_anything_runs(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(f"{CONFIG}\n[value]\nmeasurement = true\n")
    out = tmp_path / "out"
    assert main(["value", str(config), "--out", str(out), "--quiet"]) == 2
    assert "market.horizon_days must be at least 28" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("capabilities = false", "transition needs the values of capabilities"),
        ("capabilities = false\ntransition = false", "at least one of"),
        ("premum = true", "premium"),
    ],
)
def test_a_wrong_valuation_is_told(
    config: Path, capsys: pytest.CaptureFixture[str], lines: str, words: str
) -> None:
    config.write_text(f"{CONFIG}\n[value]\n{lines}\n")
    assert main(["validate", str(config)]) == 2
    assert words in capsys.readouterr().err
