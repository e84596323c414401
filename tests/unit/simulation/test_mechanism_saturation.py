"""Equation 3: repeated exposures leave less and less, and who is tired takes less from all."""

import math

import numpy as np
import pytest

from omnisim.config.heterogeneity import Heterogeneity
from omnisim.policies import NoContact
from omnisim.simulation import _media, _messages, simulate
from omnisim.simulation.market import advertise
from tests.reference.worlds import assert_same_bytes, new_world, small

ALIKE = Heterogeneity(**dict.fromkeys(Heterogeneity.model_fields, 0.0))
DAILY = {"media.display_per_week": 7.0, "media.social_per_week": 7.0,
         "media.broadcast_contacts": 7.0, "media.fatigue_on_ads": 0.0,
         "heterogeneity": ALIKE}  # fmt: skip
NOBODY = np.zeros(0, np.uint8)


def lasting(saturation=0.0, **parameters):
    """Return a world in which goodwill does not fade, and everybody sees everything daily."""
    world = new_world(small(DAILY, media__saturation=saturation), seed=5)
    world.state.params = world.state.params | {"goodwill_decay": 0.0} | parameters
    return world


def posts(world, day):
    _media.show_posts(world.state, day)


def display(world, day):
    _media.show_display(world.state, day, NOBODY)


@pytest.mark.parametrize("saturation", [0.3, 1.0, 20.0])
@pytest.mark.parametrize(("show", "name"), [(display, "display"), (posts, "social")])
def test_impressions_of_a_week_add_up_to_the_closed_form(show, name, saturation):
    world = lasting(saturation)
    first = world.state.params[f"{name}_goodwill"] * world.state.params["relevance_base"]
    for n in range(1, 8):
        show(world, n)
        expected = first * math.log(1 + saturation * n) / math.log(1 + saturation)
        assert world.columns["goodwill"] == pytest.approx(expected, rel=1e-12)


def test_without_saturation_impressions_add_up():
    world = lasting()
    for day in range(7):
        display(world, day)
    once = world.state.params["display_goodwill"] * world.state.params["relevance_base"]
    assert world.columns["goodwill"] == pytest.approx(7 * once, rel=1e-12)


def test_opened_messages_of_a_medium_add_up_to_the_closed_form():
    sure = {"relevance_on_response": 0.0, "fatigue": 0.0, "relevance_taste": 0.0, "creep": 0.0}
    world = lasting(1.0, p_open=[1 - 1e-15] * 4, **sure)
    n = world.n_shoppers
    rows = np.arange(n, dtype=np.int32)
    none, zeros = np.zeros(n, np.int32), np.zeros(n)
    for day in range(3):
        _messages.deliver_messages(world.state, rows, rows, none, zeros, none, none, zeros,
                                   none.astype(np.uint8), 0, day)  # fmt: skip
    first = world.state.params["message_goodwill"][0] * world.state.params["relevance_base"]
    assert world.columns["goodwill"] == pytest.approx(first * math.log2(1 + 3), rel=1e-9)


def test_media_do_not_wear_each_other_out():
    alone, after = lasting(1.0), lasting(1.0)
    display(after, 0)
    before = after.columns["goodwill"].copy()
    posts(alone, 0)
    posts(after, 0)
    assert after.columns["goodwill"] - before == pytest.approx(alone.columns["goodwill"])


def test_every_week_begins_anew():
    world, goodwill = lasting(1.0), [0.0]
    for day in range(21):
        advertise(world, day)
        if day % 7 == 6:
            goodwill.append(world.columns["goodwill"].mean())
    assert np.diff(goodwill) == pytest.approx(goodwill[1])


def test_what_is_shown_and_what_it_costs_stay_the_same():
    worlds = lasting(0.0), lasting(5.0)
    for world in worlds:
        for day in range(7):
            advertise(world, day)
    logs = [
        [np.concatenate(parts).tobytes() for parts in world.state.log.columns()] for world in worlds
    ]
    assert logs[0] == logs[1]
    assert (worlds[1].columns["goodwill"] < worlds[0].columns["goodwill"]).all()


def test_fatigue_damps_all_advertising_by_its_share_of_chi():
    fresh, tired = lasting(), lasting(fatigue=0.2, fatigue_on_ads=0.5)
    for world in (fresh, tired):
        world.columns["fatigue"][:] = 3.0
        world.state.params = world.state.params | {"fatigue_decay": 0.0}
        advertise(world, 0)
    expected = fresh.columns["goodwill"] * math.exp(-0.5 * 0.2 * 3.0)
    assert tired.columns["goodwill"] == pytest.approx(expected, rel=1e-12)


def test_where_nobody_is_written_to_nobody_is_tired_of_advertising():
    runs = [
        simulate(small(DAILY, media__fatigue_on_ads=share), policy=NoContact(), seed=1)
        for share in (0.0, 1.0)
    ]
    assert_same_bytes(*runs)


def test_saturated_shoppers_like_the_firm_less(seed):
    runs = [simulate(small(DAILY, media__saturation=s), seed=seed) for s in (0.0, 3.0)]
    mean = [np.mean(run.final["goodwill"]) for run in runs]
    assert 0 < mean[1] < 0.8 * mean[0]


def test_no_message_is_more_relevant_than_one_and_a_half():
    sure = {"p_open": [1 - 1e-15] * 4, "relevance_on_response": 0.0, "relevance_taste": 0.0}
    world = lasting(relevance_base=4.0, creep=0.0, **sure)
    n = world.n_shoppers
    rows, none, zeros = np.arange(n, dtype=np.int32), np.zeros(n, np.int32), np.zeros(n)
    _messages.deliver_messages(world.state, rows, rows, none, zeros, none, none, zeros,
                               none.astype(np.uint8), 0, 0)  # fmt: skip
    most = 1.5 * world.state.params["message_goodwill"][0]
    assert world.columns["goodwill"] == pytest.approx(most, rel=1e-9)
