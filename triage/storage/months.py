"""Payloads by month on PostgreSQL: a month whose time is up goes as a whole, without a trace of its rows.

SQLite keeps all of them in one table; what goes there is overwritten in the file (`Database.wiping`).
"""

from __future__ import annotations

from datetime import datetime

from triage.domain import utc
from triage.storage.database import Database

AHEAD = 3
"""Months that are made ready before they come: a worker that stands still for so long loses nothing."""

_OF_RECORD = "p.stream = j.stream AND p.seq = j.seq"
OF = {
    "sqlite": _OF_RECORD,
    "postgresql": f"{_OF_RECORD} AND p.month IN (substr(j.at, 1, 7), 'other')",
}
"""What ties a payload `p` to its record `j`, by engine, where many are read."""
_IN_ITS_MONTH = f"SELECT p.sealed FROM payloads p WHERE {_OF_RECORD} AND p.month = "  # noqa: S608
BESIDE = {
    "sqlite": f"LEFT JOIN payloads p ON {_OF_RECORD}",
    "postgresql": f"LEFT JOIN LATERAL ({_IN_ITS_MONTH} substr(j.at, 1, 7) UNION ALL {_IN_ITS_MONTH} 'other') p ON true",
}
"""Joins the payload to a record `j` where few are read: nobody looks into another month than its own."""


def make_ready(database: Database, now: datetime) -> list[str]:
    """Make the places of this month and of the next ones; returns those that were not there."""
    if database.engine != "postgresql":
        return []
    there = set(known(database))
    wanted = [month for month in _from(now) if month not in there]
    return [month for month in wanted if database.query("SELECT make_payload_month(?)", (month,))[0][0]]


def known(database: Database) -> list[str]:
    """The months that have a place of their own, the oldest first; none on SQLite."""
    if database.engine != "postgresql":
        return []
    rows = database.query(
        "SELECT translate(substr(c.relname, 10), '_', '-') FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid"
        " WHERE i.inhparent = to_regclass('payloads') AND c.relname <> 'payloads_other' ORDER BY 1"
    )
    return [str(row[0]) for row in rows]


def drop(database: Database, month: str) -> bool:
    """Take a month away with all its payloads; false where a record did not allow each of them to go, where one of
    its cases is on hold, or where the month is not over.

    Raises `StoreError` where readers or writers were in the way for a second: then try again later.
    """
    return bool(database.query("SELECT drop_payload_month(?)", (month,))[0][0])


def _from(now: datetime) -> list[str]:
    year, month = int(utc(now)[:4]), int(utc(now)[5:7])
    return [f"{year + (month - 1 + n) // 12}-{(month - 1 + n) % 12 + 1:02}" for n in range(AHEAD + 1)]
