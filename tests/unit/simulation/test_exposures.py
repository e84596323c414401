"""Media that are off or inert: what happens still, and what no longer follows from it."""

import numpy as np
import pytest

import omnisim as om
from omnisim.config.exposures import MEDIA as ALL_MEDIA
from omnisim.schema import Channel, Event
from tests.reference.worlds import of, small

MEDIA = {"email": Channel.EMAIL, "search": Channel.SEARCH, "display": Channel.DISPLAY}


def run(**fields):
    return om.simulate(small({"media.display_per_week": 1.0, "media.p_paid_search": 0.5,
                              "messages.p_open": 0.5, "messages.p_click": 0.5} | fields),
                       seed=3)  # fmt: skip


def contacts(result, medium):
    return of(result.events, "channel") == MEDIA[medium]


@pytest.mark.parametrize("medium", MEDIA)
def test_a_medium_that_is_off_leaves_no_trace(medium):
    result = run(**{"exposures.off": (medium,)})
    assert contacts(run(), medium).any()
    assert not contacts(result, medium).any()
    assert not (of(result.postings, "channel") == MEDIA[medium]).any()


@pytest.mark.parametrize("medium", MEDIA)
def test_an_inert_medium_still_runs_and_costs(medium):
    result = run(**{"exposures.inert": (medium,)})
    assert contacts(result, medium).any()
    assert (of(result.postings, "channel") == MEDIA[medium]).any()


def test_inert_display_is_shown_to_the_same_people_at_the_same_time():
    active, inert = run(), run(**{"exposures.inert": ("display",)})
    for name in ("time", "shopper", "cost"):
        shown = [of(r.events, name)[contacts(r, "display")] for r in (active, inert)]
        np.testing.assert_array_equal(*shown)
    assert (active.final["goodwill"] != inert.final["goodwill"]).any()


def test_all_inert_media_leave_nothing():
    quiet = {"stores.visit_goodwill": 0.0, "experience.engagement": 0.0}
    result = run(**{"exposures.inert": ALL_MEDIA} | quiet)
    assert (result.final["goodwill"] == 0).all()
    assert (result.final["engagement"] == 0).all()


def test_inert_search_sells_exactly_as_no_search_at_all():
    """Paid search only adds goodwill to a search that takes place anyway."""
    sales = []
    for how in ("off", "inert"):
        result = run(**{f"exposures.{how}": ("search",)})
        rows = of(result.events, "event") == Event.PURCHASE
        sales.append([of(result.events, name)[rows] for name in ("time", "shopper", "value")])
    np.testing.assert_array_equal(*sales)


def test_a_medium_that_does_not_exist_is_refused():
    with pytest.raises(om.exceptions.ConfigError, match="Did you mean 'email'"):
        small({"exposures.off": ("emial",)})
