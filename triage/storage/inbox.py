"""The inbox's rows: all SQL about what came in. What an arrival says is sealed; the rest says where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields, replace
from typing import Any

from triage.storage.database import Database, Row

WAITING, QUEUED, WORKING, DONE, DEAD = "waiting", "queued", "working", "done", "dead"
"""States of a row. `waiting`: for its time. `queued`: handed to the queue. `dead`: given up until somebody looks."""

NOTHING, CASE, QUESTION = 0, 1, 2
"""What an arrival brings along that no other one can stand in for: a case, or the wish for an answer."""

STATES = (WAITING, QUEUED, WORKING, DONE, DEAD)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A row of the inbox. Times are UTC as `triage.domain.utc` writes them."""

    id: str
    """Keyed hash of source and key."""
    source: str
    door: str
    company: str
    record: str
    """Keyed hash of the record's key."""
    carries: int
    """`NOTHING`, `CASE` or `QUESTION`."""
    key_case: str
    sealed: bytes | None
    received_at: str
    since: str
    """When the first of the arrivals that this one carries came in: waiting for a burst to end is bounded by it."""
    due_at: str
    state: str
    run: int
    """How often it was handed to the queue; each time is a job of its own there."""
    attempts: int
    """How often it failed by itself. Waiting for something that is down does not count."""
    waits: int
    """How often in a row it went back to wait for something that is down."""
    worker: str | None
    started_at: str | None
    event: str | None
    """Id of the journal's event that it led to, once its record was read."""
    stream: str | None
    """Company in whose stream that event, or the outcome, is recorded."""
    outcome: str | None
    """Kind of the outcome."""
    outcome_seq: int | None
    """Where in `stream` the outcome is recorded."""
    carried_by: str | None
    """Id of the arrival that carries this one."""
    error: str | None
    """Why the last attempt failed; never personal data."""
    finished_at: str | None
    version: int = 0
    """The version of this software (`version_number`) that is needed at least to work on it."""

    def place(self) -> tuple[str | int, ...]:
        """What the seal is bound to: the columns that never change."""
        return ("arrival", self.id, self.source, self.door, self.company, self.record, self.key_case, self.received_at)

    def with_sealed(self, sealed: bytes) -> InboxRow:
        """This row with its content."""
        return replace(self, sealed=sealed)


_NAMES = ", ".join(field.name for field in fields(InboxRow))
_SELECT = f"SELECT {_NAMES} FROM inbox"  # noqa: S608
_MARKS = f"({', '.join('?' * len(fields(InboxRow)))})"
_INSERT_HEAD = f"INSERT INTO inbox ({_NAMES}) VALUES"
_INSERT = f"{_INSERT_HEAD} {_MARKS} ON CONFLICT (id) DO NOTHING"
_AT_ONCE = 200
"""Rows in one statement: databases bound the number of values."""
_OPEN = "state IN ('waiting', 'queued')"
_UNFINISHED = "state IN ('waiting', 'queued', 'working')"


def insert(database: Database, row: InboxRow) -> bool:
    """Write a row; false where its id is there already."""
    return database.execute(_INSERT, astuple(row)) == 1


def insert_many(database: Database, rows: Sequence[InboxRow]) -> set[str]:
    """Write rows in one statement; the ids of those that were not there. Ids in one order, so that no two block."""
    once = sorted({row.id: row for row in reversed(rows)}.values(), key=lambda row: row.id)
    found: set[str] = set()
    for start in range(0, len(once), _AT_ONCE):
        some = once[start : start + _AT_ONCE]
        sql = f"{_INSERT_HEAD} {', '.join([_MARKS] * len(some))} ON CONFLICT (id) DO NOTHING RETURNING id"
        found |= {str(row[0]) for row in database.query(sql, [value for row in some for value in astuple(row)])}
    return found


def by_id(database: Database, arrival: str) -> InboxRow | None:
    """The row of this arrival."""
    return next(iter(_many(database, "WHERE id = ?", arrival)), None)


def by_prefix(database: Database, prefix: str) -> list[InboxRow]:
    """Rows whose id starts with these characters (hex), at most two."""
    return _many(database, "WHERE id >= ? AND id < ? ORDER BY id LIMIT 2", prefix, prefix + "g")


def waiting_companies(database: Database, now: str) -> list[str]:
    """Companies that have something due."""
    sql = "SELECT DISTINCT company FROM inbox WHERE state = 'waiting' AND due_at <= ? ORDER BY company"
    return [row[0] for row in database.query(sql, (now,))]


def due(
    database: Database, company: str, now: str, limit: int, *, version: int, without_odoo: bool = False
) -> list[InboxRow]:
    """What a company has due and can be reviewed now, longest due first: its record is in nobody's hands, and it needs
    no later version than this one.

    `without_odoo`: only what brings its case along.
    """
    where = (
        "WHERE state = 'waiting' AND company = ? AND due_at <= ? AND NOT EXISTS (SELECT 1 FROM inbox held"
        " WHERE held.record = inbox.record AND held.state IN ('queued', 'working'))"
    )
    only = f" AND carries = {CASE}" if without_odoo else ""
    rest = f"{where}{only} AND version <= ? ORDER BY due_at, received_at, id LIMIT ?"
    return _many(database, rest, company, now, version, limit)


def queued_by(database: Database, worker: str) -> list[InboxRow]:
    """What a worker has handed to the queue and nobody has begun."""
    return _many(database, "WHERE state = 'queued' AND worker = ? ORDER BY due_at, id", worker)


def held(database: Database, company: str | None = None) -> int:
    """How many are queued or worked on, of one company or of all."""
    sql = "SELECT count(*) FROM inbox WHERE state IN ('queued', 'working')"
    if company is None:
        return int(database.query(sql)[0][0])
    return int(database.query(f"{sql} AND company = ?", (company,))[0][0])


def started_since(database: Database, company: str, since: str) -> int:
    """How many of a company's were handed to the queue since then."""
    sql = "SELECT count(*) FROM inbox WHERE company = ? AND started_at >= ?"
    return int(database.query(sql, (company, since))[0][0])


def others_open(database: Database, row: InboxRow) -> list[InboxRow]:
    """Other arrivals on the same record that nobody works on yet and that bring nothing along, oldest first."""
    where = f"WHERE record = ? AND id <> ? AND carries = 0 AND {_OPEN} ORDER BY received_at, id LIMIT 500"
    return _many(database, where, row.record, row.id)


def working_on(database: Database, record: str) -> InboxRow | None:
    """The arrival that is being worked on for this record."""
    return next(iter(_many(database, "WHERE record = ? AND state = 'working'", record)), None)


def change(database: Database, arrival: str, expected: dict[str, Any], changes: dict[str, Any]) -> bool:
    """Set columns of a row where other columns are as expected (a tuple: one of these); false where they are not."""
    unknown = {*expected, *changes} - {field.name for field in fields(InboxRow)}
    if unknown:
        raise ValueError(f"the inbox has no column {', '.join(sorted(unknown))}")
    conditions, given = ["id = ?"], [arrival]
    for name, value in expected.items():
        values = value if isinstance(value, tuple) else (value,)
        conditions.append(f"{name} IN ({', '.join('?' * len(values))})")
        given.extend(values)
    sets = ", ".join(f"{name} = ?" for name in changes)
    sql = f"UPDATE inbox SET {sets} WHERE {' AND '.join(conditions)}"  # noqa: S608
    return database.execute(sql, [*changes.values(), *given]) == 1


def unfinished_runs(database: Database, before: str, limit: int) -> list[InboxRow]:
    """What has been with the queue or a worker since before a time."""
    where = "WHERE state IN ('queued', 'working') AND started_at < ? ORDER BY started_at LIMIT ?"
    return _many(database, where, before, limit)


def page(database: Database, states: Sequence[str], limit: int, after: tuple[str, str] = ("", "")) -> list[InboxRow]:
    """Rows in these states by time and id, after a (received_at, id)."""
    marks = ", ".join("?" * len(states))
    where = f"WHERE state IN ({marks}) AND (received_at > ? OR (received_at = ? AND id > ?))"
    return _many(database, f"{where} ORDER BY received_at, id LIMIT ?", *states, after[0], after[0], after[1], limit)


def counts(database: Database) -> dict[str, int]:
    """How many rows are in each state."""
    found = {row[0]: int(row[1]) for row in database.query("SELECT state, count(*) FROM inbox GROUP BY state")}
    return {state: found.get(state, 0) for state in STATES}


def oldest_due(database: Database) -> str | None:
    """Since when the oldest arrival that is not finished has been due."""
    rows = database.query(f"SELECT min(due_at) FROM inbox WHERE {_UNFINISHED}")  # noqa: S608
    found = rows[0][0]
    return None if found is None else str(found)


def drop_payloads(database: Database, before: str) -> int:
    """Take away what finished arrivals said, where they were finished before a time."""
    sql = "UPDATE inbox SET sealed = NULL WHERE state = 'done' AND sealed IS NOT NULL AND finished_at < ?"
    return database.execute(sql, (before,))


def drop_of_record(database: Database, record: str) -> int:
    """Take away what finished arrivals on a record said (`record` is its keyed hash); how many that were."""
    return database.execute(
        "UPDATE inbox SET sealed = NULL WHERE record = ? AND state = 'done' AND sealed IS NOT NULL", (record,)
    )


def of_key(database: Database, key_case: str) -> list[InboxRow]:
    """What came in under this key and is not finished, the oldest first."""
    return _many(database, "WHERE key_case = ? AND state <> 'done' ORDER BY received_at, id", key_case)


def delete_finished(database: Database, before: str) -> int:
    """Delete the rows of arrivals that were finished before a time: from then on a duplicate is new."""
    return database.execute("DELETE FROM inbox WHERE state = 'done' AND finished_at < ?", (before,))


def day_keys(database: Database, before: str) -> list[str]:
    """Keys under which finished arrivals without a case of their own are sealed, of those to be taken away.

    Of arrivals that came before that time only: what comes today is sealed with another day's key.
    """
    sql = (
        "SELECT DISTINCT key_case FROM inbox WHERE state = 'done' AND sealed IS NOT NULL"  # noqa: S608
        f" AND finished_at < ? AND received_at < ? AND carries <> {CASE}"
    )
    return [row[0] for row in database.query(sql, (before, before))]


def key_in_use(database: Database, key_case: str) -> bool:
    """Whether a payload is still sealed with this key."""
    sql = "SELECT 1 FROM inbox WHERE key_case = ? AND sealed IS NOT NULL LIMIT 1"
    return bool(database.query(sql, (key_case,)))


def every(database: Database) -> Iterator[InboxRow]:
    """All rows, read as they are used."""
    return map(_row, database.scan(f"{_SELECT} ORDER BY received_at, id"))


def _many(database: Database, rest: str, *parameters: str | int) -> list[InboxRow]:
    return [_row(row) for row in database.query(f"{_SELECT} {rest}", parameters)]


def _row(row: Row) -> InboxRow:
    return InboxRow(*row)
