"""What firms have in totals only, and kinds of data that they may lack."""

import numpy as np
import pytest

from omnisim.experiment.attributed import observed_log, observed_totals
from omnisim.experiment.naive_groups import naive_differences
from omnisim.observation import ad_results, survey_satisfaction
from omnisim.random import Draws
from omnisim.schema import Channel, Event, Identity
from omnisim.simulation import simulate
from tests.reference.worlds import assert_same_bytes, of, small
from tests.unit.observation.test_observation import DISPLAY, SEARCH, STORE, WEB, log, see

PAID = {"market.n_shoppers": 100, "media.display_per_week": 2.0}


def test_totals_are_by_day_channel_and_event() -> None:
    events = log([
        (1.1, 1, STORE, Event.PURCHASE, Identity.CARD, 10),
        (1.9, 2, STORE, Event.PURCHASE, Identity.NONE, 20),
        (1.9, 2, WEB, Event.PURCHASE, Identity.ACCOUNT, 5),
        (2.1, 2, STORE, Event.PURCHASE, Identity.NONE, 40),
    ])  # fmt: skip
    table = see(events, "TL0").to_pydict()
    assert table["time"] == [1.0, 1.0, 2.0]
    assert table["channel"] == [STORE, WEB, STORE]
    assert table["value"] == [30.0, 5.0, 40.0]
    assert table["n"] == [2, 1, 1]


def test_results_of_advertisements_by_hand() -> None:
    events = log([
        (1.0, 1, DISPLAY, Event.IMPRESSION, Identity.COOKIE, 0),
        (6.9, 2, DISPLAY, Event.IMPRESSION, Identity.NONE, 0),
        (6.9, 2, DISPLAY, Event.CLICK, Identity.NONE, 0),
        (7.0, 2, SEARCH, Event.CLICK, Identity.COOKIE, 0),
        (7.0, 2, WEB, Event.VISIT, Identity.COOKIE, 0),
    ])  # fmt: skip
    table = ad_results(events).to_pydict()
    assert table["week"] == [0, 1]
    assert table["channel"] == [DISPLAY, SEARCH]
    assert table["impressions"] == [2, 0]
    assert table["clicks"] == [1, 1]


def test_what_a_firm_does_not_keep_it_does_not_see_and_nothing_else_moves() -> None:
    has_all, lacks = (
        simulate(small(PAID | {f"records.keeps_{kind}": has for kind in KINDS}), seed=3)
        for has in (True, False)
    )
    assert_same_bytes(has_all, lacks)
    assert set(observed_totals(has_all)) == {"ad results", "survey", "tills"}
    assert set(observed_totals(lacks)) == {"tills"}
    for level in ("TL0", "TL1", "TL2"):
        whole, part = (observed_log(run, level).to_pandas() for run in (has_all, lacks))
        for channel, event in ((WEB, Event.VISIT), (DISPLAY, Event.IMPRESSION)):
            there = [
                ((seen["channel"] == channel) & (seen["event"] == event)).any()
                for seen in (whole, part)
            ]
            assert there == [True, False]
        sold = [seen.loc[seen["event"] == Event.PURCHASE, "value"].sum() for seen in (whole, part)]
        assert sold[0] == pytest.approx(sold[1])


KINDS = ("analytics", "surveys", "ad_results")


def test_results_of_a_run_are_its_true_totals() -> None:
    run = simulate(small(PAID), seed=3)
    truth = run.counted_events
    shown = (of(truth, "channel") == Channel.DISPLAY) & (of(truth, "event") == Event.IMPRESSION)
    table = observed_totals(run)["ad results"].to_pandas()
    table = table[table["channel"] == Channel.DISPLAY]
    assert table["impressions"].sum() == shown.sum() > 100
    assert table["cost"].sum() == pytest.approx(of(truth, "cost")[shown].sum())


def ask(satisfaction, **changed):
    n = len(satisfaction)
    events = log([(s * 0.01, s, STORE, Event.PURCHASE, Identity.CARD, 1) for s in range(n)])
    how = {"share": 0.5, "p_response": 0.4, "noise": 0.0} | changed
    return survey_satisfaction(events, satisfaction, draws=Draws(7), **how).to_pylist()[0]


def test_a_survey_asks_some_and_some_answer() -> None:
    found = ask(np.full(4000, 1.0))
    assert abs(found["n_asked"] - 2000) < 5 * 1000**0.5
    assert abs(found["n_answered"] - 0.4 * found["n_asked"]) < 5 * 480**0.5
    assert (found["mean"], found["share_content"]) == (4.0, 1.0)
    assert ask(np.full(4000, 9.0))["mean"] == 5.0
    assert np.isnan(ask(np.zeros(50), p_response=0.0)["mean"])


def test_answers_are_noisy_and_follow_satisfaction() -> None:
    low, high = (ask(np.full(4000, s), noise=0.7)["mean"] for s in (-0.5, 0.5))
    assert 2.3 < low < 2.7 < 3.3 < high < 3.7


def test_nobody_who_is_unknown_is_asked() -> None:
    events = log([(0.0, s, STORE, Event.PURCHASE, Identity.NONE, 1) for s in range(50)])
    found = survey_satisfaction(
        events, np.zeros(50), share=1.0, p_response=1.0, noise=0.0, draws=Draws(7)
    )
    assert found["n_asked"].to_pylist() == [0]


def test_groups_cannot_be_compared_in_totals() -> None:
    run = simulate(small({"records.tracking_level": "TL0"}), seed=1)
    assert naive_differences(run) == {}
