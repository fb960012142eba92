"""DBOS, configured: a queue of runs that survives its workers. The only module that imports it.

The inbox is what counts: a run carries an arrival's id and number, nothing else, and everything here can be made anew
from the inbox. So DBOS's own file need not be synced at each commit, and its finished rows go soon.
"""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions
from dbos import error as dbos_error

from triage.errors import StoreError, UsageError

NAME = "odoo-triage"
VERSION = "jobs-1"
"""What DBOS matches jobs to workers by. It says what a run's arguments mean, not which release runs it: it stays when
the software is upgraded, so no job waits for a release that is gone."""

SCHEMA = "dbos"
"""Schema of DBOS's tables in PostgreSQL; where the store has a schema of its own, that name stands before it."""

QUEUE = "reviews"
_WORKFLOW = "review"
_RECOVERIES = 3
_ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_PENDING = "PENDING"
_PAGE = 500

Run = tuple[str, int]
"""An arrival's id, and the number of its run."""


@dataclass(frozen=True)
class Pace:
    """How the queue is worked."""

    concurrency: int
    """Runs at once in this process."""
    ahead: int
    """For each of them, so many runs are taken from the queue: a free thread need not wait for the next look."""
    poll_seconds: float
    """Between two looks into the queue."""


class Engine:
    """The queue, for one worker process. DBOS allows one a process.

    `target` is a file (SQLite) or a `postgresql://` URL; `worker` the executor's id, which must be unique and stay the
    same when its process is started again: what it held is then taken up at once.
    """

    def __init__(self, target: Path | str, worker: str, pace: Pace, review: Callable[[str, int], None]) -> None:
        self.worker = worker
        self._pace = pace
        self._review = review
        self._sql = _open(target, pace.concurrency)
        self._client: DBOSClient | None = None
        self._inside: set[str] = set()
        self._begun = 0
        self._missed: dict[str, tuple[float, int]] = {}

    def start(self) -> None:
        """Launch DBOS; from now on `review` is called with what is in the queue, in threads of this process.

        What this worker held when it was killed is queued again. Raises `StoreError` where the database cannot be used.
        """
        if _running.engine is not None:
            raise UsageError("a queue is being worked in this process already.")
        _quiet()
        schema = self._schema()
        config: DBOSConfig = {
            "name": NAME,
            "system_database_engine": self._sql,
            "dbos_system_schema": schema,
            "executor_id": self.worker,
            "application_version": VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "max_executor_threads": self._pace.concurrency + 2,  # one starts the recovery, one serves DBOS's own loop
            "use_listen_notify": False,
            "notification_listener_polling_interval_sec": 1.0,
            "enable_otlp": False,
            "log_level": "WARNING",
        }
        _running.engine = self
        try:
            DBOS(config=config)
            DBOS.listen_queues([QUEUE])
            DBOS.launch()
            DBOS.register_queue(
                QUEUE,
                worker_concurrency=self._pace.concurrency * self._pace.ahead,
                polling_interval_sec=self._pace.poll_seconds,
                on_conflict="always_update",
            )
            self._client = DBOSClient(
                system_database_engine=self._sql,
                dbos_system_schema=schema,
                serializer=DBOSPortableJSONSerializer(),
                application_name=NAME,
            )
        except Exception as error:
            self.stop(0)
            raise StoreError(f"the queue cannot be opened: {error}") from error

    def _schema(self) -> str:
        if self._sql.dialect.name != "postgresql":
            return SCHEMA
        with _told(), self._sql.connect() as connection:
            own = connection.execute(sa.text("SELECT current_schema()")).scalar()
        return SCHEMA if own in {None, "public"} else f"{own}_{SCHEMA}"

    def enqueue(self, runs: Sequence[Run]) -> None:
        """Put runs into the queue, all or none. A run that was put there before is left as it is."""
        if self._client is None:
            raise UsageError("the queue is not open.")
        with _told(), self._sql.begin() as connection:
            for arrival, number in runs:
                options: EnqueueOptions = {
                    "queue_name": QUEUE,
                    "workflow_name": _WORKFLOW,
                    "workflow_id": _id(arrival, number),
                    "app_version": VERSION,
                }
                self._client.enqueue_in_transaction(connection, options, arrival, number)

    def resume(self, worker: str) -> int:
        """Queue again what a dead worker had taken; how many. The caller makes sure that it is dead.

        This and what follows raises `StoreError` where the queue's database cannot be used.
        """
        with _told():
            held = DBOS.list_workflows(status=_PENDING, executor_id=worker, load_input=False, load_output=False)
            for status in held:
                DBOS.resume_workflow(status.workflow_id, queue_name=QUEUE)
        return len(held)

    def resume_lost(self, seconds: float) -> int:
        """Queue again what this worker has taken and nobody in it works on, noticed for so long; how many.

        That is left over where the queue's database went away while a run was being taken or closed. What only waits
        for a thread is not meant: runs begin in the order in which they were taken, so it would have begun where a
        thread is free, or where as many have begun meanwhile as may wait at all.
        """
        with _told():
            held = DBOS.list_workflows(status=_PENDING, executor_id=self.worker, load_input=False, load_output=False)
            now, begun, most = time.monotonic(), self._begun, self._pace.concurrency * self._pace.ahead
            is_free = len(self._inside) < self._pace.concurrency
            missed = {status.workflow_id for status in held} - self._inside
            self._missed = {name: self._missed.get(name, (now, begun)) for name in missed}
            lost = [
                name
                for name, (since, at) in self._missed.items()
                if now - since >= seconds and (is_free or begun - at > 2 * most)
            ]
            for name in lost:
                del self._missed[name]
                DBOS.resume_workflow(name, queue_name=QUEUE)
        return len(lost)

    def ended(self, runs: Iterable[Run]) -> dict[Run, str]:
        """Of these runs, those that the queue has done with, and how; an empty text where it does not know one."""
        wanted = {_id(*run): run for run in runs}
        if not wanted:
            return {}
        with _told():
            found = DBOS.list_workflows(workflow_ids=list(wanted), load_input=False, load_output=False)
        known = {status.workflow_id: status.status for status in found}
        return {run: known.get(name, "") for name, run in wanted.items() if known.get(name, "") in ("", *_ENDED)}

    def delete_ended(self, before: datetime) -> int:
        """Delete what the queue had done with before a time; how many."""
        deleted = 0
        with _told():
            while found := DBOS.list_workflows(
                status=list(_ENDED),
                completed_before=before.isoformat(),
                limit=_PAGE,
                load_input=False,
                load_output=False,
            ):
                DBOS.delete_workflows([status.workflow_id for status in found])
                deleted += len(found)
        return deleted

    def stop(self, seconds: float) -> None:
        """Take nothing more from the queue, and wait up to `seconds` for what was taken. Twice is harmless."""
        if _running.engine is not self:
            return
        self._client = None
        DBOS.destroy(workflow_completion_timeout_sec=math.ceil(seconds))
        self._sql.dispose()
        _running.engine = None

    def run(self, arrival: str, number: int) -> None:
        """What the queue calls."""
        name = _id(arrival, number)
        self._inside.add(name)
        self._begun += 1
        try:
            self._review(arrival, number)
        finally:
            self._inside.discard(name)


class _Current:
    """The engine of this process: DBOS finds its workflows by name, at module level."""

    engine: Engine | None = None


_running = _Current()


@DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=_RECOVERIES)
def _review(arrival: str, number: int) -> None:
    if _running.engine is not None:
        _running.engine.run(arrival, number)


def _id(arrival: str, number: int) -> str:
    return f"{arrival}.{number}"


def _open(target: Path | str, concurrency: int) -> sa.Engine:
    """A bounded pool on the queue's database."""
    most = concurrency + 4
    if isinstance(target, str):
        url = sa.make_url(target).set(drivername="postgresql+psycopg")
        return sa.create_engine(url, pool_size=most, max_overflow=0, pool_timeout=30, pool_pre_ping=True)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not target.exists():
        os.close(os.open(target, os.O_CREAT | os.O_RDWR, 0o600))
    engine = sa.create_engine(f"sqlite:///{target}", pool_size=most, max_overflow=0, pool_timeout=30)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = "IMMEDIATE"  # as DBOS sets it: writers wait at the beginning, not in the middle
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _quiet() -> None:
    """DBOS logs through our handlers, and only what matters."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.propagate = True
    logger.setLevel(logging.WARNING)


@contextmanager
def _told() -> Iterator[None]:
    """Errors of the queue's database, as ours."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, dbos_error.DBOSException) as error:
        raise StoreError(f"the queue cannot be used: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


__all__ = ["Engine", "Pace", "Run"]
