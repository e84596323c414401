"""The log of decisions: what it holds, refuses, and how it goes out and comes in again."""

import dataclasses

import numpy as np
import pandas as pd
import polars as pl
import pytest

from omnisim.evaluation import LoggedFeedback
from omnisim.exceptions import ParameterError, TableError

TABLE = {
    "arm": ["b", "a", "b", "c"],
    "spend": [1.5, 0.0, 2.0, 4.0],
    "age": [30, 40, 50, 60],
    "town": ["Rome", "Bari", "Rome", "Oslo"],
    "p": [0.5, 0.25, 0.5, 0.25],
    "who": ["x", "y", "x", "z"],
    "day": [1.0, 2.0, 3.0, 4.0],
}


def full_log() -> LoggedFeedback:
    rng = np.random.default_rng(3)
    n, k = 7, 3
    return LoggedFeedback(
        context=rng.normal(size=(n, 2)),
        action=np.arange(n) % k,
        reward=rng.normal(size=n),
        propensity=np.full(n, 0.25),
        action_names=("none", "email", "push"),
        context_names=("recency", "value"),
        eligible=np.ones((n, k), dtype=bool),
        time=np.arange(n) / 2,
        shopper=np.arange(n) // 2,
        position=np.zeros(n, dtype=int),
        action_context=np.eye(k),
        expected_reward=rng.normal(size=(n, k)),
        cost=np.array([0.0, 0.01, 0.02]),
    )


def assert_same(a: LoggedFeedback, b: LoggedFeedback) -> None:
    for item in dataclasses.fields(a):
        np.testing.assert_array_equal(getattr(a, item.name), getattr(b, item.name), item.name)


def test_table_becomes_a_log() -> None:
    log = LoggedFeedback.from_table(
        TABLE, action="arm", reward="spend", propensity="p", context=["age", "town"],
        shopper="who", time="day",
    )  # fmt: skip
    assert log.action_names == ("a", "b", "c")
    assert log.context_names == ("age", "town=Bari", "town=Oslo", "town=Rome")
    assert log.action.tolist() == [1, 0, 1, 2]
    assert log.context[:2].tolist() == [[30, 0, 0, 1], [40, 1, 0, 0]]
    assert log.propensity.tolist() == TABLE["p"]
    assert log.shopper is not None
    assert log.shopper.tolist() == [0, 1, 0, 2]


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, dict])
def test_libraries_agree(library: type) -> None:
    read = [
        LoggedFeedback.from_table(t, action="arm", reward="spend", propensity=0.5, context=["town"])
        for t in (TABLE, library(TABLE))
    ]
    assert_same(*read)


def test_propensity_may_be_known_by_action_or_be_the_share() -> None:
    def read(propensity: object) -> list[float]:
        log = LoggedFeedback.from_table(TABLE, action="arm", reward="spend", propensity=propensity)
        return log.propensity.tolist()

    assert read({"a": 0.2, "b": 0.5, "c": 0.3}) == [0.5, 0.2, 0.5, 0.3]
    assert read(None) == [0.5, 0.25, 0.5, 0.25]
    assert read(1 / 3) == [1 / 3] * 4
    with pytest.raises(ParameterError, match=r"lacks \['b', 'c'\]"):
        read({"a": 0.2})


def test_parquet_gives_everything_back_and_the_same_bytes(tmp_path) -> None:
    log = full_log()
    log.write_parquet(tmp_path / "one.parquet")
    log.write_parquet(tmp_path / "two.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    assert_same(LoggedFeedback.read_parquet(tmp_path / "one.parquet"), log)


def test_parquet_of_a_bare_log(tmp_path) -> None:
    log = LoggedFeedback.from_table(TABLE, action="arm", reward="spend", propensity=0.5)
    log.write_parquet(tmp_path / "log.parquet")
    assert_same(LoggedFeedback.read_parquet(tmp_path / "log.parquet"), log)


def test_foreign_parquet_is_refused(tmp_path) -> None:
    pd.DataFrame(TABLE).to_parquet(tmp_path / "foreign.parquet")
    with pytest.raises(TableError, match="from_table"):
        LoggedFeedback.read_parquet(tmp_path / "foreign.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(TableError, match="broken"):
        LoggedFeedback.read_parquet(tmp_path / "broken.parquet")


def test_obp_dictionary_there_and_back() -> None:
    log = full_log()
    feedback = log.to_obp()
    assert set(feedback) == {
        "n_rounds", "n_actions", "context", "action_context", "action", "position", "reward",
        "expected_reward", "pscore",
    }  # fmt: skip
    assert (feedback["n_rounds"], feedback["n_actions"]) == (7, 3)
    feedback["reward"][0] = 99.0  # a copy: the log stays
    again = LoggedFeedback.from_obp(log.to_obp(), action_names=log.action_names)
    for name in ("context", "action", "reward", "propensity", "position", "expected_reward"):
        np.testing.assert_array_equal(getattr(again, name), getattr(log, name))
    with pytest.raises(TableError, match="'pscore'"):
        LoggedFeedback.from_obp({k: v for k, v in feedback.items() if k != "pscore"})


def test_rows_and_rewards_can_be_exchanged() -> None:
    log = full_log()
    some = log.take(log.action == 1)
    assert len(some) == 2
    assert some.action_context is not None
    assert len(some.action_context) == 3
    other = log.with_reward(log.reward * 2)
    assert other.reward.tolist() == (log.reward * 2).tolist()
    assert other.expected_reward is None


def test_arrays_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        full_log().reward[0] = 1.0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"propensity": np.zeros(7)}, r"propensity must be in \(0, 1\]. Got 0.0 in row 0"),
        ({"action": np.full(7, 3)}, r"action must be in \[0, 3\)"),
        ({"action": np.full(7, 0.5)}, "whole numbers"),
        ({"reward": np.full(7, np.nan)}, "reward must be finite"),
        ({"reward": np.zeros(6)}, r"reward must have shape \(7,\)"),
        ({"context": np.zeros((7, 3))}, r"context must have shape \(7, 2\)"),
        ({"eligible": np.zeros((7, 3), bool)}, "eligible must be True for the action"),
        ({"action_names": ("a", "a", "b")}, "different names"),
        ({"reward": np.array(["x"] * 7)}, "reward must be numbers"),
        ({"action": np.empty(0, int)}, "n >= 1"),
    ],
)
def test_what_is_no_log_is_refused(change: dict, told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        dataclasses.replace(full_log(), **change)


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(TableError, match="Did you mean 'spend'"):
        LoggedFeedback.from_table(TABLE, action="arm", reward="spent", propensity=0.5)


def test_the_log_is_an_outcome_to_learn_from() -> None:
    log = full_log()
    outcome = log.to_outcome()
    assert outcome.context.names == ("recency", "value")
    assert outcome.context.actions == log.action_names
    for found, given in ((outcome.reward, log.reward), (outcome.action.index, log.action),
                         (outcome.action.propensity, log.propensity),
                         (outcome.context.features, log.context), (outcome.context.cost, log.cost),
                         (outcome.context.record, log.shopper)):  # fmt: skip
        np.testing.assert_array_equal(found, given)
    bare = LoggedFeedback.from_table(TABLE, action="arm", reward="spend", propensity=0.5)
    assert bare.to_outcome().context.eligible.all()


def test_repr_is_short() -> None:
    assert len(repr(full_log()).splitlines()) <= 3


def test_features_of_one_name_are_refused() -> None:
    """A file holds one column a name, so that one would come back as the other."""
    with pytest.raises(ParameterError, match=r"context_names must be different.*\['x'\] twice"):
        dataclasses.replace(full_log(), context_names=("x", "x"))


def test_a_column_called_as_an_indicator_is_refused() -> None:
    table = {"arm": ["x", "y"], "won": [0, 1], "seg": ["a", "b"], "seg=a": [3, 4]}
    with pytest.raises(ParameterError, match=r"\['seg=a'\] twice"):
        LoggedFeedback.from_table(
            table, action="arm", reward="won", propensity=0.5, context=["seg", "seg=a"]
        )
