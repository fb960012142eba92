"""The cards' rows: all SQL about cards. What a card says is sealed; the rest is for queues to filter by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from dataclasses import replace as replace_fields
from operator import attrgetter

from triage.errors import Conflict
from triage.storage.database import Database, Row


@dataclass(frozen=True, slots=True)
class CardRow:
    """A row of the cards' table."""

    id: str
    """UUID as text, lower case."""
    number: int
    company: str
    model: str
    record: str
    """Keyed hash of the record's key."""
    category: str
    episode: int
    severity: str
    state: str
    team: str
    revision: int
    created_at: str
    updated_at: str
    case_id: str
    sealed: bytes

    def with_sealed(self, sealed: bytes) -> CardRow:
        """This row with its content."""
        return replace_fields(self, sealed=sealed)

    def place(self) -> tuple[str | int, ...]:
        """What the seal is bound to: every clear column, so that none can be changed apart from the card."""
        return ("card", *_clear(self))


_clear = attrgetter(*(field.name for field in fields(CardRow) if field.name != "sealed"))
_NAMES = ", ".join(field.name for field in fields(CardRow))
_SELECT = f"SELECT {_NAMES} FROM cards"  # noqa: S608
_INSERT = f"INSERT INTO cards ({_NAMES}) VALUES ({', '.join('?' * len(fields(CardRow)))})"  # noqa: S608
_WITHOUT_LIMIT = 2**63 - 1
_FILTERS = frozenset({"company", "category", "severity", "state", "team"})
WAITING = ("open", "awaiting_second")
"""States in which a card can still be decided."""
_OPEN = "state IN ('open', 'awaiting_second')"


def insert(database: Database, row: CardRow) -> None:
    """Write a new card."""
    database.execute(_INSERT, astuple(row))


def replace(database: Database, row: CardRow, expected_revision: int) -> None:
    """Write a card over the revision that was seen. Raises `Conflict` where it has changed since."""
    touched = database.execute(
        "UPDATE cards SET severity = ?, state = ?, team = ?, revision = ?, updated_at = ?, case_id = ?, sealed = ?"
        " WHERE id = ? AND revision = ?",
        (
            row.severity,
            row.state,
            row.team,
            row.revision,
            row.updated_at,
            row.case_id,
            row.sealed,
            row.id,
            expected_revision,
        ),
    )
    if touched != 1:
        raise Conflict(f"card #{row.number} was changed by somebody else; look at it again.").coded(
            "changed", number=row.number
        )


def expire_unreadable(database: Database, row: CardRow) -> None:
    """Close a card whose content was erased, so that a new one can take its place."""
    database.execute("UPDATE cards SET state = 'expired' WHERE id = ?", (row.id,))


def by_id(database: Database, card: str) -> CardRow | None:
    """The card with this id."""
    return _one(database, "WHERE id = ?", card)


def by_number(database: Database, number: int) -> CardRow | None:
    """The card with this number."""
    return _one(database, "WHERE number = ?", number)


def by_numbers(database: Database, numbers: Sequence[int]) -> list[CardRow]:
    """The cards with these numbers, by number."""
    if not numbers:
        return []
    return _many(database, f"WHERE number IN ({', '.join('?' * len(numbers))}) ORDER BY number", *numbers)


def by_prefix(database: Database, prefix: str) -> list[CardRow]:
    """Cards whose id starts with these characters (hex digits and hyphens), at most ten."""
    return _many(database, "WHERE id >= ? AND id < ? ORDER BY number LIMIT 10", prefix, prefix + "g")


def open_card(database: Database, company: str, record: str, category: str) -> CardRow | None:
    """The card of this key that can still be decided. There is at most one."""
    return _one(database, f"WHERE company = ? AND record = ? AND category = ? AND {_OPEN}", company, record, category)


def waiting_on(database: Database, company: str, record: str) -> list[CardRow]:
    """The cards of a record that can still be decided, by number."""
    return _many(database, f"WHERE company = ? AND record = ? AND {_OPEN} ORDER BY number", company, record)


def newest_of_record(database: Database, company: str, record: str) -> CardRow | None:
    """The card of a record that was changed last, whatever its state."""
    return _one(
        database, "WHERE company = ? AND record = ? ORDER BY updated_at DESC, number DESC LIMIT 1", company, record
    )


def of_record(database: Database, company: str, record: str, limit: int) -> list[CardRow]:
    """The cards of a record, whatever their state, the newest first."""
    return _many(database, "WHERE company = ? AND record = ? ORDER BY number DESC LIMIT ?", company, record, limit)


def waiting(database: Database, after: int, limit: int) -> list[CardRow]:
    """Cards that can still be decided, by number, from the one after `after`."""
    return _many(database, f"WHERE {_OPEN} AND number > ? ORDER BY number LIMIT ?", after, limit)


def revisions_waiting(database: Database, models: Sequence[str]) -> dict[str, int]:
    """Of every card on a record of these models that can still be decided: its id and its revision, by number."""
    sql = f"SELECT id, revision FROM cards WHERE {_OPEN} AND model IN ({', '.join('?' * len(models))}) ORDER BY number"  # noqa: S608
    return {str(row[0]): int(row[1]) for row in database.query(sql, tuple(models))} if models else {}


def ended_since(database: Database, moment: str) -> list[CardRow]:
    """Cards that ended without anybody's word since a time, by number."""
    ended = "state IN ('resolved', 'expired', 'superseded')"
    return _many(database, f"WHERE {ended} AND updated_at >= ? ORDER BY number", moment)


def changed_since(database: Database, moment: str, after: int, limit: int) -> list[CardRow]:
    """Cards that can be decided and were changed since a time, by time and number, from the one after `after` on."""
    where = f"WHERE {_OPEN} AND (updated_at > ? OR (updated_at = ? AND number > ?)) ORDER BY updated_at, number LIMIT ?"
    return _many(database, where, moment, moment, after, limit)


def page(database: Database, state: str | None, limit: int | None, offset: int) -> list[CardRow]:
    """Cards by number, at most `limit`."""
    where, named = ("", ()) if state is None else ("WHERE state = ? ", (state,))
    bounded = _WITHOUT_LIMIT if limit is None else limit
    return _many(database, f"{where}ORDER BY number LIMIT ? OFFSET ?", *named, bounded, offset)


def chosen(database: Database, only: Mapping[str, Sequence[str]], after: int, limit: int) -> list[CardRow]:
    """Cards whose columns have one of the values named for them, by number, beginning after one."""
    if unknown := only.keys() - _FILTERS:
        raise ValueError(f"cards are not chosen by {', '.join(sorted(unknown))}")
    terms = [f"{name} IN ({', '.join('?' * len(values))})" for name, values in only.items()]
    given = [value for values in only.values() for value in values]
    where = " AND ".join(["number > ?", *terms])
    return _many(database, f"WHERE {where} ORDER BY number LIMIT ?", after, *given, limit)


def of_event(database: Database, event: str, company: str) -> list[CardRow]:
    """Cards that an event of a company made or updated, by number."""
    where = "WHERE company = ? AND id IN (SELECT card FROM card_events WHERE event = ?) ORDER BY number"
    return _many(database, where, company, event)


def of_case(database: Database, case: str) -> list[CardRow]:
    """Cards whose content is sealed with the key of this case, by number."""
    return _many(database, "WHERE case_id = ? ORDER BY number", case)


def closed_before(database: Database, company: str, before: str) -> list[CardRow]:
    """A company's cards that cannot be decided any more and have not changed since then, by number."""
    return _many(database, f"WHERE company = ? AND updated_at < ? AND NOT {_OPEN} ORDER BY number", company, before)


def seal_anew(database: Database, row: CardRow, sealed: bytes) -> bool:
    """Put other content in the place of a card's, where the card is as it was seen; false where it is not."""
    sql = f"UPDATE cards SET sealed = ? WHERE id = ? AND revision = ? AND NOT {_OPEN}"  # noqa: S608
    return database.execute(sql, (sealed, row.id, row.revision)) == 1


def every(database: Database) -> Iterator[CardRow]:
    """All cards by number, read as they are used."""
    return map(_row, database.scan(f"{_SELECT} ORDER BY number"))


def next_number(database: Database) -> int:
    """What the next card is called, nobody else's until the transaction ends."""
    database.lock("cards")
    return int(database.query("SELECT coalesce(max(number), 0) + 1 FROM cards")[0][0])


def last_episode(database: Database, company: str, record: str, category: str) -> int:
    """How often this exception has come so far."""
    sql = "SELECT coalesce(max(episode), 0) FROM cards WHERE company = ? AND record = ? AND category = ?"
    return int(database.query(sql, (company, record, category))[0][0])


def add_event(database: Database, card: str, event: str) -> None:
    """Note that an event made or updated a card; noting it twice is harmless."""
    database.execute("INSERT INTO card_events (event, card) VALUES (?, ?) ON CONFLICT DO NOTHING", (event, card))


def without_record(database: Database) -> list[int]:
    """Numbers of cards with an event that the journal does not hold: its record was cut off, or never written."""
    rows = database.query(
        "SELECT DISTINCT c.number FROM card_events e JOIN cards c ON c.id = e.card"
        " WHERE NOT EXISTS"
        " (SELECT 1 FROM journal j WHERE j.event = e.event AND j.kind = 'event' AND (j.stream = c.company"
        " OR j.stream IN (SELECT m.company FROM card_members m WHERE m.card = c.id)))"
        " ORDER BY c.number LIMIT 10"
    )
    return [row["number"] for row in rows]


def _one(database: Database, where: str, *parameters: str | int) -> CardRow | None:
    return next(iter(_many(database, where, *parameters)), None)


def _many(database: Database, rest: str, *parameters: str | int) -> list[CardRow]:
    return [_row(row) for row in database.query(f"{_SELECT} {rest}", parameters)]


def _row(row: Row) -> CardRow:
    return CardRow(*row)
