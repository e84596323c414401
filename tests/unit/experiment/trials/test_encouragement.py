"""Invitations to the app: who is drawn, who follows, and what it does to them."""

import numpy as np
import pyarrow as pa
import pytest

import omnisim as om
from omnisim.evaluation.field import encouragement_effect, fieller_set
from omnisim.experiment import trials
from omnisim.experiment.trials.encouragement import effect_on_compliers, invited
from omnisim.schema import Channel, Event
from tests.reference.worlds import assert_same_bytes, of, small

FIRM = {
    "market.n_shoppers": 200, "segments.busy.p_account": 0.9, "segments.busy.p_email_consent": 0.9,
    "segments.busy.p_app": 0.2,
}  # fmt: skip
SENT = {"invitation.day": 15}


def run(**fields):
    return om.simulate(small(FIRM | fields), seed=4)


def test_without_a_day_nobody_is_invited_and_shares_move_nothing() -> None:
    assert_same_bytes(run(), run(**{"invitation.share": 0.9}))


def test_until_noon_of_the_day_the_world_is_the_same() -> None:
    plain, nudged = (run(**fields).events for fields in ({}, SENT))
    before = [log.filter(pa.array(of(log, "time") < 15.5)) for log in (plain, nudged)]
    assert before[0].num_rows > 100
    for name in ("time", "shopper", "event", "channel"):
        np.testing.assert_array_equal(of(before[0], name), of(before[1], name))


def test_invitations_make_take_up_likelier_and_keep_nobody_from_it() -> None:
    tables = [
        invited(run(**SENT | {"invitation.share": share}).events, "shopper", 15)
        for share in (0.0, 0.5, 1.0)
    ]
    none, half, everyone = tables
    assert set(none.index) == set(half.index) == set(everyone.index)
    assert not none["treated"].any()
    assert everyone["treated"].all()
    expected = np.where(half["treated"] == 1, everyone["taken"], none["taken"])
    np.testing.assert_array_equal(half["taken"], expected)
    assert (everyone["taken"] >= none["taken"]).all()
    n = len(everyone)
    for table, p in ((none, 0.05), (everyone, 0.25)):
        assert abs(table["taken"].mean() - p) < 5 * (p * (1 - p) / n) ** 0.5


def test_without_an_app_there_is_nothing_to_take_up() -> None:
    log = run(**SENT | {"channels.app.is_open": False}).events
    assert len(invited(log, "shopper", 15)) == 0


def test_whom_the_invitation_does_not_move_it_does_nothing_to() -> None:
    """Without word of mouth and with enough stock, only compliers change."""
    alone = {
        "word.mean_degree": 0, "invitation.p_take_up": 0.5, "channels.store.is_open": False,
    } | SENT  # fmt: skip
    everybody, nobody = (run(**alone | {"invitation.share": s}) for s in (1.0, 0.0))
    moved = invited(everybody.events, "shopper", 15)["taken"]
    moved -= invited(nobody.events, "shopper", 15)["taken"]
    stayed = np.setdiff1d(np.arange(200), moved.index[moved == 1])
    spent = [
        np.bincount(of(r.orders, "shopper"), weights=of(r.orders, "value"), minlength=200)
        for r in (everybody, nobody)
    ]
    assert (moved == 1).sum() > 20
    assert np.mean(spent[0][stayed] == spent[1][stayed]) > 0.9
    assert effect_on_compliers(everybody, nobody, 15) != 0


def test_an_app_for_which_nobody_cares_does_nothing() -> None:
    firm = small(FIRM | {"invitation.p_take_up": 0.05, "invitation.p_unprompted": 0.05} | SENT)
    runs = [om.simulate(firm.replace({"invitation.share": s}), seed=4) for s in (1.0, 0.0)]
    assert effect_on_compliers(*runs, 15) == 0


def test_the_design_reports_its_steps() -> None:
    result = trials.encouragement_design(small(FIRM), seed=2)
    steps = {name: step.value for name, step in result.steps.items()}
    assert set(steps) == {"intention to treat", "first stage"}
    ratio = steps["intention to treat"] / steps["first stage"]
    assert result.estimate.value == pytest.approx(ratio)
    assert result.estimate.ci_low < result.estimate.value < result.estimate.ci_high


def test_a_fieller_set_by_hand_and_without_a_first_stage() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    encouraged = np.repeat([0, 1], 500)
    taken = (rng.random(1000) < 0.2 + 0.5 * encouraged).astype(int)
    outcome = 3.0 * taken + rng.normal(0, 1, 1000)
    low, high = fieller_set(outcome, taken, encouraged)
    wald = encouragement_effect(outcome, taken, encouraged)
    assert low < 3.0 < high
    # With a strong first stage the set is close to the interval of Wald.
    assert (low, high) == pytest.approx((wald.ci_low, wald.ci_high), abs=0.05)
    for bound in (low, high):  # on the limit the t statistic of the reduced form is at its limit
        left = outcome - bound * taken
        a, b = left[500:], left[:500]
        t = (a.mean() - b.mean()) / np.sqrt(a.var(ddof=1) / 500 + b.var(ddof=1) / 500)
        assert abs(t) == pytest.approx(1.9623, abs=1e-3)
    assert fieller_set(outcome, 1 - taken[::-1] * 0, encouraged) == (-np.inf, np.inf)


def test_a_letter_of_the_firm_at_another_time_is_no_invitation() -> None:
    log = run(**SENT).events
    mail = (of(log, "channel") == Channel.EMAIL) & (of(log, "event") == Event.MESSAGE)
    assert mail.sum() > (invited(log, "shopper", 15)["treated"] == 1).sum()
