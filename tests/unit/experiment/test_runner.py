"""Tasks on any executor: order, progress and failures."""

import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from omnisim.exceptions import RunError
from omnisim.experiment.runner import run_tasks


def square(x: int) -> int:
    if x < 0:
        raise RunError(f"task {x} failed")
    return x * x


def die(x: int) -> None:
    os._exit(x)


def test_results_come_in_the_order_of_the_tasks() -> None:
    expected = [9, 1, 4]
    assert run_tasks(square, [3, 1, 2]) == expected
    with ThreadPoolExecutor(2) as executor:
        assert run_tasks(square, [3, 1, 2], executor=executor) == expected


def test_progress_is_told() -> None:
    seen: list[int] = []
    run_tasks(square, [1, 2, 3], on_wait=seen.append)
    assert seen == [1, 2, 3]


def test_a_failure_is_told_as_it_is() -> None:
    with ThreadPoolExecutor(1) as executor, pytest.raises(RunError, match="task -1 failed"):
        run_tasks(square, [1, -1, 2], executor=executor)


def test_a_dead_worker_is_an_error_that_says_what_to_do() -> None:
    with ProcessPoolExecutor(1) as executor, pytest.raises(RunError, match="fewer workers"):
        run_tasks(die, [3], executor=executor)
