"""What the firm knows: records of persons, kept by two teams that may or may not share them.

Each shopper has a record with the online team (row `shopper`) and one with the store team (row
``n + shopper``). The single customer view joins the two for a share of the shoppers, and joins a
few store records to the wrong person: ``record_of[shopper, team]`` tells under which row the team
files what it sees of a shopper.
"""

import numpy as np
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.random import Draws, Stream

ONLINE_TEAM, STORE_TEAM = 0, 1
JOINT = -1
"""The two teams sending as one."""


def teams_at_work(scenario: Scenario) -> tuple[int, ...]:
    """Return the teams that have a channel to sell in."""
    channels = scenario.channels
    online = channels.website.is_open or channels.app.is_open
    working = ((ONLINE_TEAM, online), (STORE_TEAM, channels.store.is_open))
    return tuple(team for team, is_open in working if is_open)


def draw_record_of(
    n: int, *, match_recall: float, false_merge: float, draws: Draws
) -> NDArray[np.int32]:
    """Return under which row each team files each shopper.

    Parameters
    ----------
    n : int
        Shoppers.
    match_recall : float in [0, 1]
        Share of shoppers whose two records are joined.
    false_merge : float in [0, 1]
        Share of store records filed under another, random shopper's online record instead.
    draws : Draws
        Random numbers; a higher recall keeps every join that a lower one makes.

    Returns
    -------
    ndarray of shape (n, 2), int32, in [0, 2 n)
    """
    shoppers = np.arange(n)
    joined = draws.uniform(Stream.RECORD, shoppers, step=0) < match_recall
    wrong = draws.uniform(Stream.RECORD, shoppers, step=1) < false_merge
    other = np.minimum((draws.uniform(Stream.RECORD, shoppers, step=2) * n).astype(np.int64), n - 1)
    store = np.where(joined, shoppers, n + shoppers)
    store = np.where(wrong, other, store)
    return np.ascontiguousarray(np.column_stack((shoppers, store)), dtype=np.int32)
