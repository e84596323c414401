"""Trials on people: who is a unit, what is true, and what the firm can see."""

import pandas as pd
import pyarrow as pa
import pytest

import omnisim as om
from omnisim.experiment import trials
from omnisim.experiment.trials.people import Trial, TrialTruth, units
from omnisim.schema import Channel, Event
from tests.reference.worlds import small

DESIGNS = (trials.randomised_trial, trials.encouragement_design, trials.ghost_ads)
FIRM = {"market.n_shoppers": 300, "media.display_per_week": 2.0, "segments.busy.p_account": 0.9}
POWERLESS = {
    "messages.goodwill": 0.0, "messages.engagement": 0.0, "messages.p_click": 0.0,
    "media.display_goodwill": 0.0, "media.fatigue_on_ads": 0.0, "basket.relevance": 0.0,
}  # fmt: skip


def test_a_unit_counts_from_its_first_contact_on() -> None:
    rows = [
        (1.0, 0, Channel.STORE, Event.PURCHASE, 99.0),
        (2.0, 0, Channel.EMAIL, Event.MESSAGE, 0.0),
        (2.0, 1, Channel.EMAIL, Event.WITHHELD, 0.0),
        (3.0, 0, Channel.EMAIL, Event.OPEN, 0.0),
        (3.0, 0, Channel.WEBSITE, Event.PURCHASE, 5.0),
        (4.0, 0, Channel.STORE, Event.PURCHASE, 7.0),
        (4.0, 2, Channel.STORE, Event.PURCHASE, 11.0),
        (5.0, -1, Channel.STORE, Event.PURCHASE, 13.0),
        (6.0, 1, Channel.EMAIL, Event.MESSAGE, 0.0),
    ]
    columns = ["time", "shopper", "channel", "event", "value"]
    frame = pd.DataFrame(rows, columns=columns)
    found = units(pa.Table.from_pandas(frame), "shopper", "email")
    assert found.to_dict("index") == {
        0: {"treated": 1, "revenue": 12.0},
        1: {"treated": 0, "revenue": 0.0},
    }


@pytest.mark.parametrize("design", [trials.randomised_trial, trials.ghost_ads])
def test_without_any_effect_the_truth_is_exactly_nothing(design) -> None:
    result = design(small(FIRM | POWERLESS), seed=2)
    assert result.truth == 0
    assert result.truth_seen == pytest.approx(0, abs=1e-9)
    assert result.estimate.ci_low < 0 < result.estimate.ci_high


@pytest.mark.parametrize("design", DESIGNS)
def test_a_result_prints_and_tells(design) -> None:
    result = design(small(FIRM), seed=2)
    assert len(repr(result).splitlines()) <= 3
    row = result.to_frame().iloc[0]
    assert row["ci_low"] < row["estimate"] < row["ci_high"]
    assert set(result.table["treated"]) == {0, 1}
    assert result.estimate.value == pytest.approx(design(small(FIRM), seed=2).estimate.value)


def test_tiresome_email_that_sells_is_found_true() -> None:
    strong = small(FIRM | {"messages.goodwill": 6.0, "messages.p_open": 0.9})
    assert trials.randomised_trial(strong, seed=2).truth > 0


def test_nobody_is_enrolled_for_what_was_done_to_them() -> None:
    """Whoever is reached first is so in both worlds, at the same time."""
    trial = Trial(small(FIRM), "display", 0.5, "TL1", 2, 0)
    true = trial.truth(trial.extremes(), "TL1")
    assert set(true.with_.index) == set(true.without.index)
    assert true.with_["treated"].all()
    assert not true.without["treated"].any()


def test_the_truth_is_what_all_people_buy_more_per_visitor_reached() -> None:
    """Shopper 0, whom two cookies stand for, buys 6 more and shopper 1 buys 2 less, by hand."""
    with_, without = (
        pd.DataFrame({"treated": 1, "revenue": paid}) for paid in ([10.0, 3.0], [4.0, 5.0])
    )
    assert TrialTruth(with_, without, n_visitors=3, seen_effect=0.0).effect() == 4 / 3
    assert TrialTruth(with_, without, n_visitors=0, seen_effect=0.0).effect() == 0


def test_more_visitors_a_person_make_an_effect_of_display_as_much_smaller() -> None:
    firm = small(FIRM | {"capabilities.single_customer_view": 2})
    trial = Trial(firm, "display", 0.5, "TL1", 2, 0)
    extremes = trial.extremes()
    truths = [trial.truth(extremes, level) for level in ("TL1", "TL2")]
    assert truths[0].n_visitors > truths[1].n_visitors > 0
    totals = [true.effect() * true.n_visitors for true in truths]
    assert totals[0] == pytest.approx(totals[1])
    assert truths[0].n_visitors == len(trial.units_seen(extremes[0], "TL1"))


def test_more_is_kept_from_more_people() -> None:
    few, many = (
        trials.randomised_trial(small(FIRM), share=share, seed=2).table["treated"].mean()
        for share in (0.2, 0.8)
    )
    assert many < few


def test_shares_and_levels_are_checked() -> None:
    for share in (0.0, 1.0, 1.5):
        with pytest.raises(om.exceptions.OmnisimError, match="share must lie"):
            trials.randomised_trial(small(FIRM), share=share)
    with pytest.raises(om.exceptions.OmnisimError):
        trials.randomised_trial(small(FIRM), level="TL0")


def test_a_trial_on_mail_is_read_as_the_firm_tracks() -> None:
    """Without cards both file the same, and so act alike: they differ in what they read only."""
    alike = FIRM | {"segments.busy.p_loyalty": 0.0, "sign_ups.card": 0.0,
                    "governance.managers_decide": False}  # fmt: skip
    firm = small(alike | {"records.tracking_level": "TL1"})
    for trial in (trials.randomised_trial, trials.encouragement_design):
        own, given, whole = (
            trial(world, level=level, seed=2).table
            for world, level in ((firm, None), (small(alike), "TL1"), (small(alike), None))
        )
        assert own.equals(given)
        assert not own.equals(whole)
    with pytest.raises(om.exceptions.OmnisimError, match="level"):
        trials.randomised_trial(small(FIRM | {"records.tracking_level": "TL0"}))
