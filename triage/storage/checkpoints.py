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


def unstamped(database: Database, limit: int) -> list[CheckpointRow]:
    """Those without a time stamp, the oldest first."""
    without = "WHERE NOT EXISTS (SELECT 1 FROM checkpoint_stamps s WHERE s.number = checkpoints.number)"
    return _rows(database, f"{without} ORDER BY number LIMIT ?", limit)


def keep_stamp(database: Database, number: int, at: str, answer: bytes) -> None:
    """Keep an authority's answer; where another process was first, its answer stays."""
    database.execute(
        "INSERT INTO checkpoint_stamps (number, at, answer) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (number, at, answer),
    )


def stamp(database: Database, number: int) -> bytes | None:
    """The authority's answer for a checkpoint, or none."""
    rows = database.query("SELECT answer FROM checkpoint_stamps WHERE number = ?", (number,))
    return _bytes(rows[0][0]) if rows else None


def to_hand_on(database: Database, place: str) -> list[CheckpointRow]:
    """What has not arrived at a place, the oldest first: later ones than the last that did, and those that went there
    before their time stamp came. Where none is known to have arrived, the newest one.
    """
    last = database.query("SELECT max(number) FROM checkpoint_places WHERE place = ?", (place,))[0][0]
    if last is None:
        return _rows(database, "ORDER BY number DESC LIMIT 1")
    return _rows(
        database,
        "WHERE number > ? OR number IN (SELECT p.number FROM checkpoint_places p"
        " JOIN checkpoint_stamps s ON s.number = p.number WHERE p.place = ? AND p.stamped = 0) ORDER BY number",
        last,
        place,
    )


def handed_on(database: Database, place: str, number: int, at: str, *, stamped: bool) -> None:
    """Note that a checkpoint has arrived."""
    database.execute(
        "INSERT INTO checkpoint_places (place, number, stamped, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (place, number) DO UPDATE SET stamped = excluded.stamped, at = excluded.at",
        (place, number, int(stamped), at),
    )


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


def _rows(database: Database, rest: str, *values: str | int) -> list[CheckpointRow]:
    sql = f"SELECT number, at, body, signatures, frontiers FROM checkpoints {rest}"  # noqa: S608
    return [
        CheckpointRow(row["number"], row["at"], _bytes(row["body"]), row["signatures"], row["frontiers"])
        for row in database.query(sql, values)
    ]


def _bytes(value: object) -> bytes:
    """What stands in a column of bytes; nothing where somebody put something else there."""
    return bytes(value) if isinstance(value, bytes | memoryview) else b""
