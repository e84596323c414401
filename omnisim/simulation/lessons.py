"""Lessons: what the firm sees come of its decisions, told to a policy that learns in the run."""

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from omnisim.policies import Action, Context, Pending
from omnisim.schema import EVENTS, OWN_CHANNELS, Event, Identity
from omnisim.simulation.firm.following import filing

if TYPE_CHECKING:
    from omnisim.simulation.decisions import Batch
    from omnisim.simulation.world import World

Columns = NDArray[Any]
Floats = NDArray[np.float64]
READ = [EVENTS.names.index(name) for name in ("event", "identity", "channel", "shopper", "value")]
"""Places of the columns of the log that tell what was paid, and by whom."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A batch of decisions: their numbers, and what their records had brought when they were made.

    `paid` is what the owners paid, `listed` the list price of the goods, EUR since the start.
    """

    due: int
    numbers: NDArray[np.int64]
    records: Columns
    paid: Floats
    listed: Floats
    record_of: Columns


@dataclass(slots=True)
class Lessons:
    """Decisions of a run that wait for their window to close.

    Attributes
    ----------
    window_days : int
        Days over which purchases filed under a record count.
    """

    window_days: int
    _pending: Pending = field(default_factory=Pending)
    _waiting: deque[_Waiting] = field(default_factory=deque)
    _record_of: Columns = field(default_factory=lambda: np.empty((0, 2), np.int32))
    _paid: Floats = field(default_factory=lambda: np.empty(0))
    _n_read: int = 0

    def note(self, world: "World", batch: "Batch", context: Context, action: Action) -> None:
        """Keep decisions, with what their records have brought so far."""
        columns, records = world.columns, batch.records
        if not np.array_equal(self._record_of, columns["record_of"]):
            self._record_of = columns["record_of"].copy()
        self._waiting.append(
            _Waiting(
                batch.day + self.window_days, self._pending.hold(context, action), records,
                self._paid[records], columns["record_value"][records], self._record_of,
            )
        )  # fmt: skip

    def tell(self, world: "World", day: int) -> None:
        """Let the policy learn from the decisions whose window has closed, in their order.

        The reward is what was paid for the purchases filed since, less the cost of the goods.
        Decisions whose record was joined with another one in between are forgotten: what moved is
        not a purchase.
        """
        self._read(world)
        columns, numbers, rewards, is_whole = world.columns, [], [], []
        goods_share = world.scenario.costs.goods_share
        while self._waiting and self._waiting[0].due <= day:
            part = self._waiting.popleft()
            listed = columns["record_value"][part.records] - part.listed
            numbers.append(part.numbers)
            rewards.append(self._paid[part.records] - part.paid - goods_share * listed)
            is_whole.append(~np.isin(part.records, _joined(part.record_of, columns["record_of"])))
        if numbers:
            outcome = self._pending.settle(np.concatenate(numbers), np.concatenate(rewards))
            outcome = outcome.take(np.concatenate(is_whole))
            if len(outcome):
                world.policy.learn(outcome)

    def _read(self, world: "World") -> None:
        """Add what was paid since the last time to the records under which it was filed."""
        if not len(self._paid):
            self._paid = np.zeros(len(world.columns["record_value"]))
        columns = world.state.log.columns()
        event, identity, channel, shopper, value = (
            rows_since(columns[place], self._n_read) for place in READ
        )
        self._n_read += len(event)
        seen = (event == Event.PURCHASE) & (identity != Identity.NONE)
        seen &= np.isin(channel, OWN_CHANNELS)
        team, is_filed = filing(world.scenario, channel)
        seen &= is_filed
        np.add.at(self._paid, world.columns["record_of"][shopper[seen], team[seen]], value[seen])


def rows_since(parts: list[Columns], first: int) -> Columns:
    """Return the rows of a column in parts from row `first` on."""
    kept = []
    for part in parts:
        if first < len(part):
            kept.append(part[first:])
        first = max(0, first - len(part))
    return np.concatenate(kept) if kept else np.empty(0, parts[0].dtype if parts else np.int64)


def _joined(before: Columns, now: Columns) -> Columns:
    """Return the records from which, or to which, shoppers were moved."""
    moved = np.flatnonzero((before != now).any(axis=1))
    return np.unique(np.concatenate((before[moved].ravel(), now[moved].ravel())))
