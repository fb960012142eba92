"""The kill switch as it stands: every worker looks here before it begins something, so it acts within seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from triage.domain import utc
from triage.storage.database import Database, Row

EVERYBODY = ""
"""The scope of a switch that is for all companies."""

_SELECT = "SELECT scope, is_off, changed_at, stream, seq FROM switches"


@dataclass(frozen=True)
class SwitchRow:
    """One switch, and the record that tells who moved it last and why."""

    scope: str
    """A company, or `EVERYBODY`."""
    is_off: bool
    changed_at: datetime
    stream: str
    seq: int


def off_for(database: Database, company: str | None) -> SwitchRow | None:
    """The switch that keeps a company's events waiting, or none; without a company only the one for everybody."""
    rows = database.query(
        f"{_SELECT} WHERE is_off = 1 AND scope IN (?, ?) ORDER BY scope LIMIT 1", (EVERYBODY, company or EVERYBODY)
    )
    return _row(rows[0]) if rows else None


def every(database: Database) -> list[SwitchRow]:
    """All switches that were ever moved, the one for everybody first."""
    return [_row(row) for row in database.query(f"{_SELECT} ORDER BY scope")]


def put(database: Database, row: SwitchRow) -> None:
    """Move a switch. Only inside the transaction of its record."""
    database.execute(
        "INSERT INTO switches (scope, is_off, changed_at, stream, seq) VALUES (?, ?, ?, ?, ?) ON CONFLICT (scope)"
        " DO UPDATE SET is_off = excluded.is_off, changed_at = excluded.changed_at, stream = excluded.stream,"
        " seq = excluded.seq",
        (row.scope, int(row.is_off), utc(row.changed_at), row.stream, row.seq),
    )


def _row(row: Row) -> SwitchRow:
    return SwitchRow(
        row["scope"], bool(row["is_off"]), datetime.fromisoformat(row["changed_at"]), row["stream"], row["seq"]
    )
