"""`omnisim run` with a table [value]: its sections are on the page of the comparison."""

import hashlib
import json
import pathlib

import pandas as pd
import pytest

import omnisim as om
from omnisim.cli import main
from omnisim.config.experiment import load_experiment
from omnisim.exceptions import ParameterError, TableError
from omnisim.experiment.store import VALUATION, check_target

SMALL = """
seed = 3
n_replications = 2
[scenario.market]
n_shoppers = 150
burn_in_days = 0
horizon_days = 28
"""
VALUE = """
[value]
n_shoppers = 60
n_replications = 5
valued = ["interactive_fit", "in_store_digital"]
premium = true
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("valued") / "config.toml"
    path.write_text(SMALL + VALUE)
    return path


@pytest.fixture(scope="module")
def folder(config: pathlib.Path) -> pathlib.Path:
    out = config.parent / "out"
    assert main(["run", str(config), "--out", str(out), "--quiet", "--workers", "1"]) == 0
    return out


def test_the_page_has_both(folder: pathlib.Path) -> None:
    page = (folder / "report.html").read_text(encoding="utf-8")
    for name in ("account", "premium-seen", "worth", "interactions", "orders", "premium", "next"):
        assert page.count(f'<h2 id="{name}">') == 1
    assert page.count("5 replications of 60 shoppers over 28 days.") == 4
    assert page.count("Valued are 2 of the 17 capabilities in which the firms differ") == 3
    for name in ("waterfall", "roll-outs", "headline"):
        assert (folder / "figures" / f"{name}.svg").exists()
    assert "--seed 3" in page


def test_the_comparison_reads_back_and_the_runs_are_gone(folder: pathlib.Path) -> None:
    assert om.read_study(folder).n_shoppers == 150
    worth = pd.read_parquet(folder / "value" / "worth.parquet")
    assert set(worth["capability"]) == {"interactive_fit", "in_store_digital"}
    assert not (folder / "value-runs").exists()


def test_a_killed_study_goes_on_to_the_same_bytes(
    config: pathlib.Path, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = config.parent / "killed"
    command = ["run", str(config), "--out", str(out), "--quiet", "--workers", "1"]
    with monkeypatch.context() as patch:
        patch.setattr("omnisim.study.write_study", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            main(command)
    kept = sorted((out / "value-runs" / "capabilities").glob("c*.json"))
    assert len(kept) == 4 * 5
    kept[0].unlink()
    before = kept[1].stat().st_mtime_ns
    check_target(out)
    assert kept[1].stat().st_mtime_ns == before
    assert main(command) == 0
    for name in ("report.html", "value/worth.parquet"):
        found = [hashlib.sha256((f / name).read_bytes()).hexdigest() for f in (folder, out)]
        assert found[0] == found[1], name


def test_one_kind_of_study_does_not_overwrite_another(
    config: pathlib.Path, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "provenance.json").read_bytes()
    assert main(["value", str(config), "--out", str(folder), "--quiet"]) == 2
    assert "holds a comparison (omnisim run)" in capsys.readouterr().err
    assert (folder / "provenance.json").read_bytes() == before
    with pytest.raises(ParameterError, match="--out"):
        check_target(folder, form=VALUATION)


def test_a_valuation_is_told_from_a_comparison(tmp_path: pathlib.Path) -> None:
    (tmp_path / "provenance.json").write_text(json.dumps({"format": VALUATION}))
    (tmp_path / "worth.parquet").touch()
    with pytest.raises(TableError, match=r"a valuation \(omnisim value\).*worth"):
        om.read_study(tmp_path)


def test_without_a_table_the_command_for_it_is_told(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "config.toml", tmp_path / "out"
    path.write_text(SMALL.replace("= 150", "= 60"))
    assert main(["run", str(path), "--out", str(out), "--quiet", "--workers", "1"]) == 0
    command = f"omnisim value {path}"
    assert command in capsys.readouterr().out
    assert command in (out / "report.html").read_text(encoding="utf-8")


def test_the_experiment_shows_what_fits_its_limit(root: pathlib.Path) -> None:
    experiment = load_experiment(root / "experiments/01_siloed_vs_integrated/config.toml")
    assert experiment.value is not None
    small = experiment.sized()
    market = experiment.arms()[0].market
    assert small.arms()[1].market.n_shoppers * 10 <= market.n_shoppers
    assert small.n_replications < experiment.n_replications
    assert small.arms()[0].market.horizon_days == market.horizon_days


def test_a_file_for_another_command_names_it(
    root: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = root / "experiments/03_policies/config.toml"
    for command in ("run", "value"):
        assert main([command, str(file)]) == 2
        assert f"omnisim policies {file}" in capsys.readouterr().err


def test_a_seed_that_was_drawn_is_taken_up_again(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A scenario without seed: the second run of the command goes on with that of the first."""
    path, out = tmp_path / "mine.toml", tmp_path / "out"
    path.write_text(
        "baseline.capabilities = 'siloed'\nvariant.capabilities = { interactive_fit = 1 }\n"
        + SMALL.replace("seed = 3\n", "").replace("= 150", "= 40").replace("= 2\n", "= 5\n")
    )
    for _ in range(2):
        assert main(["value", str(path), "--out", str(out), "--quiet", "--workers", "1"]) == 0
    assert len(list((out / "runs" / "capabilities").glob("c*.json"))) == 2 * 5
    seed = json.loads((out / "runs" / "capabilities" / "study.json").read_text())["seed"]
    assert f"--seed {seed}" in (out / "report.html").read_text(encoding="utf-8")


def test_orderings_are_part_of_the_command(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "c.toml", tmp_path / "out"
    path.write_text(
        SMALL.replace("= 150", "= 40").replace("= 2\n", "= 5\n")
        + "[value]\nvalued = ['interactive_fit', 'in_store_digital']\n"
    )
    command = ["value", str(path), "--out", str(out), "--quiet", "--workers", "1"]
    assert main([*command, "--orderings", "1"]) == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert f"omnisim value {path} --orderings 1 --seed 3" in page


def test_trials_take_no_customer_file(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    customers, path = tmp_path / "mine.csv", tmp_path / "c.toml"
    rows = [f"{k % 40},2024-0{1 + k % 9}-0{1 + k % 7},{5 + k % 11}" for k in range(400)]
    customers.write_text("\n".join(["customer,date,value", *rows]) + "\n")
    path.write_text(SMALL + "[value]\ncapabilities = false\ntransition = false\ntrials = true\n")
    out = str(tmp_path / "out")
    command = ["value", str(path), "--customers", str(customers), "--out", out, "--quiet"]
    assert main(command) == 2
    assert "value.trials = false" in capsys.readouterr().err
