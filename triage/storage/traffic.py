"""What came in by source and by record, counted by the database itself: nothing is opened."""

from __future__ import annotations

from dataclasses import dataclass

from triage.storage.database import Database

_CARRIED = "('coalesced', 'superseded')"
"""Outcomes of arrivals that another one stood in for."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What one source has sent. Times are UTC as `triage.domain.utc` writes them."""

    source: str
    door: str
    arrivals: int
    """Since the time that was asked for, duplicates not counted."""
    carried: int
    """Of these, what another arrival on the same record stood in for."""
    unfinished: int
    dead: int
    last: str
    """When the last one came, however long ago the row says."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A record that came more than once."""

    record: str
    """Keyed hash of its key."""
    arrivals: int
    reviews: int
    """How many of them led to an outcome of their own."""
    newest: str
    """Id of the newest of them."""


def by_source(database: Database, since: str) -> list[Traffic]:
    """Each source by name, with what it has sent since a time. Sources whose rows are all deleted are absent."""
    sql = (
        "SELECT source, door, sum(CASE WHEN received_at >= :since THEN 1 ELSE 0 END),"  # noqa: S608
        f" sum(CASE WHEN received_at >= :since AND outcome IN {_CARRIED} THEN 1 ELSE 0 END),"
        " sum(CASE WHEN state IN ('waiting', 'queued', 'working') THEN 1 ELSE 0 END),"
        " sum(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), max(received_at)"
        " FROM inbox GROUP BY source, door ORDER BY source, door"
    )
    return [Traffic(*row) for row in database.query(sql, {"since": since})]


def unannounced(database: Database, source: str, since: str) -> int:
    """Arrivals of this source (the sweep) since a time on records that nobody else has named in that time.

    Where webhooks are set up for all that is swept, these are changes whose webhook did not come.
    """
    sql = (
        "SELECT count(*) FROM inbox i WHERE i.source = :source AND i.received_at >= :since AND NOT EXISTS"
        " (SELECT 1 FROM inbox o WHERE o.record = i.record AND o.received_at >= :since"
        " AND o.door IN ('hook', 'bridge', 'signed'))"
    )
    return int(database.query(sql, {"source": source, "since": since})[0][0])


def repeats(database: Database, since: str, least: int, limit: int) -> list[Repeat]:
    """Records that came at least so often since a time, the most often first."""
    sql = (
        "SELECT r.record, r.arrivals, r.reviews,"  # noqa: S608
        " (SELECT n.id FROM inbox n WHERE n.record = r.record ORDER BY n.received_at DESC, n.id DESC LIMIT 1)"
        " FROM (SELECT record, count(*) AS arrivals,"
        f" sum(CASE WHEN outcome IS NOT NULL AND outcome NOT IN {_CARRIED} THEN 1 ELSE 0 END) AS reviews"
        " FROM inbox WHERE received_at >= ? GROUP BY record HAVING count(*) >= ?) r"
        " ORDER BY r.arrivals DESC, r.record LIMIT ?"
    )
    return [Repeat(*row) for row in database.query(sql, (since, least, limit))]


def sources_of(database: Database, record: str, since: str) -> dict[str, int]:
    """How often each source has named a record since a time."""
    sql = "SELECT source, count(*) FROM inbox WHERE record = ? AND received_at >= ? GROUP BY source ORDER BY source"
    return {str(name): int(number) for name, number in database.query(sql, (record, since))}
