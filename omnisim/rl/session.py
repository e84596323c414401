"""A simulation that stops at each batch of decisions and waits for the answer."""

import threading
from queue import SimpleQueue

import numpy as np

from omnisim.config.scenario import Scenario
from omnisim.exceptions import ParameterError
from omnisim.experiment.rewards import MARGIN_LINES
from omnisim.policies import Action, Context, NoContact, Policy
from omnisim.schema import POSTINGS
from omnisim.simulation.engine import draw_shoppers, run_clock, start
from omnisim.simulation.lessons import rows_since
from omnisim.simulation.world import World, build_world

COUNTED = [POSTINGS.names.index(name) for name in ("time", "line", "shopper", "cents")]
"""Places of the columns that margins are made of."""


class _Closed(Exception):  # noqa: N818
    """The session is over before its time."""


class _Ask(Policy):
    """Hands each batch after the burn-in to another thread and waits for what it answers."""

    def __init__(self, burn_in_days: int) -> None:
        self.burn_in_days = burn_in_days
        self.asked: SimpleQueue[Context | BaseException | None] = SimpleQueue()
        self.answers: SimpleQueue[Action | None] = SimpleQueue()
        self.world: World | None = None

    def decide(self, context: Context) -> Action:
        """Return what the other thread answers; contact nobody in the burn-in."""
        if self.world is None or self.world.env.now < self.burn_in_days:
            return NoContact().decide(context)
        self.asked.put(context)
        action = self.answers.get()
        if action is None:
            raise _Closed
        return action


class Session:
    """One simulated firm whose policy sits outside.

    The simulation runs in a thread of its own, but never at the same time as the caller.

    Parameters
    ----------
    scenario : Scenario
        What is simulated.
    seed, replication : int
        Its luck.
    """

    def __init__(self, scenario: Scenario, *, seed: int, replication: int) -> None:
        self._policy = _Ask(scenario.market.burn_in_days)
        shoppers = draw_shoppers(scenario, seed=seed, replication=replication)
        self.world = build_world(
            scenario, shoppers, self._policy, seed=seed, replication=replication
        )
        self._policy.world = self.world
        self._margin = np.zeros(self.world.n_shoppers, np.int64)
        self._n_read = 0
        self._is_over = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def next_batch(self) -> Context | None:
        """Return the next batch to decide about, or None at the end of the run."""
        asked = self._policy.asked.get()
        self._is_over = not isinstance(asked, Context)
        self._read_postings()
        if isinstance(asked, BaseException):
            raise asked
        return asked

    def answer(self, action: Action) -> None:
        """Go on with what was decided about the batch."""
        self._policy.answers.put(action)

    def margin_due(self, record: int, team: int) -> float:
        """Return the margin, EUR, not yet paid out of the persons filed under a record."""
        persons = np.flatnonzero(self.world.columns["record_of"][:, team] == record)
        due = int(self._margin[persons].sum())
        self._margin[persons] = 0
        return due / 100

    def all_margin_due(self) -> float:
        """Return the margin, EUR, not yet paid out of anybody."""
        due = int(self._margin.sum())
        self._margin[:] = 0
        return due / 100

    def close(self) -> None:
        """End the run; a closed session may be closed again."""
        if not self._is_over:
            self._policy.answers.put(None)
            self._is_over = True
        self._thread.join()

    def _run(self) -> None:
        try:
            start(self.world)
            run_clock(self.world)
            self._policy.asked.put(None)
        except BaseException as error:
            if not isinstance(error.__cause__, _Closed):
                self._policy.asked.put(error)

    def _read_postings(self) -> None:
        """Add what was posted since the last time to the margin of each shopper."""
        columns = self.world.state.postings.columns()
        burn_in = self._policy.burn_in_days
        time, line, shopper, cents = (rows_since(columns[place], self._n_read) for place in COUNTED)
        self._n_read += len(time)
        counts = np.isin(line, MARGIN_LINES) & (shopper >= 0) & (time >= burn_in)
        np.add.at(self._margin, shopper[counts], cents[counts])


def first_batch(session: Session) -> Context:
    """Return the first batch, of which there must be one."""
    batch = session.next_batch()
    if batch is None:
        raise ParameterError(
            "scenario must lead to at least one decision after the burn-in. Got none: make it "
            "longer, or let more shoppers have an account or a card."
        )
    return batch
