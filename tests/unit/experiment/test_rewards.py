"""Decisions and the margin that followed: windows, logs for learning, logs for evaluation."""

import dataclasses

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnisim.evaluation import IPS, LoggedFeedback
from omnisim.exceptions import OverlapError, OverlapWarning, ParameterError
from omnisim.experiment import decision_rewards
from omnisim.experiment.rewards import (
    MARGIN_LINES,
    filed_postings,
    joined_rewards,
    margin_after,
)
from omnisim.policies import Blanket, EpsilonGreedy, Uniform
from omnisim.schema import DECISIONS, POSTINGS, Channel, Event, Identity, Line
from omnisim.simulation import simulate
from tests.reference.worlds import of, small

WORLD = small({"capabilities.single_customer_view": 2})


def postings(rows):
    """Return postings from rows (time, line, shopper, cents)."""
    time, line, shopper, cents = (list(column) for column in zip(*rows, strict=True))
    return pa.table([time, line, [0] * len(rows), shopper, [0] * len(rows), cents],
                    schema=POSTINGS.arrow)  # fmt: skip


@pytest.fixture(scope="module")
def run():
    return simulate(WORLD, policy=Uniform(), seed=7, decisions="features")


def test_a_window_holds_its_start_and_not_its_end():
    table = postings([
        (0.9, Line.REVENUE, 0, 1),
        (1.0, Line.REVENUE, 0, 10),
        (2.9, Line.COST_OF_GOODS, 0, -4),
        (3.0, Line.REVENUE, 0, 1000),
        (2.0, Line.REVENUE, 1, 7),
        (2.0, Line.REVENUE, -1, 7),
    ])  # fmt: skip
    assert margin_after(table, [0, 1, 2, 0], [1.0, 1.0, 1.0, 5.0], 2.0).tolist() == [
        0.06, 0.07, 0.0, 0.0,
    ]  # fmt: skip


def test_what_contacts_cost_is_no_part_of_the_margin():
    table = postings([(1.0, line, 0, 100) for line in Line])
    assert margin_after(table, [0], [0.0], 5.0)[0] == len(MARGIN_LINES)
    assert {Line.MESSAGES, Line.MEDIA}.isdisjoint(MARGIN_LINES)


@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(list(Line)), st.integers(-1, 3),
                          st.integers(-500, 500)), min_size=1, max_size=30),
       st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), min_size=1, max_size=8),
       st.integers(1, 6))  # fmt: skip
def test_margins_are_those_of_a_loop(rows, asked, window):
    expected = [
        sum(cents for when, line, who, cents in rows
            if who == shopper and start <= when < start + window and line in MARGIN_LINES) / 100
        for shopper, start in asked
    ]  # fmt: skip
    table = postings([(float(when), *rest) for when, *rest in rows])
    shoppers, starts = zip(*asked, strict=True)
    assert margin_after(table, shoppers, starts, float(window)).tolist() == expected


def by_hand(run):
    """Return the run with a log of two actions: two decisions kept, one whose window is cut."""
    rows = [(1.0, 0, 5, 0, 0, 1, 0.25, 3), (20.0, 0, 5, 0, 0, 0, 0.75, 3),
            (59.0, 1, 6, 0, 0, 0, 0.75, 1)]  # fmt: skip
    table = pa.table([list(c) for c in zip(*rows, strict=True)], schema=DECISIONS.arrow)
    table = table.replace_schema_metadata(
        {"actions": '["none", "email:popular"]', "features": "[]"}
    )
    sales = postings([(3.0, Line.REVENUE, 0, 500), (21.0, Line.REVENUE, 0, 900)])
    return dataclasses.replace(run, decisions=table, postings=sales)


def test_a_log_made_by_hand(run, monkeypatch):
    from omnisim.experiment import rewards

    actions = type("Two", (), {"cost": np.array([0.0, 0.5])})
    monkeypatch.setattr(rewards, "action_list", lambda scenario: actions)
    found = decision_rewards(by_hand(run), window_days=7.0, margin="true")
    assert found.outcome.reward.tolist() == [5.0, 9.0]
    assert found.net_reward.tolist() == [4.5, 9.0]
    assert found.outcome.context.eligible.tolist() == [[True, True], [True, True]]
    assert found.to_frame()["action"].tolist() == ["email:popular", "none"]
    with pytest.warns(OverlapWarning, match="one shopper"):
        value = IPS().estimate(found.to_feedback(), "email:popular").value
    assert value == pytest.approx(5 / 0.25 / 2)


def test_a_purchase_counts_for_both_decisions_whose_windows_hold_it(run, monkeypatch):
    """Decisions on days 1 and 20 about one record, sales of 5 and 9 EUR on days 3 and 21: in 28
    days 14 and 9; in 20 days, whose first window ends on day 21 before the sale, 5 and 9."""
    from omnisim.experiment import rewards

    actions = type("Two", (), {"cost": np.array([0.0, 0.5])})
    monkeypatch.setattr(rewards, "action_list", lambda scenario: actions)
    long, short = (
        decision_rewards(by_hand(run), window_days=days, margin="true") for days in (28.0, 20.0)
    )
    assert long.outcome.context.record.tolist() == [5, 5]
    assert long.outcome.reward.tolist() == [14.0, 9.0]
    assert short.outcome.reward.tolist() == [5.0, 9.0]


def test_rewards_of_a_run_learn_and_value(run, tmp_path):
    found = decision_rewards(run, window_days=14)
    assert (found.time + 14 <= 60).all()
    assert found.outcome.reward.sum() > 0
    assert len(repr(found).splitlines()) <= 3
    policy = EpsilonGreedy()
    policy.learn(found.to_outcome())
    assert policy.n_updates_.sum() == len(found)
    log = found.to_feedback()
    assert "is_joined" in log.context_names
    log.write_parquet(tmp_path / "log.parquet")
    again = LoggedFeedback.read_parquet(tmp_path / "log.parquet")
    assert (again.reward == found.outcome.reward).all()
    assert again.to_obp()["n_rounds"] == len(found)


def test_filed_margin_is_what_a_loop_finds_in_the_records(run):
    """Every posting of a purchase with card or account counts for the record it is filed under."""
    record_of = run.final["record_of"]
    filed = {}
    for row in run.events.to_pylist():
        if row["event"] == Event.PURCHASE and row["identity"] != Identity.NONE:
            team = 1 if row["channel"] == Channel.STORE else 0
            who = row["shopper"], row["journey"], row["time"] if row["journey"] < 0 else None
            filed[who] = int(record_of[row["shopper"], team])
    expected = []
    for row in run.postings.to_pylist():
        when = row["time"] if row["journey"] < 0 else None
        expected.append(filed.get((row["shopper"], row["journey"], when), -1))
    assert filed_postings(run)["shopper"].to_pylist() == expected
    assert len(filed) > 0
    assert min(expected) < 0 <= max(expected)


def test_a_silo_is_paid_by_what_it_files_and_everybody_sees_less_than_the_truth():
    firms = [small({"segments.busy.p_loyalty": share}) for share in (0.0, 1.0)]
    runs = [simulate(firm, policy=Uniform(), seed=7) for firm in firms]
    filed, true = (
        [decision_rewards(run, margin=margin).outcome.reward.sum() for run in runs]
        for margin in ("filed", "true")
    )
    assert filed[0] < true[0]
    assert filed[1] < true[1]
    assert filed[0] / true[0] < filed[1] / true[1]  # without cards no store purchase is filed


@pytest.mark.parametrize("level", ["TL0", "TL1"])
def test_what_is_not_followed_pays_nobody(level):
    run = simulate(WORLD.replace({"records.tracking_level": level}), policy=Uniform(), seed=7)
    paid = filed_postings(run)
    in_store = (of(paid, "channel") == Channel.STORE) & (of(paid, "shopper") >= 0)
    assert not in_store.any()
    assert (of(paid, "shopper") >= 0).any() == (level == "TL1")


def test_a_margin_of_another_name_is_refused(run):
    with pytest.raises(ParameterError, match="margin"):
        decision_rewards(run, margin="seen")


def test_features_are_optional(run):
    plain = simulate(WORLD, policy=Uniform(), seed=7)
    short, full = decision_rewards(plain), decision_rewards(run)
    assert short.outcome.context.features.shape[1] == 0
    assert (short.outcome.reward == full.outcome.reward).all()


def test_runs_are_joined_with_shoppers_of_their_own(run):
    part = decision_rewards(run)
    both = joined_rewards([part, part], [40, 40])
    assert len(both) == 2 * len(part)
    assert set(both.shopper[len(part) :]) == {k + 40 for k in set(part.shopper.tolist())}
    assert not set(both.shopper[: len(part)]) & set(both.shopper[len(part) :])


def test_a_log_without_chance_is_refused():
    sure = decision_rewards(simulate(WORLD, policy=Blanket(), seed=7))
    with pytest.raises(OverlapError, match="taken for certain"):
        sure.to_feedback()


def test_what_cannot_be_rewarded_is_refused(run):
    with pytest.raises(ParameterError, match="run must be an object of class SimulationResult"):
        decision_rewards(run.decisions)
    with pytest.raises(ParameterError, match="decisions"):
        decision_rewards(dataclasses.replace(run, decisions=None))
    with pytest.raises(ParameterError, match="window_days"):
        decision_rewards(run, window_days=61)
    assert of(run.decisions, "time").max() <= 60
