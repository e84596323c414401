"""Arguments that are no logs, targets or estimators get an error that says what must hold."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from omnisim.evaluation import (
    IPS,
    SNIPS,
    BootstrapInterval,
    CrossFitting,
    DirectMethod,
    DoublyRobust,
    LinearRewards,
    LoggedFeedback,
    NormalInterval,
    SelfNormalisedDR,
    ShrinkageDR,
    SklearnRewards,
    SwitchDR,
    Trial,
    TrialDesign,
    mean_interval,
    paired_difference,
    policy_values,
    ratio_interval,
    select_best,
    standardised_comparison,
    uplift_curve,
)
from omnisim.exceptions import OverlapWarning, ParameterError, TableError
from omnisim.policies import Uniform

OBP = {
    "n_actions": 2, "context": np.zeros((4, 1)), "action": np.array([0, 1, 0, 1]),
    "reward": np.ones(4), "pscore": np.full(4, 0.5),
}  # fmt: skip
TABLE = {"arm": ["a", "b"] * 5, "spend": [float(k) for k in range(10)], "past": [0, 1] * 5,
         "seg": list("xxxxxyyyyy")}  # fmt: skip
ESTIMATORS = (IPS, SNIPS, DirectMethod, DoublyRobust, SelfNormalisedDR, SwitchDR, ShrinkageDR)


def compare(group: object) -> object:
    return standardised_comparison(TABLE, outcome="spend", group=group, strata=["past"])  # type: ignore[arg-type]


def log(**changes: object) -> LoggedFeedback:
    fields = {
        "context": np.zeros((4, 1)), "action": [0, 1, 0, 1], "reward": np.ones(4),
        "propensity": np.full(4, 0.5), "action_names": ("a", "b"),
    }  # fmt: skip
    return LoggedFeedback(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("feedback", "error", "words"),
    [
        (None, ParameterError, "must be a dictionary with the keys n_actions, .*Got None"),
        ([1], ParameterError, "must be a dictionary"),
        ({}, TableError, "lacks columns 'n_actions'"),
        ({1: 2}, TableError, "lacks columns 'n_actions'"),
        (OBP | {"n_actions": None}, ParameterError, "n_actions must be an integer"),
        (OBP | {"n_actions": 2.5}, ParameterError, "n_actions must be an integer"),
        (OBP | {"context": None}, ParameterError, "context must be numbers"),
        (OBP | {"context": np.zeros(4)}, ParameterError, "context must have shape"),
        (OBP | {"context": [[1], [1, 2]]}, ParameterError, "context must be in rows of one"),
        (OBP | {"action": None}, ParameterError, "action must be whole numbers"),
        (OBP | {"reward": np.ones(3)}, ParameterError, "reward must have shape"),
        (OBP | {"reward": np.full(4, np.nan)}, ParameterError, "reward must be finite"),
        (OBP | {"pscore": None}, ParameterError, "propensity must be numbers"),
        (OBP | {"pscore": np.zeros(4)}, ParameterError, r"propensity must be in \(0, 1\]"),
        (OBP | {"action_context": np.zeros(2)}, ParameterError, "action_context must have shape"),
        (OBP | {"action_context": 1.0}, ParameterError, "action_context must have shape"),
    ],
)
def test_feedback_of_the_pipeline(feedback, error, words) -> None:
    with pytest.raises(error, match=words):
        LoggedFeedback.from_obp(feedback)


@pytest.mark.parametrize("names", [3, "ab", ("a",)])
def test_names_of_the_pipelines_actions(names) -> None:
    with pytest.raises(ParameterError, match="action_names must name 2 actions"):
        LoggedFeedback.from_obp(OBP, action_names=names)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reward": None}, "reward must be numbers"),
        ({"reward": [1, 1, 1, np.nan]}, "reward must be finite. Got nan in row 3"),
        ({"propensity": [0.5, 0.5, 0, 0.5]}, r"propensity must be in \(0, 1\]. Got 0.0 in row 2"),
        ({"action_names": None}, "action_names must be a sequence of names"),
        ({"action_names": "ab"}, "action_names must be a sequence of names"),
        ({"context_names": 5}, "context_names must be a sequence of names"),
        ({"context": np.zeros((0, 1)), "action": [], "reward": [], "propensity": []}, "n >= 1"),
    ],
)
def test_logs(changes, words) -> None:
    with pytest.raises(ParameterError, match=words):
        log(**changes)


@pytest.mark.parametrize("rows", [[], [4], [-5], [0.5], [False] * 4, [True] * 3, "a", [[0]]])
def test_rows_that_are_not_there(rows) -> None:
    with pytest.raises(ParameterError, match="rows must be indices below 4 or a mask of 4 rows"):
        log().take(rows)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"action": "amr"}, TableError, "lacks column 'amr'.*Did you mean 'arm'"),
        ({"reward": "q"}, TableError, "lacks column 'q'"),
        ({"context": ["q"]}, TableError, "lacks column 'q'"),
        ({"context": "pats"}, TableError, "lacks column 'pats'.*Did you mean 'past'"),
        ({"shopper": "q"}, TableError, "lacks column 'q'"),
        ({"propensity": "q"}, TableError, "lacks column 'q'"),
        ({"action": None}, ParameterError, "action must name a column. Got None"),
        ({"reward": 3}, ParameterError, "reward must name a column. Got 3"),
        ({"propensity": [0.5]}, ParameterError, "propensity must be a column, a probability"),
        ({"propensity": {"a": "x", "b": 0.5}}, ParameterError, "propensity must be numbers"),
        ({"propensity": 0.0}, ParameterError, r"propensity must be in \(0, 1\]"),
    ],
)
def test_tables(changes, error, words) -> None:
    with pytest.raises(error, match=words):
        LoggedFeedback.from_table(
            TABLE, **({"action": "arm", "reward": "spend", "propensity": 0.5} | changes)
        )


def test_a_file_that_is_none() -> None:
    with pytest.raises(TableError, match="None: cannot be read as a log"):
        LoggedFeedback.read_parquet(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("make", ESTIMATORS)
@pytest.mark.parametrize("given", [None, TABLE, []])
def test_what_is_no_log(make, given) -> None:
    with pytest.raises(ParameterError, match="log must be LoggedFeedback"):
        make().estimate(given, "a")


@pytest.mark.parametrize("make", ESTIMATORS)
@pytest.mark.parametrize(
    ("target", "words"),
    [
        (None, "target must hold numbers"),
        ({"a": "x"}, "target must be numbers"),
        (np.zeros(0, np.int64), r"one action to each of 4 rows. Got shape \(0,\)"),
        (np.full((4, 2), np.nan), "sum to 1 in every row"),
        ([[1], [1, 2]], "target must be in rows of one length"),
        (Uniform, r"Got the class Uniform. Make an object of it: Uniform\(...\)"),
    ],
)
def test_what_is_no_target(make, target, words) -> None:
    with pytest.raises(ParameterError, match=words):
        make().estimate(log(), target)


def test_a_classifier_of_sums() -> None:
    log = LoggedFeedback.from_table(
        TABLE | {"spend": [0.5, 1.7, 3.1, 2.2, 5.9, 1.3, 4.4, 7.8, 6.1, 0.2]},
        action="arm", reward="spend", propensity=0.5, context="past",
    )  # fmt: skip
    estimator = DoublyRobust(
        rewards=CrossFitting(SklearnRewards(LogisticRegression()), n_folds=2, seed=0)
    )
    with pytest.raises(ParameterError, match="LogisticRegression cannot be fitted to these"):
        estimator.estimate(log, "a")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: IPS(max_weight=None), "max_weight must be > 0"),
        (lambda: IPS(max_weight=float("nan")), "max_weight must be > 0"),
        (lambda: SwitchDR(threshold="x"), "threshold must be > 0"),
        (lambda: LinearRewards(ridge="x"), "ridge must be finite"),
        (lambda: SklearnRewards(None), "estimator must be of scikit-learn. Got None"),
        (lambda: CrossFitting(model=None), "model must have fit_predict"),
        (lambda: CrossFitting(seed="x"), "seed must be an integer"),
        (lambda: BootstrapInterval(seed="x"), "seed must be an integer"),
        (lambda: IPS().estimate(log(), "a", interval="normal"), r"interval must be NormalInterval"),
        (lambda: DoublyRobust().estimate(log(), "a", predicted="x"), "predicted must be numbers"),
        (lambda: policy_values(log(), ["a"]), "targets must be policies by name"),
        (lambda: uplift_curve(log(), "x", control="a"), "predicted must be numbers"),
        (lambda: policy_values(log(), {"a": "a"}, estimators=["IPS"]), r"estimators\[0\] must be"),
        (lambda: policy_values(log(), {"a": "a"}, estimators=[]), "must hold one at least"),
        (lambda: DoublyRobust(rewards="x"), "rewards must be an object of class CrossFitting"),
        (lambda: SwitchDR(rewards=None), "rewards must be an object of class CrossFitting"),
        (lambda: SklearnRewards(SklearnRewards), "estimator must be of scikit-learn"),
        (lambda: select_best("x"), "values must be numbers by name"),
        (lambda: select_best({"a": ["x", "y"], "b": [1, 2]}), r"values\['a'\] must be numbers"),
        (lambda: select_best({"a": 1.0, "b": 2.0}), "values must hold at least two alternatives"),
        (lambda: TrialDesign(sd=1.0).sample_size("x"), "effect must be a finite number. Got 'x'"),
        (lambda: TrialDesign(sd=1.0).sample_size(float("nan")), "effect must be a finite number"),
        (lambda: TrialDesign(sd=1.0).power("x", 5), "effect must be a finite number. Got 'x'"),
        (lambda: compare(group="arm"), "group must be a column and the value .* Got 'arm'"),
        (lambda: compare(group=("arm",)), "group must be a column and the value"),
        (lambda: compare(group=None), "group must be a column and the value"),
    ],
)
def test_what_is_no_estimator(make, words) -> None:
    with pytest.raises(ParameterError, match=words):
        make()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda trial: trial.effects([]), "outcomes must name at least one column"),
        (lambda trial: trial.arm_means([]), "outcomes must name at least one column"),
        (lambda trial: trial.balance([]), "covariates must name at least one column"),
        (lambda _: paired_difference(["a", "b"], [1, 2]), "baseline must be numbers"),
        (lambda _: ratio_interval(["a", "b"], [1, 2]), "numerator must be numbers"),
        (lambda _: mean_interval(["a"]), "values must be numbers"),
    ],
)
def test_what_cannot_be_compared(make, words) -> None:
    with pytest.raises(ParameterError, match=words):
        make(Trial.read(TABLE, arm="arm", control="a"))


def standardised(strata: object) -> object:
    return standardised_comparison(TABLE, outcome="spend", group=("seg", "x"), strata=strata)  # type: ignore[arg-type]


def of_context(context: object) -> LoggedFeedback:
    return LoggedFeedback.from_table(
        TABLE, action="arm", reward="spend", propensity=0.5, context=context
    )  # type: ignore[arg-type]


NAMED = [
    lambda trial, names: trial.effects(names),
    lambda trial, names: trial.arm_means(names),
    lambda trial, names: trial.effects("spend", adjust=names),
    lambda trial, names: trial.balance(names),
    lambda _, names: standardised(names),
    lambda _, names: of_context(names),
]
"""Whatever takes names of columns."""


@pytest.mark.parametrize("ask", NAMED)
@pytest.mark.parametrize(
    ("names", "words"),
    [
        (5, "must be the name of a column, or a sequence of names. Got 5"),
        (None, "must be the name of a column"),
        (["past", 3], "must be the name of a column"),
        (["past", "past"], "must name each column once"),
        (["gone"], "lacks column 'gone'"),
        ("gone", "lacks column 'gone'"),
    ],
)
def test_what_names_no_columns(ask, names, words) -> None:
    with pytest.raises((ParameterError, TableError), match=words):
        ask(Trial.read(TABLE, arm="arm", control="a"), names)


@pytest.mark.parametrize("ask", NAMED)
def test_a_text_alone_is_one_name(ask) -> None:
    alone, listed = (
        ask(Trial.read(TABLE, arm="arm", control="a"), names) for names in ("past", ["past"])
    )
    assert str(alone) == str(listed)


@pytest.mark.parametrize("by", [5, ["past"], ("past", "spend")])
def test_subgroups_are_those_of_one_column(by) -> None:
    trial = Trial.read(TABLE, arm="arm", control="a")
    for ask in (trial.effects, trial.arm_means):
        with pytest.raises(ParameterError, match="by must be the name of one column"):
            ask("spend", by=by)


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ("x", "expected must be shares by name"),
        ([1, 2], "expected must be shares by name"),
        ({"a": "x", "b": 1}, r"expected\['a'\] must be a finite number > 0. Got 'x'"),
        ({"a": 1}, "expected must give each of"),
    ],
)
def test_shares_of_arms(expected, words) -> None:
    with pytest.raises(ParameterError, match=words):
        Trial.read(TABLE, arm="arm", control="a").sample_ratio(expected)


@pytest.mark.parametrize("arm", [None, 3, "amr"])
def test_an_arm_that_is_no_column(arm) -> None:
    with pytest.raises(TableError, match="The trial lacks column"):
        Trial.read(TABLE, arm=arm, control="a")


@pytest.mark.parametrize("context", ["spend", ["past", "arm"]])
def test_what_is_known_after_the_decision_is_no_context(context) -> None:
    with pytest.raises(ParameterError, match="neither the action nor the reward"):
        LoggedFeedback.from_table(
            TABLE, action="arm", reward="spend", propensity=0.5, context=context
        )


@pytest.mark.parametrize("by", ["spend", "arm"])
def test_subgroups_are_known_before(by) -> None:
    trial = Trial.read(TABLE, arm="arm", control="a")
    for ask in (trial.effects, trial.arm_means):
        with pytest.raises(ParameterError, match=f"neither the arm nor an outcome. Got '{by}'"):
            ask("spend", by=by)


def test_strata_do_not_hold_the_outcome() -> None:
    for strata in ({"spend": 2}, ["past", "spend"]):
        with pytest.raises(ParameterError, match="strata and group must be known before"):
            standardised_comparison(TABLE, outcome="spend", group=("arm", "a"), strata=strata)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_the_best_of_what_has_no_value_is_not_selected(value) -> None:
    with pytest.raises(ParameterError, match=r"must be finite. Got NaN or infinity in \['a'\]"):
        select_best({"a": [1.0, value, 2.0], "b": [1.0, 2.0, 3.0]})


@pytest.mark.filterwarnings("ignore:Poor overlap")
@pytest.mark.parametrize("interval", [NormalInterval(), BootstrapInterval(n_replicates=20)])
@pytest.mark.parametrize(
    ("estimator", "changes"),
    [
        (IPS(), {"shopper": [7, 7, 7, 7]}),
        (SNIPS(), {"shopper": [1, 2, 1, 3]}),
        (SNIPS(), {"action": [0, 1, 1, 1]}),
    ],
)
def test_one_piece_of_evidence_has_no_interval(interval, estimator, changes) -> None:
    """The target takes `a`: all its rows are of one shopper, or it has one row."""
    some = log(**({"reward": [1.0, 2.0, 4.0, 5.0]} | changes))
    with pytest.warns(OverlapWarning, match="all the evidence is that of one"):
        found = estimator.estimate(some, "a", interval=interval)
    assert np.isfinite(found.value)
    assert np.isnan([found.std_error, found.ci_low, found.ci_high]).all()
