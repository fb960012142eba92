"""Takes care of what the dead left: their jobs go to the living, what the queue forgot goes back, what is old goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from triage.domain import utc
from triage.jobs.configuration import JobsConfiguration
from triage.jobs.engine import Run
from triage.jobs.inbox import Inbox
from triage.jobs.relay import Relay
from triage.storage import inbox as rows
from triage.storage import months, workers
from triage.storage.inbox import QUEUED
from triage.storage.workers import WorkerRow

log = structlog.get_logger("triage.jobs")

KILLED = "its worker died each time that it was tried"
FORGOTTEN = "it ended without an outcome: its store could not be written, or its worker was ended"


_GIVEN_UP = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"
_PATIENCE = 10
"""So often in a row a job may end without an outcome before that counts as failing."""


class Book(Protocol):
    """What the queue knows."""

    def resume(self, worker: str) -> int:
        """Queue again what a dead worker had taken; how many."""

    def ended(self, runs: Iterable[Run]) -> dict[Run, str]:
        """Of these runs, those that the queue has done with, and how; an empty text where it does not know one."""

    def delete_ended(self, before: datetime) -> int:
        """Delete what the queue had done with before a time; how many."""


class Reaper:
    """Every worker has one; each piece of work is done by one of them."""

    def __init__(
        self,
        inbox: Inbox,
        book: Book,
        relay: Relay,
        configuration: JobsConfiguration,
        clock: Callable[[], datetime],
        failed: Callable[[rows.InboxRow, str], None],
    ) -> None:
        self._inbox = inbox
        self._database = inbox.database
        self._book = book
        self._relay = relay
        self._set = configuration
        self._clock = clock
        self._failed = failed

    def bury(self, own: str) -> int:
        """Hand on the jobs of workers, other than this one, that were not heard of for too long; how many workers."""
        buried = 0
        for found in workers.silent(self._database, self._ago(self._set.dead_seconds)):
            if found.id != own and workers.claim_dead(self._database, found, utc(self._clock())):
                self._hand_on(found)
                buried += 1
        return buried

    def search(self) -> int:
        """Put back what is in nobody's hands though its row says so; how many."""
        held = rows.unfinished_runs(self._database, self._ago(self._set.lost_seconds), limit=500)
        ended = self._book.ended([(row.id, row.run) for row in held])
        found = 0
        for row in held:
            how = ended.get((row.id, row.run))
            if how is None:
                continue
            found += 1
            if not how or (how == _GIVEN_UP and row.state == QUEUED):
                # The queue's own store was lost, or a worker died again and again before it came to this one.
                self._inbox.wait(row, self._clock())
            elif how == _GIVEN_UP:
                self._failed(row, KILLED)
            elif row.waits < _PATIENCE:  # a store that was down for a while is nobody's fault either
                self._inbox.wait(row, self._clock(), FORGOTTEN, down=True)
            else:
                self._failed(row, FORGOTTEN)
        return found

    def clean(self) -> None:
        """Delete what is old: payloads, rows of the inbox, of the queue and of workers. Make the next months ready."""
        now, day = self._clock(), timedelta(days=1)
        payloads, gone = self._inbox.purge(now - self._set.keep_payload_days * day, now - self._set.keep_days * day)
        queue = self._book.delete_ended(now - timedelta(hours=self._set.keep_queue_hours))
        workers.forget(self._database, utc(now - self._set.keep_days * day))
        if ready := months.make_ready(self._database, now):
            log.info("months made ready", months=ready)
        if payloads or gone or queue:
            log.info("old rows deleted", payloads=payloads, inbox=gone, queue=queue)

    def _hand_on(self, found: WorkerRow) -> None:
        try:
            resumed = self._book.resume(found.id)
            sent = self._relay.again(found.id)
        except Exception:
            workers.unclaim_dead(self._database, found)
            raise
        log.warning("dead worker", worker=found.id, resumed=resumed, sent_again=sent)

    def _ago(self, seconds: float) -> str:
        return utc(self._clock() - timedelta(seconds=seconds))


__all__ = ["FORGOTTEN", "KILLED", "Book", "Reaper"]
