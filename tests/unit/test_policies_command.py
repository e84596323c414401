"""`omnisim policies`: a file in, a table, a folder and a page out; the placebo wins nothing."""

import json
import pathlib

import pandas as pd
import pytest

from omnisim.cli import main
from omnisim.config.io import TomlFile
from omnisim.experiment import load_policy_study
from omnisim.experiment.policy_study import is_policy_study

CONFIG = """
seed = 4
n_training = 1
n_logged = 1
n_replications = 3
window_days = 14.0
estimators = []
[scenario]
market = { n_shoppers = 60, horizon_days = 42, burn_in_days = 0 }
costs = { message = 0.01 }
push = { cost = 0.01 }
segments = { busy = { need_shape = 3.0, need_scale_weeks = 6.0 } }
exposures = { inert = ["search", "display", "email", "push", "social", "direct_mail", "broadcast"] }
surfaces = { online_every_days = 0, store_every_days = 0, reward_every_days = 0 }
[worlds.placebo]
[policies.blanket]
kind = "Blanket"
[policies.recency]
kind = "RecencyCampaign"
letter_value = 1e9
[policies.learner]
kind = "LinUCB"
[learning]
policies = ["learner"]
"""


@pytest.fixture
def config(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "study" / "config.toml"
    path.parent.mkdir()
    path.write_text(CONFIG)
    return path


def test_without_effect_no_policy_is_said_to_win(config, tmp_path, capsys):
    out = tmp_path / "out"
    command = ["policies", str(config), "--out", str(out), "--workers", "1", "--quiet"]
    assert main([*command, "--league-only"]) == 0
    told = capsys.readouterr().out
    assert "winner: none (placebo)" in told or "winner: no evidence (placebo)" in told
    assert told.count("judged over 42 days only") == 1
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Nobody should be contacted" in page or "No policy is proven best" in page
    table = pd.read_parquet(out / "league.parquet").set_index("policy")
    for policy in ("blanket", "recency"):
        row = table.loc[policy]
        assert row["contacts"] > 0
        assert row["gain"] == pytest.approx(-0.01 * row["contacts"])


def test_a_bad_file_is_an_error_before_anything_runs(config, capsys):
    config.write_text(CONFIG.replace("Blanket", "Blankt"))
    assert main(["policies", str(config), "--quiet"]) == 2
    assert "policies: blanket.kind: Unknown kind 'Blankt'" in capsys.readouterr().err


def test_a_folder_with_other_files_is_refused_before_anything_runs(config, tmp_path, capsys):
    command = ["policies", str(config), "--quiet", "--out", str(tmp_path)]
    assert main(command) == 2
    assert "holds other files" in capsys.readouterr().err


def test_validate_and_schema_know_studies_of_policies(config, capsys):
    assert main(["validate", str(config)]) == 0
    assert main(["schema", "policies"]) == 0
    told = capsys.readouterr().out
    assert "config.toml: ok" in told
    schema = json.loads(told[told.index("{") :])
    assert "probability" in schema["properties"]
    assert {"type": "string"} in schema["properties"]["scenario"]["anyOf"]
    config.write_text(CONFIG.replace("n_logged = 1", "n_logged = 0"))
    assert main(["validate", str(config)]) == 2
    assert ":4: n_logged = 0: must be >= 1" in capsys.readouterr().err


def test_the_shipped_study_is_valid_and_long_enough(root):
    path = root / "experiments" / "03_policies" / "config.toml"
    if not path.exists():
        pytest.skip("the tests run without the sources")
    study = load_policy_study(path)
    assert is_policy_study(TomlFile(path))
    assert study.scenario.market.horizon_days >= 26 * 7
    assert list(study.worlds) == ["siloed", "integrated"]
    assert len(study.entrants()) >= 10
