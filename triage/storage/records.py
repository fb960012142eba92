"""The journal's rows: all SQL about records and their payloads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from triage.storage import months
from triage.storage.database import Database, Row

_NAMES = "stream, seq, prev_hash, hash, kind, step, at, event, case_id, once, body"
_COLUMNS = ", ".join(f"j.{name}" for name in _NAMES.split(", "))
_WHOLE = f"SELECT {_COLUMNS}, p.sealed FROM journal j"  # noqa: S608
_OF_EVENT = "j.event = ? AND j.stream || '' = ?"
"""Found by the event: without the detour SQLite would read a company's whole stream, because that is in order."""
_INSERT = f"INSERT INTO journal ({_NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_FOLLOW = (
    f"INSERT INTO journal ({_NAMES}) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"  # noqa: S608
    " WHERE EXISTS (SELECT 1 FROM journal WHERE stream = ? AND seq = ? AND hash = ?) ON CONFLICT DO NOTHING"
)
# A way to the server costs more than a statement.
_WITH_PAYLOAD = (
    " RETURNING stream, seq, kind, at) INSERT INTO payloads (stream, seq, sealed, month)"
    " SELECT stream, seq, ?, payload_month(kind, at) FROM written"
)
_INSERT_IN_ONE = f"WITH written AS ({_INSERT}{_WITH_PAYLOAD}"
_FOLLOW_IN_ONE = f"WITH written AS ({_FOLLOW}{_WITH_PAYLOAD}"
_AT_ONCE = 500
_INSERT_PAYLOAD = "INSERT INTO payloads (stream, seq, sealed) VALUES (?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the journal with its payload. Hashes are SHA-256 in hex."""

    stream: str
    seq: int
    prev_hash: str
    hash: str
    kind: str
    step: str | None
    at: str
    event: str | None
    case_id: str
    once: str | None
    body: bytes
    sealed: bytes | None
    """None where the payload was taken away."""


def stream_lock(stream: str) -> str:
    """Name of the lock that whoever writes for a company takes first (see `Database.lock`)."""
    return f"stream {stream}"


def tail(database: Database, stream: str) -> tuple[int, str] | None:
    """Sequence and hash of the last record of a stream, or none where the stream is new.

    Until the transaction ends nobody else appends to it. Only inside a transaction.
    """
    database.lock(stream_lock(stream))
    rows = database.query("SELECT seq, hash FROM journal WHERE stream = ? ORDER BY seq DESC LIMIT 1", (stream,))
    return (rows[0]["seq"], rows[0]["hash"]) if rows else None


def insert(database: Database, record: Record) -> None:
    """Write a record and its payload. Only inside a transaction that has read the tail."""
    if database.engine == "postgresql":
        database.execute(_INSERT_IN_ONE, (*_columns(record), record.sealed))
        return
    database.execute(_INSERT, _columns(record))
    database.execute(_INSERT_PAYLOAD, (record.stream, record.seq, record.sealed))


def follow(database: Database, record: Record) -> bool:
    """Write a record and its payload where the record before it is the last one and it is not recorded already.

    Says whether it was written. Only inside a transaction that holds the stream's lock.
    """
    before = (record.stream, record.seq - 1, record.prev_hash)
    if database.engine == "postgresql":
        return database.execute(_FOLLOW_IN_ONE, (*_columns(record), *before, record.sealed)) == 1
    if database.execute(_FOLLOW, (*_columns(record), *before)) != 1:
        return False
    database.execute(_INSERT_PAYLOAD, (record.stream, record.seq, record.sealed))
    return True


def follow_together(database: Database, made: Sequence[Record]) -> bool:
    """Write records of one stream that follow one another, under the conditions of `follow`.

    Where it says that not all were written, the transaction must be undone.
    """
    if database.engine != "postgresql":
        return all(follow(database, record) for record in made)
    values = [value for record in made for value in (*_columns(record), record.sealed)]
    before = (made[0].stream, made[0].seq - 1, made[0].prev_hash)
    return database.execute(_follow_together(len(made)), (*values, *before)) == len(made)


def appends_at_once(database: Database) -> bool:
    """Whether `append_at_once` gains anything: where a statement is a way to a server."""
    return database.engine == "postgresql"


def append_at_once(database: Database, made: Sequence[Record]) -> bool:
    """Write records of one stream that follow one another with one statement that takes the stream's lock and commits
    itself, where the record before them is the last one. Says whether they were written: all or none.

    Raises `Conflict` where one of them is recorded already. Only outside a transaction.
    """
    values = [value for record in made for value in (*_columns(record), record.sealed)]
    before = (made[0].stream, made[0].seq - 1, made[0].prev_hash)
    lock = database.lock_number(stream_lock(made[0].stream))
    return database.at_once(_append_at_once(len(made)), (lock, *values, *before)) == len(made)


@cache
def _append_at_once(count: int) -> str:
    # Whoever waited for the lock sees the stream as it was before: then a place is taken twice, and that is refused.
    row = f"({', '.join('?' * 12)})"
    first = "(CAST(? AS TEXT), CAST(? AS BIGINT), ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS BYTEA), CAST(? AS BYTEA))"
    rows = ", ".join([first, *[row] * (count - 1)])
    return (
        "WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock(CAST(? AS BIGINT)) IS NULL AS it),"  # noqa: S608
        f" made ({_NAMES}, sealed) AS (VALUES {rows}), written AS (INSERT INTO journal ({_NAMES})"
        f" SELECT {_NAMES} FROM held, made WHERE EXISTS"
        " (SELECT 1 FROM journal WHERE stream = ? AND seq = ? AND hash = ?) RETURNING stream, seq)"
        " INSERT INTO payloads (stream, seq, sealed, month)"
        " SELECT stream, seq, sealed, payload_month(kind, at) FROM written JOIN made USING (stream, seq)"
    )


@cache
def _follow_together(count: int) -> str:
    rows = ", ".join([f"({', '.join('?' * 12)})"] * count)
    return (
        f"WITH made ({_NAMES}, sealed) AS (VALUES {rows}), written AS (INSERT INTO journal ({_NAMES})"  # noqa: S608
        f" SELECT {_NAMES} FROM made WHERE EXISTS (SELECT 1 FROM journal WHERE stream = ? AND seq = ? AND hash = ?)"
        " ON CONFLICT DO NOTHING RETURNING stream, seq) INSERT INTO payloads (stream, seq, sealed, month)"
        " SELECT stream, seq, sealed, payload_month(kind, at) FROM written JOIN made USING (stream, seq)"
    )


def _columns(record: Record) -> tuple[str | int | bytes | None, ...]:
    return (
        record.stream,
        record.seq,
        record.prev_hash,
        record.hash,
        record.kind,
        record.step,
        record.at,
        record.event,
        record.case_id,
        record.once,
        record.body,
    )


def recorded_once(database: Database, once: str) -> Record | None:
    """The record of a step, by the key under which it is recorded once."""
    # Mostly there is none, and then its payload need not be looked for.
    rows = database.query("SELECT stream, seq FROM journal WHERE once = ?", (once,))
    return at(database, *rows[0]) if rows else None


def at(database: Database, stream: str, seq: int) -> Record | None:
    """The record at this place of a stream."""
    return next(map(_record, database.query(f"{_few(database)} WHERE j.stream = ? AND j.seq = ?", (stream, seq))), None)


def of_event(database: Database, event: str, stream: str | None = None) -> list[Record]:
    """All records of an event, in order; with `stream`, of the event of that company.

    Two companies may know events by the same key; without `stream` they come together.
    """
    where, values = ("j.event = ?", [event]) if stream is None else (_OF_EVENT, [event, stream])
    return [_record(row) for row in database.query(f"{_few(database)} WHERE {where} ORDER BY j.stream, j.seq", values)]


def publications(database: Database, event: str, stream: str) -> list[Record]:
    """The records of an event that tell what was published, and what was taken back, in order."""
    told = "(j.step IN ('publish', 'withdraw') OR j.kind IN ('publish', 'withdrawal'))"
    sql = f"{_few(database)} WHERE {_OF_EVENT} AND {told} ORDER BY j.seq"
    return [_record(row) for row in database.query(sql, (event, stream))]


def of_case(database: Database, case_id: str) -> list[Record]:
    """All records of a case, in order."""
    sql = f"{_few(database)} WHERE j.case_id = ? ORDER BY j.stream, j.seq"
    return [_record(row) for row in database.query(sql, (case_id,))]


def later_events(database: Database, event: str, stream: str, case_id: str) -> list[Record]:
    """The records of events of the same case that were recorded after this one, in order."""
    first = "SELECT min(e.seq) FROM journal e WHERE e.event = ? AND e.stream || '' = ? AND e.kind = 'event'"
    where = f"j.case_id = ? AND j.kind = 'event' AND j.stream || '' = ? AND j.seq > ({first})"
    sql = f"{_few(database)} WHERE {where} ORDER BY j.seq"
    return [_record(row) for row in database.query(sql, (case_id, stream, event, stream))]


def case_of_event(database: Database, event: str, stream: str) -> str | None:
    """Case id under which a company's event was recorded, or none where the journal does not know the event."""
    sql = "SELECT case_id FROM journal WHERE event = ? AND stream = ? AND kind = 'event' LIMIT 1"
    rows = database.query(sql, (event, stream))
    return rows[0]["case_id"] if rows else None


def beside(database: Database, case_id: str) -> list[str]:
    """Ids of other cases whose events led to the same cards as this one's: their cards may have taken words over."""
    rows = database.query(
        "SELECT DISTINCT o.case_id FROM journal j JOIN card_events e ON e.event = j.event"
        " JOIN card_events f ON f.card = e.card JOIN journal o ON o.event = f.event AND o.kind = 'event'"
        " WHERE j.case_id = ? AND j.kind = 'event' AND o.case_id <> ? ORDER BY o.case_id",
        (case_id, case_id),
    )
    return [row["case_id"] for row in rows]


def every(database: Database) -> Iterator[Record]:
    """All records of all streams, by stream and sequence, read as they are used."""
    return map(
        _record,
        database.scan(f"{_WHOLE} LEFT JOIN payloads p ON {months.OF[database.engine]} ORDER BY j.stream, j.seq"),
    )


def removals(database: Database) -> set[tuple[str, int]]:
    """Stream and sequence of the payloads that a record of kind retention or erasure allowed to go."""
    rows = database.query(
        "SELECT r.stream, r.seq FROM removals r JOIN journal j ON j.stream = r.by_stream AND j.seq = r.by_seq"
        " WHERE j.kind IN ('retention', 'erasure')"
    )
    return {(row["stream"], row["seq"]) for row in rows}


def removals_by(database: Database) -> dict[tuple[str, int], set[tuple[str, int]]]:
    """Stream and sequence of each record that gave leave, and of the payloads that went by it."""
    found: dict[tuple[str, int], set[tuple[str, int]]] = {}
    for row in database.query("SELECT stream, seq, by_stream, by_seq FROM removals ORDER BY stream, seq"):
        found.setdefault((row["by_stream"], row["by_seq"]), set()).add((row["stream"], row["seq"]))
    return found


def handlings(database: Database, cards: Sequence[str]) -> Iterator[list[Record]]:
    """Records of what people did with these cards (ids) without deciding them, some at a time, in no order."""
    for start in range(0, len(cards), _AT_ONCE):
        some = cards[start : start + _AT_ONCE]
        sql = (
            f"SELECT {_COLUMNS}, p.sealed FROM"  # noqa: S608
            f" (SELECT DISTINCT event FROM card_events WHERE card IN ({', '.join('?' * len(some))})) e"
            f" JOIN journal j ON j.event = e.event AND j.kind = 'handling' {months.BESIDE[database.engine]}"
        )
        yield [_record(row) for row in database.query(sql, some)]


def streams(database: Database) -> Iterator[str]:
    """The companies that the journal has a stream of, by name: one look for each, however long the streams are."""
    last = ""
    while (found := database.query("SELECT min(stream) FROM journal WHERE stream > ?", (last,))[0][0]) is not None:
        last = str(found)
        yield last


def arrivals(database: Database, stream: str, since: str) -> Iterator[list[Record]]:
    """Records of how arrivals ended since a moment (UTC text) or a little before it, in order, some at a time."""
    seq = _before(database, stream, since)
    sql = f"{_few(database)} WHERE j.stream = ? AND j.seq > ? AND j.kind = 'arrival' ORDER BY j.seq LIMIT ?"
    while found := [_record(row) for row in database.query(sql, (stream, seq, _AT_ONCE))]:
        yield found
        seq = found[-1].seq


def strays(database: Database) -> Sequence[tuple[str, int]]:
    """Payloads without a record: a record in front of them was taken away."""
    rows = database.query(
        "SELECT p.stream, p.seq FROM payloads p LEFT JOIN journal j ON j.stream = p.stream AND j.seq = p.seq"
        " WHERE j.seq IS NULL ORDER BY p.stream, p.seq LIMIT 10"
    )
    return [(row["stream"], row["seq"]) for row in rows]


def _before(database: Database, stream: str, since: str) -> int:
    """A place of a stream behind which lies all that was recorded since then. Found by halving: times rise with places,
    but for what the clocks of workers are apart.
    """
    low = 0
    high = int(database.query("SELECT coalesce(max(seq), 0) FROM journal WHERE stream = ?", (stream,))[0][0])
    while low < high:
        middle = (low + high + 1) // 2
        then = database.query("SELECT at FROM journal WHERE stream = ? AND seq = ?", (stream, middle))[0][0]
        low, high = (middle, high) if str(then) < since else (low, middle - 1)
    return low


def _few(database: Database) -> str:
    return f"{_WHOLE} {months.BESIDE[database.engine]}"


def _record(row: Row) -> Record:
    return Record(*row)
