"""What reports are made from: where cards stand, how what came in ended. All SQL for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from triage.storage import months
from triage.storage.database import Database
from triage.storage.figures import Span
from triage.storage.records import Record

_AT_ONCE = 500
_NAMES = ("stream", "seq", "prev_hash", "hash", "kind", "step", "at", "event", "case_id", "once", "body")
_WHOLE = f"SELECT {', '.join(f'j.{name}' for name in _NAMES)}, p.sealed FROM"


def situations(database: Database, cards: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Site, segment and channel of each of these cards (ids); empty where a case did not tell."""
    for start in range(0, len(cards), _AT_ONCE):
        some = cards[start : start + _AT_ONCE]
        sql = f"SELECT site, segment, channel FROM queue WHERE card IN ({', '.join('?' * len(some))})"  # noqa: S608
        yield from ((str(site), str(segment), str(channel)) for site, segment, channel in database.query(sql, some))


def streams(database: Database) -> Iterator[str]:
    """The companies that the journal has a stream of, by name: one look for each, however long the streams are."""
    last = ""
    while (found := database.query("SELECT min(stream) FROM journal WHERE stream > ?", (last,))[0][0]) is not None:
        last = str(found)
        yield last


def arrivals(database: Database, stream: str, since: str) -> Iterator[list[Record]]:
    """Records of how arrivals ended since a moment (UTC text) or a little before it, in order, some at a time."""
    seq = _before(database, stream, since)
    sql = (
        f"{_WHOLE} journal j {months.BESIDE[database.engine]} WHERE j.stream = ? AND j.seq > ? AND j.kind = 'arrival'"
        " ORDER BY j.seq LIMIT ?"
    )
    while found := [Record(*row) for row in database.query(sql, (stream, seq, _AT_ONCE))]:
        yield found
        seq = found[-1].seq


def remembers(database: Database, since: str) -> bool:
    """Whether the inbox still holds all that ended since a moment (UTC text): it forgets the oldest first, and holds
    something that ended before."""
    return bool(
        database.query("SELECT 1 FROM inbox WHERE state = 'done' AND finished_at < ? LIMIT 1", (since,))
    )  # fmt: skip


def ended(database: Database, span: Span) -> list[tuple[str, bool, int]]:
    """What came in then and ended, as far as the inbox knows: source, whether it was given up, how many."""
    where, values = span.of("i.received_at", "coalesce(i.stream, i.company)")
    given_up = "i.state = 'dead' OR coalesce(i.outcome, '') = 'dead_letter'"
    sql = (
        f"SELECT i.source, CASE WHEN {given_up} THEN 1 ELSE 0 END, count(*) FROM inbox i"  # noqa: S608
        f" WHERE i.state IN ('done', 'dead') AND {where} GROUP BY 1, 2"
    )
    return [(str(source), bool(dead), int(number)) for source, dead, number in database.query(sql, values)]


def waiting_dead(database: Database, span: Span) -> list[tuple[str, int]]:
    """What came in then, was given up and waits for a person: source, how many."""
    where, values = span.of("i.received_at", "coalesce(i.stream, i.company)")
    sql = f"SELECT i.source, count(*) FROM inbox i WHERE i.state = 'dead' AND {where} GROUP BY i.source"  # noqa: S608
    return [(str(source), int(number)) for source, number in database.query(sql, values)]


def _before(database: Database, stream: str, since: str) -> int:
    """A place of a stream behind which lies all that was recorded since then. Found by halving: times rise with places,
    but for what the clocks of workers are apart.
    """
    low = 0
    high = int(database.query("SELECT coalesce(max(seq), 0) FROM journal WHERE stream = ?", (stream,))[0][0])
    while low < high:
        middle = (low + high + 1) // 2
        at = database.query("SELECT at FROM journal WHERE stream = ? AND seq = ?", (stream, middle))[0][0]
        low, high = (middle, high) if str(at) < since else (low, middle - 1)
    return low


__all__ = ["arrivals", "ended", "remembers", "situations", "streams", "waiting_dead"]
