"""The files of `experiments/`: they load, and the reference is the embedded scenario."""

from omnisim.cli import REFERENCE_HEADING
from omnisim.config.experiment import build_experiment
from omnisim.config.io import TomlFile
from omnisim.config.render import render_toml
from omnisim.config.scenario import Scenario
from omnisim.experiment.policy_study import build_policy_study, is_policy_study


def test_reference_file_is_the_embedded_scenario(root):
    written = (root / "experiments" / "reference.toml").read_text(encoding="utf-8")
    assert written == render_toml(Scenario(), heading=REFERENCE_HEADING), (
        "Run: omnisim reference --out experiments/reference.toml"
    )


def test_every_experiment_loads(root):
    paths = sorted((root / "experiments").glob("*/config.toml"))
    for path in paths:
        file = TomlFile(path)
        if is_policy_study(file):
            baseline, variant = build_policy_study(file).scenarios().values()
        else:
            baseline, variant = build_experiment(file).arms()
        assert baseline != variant
