"""Progress of runs that go on in other processes: two counters in shared memory."""

from dataclasses import dataclass, field
from multiprocessing.context import BaseContext
from typing import Any

_TICKER: "Counters | None" = None
"""The counters of this worker process; set once by `start_worker`, None where nobody watches."""


@dataclass(frozen=True)
class Counters:
    """Simulated days and events so far, over all workers."""

    days: Any
    events: Any

    @classmethod
    def shared(cls, context: BaseContext) -> "Counters":
        """Return counters that processes of `context` can add to."""
        return cls(context.Value("q", 0), context.Value("q", 0))


def start_worker(counters: Counters) -> None:
    """Let the runs of this worker process add to `counters`: the initializer of a pool."""
    global _TICKER
    _TICKER = counters


def worker_ticker() -> Counters | None:
    """Return the counters that runs of this process add to, if somebody watches."""
    return _TICKER


@dataclass
class Ticker:
    """Adds one run's days and events to counters."""

    counters: Counters
    n_events: int = field(default=0)

    def tick(self, day: int, n_events: int) -> None:
        """Count one more day, and the events since the last call."""
        with self.counters.days.get_lock():
            self.counters.days.value += 1
        with self.counters.events.get_lock():
            self.counters.events.value += n_events - self.n_events
        self.n_events = n_events
