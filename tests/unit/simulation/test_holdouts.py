"""Hold-outs: who is kept out, the same whatever the day, and nothing else moves."""

import numpy as np
import pytest

import omnisim as om
from omnisim.observation.identity import COOKIE_LIFE_DAYS, FIRST_ACCOUNT, cookies_at
from omnisim.random import Draws
from omnisim.schema import Channel, Event
from omnisim.simulation.firm.resolution import resolved
from tests.reference.worlds import finished_world, of, small

TREATED = {"email": Event.MESSAGE, "display": Event.IMPRESSION}
UNIT = {"email": "message", "display": "display"}


def run(**fields):
    return om.simulate(small({"media.display_per_week": 2.0} | fields), seed=8)


def who(result, medium, event):
    rows = (of(result.events, "channel") == Channel[medium.upper()]) & (
        of(result.events, "event") == event
    )
    return set(of(result.events, "shopper")[rows].tolist())


@pytest.mark.parametrize("medium", TREATED)
def test_drawn_by_the_true_person_people_are_either_reached_or_held_out(medium):
    result = run(**{f"holdouts.{medium}": 0.5, f"holdouts.{UNIT[medium]}_unit": "omniscient"})
    reached, held = who(result, medium, TREATED[medium]), who(result, medium, Event.WITHHELD)
    assert reached
    assert held
    assert not reached & held


KEPT_APART = {
    "holdouts.email": 0.5, "segments.busy.p_email_consent": 0.9, "market.n_shoppers": 80,
    "segments.busy.p_account": 0.9, "segments.busy.p_loyalty": 0.9,
    "capabilities.single_customer_view": 1, "primitives.false_merge": (0.0, 0.0, 0.0),
}  # fmt: skip


def test_two_records_of_a_person_may_be_in_both_arms_joined_ones_never():
    siloed, joined = (
        run(**KEPT_APART | {"primitives.match_recall": (0.0, share, share)}) for share in (0.0, 1.0)
    )
    both = [
        who(result, "email", Event.MESSAGE) & who(result, "email", Event.WITHHELD)
        for result in (siloed, joined)
    ]
    assert len(both[0]) >= 5
    assert not both[1]


@pytest.mark.parametrize("medium", TREATED)
def test_all_held_out_is_as_if_the_medium_were_off(medium):
    """No other message takes its place."""
    others = tuple({"push", "direct_mail"} - {medium})
    off = run(**{"exposures.off": (medium, *others)})
    held = run(**{"exposures.off": others, f"holdouts.{medium}": 1.0})
    for name in ("goodwill", "satisfaction", "points"):
        np.testing.assert_array_equal(off.final[name], held.final[name])
    assert off.profit_per_shopper_year == held.profit_per_shopper_year
    assert who(held, medium, Event.WITHHELD)


def test_a_larger_share_keeps_out_whom_a_smaller_one_kept_out():
    some, more = (who(run(**{"holdouts.email": s}), "email", Event.WITHHELD) for s in (0.3, 0.6))
    assert some < more


def test_by_cookie_a_person_may_meet_both_arms():
    result = run(**{"holdouts.display": 0.5, "holdouts.display_unit": "cookie",
                    "market.n_shoppers": 200, "media.display_per_week": 5.0,
                    "sign_ups.cookies": 0.0})  # fmt: skip
    both = who(result, "display", Event.IMPRESSION) & who(result, "display", Event.WITHHELD)
    consents = result.population.tracking_consent
    assert any(consents[shopper] for shopper in both)


def test_without_a_log_in_a_person_is_a_cookie_and_with_one_an_account():
    """With one device, no graph and cookies that live, arms change at the first log-in only."""
    world = finished_world(small({
        "media.display_per_week": 7.0, "holdouts.display": 0.5, "market.n_shoppers": 60,
        "segments.busy.p_account": 0.0, "segments.busy.p_app": 0.0,
        "segments.busy.p_tracking_consent": 1.0,
    }), seed=8)  # fmt: skip
    named = set(world.log_ins.accounts.tolist())
    assert named
    shoppers = np.arange(60)
    cookie = cookies_at(shoppers, 59.0, world.columns["n_devices"], world.draws, COOKIE_LIFE_DAYS)
    unit = resolved(world, cookie, shoppers)
    is_account = unit >= FIRST_ACCOUNT
    assert 0 < is_account.sum() < 60
    assert (unit[is_account] - FIRST_ACCOUNT == shoppers[is_account]).all()
    assert (unit[~is_account] == cookie[~is_account]).all()
    assert set(unit[is_account].tolist()) <= named


@pytest.mark.parametrize("medium", ["email", "push", "direct_mail"])
def test_each_medium_is_held_out_alone(medium):
    fields = {"market.n_shoppers": 120, "segments.busy.p_app": 0.9, "segments.busy.p_account": 0.9}
    firm = small(fields | {f"holdouts.{medium}": 1.0})
    result = om.simulate(firm, policy=om.policies.Uniform(), seed=8)
    for name in ("email", "push", "direct_mail"):
        sent, kept = who(result, name, Event.MESSAGE), who(result, name, Event.WITHHELD)
        assert bool(sent) == (name != medium)
        assert bool(kept) == (name == medium)


def crossings(result):
    """Return the mean share of a person's contacts that are in the rarer arm."""
    rows = of(result.events, "channel") == Channel.DISPLAY
    rows &= np.isin(of(result.events, "event"), (Event.IMPRESSION, Event.WITHHELD))
    shopper = of(result.events, "shopper")[rows]
    held = of(result.events, "event")[rows] == Event.WITHHELD
    share = np.bincount(shopper, weights=held) / np.maximum(np.bincount(shopper), 1)
    return np.minimum(share, 1 - share).mean()


def test_the_graph_lets_a_firm_hold_out_persons_across_devices():
    """The same shoppers, log-ins and luck: the better it knows them, the less arms are mixed."""
    base = {
        "holdouts.display": 0.5, "market.n_shoppers": 200, "media.display_per_week": 5.0,
        "segments.busy.p_tracking_consent": 1.0, "segments.busy.p_account": 0.9,
        "primitives.false_merge": (0.0, 0.0, 0.0),
    }  # fmt: skip
    mixed = [
        crossings(result)
        for result in (
            run(**base | {"holdouts.display_unit": "cookie"}),
            run(**base | {"primitives.match_recall": (0.0, 0.0, 0.0)}),
            run(**base | {"primitives.match_recall": (1.0, 1.0, 1.0)}),
            run(**base | {"holdouts.display_unit": "omniscient"}),
        )
    ]
    assert mixed[0] > mixed[1] > mixed[2] > mixed[3] == 0


def test_a_cookie_changes_when_it_is_deleted_and_with_the_device():
    shopper = np.zeros(50, dtype=np.int64)
    days = np.linspace(0, 2000, 50)
    one, three = (cookies_at(shopper, days, [n], Draws(1), COOKIE_LIFE_DAYS) for n in (1, 3))
    assert 5 < len(set(one)) < 50
    assert (np.diff(one) >= 0).all()
    assert len(set(three)) > len(set(one))
