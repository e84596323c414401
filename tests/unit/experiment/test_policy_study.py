"""Studies of policies: read from a file, told what is wrong by line, and run as a whole."""

from pathlib import Path

import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.config.io import TomlFile
from omnisim.config.scenario import Scenario
from omnisim.exceptions import ConfigError
from omnisim.experiment import load_policy_study, run_policy_study
from omnisim.experiment.policy_findings import learners, task_counts
from omnisim.experiment.policy_study import is_policy_study
from omnisim.policies import Blanket, LinUCB

SMALL = """
seed = 4
n_training = 1
n_logged = 1
n_replications = 2
window_days = 14.0
estimators = ["IPS"]
[scenario]
market = { n_shoppers = 40, horizon_days = 40, burn_in_days = 0 }
[policies.blanket]
kind = "Blanket"
[policies.learner]
kind = "LinUCB"
"""


@pytest.fixture
def load(tmp_path: Path):
    def load(text: str):
        path = tmp_path / "s.toml"
        path.write_text(text)
        return load_policy_study(path)

    return load


def test_a_file_names_worlds_policies_and_estimators(load):
    study = load(SMALL)
    assert study.entrants() == {"blanket": [Blanket()], "learner": [LinUCB()]}
    base = Scenario().replace(
        {"market.n_shoppers": 40, "market.horizon_days": 40, "market.burn_in_days": 0}
    )
    assert study.scenarios() == {
        "siloed": base.replace({"capabilities": Capabilities.siloed()}),
        "integrated": base.replace({"capabilities": Capabilities.integrated()}),
    }
    assert [type(e).__name__ for e in study.chosen_estimators()] == ["IPS"]
    assert learners(study) == []


def test_worlds_of_a_file_are_all_its_worlds(load):
    study = load(SMALL + "[worlds.view]\ncapabilities = { single_customer_view = 2 }\n")
    assert list(study.scenarios()) == ["view"]
    assert study.scenarios()["view"].capabilities == Capabilities(single_customer_view=2)


def test_several_tables_are_candidates_for_one_place(load):
    text = SMALL.replace("[policies.learner]", "[[policies.learner]]")
    study = load(text + '[[policies.learner]]\nkind = "LinUCB"\nalpha = 3.0\n')
    assert study.entrants()["learner"] == [LinUCB(), LinUCB(alpha=3.0)]
    assert task_counts(study) == (2 * (2 + 4 * 2 + 2 * 1), 0, 0)


def test_rules_stand_beside_the_study(load, tmp_path: Path):
    (tmp_path / "rules.toml").write_text('[[rule]]\naction = "email:profile"\n')
    study = load(SMALL + '[policies.rules]\nkind = "Rules"\nfile = "rules.toml"\n')
    assert study.entrants()["rules"][0].rules[0].action == "email:profile"


BAD = [
    ("", "policies: missing, and has no default"),
    ("[policies]\n", ":1: policies = {}: must have 1 or more entries, has 0"),
    ('[policies.a]\n\nkind = "LinUBC"\n', ":3: policies: a.kind: Unknown kind 'LinUBC'"),
    ('[policies.a]\nkind = "LinUCB"\n\nalfa = 1\n', ":4: policies: a.alfa = 1: unknown key; did"),
    (
        '[[policies.a]]\nkind = "LinUCB"\n[[policies.a]]\nkind = "LinUB"\n',
        "a[1].kind: Unknown kind",
    ),
    ("policies = { a = [] }\n", ":1: policies: a: must hold a kind"),
    ('[policies.none]\nkind = "Blanket"\n', ":1: policies: none: nobody contacted"),
    (SMALL + "[behavior]\nkind = 3\n", ":15: behavior: kind: Unknown kind 3"),
    (SMALL.replace("IPS", "ISP"), ":7: Unknown estimator 'ISP'"),
    (SMALL.replace("n_logged = 1", "n_logged = 0"), ":4: n_logged = 0: must be >= 1"),
    (SMALL + '[worlds.a]\ncapabilities = "silod"\n', ":15: worlds: a.capabilities = 'silod': must"),
    (SMALL + "[worlds.a]\n[worlds.b]\nmarket.horizon_days = 41\n", ":14: worlds: b."),
    (SMALL + '[learning]\npolicies = ["linucb"]\n', ":14: Unknown policy 'linucb'"),
    (SMALL + '[profile_error]\nprimitive = "accuracy"\n', ":15: Unknown primitive 'accuracy'"),
    (SMALL + '[profile_error]\npolicy = { kind = "Linear" }\n', ":15: policy: kind: Unknown kind"),
]


WINDOW = SMALL.replace("window_days = 14.0", "window_days = 41.0")
BAD += [
    (SMALL.replace('["IPS"]', '["IPS", "IPS"]'), "estimators must differ"),
    (SMALL.replace('"Blanket"', '"Blanket"\naction = "email:profil"'), "Did you mean 'email:pro"),
    (SMALL.replace('"LinUCB"', '"LinUCB"\nfeatures = ["age"]'), "policies: learner."),
    (SMALL + '[policies.r]\nkind = "Rules"\nrule = [{ where = ["age > 1"] }]\n', "feature 'age'"),
    (SMALL + '[behavior]\nkind = "NoContact"\n', "NoContact must leave actions to chance"),
    (SMALL + '[behavior]\nkind = "Oracle"\n', "Oracle must leave actions to chance"),
    (SMALL + '[policies.cheat]\nkind = "Oracle"\n', "policies: cheat.no firm can run"),
    (SMALL + '[policies."no evidence"]\nkind = "Blanket"\n', "it is what a league says"),
    (WINDOW, "window_days = 41: must be at most the horizon of 40 days"),
    (SMALL + "[profile_error]\nvalues = [2.0]\n", "profile_error: values: "),
    (SMALL + "[profile_error]\nvalues = [0.0, 0.0]\n", "profile_error: values: must differ"),
    (SMALL + '[profile_error]\npolicy = { kind = "LinUCB" }\n', "must not have to be trained"),
    (
        SMALL + '[profile_error]\npolicy = { kind = "Impersonal", policy = { kind = "LinUCB" } }\n',
        "must not have to be trained",
    ),
    (
        SMALL + '[learning]\npolicies = ["learner", "blanket"]\n',
        "blanket: must learn from outcomes, as its curve would be flat. Got kind 'Blanket'",
    ),
    (SMALL.replace("LinUCB", "RFM") + "[learning]\n", "learning: must have a policy that learns"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_a_bad_study_is_told_by_line(load, text, message):
    with pytest.raises(ConfigError) as error:
        load(text)
    assert message in str(error.value)


@pytest.mark.parametrize("policy", [
    '{ kind = "Impersonal", policy = { kind = "Blanket" } }',
    '{ kind = "Impersonal", policy = { kind = "RecencyCampaign" } }',
    '{ kind = "Online", policy = { kind = "LinUCB" } }',
])  # fmt: skip
def test_a_wrapper_need_be_trained_only_if_what_is_inside_must(load, policy):
    study = load(SMALL + f"[profile_error]\npolicy = {policy}\n")
    assert study.profile_error.policy["policy"]["kind"] in ("Blanket", "RecencyCampaign", "LinUCB")


@pytest.mark.parametrize(
    ("text", "expected"), [(SMALL, True), ("[market]\n", False), ("[variant]\n", False)]
)
def test_a_study_of_policies_is_told_from_other_files(tmp_path: Path, text, expected):
    path = tmp_path / "s.toml"
    path.write_text(text)
    assert is_policy_study(TomlFile(path)) is expected


@pytest.mark.filterwarnings("ignore::omnisim.exceptions.OverlapWarning")
def test_the_whole_study_runs_and_counts_its_tasks(load):
    study = load(
        SMALL + "[worlds.one]\n[learning]\nn_rounds = 1\nn_replications = 2\n"
        "[profile_error]\nvalues = [1.0]\nn_replications = 2\n"
    )
    counts = []
    found = run_policy_study(study, on_wait=counts.append)
    assert task_counts(study) == (2 + 4 * 2, 2, 2 * 2)
    assert counts == list(range(1, sum(task_counts(study)) + 1))
    assert set(found.learning.table["policy"]) == {"learner"}
    assert set(found.tables()) == {
        "league", "estimates", "samples", "world_effects", "learning", "learning_training",
        "learning_samples", "personalisation", "personalisation_by_world",
        "personalisation_samples",
    }  # fmt: skip
    assert len(repr(found).splitlines()) <= 3


def test_parts_that_are_not_asked_for_are_not_run(load):
    study = load(SMALL)
    assert task_counts(study) == (2 * (2 + 4 * 2), 0, 0)


@pytest.mark.parametrize(
    ("library", "table", "words"),
    [
        ("mabwiser", 'kind = "MABWiser"\nsettings = { zz = 1.0 }\n', "settings must be what"),
        ("vowpalwabbit", 'kind = "VowpalWabbit"\narguments = "--cb_explore_adf --foo"\n',
         "arguments must be what Vowpal Wabbit takes"),
    ],
)  # fmt: skip
def test_what_a_library_refuses_is_told_before_anything_runs(load, library, table, words):
    pytest.importorskip(library, reason=f"{library} is not installed")
    with pytest.raises(ConfigError, match=words):
        load(SMALL + "[policies.other]\n" + table)
