"""Whom the firm takes a cookie for while the clock runs: log-ins so far, and its person graph."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from omnisim.observation.identity import (
    FIRST_ACCOUNT,
    IdentityRules,
    Records,
    cookies_logged_in,
    joined,
)
from omnisim.observation.tracking import on_device
from omnisim.schema import EVENTS, Identity
from omnisim.simulation.lessons import rows_since
from omnisim.simulation.world import World

Ints = NDArray[np.int64]
READ = tuple(
    EVENTS.names.index(name) for name in ("time", "shopper", "channel", "event", "identity")
)


@dataclass
class LogIns:
    """Cookies and accounts that the log has shown so far.

    Attributes
    ----------
    n_read : int
        Rows of the log that were read.
    cookies, accounts : ndarray of int64, sorted
        Cookies on which an account was exposed, and all accounts ever exposed.
    """

    n_read: int = 0
    cookies: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    accounts: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    def read(self, world: World, rules: IdentityRules) -> None:
        """Read what was logged since the last time; sessions are cut there."""
        parts = world.state.log.columns()
        time, shopper, channel, event, identity = (
            rows_since(parts[place], self.n_read) for place in READ
        )
        self.n_read += len(time)
        if not len(time):
            return
        shopper = shopper.astype(np.int64)
        records = Records(time, shopper, identity, on_device(channel, event))
        new = cookies_logged_in(records, world.population, rules, world.draws)
        self.cookies = np.union1d(self.cookies, new)
        known = FIRST_ACCOUNT + shopper[identity == Identity.ACCOUNT]
        self.accounts = np.union1d(self.accounts, known)


def resolved(world: World, cookies: Ints, owners: Ints) -> Ints:
    """Return whom the firm takes each cookie for: an account where it can, else the cookie.

    The log-ins of the past tell it, and the person graph as good as it is today.
    """
    rules = IdentityRules(
        match_recall=world.primitives["match_recall"], false_merge=world.primitives["false_merge"]
    )
    if world.log_ins is None:
        world.log_ins = LogIns()
    world.log_ins.read(world, rules)
    named = np.isin(cookies, world.log_ins.cookies)
    unit = np.where(named, FIRST_ACCOUNT + owners, cookies)
    seen = np.union1d(unit, world.log_ins.accounts)
    found: Ints = joined(seen, rules, world.draws)[np.searchsorted(seen, unit)]
    return found
