"""The checkpoints' rows, and the hashes that they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from triage.storage.database import Database


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """A checkpoint as stored."""

    number: int
    at: str
    body: bytes
    """The statement as signed, without its prefix: canonical JSON."""
    signatures: str
    """JSON list."""
    frontiers: str
    """JSON: where each stream's tree goes on. Only saves work; a wrong one gives a wrong root, which shows."""


def insert(database: Database, row: CheckpointRow) -> None:
    """Write a new one. Raises `Conflict` where somebody else made the one with this number."""
    database.execute(
        "INSERT INTO checkpoints (number, at, body, signatures, frontiers) VALUES (?, ?, ?, ?, ?)",
        (row.number, row.at, row.body, row.signatures, row.frontiers),
    )


def last(database: Database) -> CheckpointRow | None:
    """The newest one, or none."""
    return next(iter(_rows(database, "ORDER BY number DESC LIMIT 1")), None)


def every(database: Database) -> list[CheckpointRow]:
    """All of them, the oldest first."""
    return _rows(database, "ORDER BY number")


def sizes(database: Database) -> dict[str, int]:
    """How many records each stream has, by its last sequence."""
    return {
        row["stream"]: row["size"]
        for row in database.query("SELECT stream, max(seq) AS size FROM journal GROUP BY stream ORDER BY stream")
    }


def hashes(database: Database, stream: str, after: int, up_to: int) -> Iterator[bytes]:
    """Hashes of the records of a stream with a sequence above `after` and not above `up_to`, in order."""
    sql = "SELECT hash FROM journal WHERE stream = ? AND seq > ? AND seq <= ? ORDER BY seq"
    return (bytes.fromhex(row["hash"]) for row in database.scan(sql, (stream, after, up_to)))


def _rows(database: Database, rest: str) -> list[CheckpointRow]:
    sql = f"SELECT number, at, body, signatures, frontiers FROM checkpoints {rest}"  # noqa: S608
    return [
        CheckpointRow(row["number"], row["at"], _bytes(row["body"]), row["signatures"], row["frontiers"])
        for row in database.query(sql)
    ]


def _bytes(value: object) -> bytes:
    """What stands in a column of bytes; nothing where somebody put something else there."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""
