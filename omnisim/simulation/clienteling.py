"""Clienteling: staff write to the clients whom they know and ask them in (K11, S2-16).

Staff choose by themselves, the best clients first; messages are taken like all others (equations 3
and 4), and who is brought in shops as ever.
"""

import numpy as np
from numpy.typing import NDArray

import omnisim.simulation._messages as _messages
from omnisim.policies.content import nearest_item
from omnisim.schema import Channel, Line, Trigger
from omnisim.simulation.by_store import at_store, mean_at_stores, reopening
from omnisim.simulation.decisions import EMAIL, WEEK, Batch, taste_of, within_cap
from omnisim.simulation.firm.knowledge import STORE_TEAM
from omnisim.simulation.firm.ledger import post_cost
from omnisim.simulation.parameters import client_cost
from omnisim.simulation.store import CLIENT_STEP, drop_in
from omnisim.simulation.world import World

Rows = NDArray[np.int32]
BY_STAFF = 3
"""Place of staff's messages after the media that a policy uses, in the kernels."""


def write_to_clients(world: World, day: int) -> None:
    """Let the staff of every store write to clients, once a week, and receive those who come."""
    rules = world.scenario
    if day % WEEK or mean_at_stores(world, "clients_written") == 0:
        return
    if not rules.channels.store.is_open or world.reopening is not None:
        return
    if "staff" in rules.exposures.off:
        return
    shoppers = choose_clients(world, day)
    n = len(shoppers)
    if n == 0:
        return
    records = world.columns["record_of"][shoppers, STORE_TEAM]
    item = nearest_item(taste_of(world, records), world.columns["attributes"])
    clicked = _messages.deliver_messages(
        world.state, shoppers, records, item.astype(np.int32), np.full(n, np.nan),
        np.full(n, STORE_TEAM, np.int32), np.full(n, BY_STAFF, np.int32), np.zeros(n),
        np.ones(n, np.uint8), int(Trigger.CAMPAIGN), day,
    )  # fmt: skip
    world.columns["last_written"][shoppers] = day
    world.columns["record_written"][records, STORE_TEAM] = day
    post_cost(world, Line.STAFF, Channel.STAFF, n * client_cost(rules))
    if "staff" not in rules.exposures.inert:
        for shopper in shoppers[clicked].tolist():
            _receive(world, shopper, day)


def choose_clients(world: World, day: int) -> Rows:
    """Return whom staff write to: each store's best clients, as many as its posts have time for."""
    columns = world.columns
    known = _known_clients(world, day)
    best = known[np.argsort(-columns["record_value"][_records(world, known)], kind="stable")]
    home = columns["home_store"][best]
    chosen = [best[home == s][: _room(world, day, s)] for s in range(world.n_stores)]
    return np.concatenate(chosen).astype(np.int32)


def _known_clients(world: World, day: int) -> Rows:
    """Return the clients whom the staff of their store know, who agree and are not tired of it.

    Known is who shows the card often enough and whose record the customer view has joined (K1), to
    whomever, and has an address on file; consent is that to e-mail, and caps hold for staff as for
    everybody who writes.
    """
    columns, rules = world.columns, world.scenario.clienteling
    everybody = np.arange(world.n_shoppers, dtype=np.int32)
    records = _records(world, everybody)
    known = (records < world.n_shoppers) & (columns["has_card"] == 1)
    known &= (columns["record_count"][records] >= rules.min_purchases) & (
        columns["record_teams"][records] & (1 << STORE_TEAM) > 0
    )
    known &= (columns["subscribed"][:, EMAIL] == 1) & world.scenario.records.keeps_addresses
    known &= day - columns["last_written"] >= rules.rest_days
    clients = everybody[known]
    teams = np.full(len(clients), STORE_TEAM, np.int32)
    batch = Batch(STORE_TEAM, Trigger.CAMPAIGN, day, clients, records[known], teams)
    free: Rows = clients[within_cap(world, batch, np.ones(len(clients), np.bool_))]
    return free


def _records(world: World, shoppers: Rows) -> Rows:
    records: Rows = np.ascontiguousarray(world.columns["record_of"][shoppers, STORE_TEAM])
    return records


def _room(world: World, day: int, store: int) -> int:
    """Return how many clients the staff of a store write to in this week; fractions add up.

    A population that is a sample of the region has that share of the staff's time.
    """
    sample = world.n_shoppers / world.scenario.market.shoppers_per_region
    if reopening(world, store) is not None:
        return 0
    each = at_store(world, "clients_written", store)
    a_week = sample * world.scenario.service.staff_per_store * each
    week = day // WEEK
    return int((week + 1) * a_week + 1e-9) - int(week * a_week + 1e-9)


def _receive(world: World, shopper: int, day: int) -> None:
    """Let a client come in: for a need that waits, or to look around."""
    waiting = world.waiting.pop(shopper, None)
    if waiting is not None:
        waiting.interrupt("near")
    else:
        world.env.process(drop_in(world, shopper, CLIENT_STEP + day))
