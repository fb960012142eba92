"""A worker: relay, queue, heartbeat and reaper in one process, from start to an orderly stop."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import uuid4

import structlog

from triage import metrics
from triage.domain import utc
from triage.errors import StoreError
from triage.jobs.configuration import JobsConfiguration
from triage.jobs.engine import Engine
from triage.jobs.inbox import Inbox
from triage.jobs.reaper import Reaper
from triage.jobs.relay import Relay
from triage.jobs.review import Reviewer
from triage.storage import workers

log = structlog.get_logger("triage.jobs")

STUCK = 70
"""Exit status of a process that ended itself because a job was stuck."""
_CLEAN_EVERY = 600.0
_LONGEST_PAUSE = 5.0


Duty = Callable[[threading.Event], None]
"""Something that a worker does beside its jobs, in a thread of its own, until the event is set."""


class SlotTaken(StoreError):
    """Another process works under this worker's name."""


class Worker:
    """Works until it is told to stop, or finds another process under its name."""

    def __init__(
        self,
        inbox: Inbox,
        engine: Engine,
        reviewer: Reviewer,
        relay: Relay,
        reaper: Reaper,
        configuration: JobsConfiguration,
        clock: Callable[[], datetime],
        duties: Sequence[Duty] = (),
    ) -> None:
        self.id = engine.worker
        self._owner = uuid4().hex
        self._inbox = inbox
        self._database = inbox.database
        self._engine = engine
        self._reviewer = reviewer
        self._relay = relay
        self._reaper = reaper
        self._set = configuration
        self._clock = clock
        self._duties = duties
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._taken = False

    def stop(self) -> None:
        """Ask it to stop: it begins nothing more, and finishes or returns what it holds. May be called in a signal."""
        self._stopping.set()

    def run(self) -> bool:
        """Work until stopped. False where it stopped with jobs still in its hands, which others take up then.

        Raises `StoreError` where store or queue cannot be opened, `SlotTaken` where another process took the name.
        """
        workers.register(self._database, self.id, self._owner, self._now())
        self._engine.start()
        log.info("worker started", worker=self.id, concurrency=self._set.concurrency)
        beats = threading.Thread(target=self._beat_until_ended, name="heartbeat", daemon=True)
        beats.start()
        for duty in self._duties:
            threading.Thread(target=duty, args=(self._stopping,), name="duty", daemon=True).start()
        try:
            self._relay.again(self.id)
            self._work()
        finally:
            self._stopping.set()
            clean = self._wind_up()
        self._ended.set()
        beats.join(timeout=self._set.heartbeat_seconds + 1)
        if self._taken:
            raise SlotTaken(f"another process works as {self.id}: start this one with another --slot.")
        return clean

    def _work(self) -> None:
        """The relay's loop, with the reaper's work in between. A store that is down is waited for."""
        pause, next_reaping, next_cleaning = 0.0, 0.0, time.monotonic() + _CLEAN_EVERY
        while not self._stopping.wait(pause):
            try:
                pause = self._set.poll_seconds if self._relay.turn() == 0 else self._set.poll_seconds / 4
                if time.monotonic() >= next_reaping:
                    next_reaping = time.monotonic() + max(self._set.heartbeat_seconds, 1.0)
                    self._reaper.bury(self.id)
                    self._reaper.search()
                    if lost := self._engine.resume_lost(self._set.lost_seconds):
                        log.warning("lost jobs", worker=self.id, resumed=lost)
                if time.monotonic() >= next_cleaning:
                    next_cleaning = time.monotonic() + _CLEAN_EVERY
                    self._reaper.clean()
            except StoreError as error:
                metrics.meters().store_errors.labels("worker").inc()
                log.warning("store", worker=self.id, error=type(error).__name__)
                pause = min(_LONGEST_PAUSE, max(0.5, 2 * pause))

    def _beat_until_ended(self) -> None:
        """Also while it winds up: nobody may take it for dead while it finishes."""
        while not self._ended.wait(self._set.heartbeat_seconds):
            self._beat()

    def _beat(self) -> None:
        try:
            if not workers.beat(self._database, self.id, self._owner, self._now(), self._reviewer.running):
                self._taken = True
                self._stopping.set()
            stuck = self._reviewer.stuck()
            for row in stuck:
                self._reviewer.failed(row, "it was stuck in one step, and its worker was ended")
        except StoreError as error:
            log.warning("heartbeat", worker=self.id, error=type(error).__name__)
            return
        if stuck:
            log.warning("worker stuck", worker=self.id, jobs=[row.id for row in stuck])
            os._exit(STUCK)

    def _wind_up(self) -> bool:
        """Finish what has begun, as far as the time allows; the rest is left for others to take up at once."""
        self._reviewer.stop()
        self._engine.stop(self._set.stop_seconds)
        clean = self._reviewer.running == 0
        self._ended.set()
        try:
            if clean and not self._taken:
                workers.stop(self._database, self.id, self._owner, self._now())
            elif not clean:
                workers.give_up(self._database, self.id, self._owner)
        except StoreError as error:
            log.warning("store", worker=self.id, error=type(error).__name__)
        log.info("worker stopped", worker=self.id, left=self._reviewer.running)
        return clean

    def _now(self) -> str:
        return utc(self._clock())


__all__ = ["STUCK", "Duty", "SlotTaken", "Worker"]
