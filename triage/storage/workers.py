"""The workers' rows: who works, and when each was last heard of."""

from __future__ import annotations

from dataclasses import dataclass

from triage.storage.database import Database

_SELECT = "SELECT id, owner, started_at, beat_at, jobs, stopped_at FROM workers"


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker. Times are UTC as `triage.domain.utc` writes them."""

    id: str
    owner: str
    """New with each start."""
    started_at: str
    beat_at: str
    jobs: int
    """How many it is working on."""
    stopped_at: str | None
    """When it stopped in order, or was found dead and its jobs were handed on."""


def register(database: Database, worker: str, owner: str, now: str) -> None:
    """A worker has started, perhaps again."""
    database.execute(
        "INSERT INTO workers (id, owner, started_at, beat_at, jobs, stopped_at) VALUES (?, ?, ?, ?, 0, NULL)"
        " ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, started_at = excluded.started_at,"
        " beat_at = excluded.beat_at, jobs = 0, stopped_at = NULL",
        (worker, owner, now, now),
    )


def beat(database: Database, worker: str, owner: str, now: str, jobs: int) -> bool:
    """A worker lives; false where another process has taken its name."""
    sql = "UPDATE workers SET beat_at = ?, jobs = ?, stopped_at = NULL WHERE id = ? AND owner = ?"
    return database.execute(sql, (now, jobs, worker, owner)) == 1


def stop(database: Database, worker: str, owner: str, now: str) -> None:
    """A worker has stopped in order; it holds nothing."""
    sql = "UPDATE workers SET stopped_at = ?, jobs = 0 WHERE id = ? AND owner = ?"
    database.execute(sql, (now, worker, owner))


def give_up(database: Database, worker: str, owner: str) -> None:
    """A worker stops with jobs in its hands: others need not wait until it counts as dead."""
    database.execute("UPDATE workers SET beat_at = '' WHERE id = ? AND owner = ?", (worker, owner))


def claim_dead(database: Database, found: WorkerRow, now: str) -> bool:
    """Whether this caller may hand on a dead worker's jobs: one does, and only if it was not heard of meanwhile."""
    sql = "UPDATE workers SET stopped_at = ? WHERE id = ? AND owner = ? AND beat_at = ? AND stopped_at IS NULL"
    return database.execute(sql, (now, found.id, found.owner, found.beat_at)) == 1


def unclaim_dead(database: Database, found: WorkerRow) -> None:
    """Handing on a dead worker's jobs failed: it is to be tried again."""
    sql = "UPDATE workers SET stopped_at = NULL WHERE id = ? AND owner = ? AND beat_at = ?"
    database.execute(sql, (found.id, found.owner, found.beat_at))


def silent(database: Database, before: str) -> list[WorkerRow]:
    """Workers that did not stop and were not heard of since a time."""
    found = database.query(f"{_SELECT} WHERE stopped_at IS NULL AND beat_at < ? ORDER BY id", (before,))
    return [WorkerRow(*row) for row in found]


def alive(database: Database, since: str) -> list[WorkerRow]:
    """Workers that were heard of since a time."""
    found = database.query(f"{_SELECT} WHERE stopped_at IS NULL AND beat_at >= ? ORDER BY id", (since,))
    return [WorkerRow(*row) for row in found]


def forget(database: Database, before: str) -> int:
    """Delete the rows of workers that stopped before a time."""
    return database.execute("DELETE FROM workers WHERE stopped_at < ?", (before,))
