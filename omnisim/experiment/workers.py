"""A pool of worker processes that gives the same numbers whatever its size."""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

from omnisim.experiment.progress import Counters, start_worker

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@contextmanager
def worker_pool(n_workers: int) -> Iterator[tuple[Executor, Counters]]:
    """Give a pool of processes with one BLAS thread each, and the counters they add to.

    One worker is a process too, so that every number of workers runs the same code.
    """
    context = multiprocessing.get_context("spawn")
    counters = Counters.shared(context)
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    pool = ProcessPoolExecutor(
        n_workers, mp_context=context, initializer=start_worker, initargs=(counters,)
    )
    try:
        yield pool, counters
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
