"""Stages of a study that follow each other in one folder and count on one bar."""

import os
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any


class Stages:
    """What stages share: each has its folder, and goes on counting where the one before ended."""

    def __init__(
        self,
        folder: str | os.PathLike[str] | None,
        executor: Executor | None,
        on_wait: Callable[[int], None] | None,
    ) -> None:
        self.folder, self.executor, self.on_wait = folder, executor, on_wait
        self.n_done = 0

    def next(self, stage: str) -> dict[str, Any]:
        """Return folder, executor and report of the next stage."""
        before = self.n_done

        def report(n: int) -> None:
            self.n_done = before + n
            if self.on_wait is not None:
                self.on_wait(self.n_done)

        folder = None if self.folder is None else Path(self.folder) / stage
        return {"folder": folder, "executor": self.executor, "on_wait": report}
