"""What reports are made from: where cards stand, how what came in ended. All SQL for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from triage.storage.database import Database
from triage.storage.figures import Span

_AT_ONCE = 500


def situations(database: Database, cards: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Site, segment and channel of each of these cards (ids); empty where a case did not tell."""
    for start in range(0, len(cards), _AT_ONCE):
        some = cards[start : start + _AT_ONCE]
        sql = f"SELECT site, segment, channel FROM queue WHERE card IN ({', '.join('?' * len(some))})"  # noqa: S608
        yield from ((str(site), str(segment), str(channel)) for site, segment, channel in database.query(sql, some))


def remembers(database: Database, since: str) -> bool:
    """Whether the inbox still holds all that ended since a moment (UTC text): it forgets the oldest first, and holds
    something that ended before.
    """
    return bool(database.query("SELECT 1 FROM inbox WHERE state = 'done' AND finished_at < ? LIMIT 1", (since,)))


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


__all__ = ["ended", "remembers", "situations", "waiting_dead"]
