"""Rows of cards that several cases share: their causes, their members, and the notes of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from triage.storage.database import Database, Row

LOCK = "clusters"
"""Taken after the lock of the company's stream by whoever puts a card that has a cause."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A case on another case's card."""

    card: str
    company: str
    record: str
    """Keyed hash of the record's key."""
    category: str
    waits: int
    case_id: str
    sealed: bytes

    def place(self) -> tuple[str | int, ...]:
        """What the seal is bound to. Whether it waits may change; all else may not."""
        return ("member", self.card, self.company, self.record, self.category, self.case_id)


_COLUMNS = "card, company, record, category, waits, case_id, sealed"
_SELECT = f"SELECT {_COLUMNS} FROM card_members"  # noqa: S608


def note_origins(database: Database, card: str, origins: Sequence[str]) -> None:
    """Remember what caused a card; again is harmless."""
    for origin in origins:
        database.execute("INSERT INTO card_origins (origin, card) VALUES (?, ?) ON CONFLICT DO NOTHING", (origin, card))


def hosts(database: Database, origins: Sequence[str]) -> list[str]:
    """Ids of open cards with one of these causes, the oldest first."""
    found: dict[str, None] = {}
    for origin in origins:
        rows = database.query(
            "SELECT c.id FROM card_origins o JOIN cards c ON c.id = o.card"
            " WHERE o.origin = ? AND c.state = 'open' ORDER BY c.number LIMIT 5",
            (origin,),
        )
        found |= dict.fromkeys(str(row["id"]) for row in rows)
    return list(found)


def waiting(database: Database, company: str, record: str, category: str) -> MemberRow | None:
    """The case of this record and category that waits on another case's card."""
    rows = database.query(
        f"{_SELECT} WHERE company = ? AND record = ? AND category = ? AND waits = 1", (company, record, category)
    )
    return _row(rows[0]) if rows else None


def waiting_of(database: Database, company: str, record: str) -> list[MemberRow]:
    """The cases of this record that wait on other cases' cards."""
    rows = database.query(f"{_SELECT} WHERE company = ? AND record = ? AND waits = 1", (company, record))
    return [_row(row) for row in rows]


def of_card(database: Database, card: str) -> list[MemberRow]:
    """The cases on a card besides its own."""
    return [_row(row) for row in database.query(f"{_SELECT} WHERE card = ?", (card,))]


def every(database: Database) -> list[MemberRow]:
    """All cases on other cases' cards."""
    return [_row(row) for row in database.query(f"{_SELECT} ORDER BY card, company, record")]


def put(database: Database, row: MemberRow) -> None:
    """Write a member, or what its newest event made of it."""
    database.execute(
        "DELETE FROM card_members WHERE card = ? AND company = ? AND record = ?", (row.card, row.company, row.record)
    )
    database.execute(
        f"INSERT INTO card_members ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (row.card, row.company, row.record, row.category, row.waits, row.case_id, row.sealed),
    )


def seal_anew(database: Database, row: MemberRow, sealed: bytes) -> None:
    """Put other content in the place of a case's on a card."""
    sql = "UPDATE card_members SET sealed = ? WHERE card = ? AND company = ? AND record = ?"
    database.execute(sql, (sealed, row.card, row.company, row.record))


def mark(database: Database, card: str, company: str, record: str, waits: bool) -> None:
    """Say whether a member still waits."""
    database.execute(
        "UPDATE card_members SET waits = ? WHERE card = ? AND company = ? AND record = ?",
        (int(waits), card, company, record),
    )


def may_note(database: Database, company: str, record: str, day: str, card: str, most: int) -> bool:
    """Whether a card may have a new note on a record today, which is then counted; one that has it, may."""
    rows = database.query("SELECT card FROM notes WHERE company = ? AND record = ? AND day = ?", (company, record, day))
    there = {str(row["card"]) for row in rows}
    if card in there:
        return True
    if len(there) >= most:
        return False
    database.execute(
        "INSERT INTO notes (company, record, day, card) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (company, record, day, card),
    )
    return True


def has_note(database: Database, card: str) -> bool:
    """Whether a card has had a note, on whatever day."""
    return bool(database.query("SELECT 1 FROM notes WHERE card = ? LIMIT 1", (card,)))


def _row(row: Row) -> MemberRow:
    return MemberRow(*(row[name] for name in _COLUMNS.split(", ")))
