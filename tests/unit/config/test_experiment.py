"""Experiments: two arms of one scenario."""

import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.experiment import Experiment, is_experiment, load_experiment
from omnisim.config.io import TomlFile
from omnisim.config.render import render_toml
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ConfigError


def test_empty_file_compares_siloed_with_integrated_on_the_reference(write):
    experiment = load_experiment(write(""))
    baseline, variant = experiment.arms()
    assert experiment == Experiment()
    assert baseline == Scenario().replace({"capabilities": Capabilities.siloed()})
    assert variant == Scenario().replace({"capabilities": Capabilities.integrated()})


def test_scenario_may_be_a_file_beside_the_experiment(write, tmp_path):
    scenario = Scenario().replace({"stores.n_stores": 7})
    write(render_toml(scenario), "mine.toml")
    write('scenario = "mine.toml"\n', "e.toml")
    assert load_experiment(tmp_path / "e.toml").scenario == scenario


def test_scenario_may_be_a_table_of_what_differs_from_the_reference(write):
    experiment = load_experiment(write("[scenario.stores]\nn_stores = 7\n"))
    assert experiment.scenario == Scenario().replace({"stores.n_stores": 7})


def test_scenario_may_be_named_reference(write):
    assert load_experiment(write('scenario = "reference"\n')).scenario == Scenario()


@pytest.mark.parametrize(
    "line", ["segments.loyal.distance_km = 9", '"segments.loyal.distance_km" = 9.0']
)
def test_arm_changes_one_segment_and_keeps_the_others(write, line):
    variant = load_experiment(write(f"[variant]\n{line}\n")).arms()[1]
    assert variant == Scenario().replace({"segments.loyal.distance_km": 9.0})


def test_arm_may_list_levels_of_capabilities(write):
    experiment = load_experiment(write("[variant.capabilities]\nsocial_care = 2\n"))
    assert experiment.arms()[1].capabilities == Capabilities(social_care=2)


def test_preset_and_single_level_go_together(write):
    path = write('[variant]\ncapabilities = "integrated"\n"capabilities.unified_loyalty" = 1\n')
    capabilities = load_experiment(path).arms()[1].capabilities
    assert (capabilities.unified_loyalty, capabilities.visible_stock) == (1, 2)


BAD_EXPERIMENTS = [
    ("n_replications = 1\n", "s.toml:1: n_replications = 1: must be >= 2"),
    ("confidence = 1\n", "s.toml:1: confidence = 1: must be < 1"),
    ("seed = -1\n", "s.toml:1: seed = -1: must be >= 0"),
    ("seed = 1.5\n", "s.toml:1: seed = 1.5: must be an integer"),
    ('baseline_name = ""\n', "s.toml:1: baseline_name = '': must have at least 1 characters"),
    ("n_replicatons = 9\n",
     "s.toml:1: n_replicatons = 9: unknown key; did you mean 'n_replications'?"),
    ("baseline = 3\n", "s.toml:1: baseline = 3: must be a table"),
    ("scenario = 3\n", "s.toml:1: scenario = 3: must be a table of Scenario fields"),
    ('title = "t"\nscenario = "x.toml"\n',
     "s.toml:2: x.toml: cannot be read: No such file or directory"),
    ('\nvariant_name = "siloed"\n',
     "s.toml:2: variant_name must differ from baseline_name. Got 'siloed' twice."),
    ('[baseline]\ncapabilities = "silod"\n',
     "s.toml:2: baseline: capabilities = 'silod': must be 'siloed' or 'integrated', or a table of "
     "levels"),
    ("[variant]\n\nstores.n_stores = 0\n",
     "s.toml:3: variant: stores.n_stores = 0: must be >= 1"),
    ('[variant]\n\n"stores.n_stors" = 0\n',
     "s.toml:3: variant: stores.n_stors = 0: unknown key; did you mean 'stores.n_stores'?"),
    ("[variant]\nsegments.loyl.share = 0.2\n",
     "s.toml:2: variant: segments.loyl.share = 0.2: unknown key; did you mean "
     "'segments.loyal.share'?"),
    ("[variant]\nstores.opening_hour = 22\n",
     "s.toml:2: variant: stores.closing_hour must be after stores.opening_hour, 22. Got 20."),
    ("[variant.capabilities]\nendless_aisle = 2\n",
     "s.toml:2: variant: capabilities.endless_aisle = 2 needs capabilities.visible_stock >= 2. "
     "Got 0."),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), BAD_EXPERIMENTS)
def test_bad_experiment_is_told_by_line(write, content, message):
    with pytest.raises(ConfigError) as error:
        load_experiment(write(content))
    assert str(error.value) == message


def test_problems_of_the_scenario_file_and_of_the_experiment_are_told_at_once(write):
    write("[market]\nn_shoppers = 0\n", "mine.toml")
    with pytest.raises(ConfigError) as error:
        load_experiment(write('scenario = "mine.toml"\nn_replications = 0\n'))
    assert str(error.value) == (
        "s.toml:1: mine.toml:2: market.n_shoppers = 0: must be >= 1\n"
        "s.toml:2: n_replications = 0: must be >= 2"
    )


@pytest.mark.parametrize(
    ("content", "expected"), [("[variant]\n", True), ("[market]\n", False), ("", False)]
)
def test_experiment_is_told_from_scenario_by_its_keys(write, content, expected):
    assert is_experiment(TomlFile(write(content))) is expected
