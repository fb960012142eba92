"""What a worker does by the clock beside its jobs: sweeps, the look at open cards, the watchdog.

Every worker keeps the same schedule; leases, compare-and-set and the inbox's duplicates see to it that it is done once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from triage import metrics
from triage.errors import StoreError
from triage.jobs.review import safe

log = structlog.get_logger("triage.jobs")

SWEEP = "sweep"
"""What the task of the sweep is called."""
LONGEST_PAUSE = 300.0
"""Seconds; so long at the most nothing is tried while it fails."""


@dataclass
class Task:
    """Something that is done again and again."""

    name: str
    every_seconds: Callable[[], float]
    run: Callable[[], bool]
    """Whether there is more to do at once."""
    due: float = 0.0
    failures: int = 0


class Schedule:
    """A worker's duty (`triage.jobs.worker.Duty`): runs what is due until it is told to stop.

    What fails is logged and tried again, with growing pauses; nothing of it reaches the worker.
    """

    def __init__(self, tasks: Sequence[Task], clock: Callable[[], float] = time.monotonic) -> None:
        self._tasks = list(tasks)
        self._clock = clock

    def __call__(self, stopping: threading.Event) -> None:
        """Work until the event is set."""
        pause = 0.0
        while not stopping.wait(pause):
            self.turn(stopping)
            pause = min(1.0, max(0.05, min(task.due for task in self._tasks) - self._clock()))

    def turn(self, stopping: threading.Event | None = None) -> None:
        """Run each task that is due, once."""
        for task in self._tasks:
            if stopping is not None and stopping.is_set():
                return
            if self._clock() >= task.due:
                self._run(task)

    def _run(self, task: Task) -> None:
        try:
            pause = 0.0 if task.run() else task.every_seconds()
        except Exception as error:
            task.failures += 1
            if isinstance(error, StoreError):
                metrics.meters().store_errors.labels("schedule").inc()
            if task.name == SWEEP:
                metrics.meters().sweeps.labels("failed").inc()
            pause = min(LONGEST_PAUSE, 2.0**task.failures)
            log.warning("schedule", task=task.name, error=safe(error), again_in=pause)
        else:
            task.failures = 0
        task.due = self._clock() + pause


__all__ = ["LONGEST_PAUSE", "SWEEP", "Schedule", "Task"]
