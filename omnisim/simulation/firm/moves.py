"""How primitives move while the clock runs: parameters, records and the stock shown follow."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnisim.config.capabilities import Capabilities
from omnisim.config.primitives import MOVES
from omnisim.schema import Channel
from omnisim.simulation.by_store import STORE_CAPABILITIES
from omnisim.simulation.firm.following import followed
from omnisim.simulation.firm.knowledge import ONLINE_TEAM, STORE_TEAM, draw_record_of
from omnisim.simulation.firm.offers import align
from omnisim.simulation.firm.profiles import bought_profiles
from omnisim.simulation.firm.stock import shown_items
from omnisim.simulation.parameters import kernel_parameters, search_intercepts
from omnisim.simulation.world import World

BY_STORE_STAFF = ("stock_shown", "returns_across")
"""Primitives that are as much as the stores' staff make of them, beside the endless aisle."""

RIVAL = 3
"""Place of the online rival among the searches of eq. 5."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def move_primitives(world: World, values: Mapping[str, float]) -> None:
    """Set primitives and all that follows from them.

    Records joined by a higher recall are merged with their history; a lower recall leaves them
    merged and files what comes apart.
    """
    values = followed(world.scenario, values)
    if all(world.primitives[name] == value for name, value in values.items()):
        return
    accuracy = values.get("third_party_accuracy", world.primitives["third_party_accuracy"])
    if accuracy != world.primitives["third_party_accuracy"]:
        _renew_bought_data(world, accuracy)
    world.primitives.update(values)
    world.moves.append((world.env.now, dict(world.primitives)))
    refresh(world)
    record_of = draw_record_of(
        world.n_shoppers,
        match_recall=world.primitives["match_recall"],
        false_merge=world.primitives["false_merge"],
        draws=world.draws,
    )
    _merge_records(world, record_of[:, STORE_TEAM])
    world.columns["record_of"][:] = record_of


def refresh(world: World) -> None:
    """Bring parameters and the stock shown up to the primitives and the conduct of the moment."""
    scenario, draws = world.scenario, world.draws
    effective = world.primitives | {name: by_staff(world, name) for name in BY_STORE_STAFF}
    parameters = kernel_parameters(
        scenario, effective, seed=draws.seed, replication=draws.replication
    )
    is_open = {"is_open": world.state.params["is_open"]}
    world.state.params = parameters | is_open | _conducted(world)
    world.columns["is_shown"][:] = shown_items(scenario, effective["stock_shown"], draws)


def by_staff(world: World, primitive: str) -> float:
    """Return what the store's staff make of a primitive."""
    return world.primitives[primitive] * world.conduct.effort


def _conducted(world: World) -> dict[str, Any]:
    """Return the parameters that managers and rivals have set, offers made one as far as they are.

    The local rival's cut is worth what it is to a shopper of mean price sensitivity. Advertising
    makes a rival come to mind: the online one as a place to search, and without having been there.
    """
    scenario, conduct, rivals = world.scenario, world.conduct, world.scenario.rivals
    online_cut, local_cut = conduct.rival_price_cut
    online_reach, local_reach = conduct.rival_advertising
    search = search_intercepts(scenario)
    search[RIVAL] += rivals.advertising_pull * online_reach
    offers = align(np.array(conduct.promotion), world.primitives["offers_aligned"])
    return {
        "promotion": offers.tolist(),
        "search_intercept": search,
        "rival_gap": rivals.online_price_gap + online_cut,
        "rival_local": (
            -math.inf
            if conduct.local_rival_shut
            else rivals.local_intercept
            + scenario.choice.price * local_cut
            + rivals.advertising_pull * local_reach
        ),
        "rival_unseen": rivals.unseen_penalty * (1 - online_reach),
    }


def move_in_stores(world: World, stores: Sequence[int], capabilities: Capabilities) -> None:
    """Set the primitives of `STORE_CAPABILITIES` in these stores, whatever the others have."""
    values = world.scenario.primitives.at(capabilities)
    own = {name: values[name] for name, owner in MOVES.items() if owner in STORE_CAPABILITIES}
    world.by_store.update({store: own for store in stores})


def set_store_open(world: World, store: int, is_open: bool) -> None:
    """Open or close one store; those on the way to it are treated as by `set_open`."""
    world.columns["store_open"][store] = is_open
    if not is_open:
        world.shut.setdefault(store, world.env.event())
    elif store in world.shut:
        world.shut.pop(store).succeed()


def set_open(world: World, channel: int, is_open: bool) -> None:
    """Open or close one of the firm's sales channels while the clock runs.

    Who is on the way to a store that closes turns round, or waits for it to open again.
    """
    parameters = world.state.params
    parameters["is_open"][channel] = int(is_open)
    world.state.params = parameters
    if channel != Channel.STORE:
        return
    if not is_open:
        world.reopening = world.reopening or world.env.event()
    elif world.reopening is not None:
        world.reopening.succeed()
        world.reopening = None


def close(world: World, channel: int) -> None:
    """Close a channel of the firm, or the local rival's store, for one more reason."""
    world.closures[channel] += 1
    _obey(world, channel)


def reopen(world: World, channel: int) -> None:
    """Take back one reason; the channel opens with the last."""
    world.closures[channel] -= 1
    _obey(world, channel)


def _obey(world: World, channel: int) -> None:
    is_open = world.closures[channel] == 0
    if channel == Channel.RIVAL_LOCAL:
        world.conduct.local_rival_shut = not is_open
        refresh(world)
    else:
        set_open(world, channel, is_open)


def _merge_records(world: World, store_record: NDArray[np.int32]) -> None:
    """Move the history of each store record that is filed elsewhere from now on."""
    columns, n = world.columns, world.n_shoppers
    old = n + np.arange(n)
    moved = (store_record < n) & (columns["record_teams"][old] > 0)
    source, target = old[moved], store_record[moved].astype(np.int64)
    if not len(source):
        return
    weight = columns["record_weight"]
    weighted = columns["record_profile"] * weight[:, None]
    np.add.at(weighted, target, weighted[source])
    for name in ("record_count", "record_value", "record_sent", "record_weight"):
        np.add.at(columns[name], target, columns[name][source])
        columns[name][source] = 0
    for name in ("record_last", "record_written"):
        np.maximum.at(columns[name], target, columns[name][source])
        columns[name][source] = -np.inf
    np.bitwise_or.at(columns["record_teams"], target, columns["record_teams"][source])
    _take_earliest(columns["record_first"], source, target)
    columns["record_teams"][source] = 0
    known = target[weight[target] > 0]
    columns["record_profile"][source] = 0.0
    columns["record_profile"][known] = weighted[known] / weight[known, None]


def _take_earliest(first: Floats, source: Ints, target: Ints) -> None:
    """Move the days of first purchases; -inf stands for none."""
    first[first == -np.inf] = np.inf
    np.minimum.at(first, target, first[source])
    first[source] = np.inf
    first[first == np.inf] = -np.inf


def _renew_bought_data(world: World, accuracy: float) -> None:
    """Put bought data of another accuracy in the place of those that profiles hold."""
    columns, n = world.columns, world.n_shoppers
    old, old_weight = _bought(world, world.primitives["third_party_accuracy"])
    new, new_weight = _bought(world, accuracy)
    rows = columns["record_of"][:, ONLINE_TEAM]
    weight, profile = columns["record_weight"][rows], columns["record_profile"][rows]
    total = weight + new_weight - old_weight
    changed = profile * weight[:, None] + new * new_weight[:, None] - old * old_weight[:, None]
    known = total > 1e-9
    columns["record_profile"][:n] = np.where(
        known[:, None], changed / np.where(known, total, 1.0)[:, None], 0.0
    )
    columns["record_weight"][:n] = np.where(known, total, 0.0)


def _bought(world: World, accuracy: float) -> tuple[Floats, Floats]:
    columns = world.columns
    return bought_profiles(
        columns["taste"], columns["tracking_consent"], columns["common_taste"], accuracy,
        world.draws,
    )  # fmt: skip
