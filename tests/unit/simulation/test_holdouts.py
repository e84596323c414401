"""Hold-outs: who is kept out, the same whatever the day, and nothing else moves."""

import numpy as np
import pytest

import omnisim as om
from omnisim.observation.identity import COOKIE_LIFE_DAYS, cookies_at
from omnisim.random import Draws
from omnisim.schema import Channel, Event
from tests.reference.worlds import of, small

TREATED = {"email": Event.MESSAGE, "display": Event.IMPRESSION}


def run(**fields):
    return om.simulate(small({"media.display_per_week": 2.0} | fields), seed=8)


def who(result, medium, event):
    rows = (of(result.events, "channel") == Channel[medium.upper()]) & (
        of(result.events, "event") == event
    )
    return set(of(result.events, "shopper")[rows].tolist())


@pytest.mark.parametrize("medium", TREATED)
def test_people_are_either_reached_or_held_out(medium):
    result = run(**{f"holdouts.{medium}": 0.5})
    reached, held = who(result, medium, TREATED[medium]), who(result, medium, Event.WITHHELD)
    assert reached
    assert held
    assert not reached & held


@pytest.mark.parametrize("medium", TREATED)
def test_all_held_out_is_as_if_the_medium_were_off(medium):
    off, held = run(**{"exposures.off": (medium,)}), run(**{f"holdouts.{medium}": 1.0})
    for name in ("goodwill", "satisfaction", "points"):
        np.testing.assert_array_equal(off.final[name], held.final[name])
    assert off.profit_per_shopper_year == held.profit_per_shopper_year
    assert who(held, medium, Event.WITHHELD)


def test_a_larger_share_keeps_out_whom_a_smaller_one_kept_out():
    some, more = (
        who(run(**{"holdouts.display": s}), "display", Event.WITHHELD) for s in (0.3, 0.6)
    )
    assert some < more


def test_by_cookie_a_person_may_meet_both_arms():
    result = run(**{"holdouts.display": 0.5, "holdouts.display_unit": "cookie",
                    "market.n_shoppers": 200, "media.display_per_week": 5.0,
                    "sign_ups.cookies": 0.0})  # fmt: skip
    both = who(result, "display", Event.IMPRESSION) & who(result, "display", Event.WITHHELD)
    assert both
    consents = result.population.tracking_consent
    assert all(consents[shopper] for shopper in both)


def test_a_cookie_changes_when_it_is_deleted_and_with_the_device():
    shopper = np.zeros(50, dtype=np.int64)
    days = np.linspace(0, 2000, 50)
    one, three = (cookies_at(shopper, days, [n], Draws(1), COOKIE_LIFE_DAYS) for n in (1, 3))
    assert 5 < len(set(one)) < 50
    assert (np.diff(one) >= 0).all()
    assert len(set(three)) > len(set(one))
