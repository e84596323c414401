"""Run tasks that each have an address, keep every outcome at once, and go on where a run stopped.

A folder holds ``study.json``, which says what is studied, and one JSON file a finished task. Files
appear whole or not at all, so a killed run leaves nothing half written; run again it gives the
same bytes, since an outcome depends on nothing but its task.
"""

import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from omnisim.exceptions import ParameterError, TableError
from omnisim.experiment.runner import run_tasks
from omnisim.provenance import to_json

STUDY = "study.json"


class Task(Protocol):
    """Anything with an address that is unique in its study."""

    @property
    def address(self) -> str:
        """Letters, digits, ``.``, ``_``, ``+`` and ``-``: the name of the outcome's file."""
        ...


T = TypeVar("T", bound=Task)


def run_addressed(
    function: Callable[[T], Any],
    tasks: Sequence[T],
    *,
    folder: str | os.PathLike[str] | None,
    study: Mapping[str, Any],
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> list[Any]:
    """Return ``function(task)`` for every task, in order; what `folder` holds is not run again.

    Parameters
    ----------
    function : callable
        A module-level function; what it returns must be plain JSON.
    tasks : sequence of Task
        What to run.
    folder : path or None
        Where outcomes are kept; made if absent. None keeps nothing.
    study : mapping
        Provenance of the study; a folder can only go on with the study that began it.
    executor : concurrent.futures.Executor, optional
        Where to run; in this process by default.
    on_wait : callable, optional
        Called with the number of finished tasks, those found in the folder included.

    Raises
    ------
    ParameterError
        If the folder belongs to another study, or holds other files than a study.
    TableError
        If a stored outcome cannot be read.
    RunError
        If a task fails; the outcomes of those that finished are kept.
    """
    if folder is None:
        return run_tasks(function, tasks, executor=executor, on_wait=on_wait)
    place = Path(folder)
    _claim(place, study)
    paths = [place / f"{_checked(task.address)}.json" for task in tasks]
    jobs = [
        _Job(function, task, path)
        for task, path in zip(tasks, paths, strict=True)
        if not path.exists()
    ]
    n_found = len(tasks) - len(jobs)
    report = on_wait or (lambda n_done: None)
    report(n_found)
    run_tasks(_run_job, jobs, executor=executor, on_wait=lambda n_done: report(n_found + n_done))
    return [_read(path) for path in paths]


@dataclass(frozen=True)
class _Job(Generic[T]):
    """A task, and where its outcome goes."""

    function: Callable[[T], Any]
    task: T
    path: Path


def _run_job(job: _Job[Any]) -> None:
    _write(job.path, json.dumps(job.function(job.task)) + "\n")


def _write(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _claim(folder: Path, study: Mapping[str, Any]) -> None:
    """Make the folder this study's, or raise."""
    folder.mkdir(parents=True, exist_ok=True)
    text, head = to_json(study), folder / STUDY
    if head.exists():
        if head.read_text(encoding="utf-8") != text:
            raise ParameterError(
                f"{folder} holds another study: its {STUDY} differs (scenario, seed, size or "
                "version). Choose another folder, or empty this one."
            )
    elif any(not file.name.startswith(".part-") for file in folder.iterdir()):
        raise ParameterError(
            f"{folder} holds other files and no {STUDY}. Choose another folder, or empty this one."
        )
    else:
        _write(head, text)


def _checked(address: str) -> str:
    if not re.fullmatch(r"[\w.+-]+", address):
        raise ParameterError(f"a task's address must be a file name. Got {address!r}.")
    return address


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TableError(
            f"{path} cannot be read as the outcome of a task: {error}. Delete it and run again."
        ) from error
