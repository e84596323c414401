"""Which records a sender writes to, against a loop over shoppers."""

import numpy as np
import pytest

import omnisim as om
from omnisim.schema import Event
from omnisim.simulation import messages
from omnisim.simulation.firm.knowledge import ONLINE_TEAM, STORE_TEAM
from tests.reference.random_worlds import random_world
from tests.reference.worlds import of, small


def records_by_hand(world, team):
    """Return (shopper, record, team) of every record with an address, each record once."""
    c, rows = world.columns, set()
    for i in range(world.n_shoppers):
        online, store = c["record_of"][i].tolist()
        if not c["subscribed"][i]:
            continue
        if team != STORE_TEAM and c["has_account"][i]:
            rows.add((i, online, ONLINE_TEAM))
        if team != ONLINE_TEAM and c["has_card"][i]:
            is_one = team == messages.JOINT and store == online
            rows.add((i, store, ONLINE_TEAM if is_one else STORE_TEAM))
    return rows


@pytest.fixture(params=range(6))
def world(request, seed):
    """A random world in which every way of being known occurs."""
    rng = np.random.default_rng([seed, 300 + request.param])
    world = random_world(
        rng, capabilities__single_customer_view=2, primitives__match_recall=(0.0, 0.4, 0.5)
    )
    for name in ("has_account", "has_card", "subscribed"):
        column = world.columns[name]
        column.flags.writeable = True  # who has a card is fixed in a run
        column[:] = rng.uniform(size=len(column)) < 0.8
    return world


@pytest.mark.parametrize("team", [ONLINE_TEAM, STORE_TEAM, messages.JOINT])
def test_a_sender_writes_once_to_each_record_with_an_address(world, team):
    shoppers, records, teams = messages._records(world, team, messages._reachable(world, team))
    found = list(zip(shoppers.tolist(), records.tolist(), teams.tolist(), strict=True))
    assert len(found) == len(set(found))
    assert set(found) == records_by_hand(world, team)
    assert len(found) > 5


def test_a_larger_budget_sends_more_campaigns():
    firm = {"messages.cap_per_week": 50, "segments.busy.p_account": 1.0}
    runs = [
        om.simulate(small(firm | {"messages.campaign_scale": scale}), seed=2)
        for scale in (0.25, 1.0, 4.0)
    ]
    sent = [int((of(run.events, "event") == Event.MESSAGE).sum()) for run in runs]
    assert 0 < sent[0] < sent[1] < sent[2]
