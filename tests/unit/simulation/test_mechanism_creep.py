"""Eq. 4: what shoppers mind is the detail that a message shows, by privacy and consent."""

import numpy as np
import pytest

from omnisim.config.capabilities import Capabilities
from omnisim.policies import Blanket
from omnisim.schema import Trigger
from omnisim.simulation import _messages, simulate
from tests.reference.worlds import assert_same_bytes, new_world, of, small

DETAIL = {"detail_profile": 0.3, "detail_joined": 0.2, "detail_bought": 0.4,
          "detail_location": 0.5, "creep_consented": 0.5}  # fmt: skip


def relevance(trigger=Trigger.CAMPAIGN, *, personal=1, teams=3, weight=1.0, creep=0.1, **levels):
    """Return how relevant a message surely opened is to each shopper, and the world."""
    world = new_world(small(capabilities=Capabilities(**levels)))
    columns, n = world.columns, world.n_shoppers
    sure = {"p_open": [1 - 1e-15] * 4, "relevance_on_response": 0.0, "relevance_taste": 0.0,
            "creep": creep, "owed_personal": 0.0, **DETAIL}  # fmt: skip
    if not levels.get("personalisation_engine"):
        sure["detail_bought"] = 0.0
    world.state.params = world.state.params | sure
    columns["record_teams"][:] = teams
    columns["record_weight"][:] = weight
    rows, none = np.arange(n, dtype=np.int32), np.zeros(n, np.int32)
    _messages.deliver_messages(
        world.state, rows, rows, none, np.ones(n), none, none, np.zeros(n),
        np.full(n, personal, np.uint8), int(trigger), 0.0,
    )  # fmt: skip
    return columns["opened"][:, 0].copy(), world


@pytest.mark.parametrize(
    ("case", "detail"),
    [
        ({"teams": 1}, 0.3),
        ({"teams": 3}, 0.5),
        ({"teams": 3, "trigger": Trigger.NEAR_STORE}, 1.0),
        ({"teams": 3, "trigger": Trigger.NEAR_RIVAL}, 1.0),
        ({"personal": 0}, 0.0),
        ({"personal": 0, "trigger": Trigger.NEAR_STORE}, 0.5),
        ({"weight": 0.0}, 0.0),  # nothing is known: the best seller, whatever the action is called
    ],
)
def test_what_a_message_shows_adds_up(case, detail):
    """Relevance is rho0 less 0.1 x privacy x detail, half of that for those who accept tracking."""
    found, world = relevance(**case)
    minds = np.where(world.columns["tracking_consent"] == 1, 0.5, 1.0)
    expected = 0.5 - 0.1 * world.columns["privacy"] * detail * minds
    assert found == pytest.approx(expected, rel=1e-12)
    assert detail == 0 or np.ptp(found) > 0  # a private shopper minds more than a public one


def test_bought_data_are_minded_where_they_are_bought():
    firm = {"single_customer_view": 2, "personalisation_engine": 2}
    found, world = relevance(teams=1, **firm)
    has = world.columns["tracking_consent"] == 1
    detail = np.where(has, 0.5 * (0.3 + 0.4), 0.3)
    assert found == pytest.approx(0.5 - 0.1 * world.columns["privacy"] * detail, rel=1e-12)
    assert 0 < has.sum() < len(has)


def test_relevance_is_never_below_nothing():
    found, _ = relevance(creep=100.0)
    assert (found >= 0).all()
    assert (found == 0).any()


CREEPY = [{"messages.creep": creep, "messages.p_open": 0.6, "market.n_shoppers": 100}
          for creep in (0.0, 1.5)]  # fmt: skip


def test_best_sellers_by_mail_are_not_minded():
    runs = [simulate(small(c), policy=Blanket("email:popular"), seed=2) for c in CREEPY]
    assert_same_bytes(*runs)


def test_content_from_the_profile_is_minded():
    """Who minds opens less often: every opening with creep is one without, draw by draw."""
    runs = [simulate(small(c), policy=Blanket("email:profile"), seed=2) for c in CREEPY]
    assert [of(r.events, "event").tolist().count(3) for r in runs] == sorted(
        (of(r.events, "event").tolist().count(3) for r in runs), reverse=True
    )
    assert runs[0].final["goodwill"].mean() > runs[1].final["goodwill"].mean()


def test_fatigue_multiplies_what_a_message_leaves_once():
    """Eq. 3: over many draws, goodwill falls by exp(-chi F), not by its square."""
    left = []
    for fatigue in (0.0, 4.0):
        world = new_world(small({"market.n_shoppers": 20_000, "word.mean_degree": 0}))
        columns, n = world.columns, world.n_shoppers
        more = {"p_open": [0.5] * 4, "relevance_on_response": 0.0, "relevance_taste": 0.0,
                "fatigue": 0.2}  # fmt: skip
        world.state.params = world.state.params | more
        columns["fatigue"][:] = fatigue
        rows, none = np.arange(n, dtype=np.int32), np.zeros(n, np.int32)
        _messages.deliver_messages(
            world.state, rows, rows, none, np.ones(n), none, none, np.zeros(n),
            np.zeros(n, np.uint8), 0, 0.0,
        )  # fmt: skip
        left.append(columns["goodwill"].mean())
    # openings are binomial: the ratio has a standard error below 0.009, so 5 of them
    assert left[1] / left[0] == pytest.approx(np.exp(-0.8), abs=0.045)
