"""Run independent tasks on any executor of `concurrent.futures`, in order and with progress."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from omnisim.exceptions import RunError

T = TypeVar("T")
R = TypeVar("R")
POLL_SECONDS = 0.2


def run_tasks(
    function: Callable[[T], R],
    tasks: Sequence[T],
    *,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> list[R]:
    """Return ``function(task)`` for every task, in the order of the tasks.

    Parameters
    ----------
    function : callable
        A module-level function, so that process workers can find it.
    tasks : sequence
        Arguments; each must be picklable if the executor has processes.
    executor : concurrent.futures.Executor, optional
        Where to run; in this process by default. It is not shut down.
    on_wait : callable, optional
        Called with the number of finished tasks, several times a second.

    Raises
    ------
    RunError
        If a task fails; the others are cancelled.
    """
    report = on_wait or (lambda n_done: None)
    if executor is None:
        return list(_in_process(function, tasks, report))
    futures = [executor.submit(function, task) for task in tasks]
    try:
        _watch(futures, report)
        return [future.result() for future in futures]
    except BrokenProcessPool as error:
        raise RunError(
            "A worker process died, perhaps for lack of memory. "
            "Run again with fewer workers, or fewer shoppers."
        ) from error
    finally:
        for future in futures:
            future.cancel()


def _in_process(
    function: Callable[[T], R], tasks: Sequence[T], report: Callable[[int], None]
) -> Iterator[R]:
    for n_done, task in enumerate(tasks, 1):
        yield function(task)
        report(n_done)


def _watch(futures: Sequence[Future[Any]], report: Callable[[int], None]) -> None:
    """Report until all are done, or one has failed."""
    open_ones: set[Future[Any]] = set(futures)
    while open_ones:
        done, open_ones = wait(open_ones, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        report(len(futures) - len(open_ones))
        for future in done:
            future.result()
